"""How far off a heart rate is likely to be: its expected error, and what speaks against it.

A logistic model of three numbers, the support, neighbours and stillness of the :class:`~.evidence.Evidence`, gives the
probability that the rate is off by more than 5 bpm; no evidence for a rate ever raises it. The expected error lies
between the mean errors of the rates that are right to 5 bpm and of the others, by this probability. ``confidence.json``
has the few numbers of the model, for networks and for signal methods, for a window and for the mean heart rate;
``benchmarks/calibrate_quality.py`` fitted them to synthetic recordings and wrote it.
"""

import functools
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

from ..methods.signal import METHODS
from ..runtime.json_files import read_json
from . import evidence
from .evidence import Evidence
from .face_signals import EvenSignals
from .waveform import Window

#: a rate is right if it is off by no more
RIGHT_WITHIN_BPM = 5.0
#: a rate with a larger expected error is doubted: it is wrong in one of five cases or more, wrong ones being off by
#: some 50 bpm in the mean; so a wrong rate that is not doubted counts as much as four right ones that are
DOUBTED_ABOVE_BPM = 10.0
#: the model's numbers
TABLE = Path(__file__).with_name("confidence.json")
#: what the model weighs
FEATURES = ("support", "neighbours", "stillness")
#: what is said of evidence that is missing
_REASONS = {
    "purity": "the signal is noisy",
    "methods": "other methods do not see this rate in the same frames",
    "regions": "forehead and cheeks, each by itself, do not show it",
    "neighbours": "neighbouring windows do not confirm it",
    "stillness": "the head moves in this rhythm",
}
_MOST_REASONS = 3
_WORTH_SAYING = 0.3  # of the largest reason


class Model:
    """The model of one kind of value.

    Args:
        numbers: ``intercept``, ``weights`` of :data:`FEATURES` by name (0 or more), their ``usual`` values for rates
            that are right, by name, ``error_right_bpm`` and ``error_wrong_bpm``.
    """

    def __init__(self, numbers: Dict[str, Any]) -> None:
        self._intercept = float(numbers["intercept"])
        self._weights = np.array([numbers["weights"][name] for name in FEATURES])
        self._usual = np.array([numbers["usual"][name] for name in FEATURES])
        self._right_bpm, self._wrong_bpm = float(numbers["error_right_bpm"]), float(numbers["error_wrong_bpm"])

    def expected_error_bpm(self, found: Evidence) -> float:
        """Mean absolute error of rates with such evidence, in beats per minute."""
        wrong = 1 / (1 + np.exp(-(self._intercept - self._weights @ features(found))))
        return float(self._right_bpm + wrong * (self._wrong_bpm - self._right_bpm))

    def reasons(self, found: Evidence) -> List[str]:
        """Why a rate is doubted: what is missing most, against rates that are right. Empty where it is not doubted."""
        if self.expected_error_bpm(found) <= DOUBTED_ABOVE_BPM:
            return []
        missing = self._weights * (self._usual - features(found))
        if missing.max() <= 0:  # no worse than usual, and still doubted
            missing = self._weights * (1 - features(found))
        support, neighbours, stillness = missing
        by_reason = {
            "purity": support * (1 - found.purity),
            "methods": support * (1 - found.methods),
            "regions": support * (1 - found.regions),
            "neighbours": neighbours,
            "stillness": stillness,
        }
        order = sorted(by_reason, key=by_reason.__getitem__, reverse=True)[:_MOST_REASONS]
        least = _WORTH_SAYING * by_reason[order[0]]
        return [_REASONS[name] for name in order if by_reason[name] >= least]


def features(found: Evidence) -> NDArray[np.float64]:
    """The :data:`FEATURES` of evidence, which the model weighs."""
    return np.array([found.support, found.neighbours, found.stillness])


@functools.lru_cache(maxsize=None)
def model(is_network: bool, of_whole: bool) -> Model:
    """The :class:`Model` of the package: for a network or a signal method, for the mean rate or for a window's."""
    kind = read_json(TABLE)["network" if is_network else "signal"]
    return Model(kind["whole" if of_whole else "window"])


def _is_network(method: str) -> bool:
    return method.upper() not in METHODS


class Judged(NamedTuple):
    """What :func:`judge` gives."""

    windows: List[Window]  #: with their expected errors
    expected_error_bpm: float  #: of the mean heart rate
    doubted: List[str]  #: why the mean heart rate is doubted; empty where it is not


def judge(windows: Sequence[Window], signals: EvenSignals, method: str) -> Judged:
    """The expected errors of sliding windows and of the mean heart rate over them.

    Args:
        windows: of the method's waveform.
        signals: of the same frames.
        method: that the windows were read with.
    """
    is_network = _is_network(method)
    of_window, of_whole = (model(is_network, whole) for whole in (False, True))
    found = evidence.of_windows(windows, signals, method)
    errors = [None if each is None else of_window.expected_error_bpm(each) for each in found]
    whole = evidence.of_whole(windows, signals, method)
    return Judged(
        [window._replace(expected_error_bpm=error) for window, error in zip(windows, errors)],
        of_whole.expected_error_bpm(whole),
        of_whole.reasons(whole),
    )


def judge_last(
    window: Window, earlier: Sequence[Window], signals: EvenSignals, method: str
) -> Tuple[Optional[float], List[str]]:
    """The expected error of a window that ends where the reading is, and why its heart rate is doubted, if it is.

    The same as :func:`judge` for a recording that goes on: neighbours are known on one side only.

    Args:
        window: the newest.
        earlier: windows before it, at a distance of 1 s.
        signals: of the window's frames; more of them is not needed.
        method: as of :func:`judge`.
    """
    neighbours = [other._replace(quality=None) for other in earlier]  # they are compared with, and not judged again
    found = evidence.of_windows([*neighbours, window], signals, method)[-1]
    if found is None:
        return None, []
    of_window = model(_is_network(method), False)
    return of_window.expected_error_bpm(found), of_window.reasons(found)
