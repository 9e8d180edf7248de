"""What decides a synthetic recording, and the recordings that a call asks for."""

import math
from typing import NamedTuple, Optional, Tuple

import numpy as np

from ..errors import ConfigError, unknown
from . import mcd_rppg, scamps, vipl_hr
from .motion import SCENARIOS
from .varied import CONDITIONS, laboratory_traits, subject_tone, traits, webcam_traits

#: kind of data set -> range of its heart rates
HEART_RATES_BPM = {
    "pure": (50.0, 120.0),
    "ubfc-rppg": (50.0, 120.0),
    "varied": (45.0, 180.0),
    "varied-pure": (45.0, 180.0),
    "benchmark-pure": (48.0, 140.0),
    "benchmark-ubfc": (55.0, 130.0),
    "vipl-hr": (47.0, 157.0),
    "scamps": (50.0, 120.0),
    "mcd-rppg": (50.0, 150.0),
}
DATASETS = tuple(HEART_RATES_BPM)
#: drawn by :mod:`.varied`; the others are plain
VARIED = ("varied", "varied-pure", "benchmark-pure", "benchmark-ubfc")
#: of :data:`VARIED`, those whose scenarios are numbers of :data:`~.varied.CONDITIONS`
BY_CONDITION = ("varied", "varied-pure")
#: in PURE's format: a recording for each subject and scenario, named after both
IN_PURE_FORMAT = ("pure", "varied-pure", "benchmark-pure")
#: whose recordings are files side by side; the others have a folder for each
FILES = ("scamps", "mcd-rppg")
_ONE_OF_EACH_SUBJECT = ("ubfc-rppg", "scamps", "benchmark-ubfc")
_SEVERAL_CAMERAS = ("vipl-hr", "mcd-rppg")
_WITH_CODEC = ("ubfc-rppg", *_SEVERAL_CAMERAS)
_SMALLEST = (160, 120)  # below this the faces are too small for the Haar cascade
#: of a recording in a note that is read
_MOST_FRAMES, _LARGEST = 200_000, 4096
_RANDOM = {"pulse": 0, "motion": 1, "picture": 2, "traits": 3, "beat": 4}


class RecordingSpec(NamedTuple):
    """Everything that decides the bytes of one recording."""

    name: str
    dataset: str
    subject: int
    scenario: int
    heart_rate_bpm: float
    seconds: float
    fps: float
    size: Tuple[int, int]
    seed: int
    codec: Optional[str]
    defect: str = ""  #: what is wrong with its files, of :mod:`.vipl_hr`; nothing where it is empty

    @property
    def frame_count(self):
        """How many frames it has."""
        return int(round(self.seconds * self.fps))

    def generator(self, part):
        """Random numbers for a part of the recording, independent of those of other parts and recordings.

        Args:
            part: ``"pulse"``, ``"motion"``, ``"picture"``, ``"traits"`` or ``"beat"``.
        """
        return np.random.default_rng((32452843, self.seed, self.subject, self.scenario, _RANDOM[part]))

    def traits(self):
        """The :class:`~.varied.Traits` of a varied recording. A subject who has several keeps the skin tone."""
        if self.dataset == "benchmark-pure":
            return laboratory_traits(self.scenario, self.subject, self.generator("traits"))
        if self.dataset == "benchmark-ubfc":
            return webcam_traits(self.subject, self.generator("traits"))
        tone = subject_tone(self.subject) if self.dataset == "varied-pure" else None
        return traits(self.scenario, self.generator("traits"), tone)


def spec_of(name, note):
    """The :class:`RecordingSpec` of a recording's entry in the note that is left beside synthetic recordings.

    Raises:
        ValueError, KeyError, TypeError, OverflowError, AttributeError: no recording has these values.
    """
    fields, defaults = RecordingSpec._fields[1:], RecordingSpec._field_defaults
    spec = RecordingSpec(
        name, *(note.get(field, defaults[field]) if field in defaults else note[field] for field in fields)
    )
    scenarios = CONDITIONS if spec.dataset in BY_CONDITION else SCENARIOS
    sound = (
        spec.dataset in DATASETS
        and all(isinstance(number, int) and number >= 0 for number in (spec.subject, spec.scenario, spec.seed))
        and (spec.dataset == "vipl-hr" or spec.scenario in scenarios)
        and all(isinstance(number, (int, float)) for number in (spec.heart_rate_bpm, spec.seconds, spec.fps))
        and all(0 < number < math.inf for number in (spec.heart_rate_bpm, spec.seconds, spec.fps))
        and 2 <= spec.frame_count <= _MOST_FRAMES
        and len(spec.size) == 2
        and all(isinstance(side, int) and 0 < side <= _LARGEST for side in spec.size)
        and isinstance(spec.codec, (str, type(None)))
        and isinstance(spec.defect, str)
    )
    if not sound:
        raise ValueError(f"{name} is no recording")
    return spec


def plan(dataset, subjects, *, first_subject, scenarios, heart_rates_bpm, seconds, fps, size, seed, codec):
    """A :class:`RecordingSpec` for each recording; arguments as of :func:`~.dataset.write_dataset`.

    Raises:
        ConfigError: an argument that makes no sense.
    """
    if dataset not in DATASETS:
        raise ConfigError(unknown("The data set", dataset, DATASETS))
    _check(dataset, subjects, first_subject, seconds, fps, size, seed, codec)
    scenarios = _scenarios(dataset, scenarios)
    if dataset in _SEVERAL_CAMERAS:
        module = vipl_hr if dataset == "vipl-hr" else mcd_rppg
        takes = module.takes(module.numbers(subjects, first_subject), scenarios)
        return _of_sessions(dataset, takes, heart_rates_bpm, seconds, fps, size, seed, codec)
    takes = _takes(dataset, range(first_subject, first_subject + subjects), scenarios)
    rates = _heart_rates(heart_rates_bpm, len(takes), seed, HEART_RATES_BPM[dataset])
    return [
        RecordingSpec(
            name=_name(dataset, int(number), scenario),
            dataset=dataset,
            subject=int(number),
            scenario=scenario,
            heart_rate_bpm=rate,
            seconds=float(seconds),
            fps=float(fps),
            size=(int(size[0]), int(size[1])),
            seed=int(seed),
            codec=codec,
        )
        for (number, scenario), rate in zip(takes, rates)
    ]


def _name(dataset, subject, scenario):
    if dataset == "scamps":
        return scamps.name(subject)
    return f"{subject:02d}-{scenario:02d}" if dataset in IN_PURE_FORMAT else f"subject{subject}"


def _of_sessions(dataset, takes, heart_rates_bpm, seconds, fps, size, seed, codec):
    """A heart rate for each session, which up to three cameras film."""
    sessions = list(dict.fromkeys((one.subject, one.session) for one in takes))
    rates = _heart_rates(heart_rates_bpm, len(sessions), seed, HEART_RATES_BPM[dataset])
    rate_of = dict(zip(sessions, rates))
    return [
        RecordingSpec(
            name=one.name,
            dataset=dataset,
            subject=one.subject,
            scenario=one.session,
            heart_rate_bpm=rate_of[one.subject, one.session],
            seconds=float(one.seconds(seconds)),
            fps=float(one.fps(fps, seed)),
            size=(int(size[0]), int(size[1])),
            seed=int(seed),
            codec=codec,
            defect=one.defect,
        )
        for one in takes
    ]


def _check(dataset, subjects, first_subject, seconds, fps, size, seed, codec):
    for name, value in (("subjects", subjects), ("first_subject", first_subject)):
        if int(value) != value or value < 1:
            raise ConfigError(f"{name} is {value!r}; expected a whole number of at least 1.")
    for name, value in (("seconds", seconds), ("fps", fps)):
        if not (np.isfinite(value) and value > 0):
            raise ConfigError(f"{name} is {value!r}; expected a number above 0.")
    if int(seed) != seed or seed < 0:
        raise ConfigError(f"seed is {seed!r}; expected a whole number of at least 0.")
    if codec is not None and (dataset not in _WITH_CODEC or len(codec) != 4):
        raise ConfigError(
            f"codec is {codec!r} for {dataset}; expected four letters, and only for {', '.join(_WITH_CODEC)}: PURE has "
            f"PNG files, SCAMPS none, and varied recordings draw their own."
        )
    if int(round(seconds * fps)) < 2:
        raise ConfigError(f"{seconds} seconds at {fps} frames per second are less than two frames. Raise seconds.")
    if dataset == "vipl-hr" and seconds < 3:
        raise ConfigError(f"seconds is {seconds}; expected 3 or more for vipl-hr, some of whose videos are cut short.")
    if len(size) != 2 or size[0] < _SMALLEST[0] or size[1] < _SMALLEST[1]:
        raise ConfigError(
            f"size is {size!r}; expected a width and a height of at least {_SMALLEST}, so that the face detector finds "
            f"the face. The real data sets have (640, 480)."
        )
    if dataset in IN_PURE_FORMAT and first_subject + subjects - 1 > 99:
        raise ConfigError(
            f"PURE's folder names have two digits for the subject, so subject {first_subject + subjects - 1} has no "
            f"name. Ask for subjects up to 99."
        )


def _takes(dataset, numbers, scenarios):
    """(subject, scenario) of each recording."""
    if dataset == "varied":
        return [(number, scenarios[(number - 1) % len(scenarios)]) for number in numbers]
    return [(number, scenario) for number in numbers for scenario in scenarios]


def _scenarios(dataset, scenarios):
    own = {"vipl-hr": vipl_hr.SCENES, "mcd-rppg": mcd_rppg.SCENES}
    names = CONDITIONS if dataset in BY_CONDITION else own.get(dataset, SCENARIOS)
    if scenarios is None:
        return (1,) if dataset in _ONE_OF_EACH_SUBJECT else tuple(names)
    scenarios = tuple(scenarios)
    if not scenarios or not set(scenarios) <= set(names) or len(set(scenarios)) < len(scenarios):
        known = ", ".join(f"{number} {name}" for number, name in names.items())
        raise ConfigError(f"scenarios is {scenarios!r}; expected different numbers out of these: {known}.")
    if dataset in _ONE_OF_EACH_SUBJECT and len(scenarios) > 1:
        raise ConfigError(f"{dataset} has one recording per subject, but scenarios is {scenarios!r}. Give one number.")
    return scenarios


def _heart_rates(rates, count, seed, bounds):
    if rates is None:
        spread = np.linspace(*bounds, count) if count > 1 else np.array([np.mean(bounds)])
        return [round(float(rate), 2) for rate in np.random.default_rng((15485863, seed)).permutation(spread)]
    rates = [float(rate) for rate in np.atleast_1d(rates)]
    rates = rates * count if len(rates) == 1 else rates
    if len(rates) != count:
        raise ConfigError(f"{len(rates)} heart rates were given for {count} recordings. Give one for each, or one.")
    if not all(30 <= rate <= 240 for rate in rates):
        raise ConfigError(f"heart_rates_bpm is {rates}; expected between 30 and 240 beats per minute.")
    return rates
