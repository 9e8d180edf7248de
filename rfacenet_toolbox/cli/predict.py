"""``rfacenet predict``: heart rates from one's own videos."""

import importlib.util
import json
import os
import sys
from pathlib import Path


def predict_arguments(parser):
    parser.add_argument("videos", nargs="+", metavar="VIDEO", help="a video, a folder of images, or a camera's number")
    parser.add_argument(
        "--method", default="rfacenet", help="rfacenet (the default), physnet, physformer, pos, chrom, ..."
    )
    parser.add_argument("--weights", help="a network's .safetensors, .pth or .onnx; by default the file that we ship")
    parser.add_argument(
        "--face", default="auto", metavar="auto|HC|MP|MTCNN|whole",
        help="what finds the face: the Haar cascade, with a thorough search where it fails (auto, the default); the "
        "cascade alone; MediaPipe; MTCNN; or the whole picture is the face",
    )  # fmt: skip
    parser.add_argument(
        "--faces", default="largest", choices=("largest", "all"), help="a result for the largest face, or for each"
    )
    parser.add_argument("--out", metavar="DIR", help="write NAME.json, NAME_bvp.csv and NAME.png there")
    parser.add_argument("--no-face", action="store_true", help="leave the face out of the picture")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--window", type=float, default=10.0, metavar="S", help="of the heart-rate track; 10 s")
    parser.add_argument("--start", type=float, default=0.0, metavar="S", help="skip so many seconds")
    parser.add_argument("--duration", type=float, metavar="S", help="read so many seconds")
    parser.add_argument("--fps", type=float, metavar="HZ", help="of a folder of images whose names hold no times")


def predict(args):
    # OpenCV and FFmpeg say less about a damaged file than we do. What the user has set is left.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    from ..errors import ConfigError, RFaceNetError
    from ..prediction import result

    if args.out:
        if importlib.util.find_spec("matplotlib") is None:
            raise ConfigError(
                "--out draws NAME.png with matplotlib, which is not installed. Run pip install matplotlib, or leave "
                "--out away: --json prints all numbers."
            )
        args.out = os.path.expanduser(args.out)
        result.make_folder(args.out)
    predictions, failures = [], []
    for video, name in zip(args.videos, _names(args.videos)):
        try:
            for found in _predict(video, args):
                predictions.append(found)
                if not args.json:
                    print(found, flush=True)
                if args.out:
                    paths = found.save(args.out, name if found.face is None else f"{name}_face{found.face}")
                    print(f"  written: {', '.join(paths)}", file=sys.stderr if args.json else sys.stdout)
        except RFaceNetError as error:
            failures.append({"source": video, "error": str(error)})
            print(f"error: {error}", file=sys.stderr)
        except KeyboardInterrupt:
            failures.append({"source": video, "error": "stopped by hand."})
            print(f"stopped. {video} is not done.", file=sys.stderr)
            break
    if args.json:
        print(json.dumps({"predictions": [found.to_dict() for found in predictions], "failed": failures}, indent=1))
    return 2 if failures else 0


def _predict(video, args):
    """The predictions of a video, one for each face that was asked for."""
    from ..prediction import predict, predict_all

    shows = sys.stderr.isatty()
    call = predict_all if args.faces == "all" else predict
    try:
        found = call(
            video, args.method, args.weights, window_s=args.window, start_s=args.start, duration_s=args.duration,
            fps_hz=args.fps, face_backend=args.face, face_picture=bool(args.out) and not args.no_face,
            on_second=_show if shows else None,
        )  # fmt: skip
        return found if args.faces == "all" else [found]
    finally:
        if shows:
            print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)


def _show(time_s, reading):
    estimate = "" if reading is None else f"  {reading.heart_rate_bpm:5.1f} bpm, quality {reading.quality:.2f}"
    print(f"\r{time_s:7.0f} s{estimate}    ", end="", file=sys.stderr, flush=True)


def _names(videos):
    """What each video's files are called: its name without the ending, after its folder's where several share it."""
    paths = [Path(os.path.abspath(video)) for video in videos]
    plain = [path.stem if path.suffix and not path.is_dir() else path.name for path in paths]
    names = [name if plain.count(name) == 1 else f"{path.parent.name}_{name}" for name, path in zip(plain, paths)]
    return [name if names.count(name) == 1 else f"{index}_{name}" for index, name in enumerate(names, start=1)]
