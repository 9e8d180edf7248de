"""Inputs: chunks joined to videos, and likely mistakes caught before anything is scored."""

import numbers
from typing import Any, Dict, Iterable, Mapping, Optional, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import EvaluationError
from .clip_rates import HEART_RATE, WAVEFORM, ClipRates
from .filters import MIN_SAMPLES

#: what a method predicted for a video: a waveform (N,), or its heart rates
WaveformOrRates = Union[ArrayLike, ClipRates]


def join_chunks(chunks: Mapping[int, Any]) -> NDArray[Any]:
    """One (N,) signal from ``{chunk number: (n,) array}``, in the order of the numbers.

    Arrays and CPU tensors of any shape are flattened, as in the toolbox; floating precision is kept.

    Raises:
        EvaluationError: no chunks, or a key that is not an integer ("10" would come before "9").

    Source: agrees with ``_reform_data_from_dict`` in the toolbox's ``evaluation/metrics.py``.
    """
    if not chunks:
        raise EvaluationError("There are no chunks to join. Check that the video was predicted at all.")
    for key in chunks:
        if not isinstance(key, numbers.Integral):
            raise EvaluationError(
                f"Chunk number {key!r} is a {type(key).__name__}, and chunks are joined in the order of integers. "
                f"Convert the keys with int()."
            )
    return np.concatenate([np.asarray(chunks[key]).reshape(-1) for key in sorted(chunks)])


def join_predictions(chunks: Mapping[int, Any], gives: str = WAVEFORM) -> Union[NDArray[Any], ClipRates]:
    """What a method predicted for a video, from ``{chunk number: waveform (n,) or heart rate (1,)}``.

    Args:
        gives: ``"waveform"`` or ``"heart_rate"``.

    Raises:
        EvaluationError: as :func:`join_chunks`.
    """
    values = join_chunks(chunks)
    return ClipRates(values) if gives == HEART_RATE else values


def as_signal(values: ArrayLike, what: str) -> NDArray[Any]:
    """``values`` as a (N,) float32 or float64 array of finite numbers.

    Args:
        values: anything that ``numpy.asarray`` takes.
        what: its name in an error, e.g. "The prediction of video 'subject1'".

    Raises:
        EvaluationError: not 1-D, not real numbers, not finite, or shorter than ``MIN_SAMPLES``.
    """
    signal = np.asarray(values)
    if signal.ndim != 1 or signal.dtype.kind not in "fiu":
        raise EvaluationError(
            f"{what} is an array of shape {signal.shape} and type {signal.dtype}, and should be one real number per "
            f"frame. Join chunks with join_chunks(), or pass one row."
        )
    if len(signal) < MIN_SAMPLES:
        raise EvaluationError(
            f"{what} has {len(signal)} samples, and scoring needs at least {MIN_SAMPLES}. Leave the video out, or "
            f"predict more of it."
        )
    bad = np.flatnonzero(~np.isfinite(signal))
    if len(bad):
        raise EvaluationError(
            f"{what} has {len(bad)} values of {len(signal)} that are not finite, the first one "
            f"({signal[bad[0]]}) at sample {bad[0]}. Look for a damaged recording or a training that diverged."
        )
    return signal if signal.dtype in (np.float32, np.float64) else signal.astype(np.float64)


def as_pair(
    prediction: WaveformOrRates, label: ArrayLike, video: Optional[str] = None
) -> Tuple[Union[NDArray[Any], ClipRates], NDArray[Any]]:
    """``(prediction, label)`` of one video, which can be scored together: signals, or heart rates and a signal.

    Raises:
        EvaluationError: see :func:`as_signal` and :meth:`ClipRates.check`; signals of different lengths; a constant
            label, which has no heart rate.
    """
    of_video = "" if video is None else f" of video {video!r}"
    if isinstance(prediction, ClipRates):
        prediction.check(f"The prediction{of_video}")
    else:
        prediction = as_signal(prediction, f"The prediction{of_video}")
    label = as_signal(label, f"The label{of_video}")
    if not isinstance(prediction, ClipRates) and len(prediction) != len(label):
        raise EvaluationError(
            f"The prediction{of_video} has {len(prediction)} samples and its label {len(label)}. Both should cover the "
            f"same frames: check for chunks that one of them lacks."
        )
    if np.ptp(label) == 0:
        raise EvaluationError(
            f"The label{of_video} is {label[0]:g} throughout, so there is no true pulse to compare with. Check the "
            f"ground-truth file."
        )
    return prediction, label


def check_rate(fs_hz: Any) -> None:
    """Raise EvaluationError unless ``fs_hz`` is a positive number."""
    if not isinstance(fs_hz, numbers.Real) or not 0 < float(fs_hz) < float("inf"):
        raise EvaluationError(f"fs_hz is {fs_hz!r}, and should be the videos' frames per second, e.g. 30.")


def as_rates(fs_hz: Union[float, Mapping[str, float]], videos: Iterable[str]) -> Dict[str, float]:
    """``{video: frames per second}``, of one rate for all or a rate for each.

    Raises:
        EvaluationError: a rate that is not positive, or a video without one.
    """
    if not isinstance(fs_hz, Mapping):
        check_rate(fs_hz)
        return dict.fromkeys(videos, fs_hz)
    missing = [str(video) for video in videos if video not in fs_hz]
    if missing:
        raise EvaluationError(
            f"{len(missing)} videos have no frame rate, the first of them {missing[0]!r}. Give fs_hz one for each, or "
            f"one number for all."
        )
    for rate in fs_hz.values():
        check_rate(rate)
    return dict(fs_hz)


def check_true_rates(true_bpm: Mapping[str, float]) -> Mapping[str, float]:
    """``{video: mean heart rate}`` as it is; EvaluationError unless each is a positive number."""
    for video, rate in true_bpm.items():
        if not isinstance(rate, numbers.Real) or not 0 < float(rate) < float("inf"):
            raise EvaluationError(
                f"The true heart rate of video {video!r} is {rate!r}, and should be beats per minute, e.g. 72. Leave "
                f"it out where the recording has none."
            )
    return true_bpm


def check_videos(predictions: Mapping[str, WaveformOrRates], labels: Mapping[str, ArrayLike]) -> None:
    """Raise EvaluationError unless there are videos, and both hold the same ones; the message names the others."""
    if not predictions and not labels:
        raise EvaluationError("There are no videos to score. Check that the test set is not empty.")
    for missing, there, lacking in ((labels, predictions, "label"), (predictions, labels, "prediction")):
        alone = [str(video) for video in there if video not in missing]
        if alone:
            raise EvaluationError(
                f"{len(alone)} of {len(there)} videos have no {lacking}: {', '.join(alone[:5])}"
                f"{', ...' if len(alone) > 5 else ''}. Predictions and labels should name the same videos."
            )


def validate(
    predictions: Mapping[str, WaveformOrRates],
    labels: Mapping[str, ArrayLike],
    fs_hz: Union[float, Mapping[str, float]],
) -> None:
    """Check a whole test set before anything is scored.

    Args:
        predictions, labels: ``{video: (N,) array}``; a prediction may be :class:`ClipRates`.
        fs_hz: frames per second, of all videos or ``{video: frames per second}``.

    Raises:
        EvaluationError: no videos; a video with only one of the two; a signal that :func:`as_pair` refuses (the
            message names the video); a rate that is not positive.
    """
    as_rates(fs_hz, predictions)
    check_videos(predictions, labels)
    for video in predictions:
        as_pair(predictions[video], labels[video], video)
