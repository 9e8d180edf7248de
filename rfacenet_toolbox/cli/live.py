"""``rfacenet live``: a page that shows a video or a camera while its heart rate is measured."""

import argparse
import os
import threading


def live_arguments(parser):
    parser.add_argument(
        "source", nargs="?", default="0", metavar="VIDEO",
        help="a video, a folder of images, or a camera's number; 0, the first camera, by default",
    )  # fmt: skip
    parser.add_argument("--method", default="rfacenet", help="rfacenet (the default), physnet, pos, chrom, ...")
    parser.add_argument("--weights", help="weights of a network: .safetensors, .pth or .onnx; the package's by default")
    parser.add_argument(
        "--face", default="auto", metavar="auto|HC|MP|MTCNN|whole",
        help="what finds the face, as in rfacenet predict; auto by default",
    )  # fmt: skip
    parser.add_argument("--port", type=_port, default=0, help="port of 127.0.0.1; a free one by default")
    parser.add_argument("--no-browser", action="store_true", help="print the page's address without opening it")


def live(args):
    # OpenCV and FFmpeg say less about a damaged file than we do. What the user has set stays.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    from ..prediction import live as page

    def ready(address):
        print(f"Open {address}\nOnly this machine can; Ctrl-C ends it.", flush=True)
        if not args.no_browser:
            _open(address)

    page.run(args.source, args.method, args.weights, face_backend=args.face, port=args.port, on_ready=ready)


def _open(address):
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()  # some wait for their window


def _port(text):
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port; expected 0 to 65535")
    return int(text)
