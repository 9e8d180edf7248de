"""What decides a synthetic recording, and the recordings that a call asks for."""

import math
from typing import NamedTuple, Optional, Tuple

import numpy as np

from ..errors import ConfigError, unknown
from .kinds import DATASETS, KINDS

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
        return KINDS[self.dataset].traits(self.scenario, self.subject, self.generator("traits"))


def spec_of(name, note):
    """The :class:`RecordingSpec` of a recording's entry in the note that is left beside synthetic recordings.

    Raises:
        ValueError, KeyError, TypeError, OverflowError, AttributeError: no recording has these values.
    """
    fields, defaults = RecordingSpec._fields[1:], RecordingSpec._field_defaults
    spec = RecordingSpec(
        name, *(note.get(field, defaults[field]) if field in defaults else note[field] for field in fields)
    )
    kind = KINDS[spec.dataset]
    sound = (
        all(isinstance(number, int) and number >= 0 for number in (spec.subject, spec.scenario, spec.seed))
        and spec.scenario in (kind.sessions or kind.scenarios)
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
    kind = KINDS[dataset]
    seconds, size = kind.seconds if seconds is None else seconds, tuple(size or kind.size)
    _check(dataset, subjects, first_subject, seconds, fps, size, seed, codec)
    takes = kind.takes(subjects, first_subject, _scenarios(dataset, scenarios))
    sessions = list(dict.fromkeys((take.subject, take.session) for take in takes))
    rates = dict(zip(sessions, _heart_rates(heart_rates_bpm, len(sessions), seed, kind.heart_rates_bpm)))
    return [
        RecordingSpec(
            name=take.name,
            dataset=dataset,
            subject=take.subject,
            scenario=take.session,
            heart_rate_bpm=rates[take.subject, take.session],
            seconds=float(take.seconds(seconds)),
            fps=float(take.fps(fps, seed)),
            size=(int(size[0]), int(size[1])),
            seed=int(seed),
            codec=codec,
            defect=take.defect,
        )
        for take in takes
    ]


def _check(dataset, subjects, first_subject, seconds, fps, size, seed, codec):
    kind = KINDS[dataset]
    for name, value in (("subjects", subjects), ("first_subject", first_subject)):
        if int(value) != value or value < 1:
            raise ConfigError(f"{name} is {value!r}; expected a whole number of at least 1.")
    for name, value in (("seconds", seconds), ("fps", fps)):
        if not (np.isfinite(value) and value > 0):
            raise ConfigError(f"{name} is {value!r}; expected a number above 0.")
    if int(seed) != seed or seed < 0:
        raise ConfigError(f"seed is {seed!r}; expected a whole number of at least 0.")
    if codec is not None and not (kind.any_codec and len(codec) == 4):
        free = ", ".join(name for name, other in KINDS.items() if other.any_codec)
        raise ConfigError(
            f"codec is {codec!r} for {dataset}; expected four letters, and only for {free}: PURE has PNG files, SCAMPS "
            f"none, and varied recordings draw their own."
        )
    if int(round(seconds * fps)) < 2:
        raise ConfigError(f"{seconds} seconds at {fps} frames per second are less than two frames. Raise seconds.")
    if seconds * fps > _MOST_FRAMES:
        raise ConfigError(
            f"{seconds} seconds at {fps} frames per second are more than {_MOST_FRAMES} frames. Ask for less."
        )
    if seconds < kind.shortest_s:
        raise ConfigError(
            f"seconds is {seconds}; expected {kind.shortest_s} or more for {dataset}, some of whose videos are cut "
            f"short."
        )
    if len(size) != 2 or size[0] < _SMALLEST[0] or size[1] < _SMALLEST[1]:
        raise ConfigError(
            f"size is {size!r}; expected a width and a height of at least {_SMALLEST}, so that the face detector finds "
            f"the face. The real data sets have (640, 480)."
        )
    if max(size) > _LARGEST:
        raise ConfigError(f"size is {size!r}; expected a width and a height of at most {_LARGEST}.")
    last = first_subject + subjects - 1
    if kind.last_subject is not None and last > kind.last_subject:
        raise ConfigError(
            f"PURE's folder names have two digits for the subject, so subject {last} has no name. Ask for subjects up "
            f"to {kind.last_subject}."
        )


def _scenarios(dataset, scenarios):
    kind = KINDS[dataset]
    if scenarios is None:
        return (1,) if kind.one_scenario else tuple(kind.scenarios)
    scenarios = tuple(scenarios)
    if not scenarios or not set(scenarios) <= set(kind.scenarios) or len(set(scenarios)) < len(scenarios):
        known = ", ".join(f"{number} {name}" for number, name in kind.scenarios.items())
        raise ConfigError(f"scenarios is {scenarios!r}; expected different numbers out of these: {known}.")
    if kind.one_scenario and len(scenarios) > 1:
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
