"""One recording on disk, in the layout and file formats of PURE, of UBFC-rPPG (its DATASET_2) and of VIPL-HR."""

import json
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from ..errors import DataError, OutputError
from ..runtime.files import is_full, write_atomically

PURE_LABEL_HZ = 60.0
#: what every video of VIPL-HR claims, whatever its rate
VIPL_HR_CLAIMED_FPS = 25.0
_PURE_EPOCH_NS = 1392643993642815000  # PURE stamps its frames in nanoseconds since 1970
# Without a level, OpenCV uses zlib's fastest and one fixed row filter, which takes less than half the time of level 1,
# where every filter is tried on every row. Sensor noise has no repeats worth looking for, so Huffman coding is enough.
_PNG = [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY]
_LOSSLESS_CODECS = ("HFYU", "FFV1", "PNG ", "RGBA")  # fastest first


class Labels(NamedTuple):
    """The contact measurement of a recording, (T,) each."""

    times: np.ndarray  #: seconds from the first frame
    bvp: np.ndarray  #: about 0..1
    heart_rate_bpm: np.ndarray


def write_pure(folder, name, frames, labels, fps):
    """Write ``folder/NAME/Image<ns>.png`` and ``folder/NAME.json``.

    Args:
        folder: ``Path`` to write to.
        name: of the recording, such as ``"01-02"``; its folder will be called so, too.
        frames: iterable of (H, W, 3) uint8 RGB.
        labels: :class:`Labels` at :data:`PURE_LABEL_HZ`.
        fps: frames per second.
    """
    images = folder / name
    images.mkdir(parents=True)
    stamps = []
    for index, frame in enumerate(frames):
        stamps.append(_PURE_EPOCH_NS + int(round(index * 1e9 / fps)))
        _write_png(images / f"Image{stamps[-1]}.png", frame)
    package = [
        {
            "Timestamp": _PURE_EPOCH_NS + int(round(time * 1e9)),
            "Value": {
                "pulseRate": int(round(rate)),
                "o2saturation": 98,
                "signalStrength": 4,
                "waveform": int(np.clip(round(8 + 80 * bvp), 0, 127)),
            },
        }
        for time, bvp, rate in zip(*labels)
    ]
    content = {"/FullPackage": package, "/Image": [{"Timestamp": stamp} for stamp in stamps]}
    (folder / f"{name}.json").write_text(json.dumps(content), encoding="ascii")


def _write_png(path, frame):
    bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    content = cv2.imencode(".png", bgr, _PNG)[1].tobytes()
    write_atomically(path, lambda file: file.write(content), durable=False)


def write_ubfc(folder, frames, labels, fps, codec=None):
    """Write ``folder/vid.avi`` and ``folder/ground_truth.txt``.

    Args:
        folder: ``Path`` to write to.
        frames: iterable of (H, W, 3) uint8 RGB, not empty.
        labels: :class:`Labels` at the frames' times.
        fps: frames per second.
        codec: four letters, or a function of (path, frames, fps) that writes the video; by default the first lossless
            codec that this OpenCV writes, see :func:`lossless_codec`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if callable(codec):
        codec(folder / "vid.avi", frames, fps)
    else:
        write_video(folder / "vid.avi", frames, fps, codec)
    bvp = (labels.bvp - labels.bvp.mean()) / labels.bvp.std()
    rows = (bvp, np.round(labels.heart_rate_bpm), labels.times)
    lines = ["".join(f"{value:16.7e}" for value in row) for row in rows]
    (folder / "ground_truth.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


def write_vipl_hr(folder, frames, heart_rates_bpm, bvp, stamps_ms=None, saturation=None, codec=None):
    """Write ``video.avi``, ``gt_HR.csv``, ``gt_SpO2.csv``, ``wave.csv`` and ``time.txt`` as VIPL-HR has them.

    Args:
        folder: ``Path`` to write to.
        frames: iterable of (H, W, 3) uint8 RGB, not empty. The video claims 25 frames per second, as all of them do.
        heart_rates_bpm: one per second, written as whole numbers; 255 is a fault.
        bvp: the contact measurement, about 0..1, at a rate that no file holds.
        stamps_ms: milliseconds of each frame, from 0; None where there is no ``time.txt``.
        saturation: of oxygen, one per second; 98 % by default.
        codec: as of :func:`write_ubfc`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_video(folder / "video.avi", frames, VIPL_HR_CLAIMED_FPS, codec)
    saturation = np.full(len(heart_rates_bpm), 98) if saturation is None else saturation
    wave = np.clip(np.round(8 + 80 * np.asarray(bvp)), 0, 127)
    columns = (("gt_HR", "HR", heart_rates_bpm), ("gt_SpO2", "SpO2", saturation), ("wave", "Wave", wave))
    for name, title, values in columns:
        lines = [title] + [f"{value:.0f}" for value in values]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="ascii")
    if stamps_ms is not None:
        (folder / "time.txt").write_text("".join(f"{stamp:.0f}\n" for stamp in stamps_ms), encoding="ascii")


def write_video(path, frames, fps, codec=None):
    """Write RGB frames as an AVI; ``codec`` has four letters, and is lossless by default."""
    codec = codec or lossless_codec(path.parent)
    writer, written = None, 0
    for frame in frames:
        writer = writer or _open_video(path, codec, fps, frame.shape)
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        written += 1
    writer.release()
    # OpenCV does not report a failed write, on a full disk for example.
    held = int(cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FRAME_COUNT))
    if held != written:
        _check_room(path)
        raise DataError(f"{path} holds {held} frames after {written} were written. Check the disk, and try again.")


def _check_room(path):
    """Tell a full disk from other reasons for a video that is not there or not whole."""
    if is_full(path.parent):
        raise OutputError(
            f"{path} cannot be written (the disk is full). Free some space, and run the same command again."
        )


def _open_video(path, codec, fps, shape):
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*codec), fps, (shape[1], shape[0]))
    if not writer.isOpened():
        _check_room(path)
        raise DataError(
            f"OpenCV {cv2.__version__} could not open {path} for writing with the codec {codec!r}. Leave the codec out "
            f"for one that works here, or try 'MJPG', which every build has, but which loses detail."
        )
    return writer


def lossless_codec(folder):
    """The first of HFYU, FFV1, PNG and RGBA that this OpenCV writes to an AVI and reads back unchanged.

    Args:
        folder: an existing folder for a small trial file, which is removed again.
    """
    trial = Path(folder) / "codec_trial.avi"
    frame = np.random.default_rng(0).integers(0, 256, (32, 48, 3), dtype=np.uint8)
    for codec in _LOSSLESS_CODECS:
        try:
            writer = _open_video(trial, codec, 30.0, frame.shape)
            writer.write(frame)
            writer.release()
            if np.array_equal(cv2.VideoCapture(str(trial)).read()[1], frame):
                return codec
        except DataError:
            continue
        finally:
            if trial.exists():
                trial.unlink()
    _check_room(trial)
    raise DataError(
        f"OpenCV {cv2.__version__} writes none of the lossless codecs {', '.join(_LOSSLESS_CODECS)}. Install "
        f"opencv-python-headless, whose FFmpeg has them, or name a codec, for example 'MJPG'."
    )
