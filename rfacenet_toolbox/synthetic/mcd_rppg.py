"""MCD-rPPG's format: each person before and after exercise, by three cameras at once, which all look from the front."""

from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from .face import Subject
from .motion import head_motion
from .render import Scene, render
from .writers import write_video

SCENES = {1: "before exercise", 2: "after exercise"}
_STEPS = {1: "before", 2: "after"}
#: camera -> its frames per second, where those of a call have 30
_CAMERAS = {"FullHDwebcam": 30.0, "USBVideo": 24.0, "IriunWebcam": 30.0}
_FIRST = datetime(2023, 11, 13, 14, 18, 9, 856232)
#: times in ``meta`` that the video has no frames for
_SURPLUS = 5
_JITTER_S = 0.002


class Take(NamedTuple):
    """One video."""

    subject: int
    session: int  #: of :data:`SCENES`
    camera: str
    defect = ""

    @property
    def name(self):
        """Its file."""
        return f"video/{self.subject}_{self.camera}_{_STEPS[self.session]}.avi"

    def seconds(self, seconds):
        """How long it is."""
        return seconds

    def fps(self, fps, seed):
        """Its frame rate, where the front camera has ``fps``."""
        return fps * _CAMERAS[self.camera] / 30


def takes(subjects, first_subject, scenes):
    """The :class:`Take` of each person, scene and camera."""
    people = range(first_subject, first_subject + subjects)
    return [Take(person, scene, camera) for person in people for scene in scenes for camera in _CAMERAS]


def write_take(folder, spec, signals):
    """Write ``video/NAME.avi``, ``ppg_sync/NAME.txt`` and ``meta/NAME.txt``.

    Args:
        folder: ``Path``, which is there.
        spec: its :class:`~.plan.RecordingSpec`.
        signals: its :class:`~.pulse.Signals`.
    """
    stem = _stem(spec)
    rng = _of_camera(spec).generator("picture")
    times = frame_times(spec)
    blood = np.interp(times, *signals.wave)
    for name in ("video", "ppg_sync", "meta"):
        (folder / name).mkdir()
    drawn = render(Scene(Subject(spec.subject), spec.size, spec.fps, blood, motion(spec)), rng)
    write_video(folder / "video" / f"{stem}.avi", drawn, spec.fps, spec.codec)
    write_texts(folder, stem, np.clip(np.round(60 + 120 * blood), 0, 255), times, spec.fps, rng)


def motion(spec):
    """The :class:`~.motion.Motion` of a video's frames."""
    return head_motion(1, spec.frame_count, spec.fps, _of_camera(spec).generator("motion"))


def _stem(spec):
    return spec.name.rpartition("/")[2][: -len(".avi")]


def _of_camera(spec):
    """The spec with random numbers of its camera's own."""
    camera = list(_CAMERAS).index(_stem(spec).split("_")[1])
    return spec._replace(scenario=spec.scenario + 1000 * (camera + 1))


def write_texts(folder, stem, ppg, times_s, fps, rng):
    """Write ``ppg_sync/NAME.txt``, the PPG of each frame and how far from it, and ``meta/NAME.txt``, its time."""
    off_s = rng.uniform(0, 0.005, len(ppg))
    lines = [f"{value:.0f} {seconds:.6f}" for value, seconds in zip(ppg, off_s)]
    (folder / "ppg_sync" / f"{stem}.txt").write_text("\n".join(lines) + "\n", encoding="ascii")
    later = times_s[-1] + np.arange(1, _SURPLUS + 1) / fps
    stamps = [_FIRST + timedelta(seconds=float(time)) for time in (*times_s, *later)]
    lines = [f"{number}\t{stamp}" for number, stamp in enumerate(stamps, start=1)]
    (folder / "meta" / f"{stem}.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


def frame_times(spec):
    """Seconds of the frames, with some milliseconds of jitter."""
    times = np.arange(spec.frame_count) / spec.fps
    jitter = spec._replace(scenario=spec.scenario + 1000).generator("motion").uniform(-_JITTER_S, _JITTER_S, len(times))
    jitter[0] = 0.0
    return times + jitter
