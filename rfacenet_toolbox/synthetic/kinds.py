"""The kinds of synthetic data sets. A new kind is one entry of :data:`KINDS`."""

import functools
from typing import Callable, Collection, Dict, NamedTuple, Optional, Tuple

import numpy as np

from . import mcd_rppg, varied, vipl_hr
from .face import Subject
from .motion import SCENARIOS, head_motion
from .render import Scene, render
from .scamps import write_scamps
from .writers import PURE_LABEL_HZ, Labels, write_pure, write_ubfc


class Kind(NamedTuple):
    """What is particular to one kind of data set."""

    heart_rates_bpm: Tuple[float, float]  #: lowest and highest by default
    takes: Callable  #: (subjects, first subject, scenarios) -> a :class:`Take`, or its like, for each recording
    write: Callable  #: (folder, spec, :class:`~.pulse.Signals`), writes the files of one recording
    scenarios: Dict[int, str] = SCENARIOS  #: number -> name
    sessions: Optional[Collection[int]] = None  #: numbers that takes have in place of these
    one_scenario: bool = False  #: whether all recordings have the same one, 1 by default
    traits: Optional[Callable] = None  #: (scenario, subject, rng) -> :class:`~.varied.Traits`; plain faces have none
    as_jpeg: bool = False  #: whether pictures have been through JPEG before they are written without loss
    any_codec: bool = False  #: whether the codec of the videos can be chosen
    motion: Optional[Callable] = None  #: spec -> the :class:`~.motion.Motion` of its frames, for :mod:`.outline`
    in_files: bool = False  #: whether recordings are files side by side; else each has a folder
    write_folds: Optional[Callable] = None  #: (folder, subjects), writes how the data set is split
    seconds: float = 60.0  #: by default
    size: Tuple[int, int] = (640, 480)  #: by default
    shortest_s: float = 0.0
    last_subject: Optional[int] = None  #: the highest number that names have room for
    package: Optional[Tuple[str, str]] = None  #: what writes the files, and the extra of this project that brings it


class Take(NamedTuple):
    """One recording, of one camera. Kinds with several cameras have a class of their own with the same attributes."""

    subject: int
    session: int  #: the scenario; takes of one subject and session have one heart rate
    name: str  #: of the folder or file
    defect = ""

    def seconds(self, seconds):
        """How long it is, where ``seconds`` were asked for."""
        return seconds

    def fps(self, fps, seed):
        """Its frame rate, where ``fps`` was asked for."""
        return fps


def _in_all(name):
    """Takes of each subject in every scenario; ``name`` is a format for the two numbers."""

    def takes(subjects, first_subject, scenarios):
        numbers = range(first_subject, first_subject + subjects)
        return [Take(number, scenario, name.format(number, scenario)) for number in numbers for scenario in scenarios]

    return takes


def _in_turn(name):
    """A take of each subject, in one scenario after the other; ``name`` is a format for the subject's number."""

    def takes(subjects, first_subject, scenarios):
        numbers = range(first_subject, first_subject + subjects)
        return [Take(number, scenarios[(number - 1) % len(scenarios)], name.format(number)) for number in numbers]

    return takes


def _motion(spec):
    return head_motion(spec.scenario, spec.frame_count, spec.fps, spec.generator("motion"))


def _pictures(spec, blood):
    kind, rng = KINDS[spec.dataset], spec.generator("picture")
    if kind.traits is None:
        return render(Scene(Subject(spec.subject), spec.size, spec.fps, blood, _motion(spec)), rng)
    drawn = varied.frames(spec.subject, spec.scenario, spec.traits(), blood, spec.size, spec.fps, rng)
    return varied.compressed(drawn, spec.traits()) if kind.as_jpeg else drawn


def _labels(times, signals):
    return Labels(times, np.interp(times, *signals.wave), np.interp(times, *signals.course))


def _write_pure(folder, spec, signals):
    times = np.arange(int(round(spec.seconds * PURE_LABEL_HZ))) / PURE_LABEL_HZ
    drawn = _pictures(spec, np.interp(signals.times, *signals.wave))
    write_pure(folder, spec.name, drawn, _labels(times, signals), spec.fps)


def _write_ubfc(folder, spec, signals, codec=None):
    labels = _labels(signals.times, signals)
    write_ubfc(folder, _pictures(spec, labels.bvp), labels, spec.fps, codec or spec.codec)


def _write_varied(folder, spec, signals):
    _write_ubfc(folder, spec, signals, functools.partial(varied.write_compressed, traits=spec.traits()))


def _write_scamps(folder, spec, signals):
    blood = np.interp(signals.times, *signals.wave)
    write_scamps(folder / spec.name, _pictures(spec, blood), blood)


_PURE = Kind((50.0, 120.0), _in_all("{:02d}-{:02d}"), _write_pure, last_subject=99)
_UBFC = Kind((50.0, 120.0), _in_turn("subject{}"), _write_ubfc)
_VARIED = {"heart_rates_bpm": (45.0, 180.0), "scenarios": varied.CONDITIONS}

KINDS = {
    "pure": _PURE._replace(motion=_motion),
    "ubfc-rppg": _UBFC._replace(one_scenario=True, any_codec=True, motion=_motion),
    "varied": _UBFC._replace(
        **_VARIED,
        write=_write_varied,
        traits=lambda scenario, subject, rng: varied.traits(scenario, rng),
        package=("av", "weights"),
    ),
    "varied-pure": _PURE._replace(
        **_VARIED,
        traits=lambda scenario, subject, rng: varied.traits(scenario, rng, varied.subject_tone(subject)),
        as_jpeg=True,
    ),
    "benchmark-pure": _PURE._replace(heart_rates_bpm=(48.0, 140.0), traits=varied.laboratory_traits),
    "benchmark-ubfc": _UBFC._replace(
        heart_rates_bpm=(55.0, 130.0),
        one_scenario=True,
        traits=lambda scenario, subject, rng: varied.webcam_traits(subject, rng),
        as_jpeg=True,
    ),
    "vipl-hr": Kind(
        heart_rates_bpm=(47.0, 157.0),
        takes=vipl_hr.takes,
        motion=vipl_hr.shown_motion,
        write=vipl_hr.write_take,
        scenarios=vipl_hr.SCENES,
        sessions=vipl_hr.SESSIONS,
        any_codec=True,
        write_folds=vipl_hr.write_folds,
        shortest_s=3,
    ),
    "scamps": Kind(
        heart_rates_bpm=(50.0, 120.0),
        takes=_in_turn("P{:06d}.mat"),
        write=_write_scamps,
        one_scenario=True,
        in_files=True,
        seconds=20.0,
        size=(320, 240),
        package=("h5py", "scamps"),
    ),
    "mcd-rppg": Kind(
        heart_rates_bpm=(50.0, 150.0),
        takes=mcd_rppg.takes,
        motion=mcd_rppg.motion,
        write=mcd_rppg.write_take,
        scenarios=mcd_rppg.SCENES,
        any_codec=True,
        in_files=True,
    ),
}
DATASETS = tuple(KINDS)
