"""VIPL-HR's tree with everything that is wrong in the real one, small enough for a test.

Scenes are filmed by a web camera (source 1), a phone (2) and a RealSense in colour (3) and infrared (4). Sources 1, 3
and 4 film one session; the phone's takes are its own. Every video claims 25 frames per second; ``time.txt`` knows
better, and the phone has none. The rest is wrong in some recordings:

============================  ==========================================================================
which                         what
============================  ==========================================================================
scene 4                       about 16 frames per second, and dark
first person, scene 1         a second take, ``v1-2``
first, scene 2, source 3      five time stamps more than frames
second, scene 1               no source 1
second, scene 2, source 1     time stamps of 1.5 s without frames
second, scene 2, source 2     two seconds long, or half as long as the others
third, scene 1, source 2      every third frame is missing
third, scene 2                fault codes in ``gt_HR.csv`` and ``gt_SpO2.csv``
fourth                        no scene 2
the last of three or more     is p100, and has no source 1
============================  ==========================================================================
"""

import io
import math
from typing import NamedTuple

import cv2
import numpy as np

from .face import Subject
from .motion import Motion, head_motion
from .render import Scene, render
from .writers import write_vipl_hr

SCENES = {
    1: "stable",
    2: "large head movement",
    3: "talking",
    4: "dark",
    5: "bright",
    6: "long distance",
    7: "after exercise",
    8: "phone, stable",
    9: "phone, head movement",
}
_MOTIONS = {2: 6, 3: 2, 9: 5}  # of PURE's scenarios; the others are steady
_LIGHT = {4: 0.45, 5: 1.15}
_PHONE, _INFRARED = 2, 4
_PHONE_SCENES = (8, 9)
_LAST = 100  # which two digits cannot hold
_WAVE_HZ = 60.0
#: numbers of :attr:`Take.session`
SESSIONS = frozenset(scene + take + phone for scene in SCENES for take in (0, 10) for phone in (0, 100))
_HEART_RATE_FAULT, _SATURATION_FAULTS = 255, (44, 127)


#: defects of a recording; a short one is one of another length
FEWER_FRAMES = "5 time stamps more than frames"
CUT = "time stamps of 1.5 s without frames"
SHORT = "short"
GAPS = "every third frame is missing"
FAULTS = "fault codes"
_CUT_S = 1.5


class Take(NamedTuple):
    """One video of the tree."""

    place: int  #: of the person among those of the call, from 0
    last: bool  #: the last of three people or more
    subject: int
    scene: int
    take: int  #: 2 for ``v1-2``
    source: int

    @property
    def name(self):
        """Its folder."""
        scene = f"v{self.scene}" + (f"-{self.take}" if self.take > 1 else "")
        return f"data/p{self.subject}/{scene}/source{self.source}"

    @property
    def session(self):
        """A number that sources 1, 3 and 4 of a take have in common; its last digit is the scene."""
        return self.scene + 10 * (self.take - 1) + (100 if self.source == _PHONE else 0)

    @property
    def is_missing(self):
        """Whether the tree does not have it."""
        where = self.place, self.scene
        return (self.source == 1 and (self.last or where == (1, 1))) or (where == (3, 2) and not self.last)

    @property
    def defect(self):
        """What is wrong with it; empty where nothing is."""
        where = self.place, self.scene, self.source
        if where[:2] == (2, 2) and self.source != _PHONE:
            return FAULTS
        return {(0, 2, 3): FEWER_FRAMES, (1, 2, 1): CUT, (1, 2, 2): SHORT, (2, 1, 2): GAPS}.get(where, "")

    def seconds(self, seconds):
        """How long it is, where the others last ``seconds``; the phone's last whole ones."""
        if self.source != _PHONE:
            return seconds
        return float(max(1, round(min(2.0, seconds / 2) if self.defect == SHORT else seconds)))

    def fps(self, fps, seed):
        """Its true frame rate, where ``fps`` is the nominal one of phone and RealSense."""
        rng = np.random.default_rng((49979687, seed, self.subject, self.session))
        if self.source == _PHONE:
            return fps
        if self.scene == 4:
            return round(fps * rng.uniform(0.52, 0.56), 2)
        return round(fps * (rng.choice((0.8317, 0.9933)) if self.source == 1 else rng.uniform(0.985, 1.005)), 2)


def takes(subjects, first_subject, scenes):
    """The :class:`Take` objects of a tree, in order; the last of three people or more has the number 100 or above."""
    people = list(range(first_subject, first_subject + subjects))
    if subjects > 2 and people[-1] < _LAST:
        people[-1] = _LAST
    found = []
    for place, subject in enumerate(people):
        last = place == len(people) - 1 > 1
        for scene in scenes:
            for take in (1, 2) if (place, scene) == (0, 1) else (1,):
                sources = (_PHONE,) if scene in _PHONE_SCENES else (1, 2, 3, _INFRARED)
                found += [Take(place, last, subject, scene, take, source) for source in sources]
    return [one for one in found if not one.is_missing]


def write_take(folder, spec, signals):
    """Write the files of one video.

    Args:
        folder: ``Path``, which is there.
        spec: its :class:`~.plan.RecordingSpec`.
        signals: its :class:`~.pulse.Signals`.
    """
    phone = _source(spec) == _PHONE
    times = frame_times(spec)
    rng = spec._replace(scenario=spec.scenario + 1000 * _source(spec)).generator("picture")
    frames = _pictures(spec, np.interp(times, *signals.wave), rng)
    lost = _lost_frames(spec)
    shown = (frame for index, frame in enumerate(frames) if index not in lost)
    end = spec.seconds if phone else times[-1]
    seconds = np.arange(int(end) if phone else math.ceil(end) + 1)
    rates, saturation = np.round(np.interp(seconds, *signals.course)), np.full(len(seconds), 98)
    if spec.defect == FAULTS:
        faulty = slice(len(seconds) // 2, len(seconds) // 2 + 2)
        rates[faulty], saturation[faulty] = _HEART_RATE_FAULT, _SATURATION_FAULTS
    samples = int(round(end * _WAVE_HZ * rng.uniform(0.998, 1.002)))
    bvp = np.interp(np.linspace(0, end, samples), *signals.wave)
    write_vipl_hr(folder, shown, rates, bvp, None if phone else times * 1000, saturation, spec.codec)


def frame_times(spec):
    """Seconds of the frames, lost ones included; some milliseconds of jitter, but for the phone."""
    times = np.arange(spec.frame_count) / spec.fps
    if _source(spec) == _PHONE:
        return times
    jitter = spec._replace(scenario=spec.scenario + 1000).generator("motion").uniform(-0.002, 0.002, len(times))
    jitter[0] = 0.0
    return np.round(times + jitter, 3)


def _source(spec):
    return int(spec.name[-1])


def _lost_frames(spec):
    """Numbers of the frames that the video does not hold."""
    count = spec.frame_count
    if spec.defect == FEWER_FRAMES:
        return range(count - 5, count)
    if spec.defect == CUT:
        return range(count - math.ceil(_CUT_S * spec.fps), count)
    return range(2, count, 3) if spec.defect == GAPS else ()


def shown_motion(spec):
    """The :class:`~.motion.Motion` of the frames that the video holds."""
    lost = _lost_frames(spec)
    shown = [index for index in range(spec.frame_count) if index not in lost]
    return Motion(*(course[shown] for course in _motion(spec)))


def _motion(spec):
    return head_motion(_MOTIONS.get(spec.scenario % 10, 1), spec.frame_count, spec.fps, spec.generator("motion"))


def _pictures(spec, blood, rng):
    for frame in render(Scene(Subject(spec.subject), spec.size, spec.fps, blood, _motion(spec)), rng):
        frame = cv2.convertScaleAbs(frame, alpha=_LIGHT.get(spec.scenario % 10, 1.0))
        if _source(spec) == _INFRARED:
            frame = cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        yield frame


def write_folds(out, people):
    """Deal the people out over ``out/fold/fold1.mat`` ... ``fold5.mat``."""
    from scipy.io import savemat

    folder = out / "fold"
    folder.mkdir(exist_ok=True)
    for number in range(1, 6):
        file = io.BytesIO()
        savemat(file, {f"fold{number}": np.array([sorted(people)[number - 1 :: 5]], dtype=np.uint8)})
        header = b"MATLAB 5.0 MAT-file, synthetic".ljust(116)  # SciPy's holds the time
        (folder / f"fold{number}.mat").write_bytes(header + file.getvalue()[116:])
