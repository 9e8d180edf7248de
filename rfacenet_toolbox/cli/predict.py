"""``rfacenet predict``: heart rates from your own videos."""

import importlib.util
import json
import os
import sys


def predict_arguments(parser):
    parser.add_argument(
        "videos",
        nargs="+",
        metavar="VIDEO",
        help="a video, a folder of images, a camera's number, or a manifest's .csv",
    )
    parser.add_argument(
        "--method", default="rfacenet", help="rfacenet (the default), physnet, rhythmnet, cvd, pos, samc, ..."
    )
    parser.add_argument(
        "--weights", help="weights of a network: .safetensors, .pth or .onnx; the package's, of rFaceNet, by default"
    )
    parser.add_argument(
        "--face", default="auto", metavar="auto|HC|MP|MTCNN|whole",
        help="what finds the face: the Haar cascade, with a thorough search where it fails (auto, the default); the "
        "cascade alone (HC); MediaPipe (MP); MTCNN; or the whole picture is the face (whole)",
    )  # fmt: skip
    parser.add_argument(
        "--faces",
        default="largest",
        choices=("largest", "all"),
        help="a result for the largest face (the default), or for each",
    )
    parser.add_argument("--out", metavar="DIR", help="write NAME.json, NAME_bvp.csv and NAME.png there")
    parser.add_argument("--no-face", action="store_true", help="leave the face out of the picture")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.add_argument("--window", type=float, metavar="S", help="length of the sliding windows; 10 s by default")
    parser.add_argument("--start", type=float, default=0.0, metavar="S", help="skip so many seconds at the beginning")
    parser.add_argument("--duration", type=float, metavar="S", help="read no more than so many seconds")
    parser.add_argument(
        "--fps", type=float, metavar="HZ", help="frame rate of a folder of images whose names hold no times"
    )


def predict(args):
    # OpenCV and FFmpeg say less about a damaged file than we do. What the user has set stays.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    from ..errors import ConfigError, RFaceNetError, check_distinct
    from ..prediction import frames, manifest_lines, pipeline, result

    pipeline.check_options(args.method, args.weights, args.window, args.face)
    frames.check_part(args.start, args.duration, args.fps)
    check_distinct("The videos", [os.path.realpath(path) for path in args.videos if os.path.exists(path)])
    if args.no_face and not args.out:
        raise ConfigError("--no-face is about the picture that --out writes. Add --out DIR, or leave it out.")
    if args.out:
        if importlib.util.find_spec("matplotlib") is None:
            raise ConfigError(
                "--out draws NAME.png with matplotlib, which is not installed. Run pip install matplotlib, or use "
                "--json instead, which prints all numbers."
            )
        args.out = os.path.expanduser(args.out)
        result.make_folder(args.out)
    predictions, failures = [], []
    for part in manifest_lines.parts_of(args.videos, args.start, args.duration, args.fps):
        try:
            for found in _predict(part, args):
                predictions.append(found)
                if not args.json:
                    print(found, flush=True)
                if args.out:
                    paths = found.save(args.out, part.name if found.face is None else f"{part.name}_face{found.face}")
                    print(f"  written: {', '.join(paths)}", file=sys.stderr if args.json else sys.stdout)
        except RFaceNetError as error:
            failures.append({"source": part.video, "error": str(error)})
            print(f"error: {error}", file=sys.stderr)
        except KeyboardInterrupt:
            failures.append({"source": part.video, "error": "stopped by hand."})
            print(f"stopped. {part.video} is not done.", file=sys.stderr)
            break
    if args.json:
        print(json.dumps({"predictions": [found.to_dict() for found in predictions], "failed": failures}, indent=1))
    else:
        _print_errors(predictions)
    return 2 if failures else 0


def _print_errors(predictions):
    """How far from the ground truths of manifests."""
    pairs = [(one.heart_rate_bpm, one.reference_bpm) for one in predictions if one.reference_bpm is not None]
    errors = [abs(rate - reference) for rate, reference in pairs if rate is not None]
    if len(errors) > 1:
        print(
            f"{len(errors)} recordings with a ground truth: mean absolute error {sum(errors) / len(errors):.2f} bpm, "
            f"{sum(error <= 5 for error in errors)} within 5 bpm."
        )


def _predict(part, args):
    """The predictions of a :class:`~rfacenet_toolbox.prediction.manifest_lines.Part`, one for each face asked for."""
    from ..prediction import manifest_lines, predict, predict_all, waveform

    shows = sys.stderr.isatty()
    call = predict_all if args.faces == "all" else predict
    known = None if part.line is None else manifest_lines.truth_of(part.line)
    try:
        found = call(
            part.video, args.method, args.weights, window_s=args.window, start_s=part.start_s,
            duration_s=part.duration_s, fps_hz=part.fps_hz, face_backend=args.face,
            face_picture=bool(args.out) and not args.no_face, on_second=_show if shows else None,
        )  # fmt: skip
        found = found if args.faces == "all" else [found]
        if known is not None and len(found) == 1:
            manifest_lines.compare(found[0], part.line.kind, known, args.window or waveform.WINDOW_S)
        elif known is not None:
            print(f"{part.name}: the ground truth of one face is not compared with {len(found)}.", file=sys.stderr)
        return found
    finally:
        if shows:
            print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)


def _show(time_s, reading):
    estimate = "" if reading is None else f"  {reading.heart_rate_bpm:5.1f} bpm, quality {reading.quality:.2f}"
    print(f"\r{time_s:7.0f} s{estimate}    ", end="", file=sys.stderr, flush=True)
