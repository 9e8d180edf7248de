"""What a prediction gives, and its files."""

import json
import math
import os
import tempfile
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError, printable
from ..evaluation import HEART_RATE, WAVEFORM
from .frames import AnyPath
from .waveform import Window

SCHEMA = 1


@dataclass
class Prediction:
    """Heart rate and pulse waveform of one recording. None stands for what cannot be told; ``notes`` say why.

    Attributes:
        source: the recording's name.
        method: that was used.
        weights: path of the weights, None for a signal method.
        start_s: where the part of the recording that was read begins, in seconds.
        duration_s: its length.
        frames: that were read.
        fps_hz: frames per second, pauses left out.
        face_share: share of the frames with a face.
        heart_rate_bpm: the mean over the whole part, in beats per minute.
        quality: the windows' median signal quality, 0 to 1; see :mod:`.quality`.
        windows: heart rate, quality and expected error of sliding windows.
        times_s: (T,) the frames' own times.
        bvp: (T,) the filtered waveform at these times, without a unit; NaN where no face was seen. (0,) of a method
            that gives no waveform.
        hrv: measures of heart-rate variability in ms, None with ``hrv_reason``.
        notes: what is worth knowing, a sentence each.
        spectrum: (frequencies in Hz, power) of the whole part.
        thumbnail: small uint8 RGB picture of the face, None where it is not wanted.
        heart_rate_range_bpm: the lowest and highest that ``heart_rate_bpm`` is the mean of.
        expected_error_bpm: how far off ``heart_rate_bpm`` is likely to be, in the mean; see :mod:`.confidence`.
        doubted: why the heart rate is doubted, a reason each; empty where it is not.
        face: the face's number, from 1, where all faces were asked for.
        face_box: the median of the face's boxes: x, y, width and height in pixels of the frame.
        respiration: breaths per minute with a confidence, None with ``respiration_reason``; see :mod:`.respiration`.
        gives: "waveform"; or "heart_rate" of a method that estimates the heart rate of each window itself. There is
            then no waveform, and nothing that is read from one: no quality, expected error, variability, respiration.
        reference_bpm: heart rate of the ground truth, where a manifest names one.
    """

    source: str
    method: str
    weights: Optional[str]
    start_s: float
    duration_s: float
    frames: int
    fps_hz: float
    face_share: float
    heart_rate_bpm: Optional[float]
    quality: Optional[float]
    windows: List[Window]
    times_s: NDArray[np.float64]
    bvp: NDArray[np.float64]
    hrv: Optional[Dict[str, float]] = None
    hrv_reason: Optional[str] = None
    notes: List[str] = field(default_factory=list)
    spectrum: Optional[Tuple[NDArray[np.float64], NDArray[np.float64]]] = None
    thumbnail: Optional[NDArray[np.uint8]] = None
    heart_rate_range_bpm: Optional[List[float]] = None
    expected_error_bpm: Optional[float] = None
    doubted: List[str] = field(default_factory=list)
    face: Optional[int] = None
    face_box: Optional[List[float]] = None
    respiration: Optional[Dict[str, float]] = None
    respiration_reason: Optional[str] = None
    gives: str = WAVEFORM
    reference_bpm: Optional[float] = None

    @property
    def whose(self) -> str:
        """Whose face it is, in words, where all faces were asked for: its number, and where in the picture it is."""
        if self.face is None or self.face_box is None:
            return ""
        x, y, width, height = self.face_box
        return f", face {self.face} ({width:.0f} px wide, at {x + width / 2:.0f}, {y + height / 2:.0f})"

    def to_dict(self) -> Dict[str, Any]:
        """What ``--json`` prints: plain numbers, strings, lists and None; no arrays."""
        plain = ("source", "method", "gives", "weights", "start_s", "duration_s", "frames", "fps_hz", "face_share",
                 "face", "face_box", "heart_rate_bpm", "heart_rate_range_bpm", "expected_error_bpm", "doubted",
                 "quality", "hrv", "hrv_reason", "respiration", "respiration_reason", "reference_bpm",
                 "notes")  # fmt: skip
        content: Dict[str, Any] = {"schema": SCHEMA, **{name: getattr(self, name) for name in plain}}
        content["windows"] = [window._asdict() for window in self.windows]
        return {key: _rounded(value) for key, value in content.items()}

    @property
    def expected_error_text(self) -> str:
        """The expected error in words, with the doubt if there is one; empty where there is no heart rate."""
        if self.expected_error_bpm is None:
            return ""
        return f"{'DOUBTED: ' if self.doubted else ''}expected error {self.expected_error_bpm:.1f} bpm"

    def save(self, folder: AnyPath, name: Optional[str] = None) -> List[str]:
        """Write ``NAME.json``, ``NAME_bvp.csv`` and ``NAME.png`` into ``folder``; NAME is ``source`` by default.

        Of a method that gives no waveform there is ``NAME_heart_rates.csv``, a line per window, in place of the second.

        Returns:
            Their paths.

        Raises:
            ConfigError: the folder cannot be made or written to.
            OutputError: a file cannot be written.
        """
        from ..runtime.files import write_atomically
        from .plot import png

        make_folder(folder)
        contents = {
            ".json": (json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n").encode(),
            ("_heart_rates" if self.gives == HEART_RATE else "_bvp") + ".csv": self._csv().encode(),
            ".png": png(self),
        }
        paths = []
        for ending, content in contents.items():
            paths.append(os.path.join(folder, (name or self.source) + ending))
            write_atomically(paths[-1], lambda file, content=content: file.write(content))
        return paths

    def _csv(self) -> str:
        if self.gives == HEART_RATE:
            rates = ((one.start_s, one.stop_s, one.heart_rate_bpm) for one in self.windows)
            lines = (
                f"{start:.6f},{stop:.6f},{'' if bpm is None else format(bpm, '.4f')}" for start, stop, bpm in rates
            )
            return "\n".join(["start_s,stop_s,heart_rate_bpm", *lines]) + "\n"
        rows = (
            f"{time_s:.6f},{'' if math.isnan(bvp) else format(bvp, '.6g')}"
            for time_s, bvp in zip(self.times_s, self.bvp)
        )
        return "\n".join(["time_s,bvp", *rows]) + "\n"

    def __str__(self) -> str:
        rate = "no heart rate" if self.heart_rate_bpm is None else f"{self.heart_rate_bpm:.1f} bpm"
        error = self.expected_error_text and f", {self.expected_error_text}"
        quality = "" if self.quality is None else f", signal quality {self.quality:.2f}"
        lines = [
            f"{self.source}{self.whose}: {rate}{quality}{error} ({self.method})",
            f"  {self.duration_s:.1f} s at {self.fps_hz:.1f} frames per second, a face in {self.face_share:.0%} of "
            f"{self.frames} frames",
        ]
        rates = [window.heart_rate_bpm for window in self.windows if window.heart_rate_bpm is not None]
        if len(rates) > 1:
            if self.heart_rate_range_bpm is not None:
                lines.append("  {:.1f} to {:.1f} bpm over time".format(*self.heart_rate_range_bpm))
            digits = 1 if self.gives == HEART_RATE else 0  # of the frames that its network was trained on
            seconds = f"{self.windows[0].seconds:.{digits}f}"
            lines.append(f"  windows of {seconds} s: {min(rates):.1f} to {max(rates):.1f} bpm")
        if self.reference_bpm is not None:
            lines.append(f"  {self.reference_bpm:.1f} bpm by the ground truth")
        if self.hrv is not None:
            lines.append(
                f"  variability over {self.hrv['seconds']:.0f} s: SDNN {self.hrv['sdnn_ms']:.0f} ms, RMSSD "
                f"{self.hrv['rmssd_ms']:.0f} ms; {self.hrv['corrected']} of {self.hrv['beats']} beats were corrected"
            )
        elif self.gives == WAVEFORM:  # of other methods a note says it
            lines.append(f"  no heart-rate variability: {self.hrv_reason}")
        if self.respiration is not None:
            lines.append(
                "  {rate_per_min:.1f} breaths per minute, confidence {confidence:.2f}".format(**self.respiration)
            )
        return printable("\n".join(lines + [f"  {note}" for note in self.notes]))


def make_folder(folder: AnyPath) -> None:
    """Make a folder for results, if it is not there.

    Raises:
        ConfigError: it cannot be made, or no file in it.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made a folder to write to ({error.strerror}). Name another.") from error


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return round(float(value), 4) if isinstance(value, (float, np.floating)) else value
