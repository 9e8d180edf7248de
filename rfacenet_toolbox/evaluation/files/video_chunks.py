"""The chunks of saved outputs: which of a video are absent, and all of them joined."""

import itertools

import numpy as np

from ... import evaluation


class Unusable(Exception):
    """Why a video's chunks cannot be joined."""


def gap(numbers, last):
    """``"chunk 1, 3 of 0 to 7"``, the first that are absent from the chunk numbers; "" where none is."""
    first = list(itertools.islice((str(number) for number in range(last + 1) if number not in numbers), 5))
    return f"chunk {', '.join(first)} of 0 to {last}" if first else ""


def joined(prediction, label, gives):
    """What was predicted for a video, a waveform (N,) or ``ClipRates``, and its label (N,).

    Args:
        prediction, label: {chunk number, or the same as text: array of :mod:`.safe_pickle`}.
        gives: ``"waveform"`` or ``"heart_rate"``.

    Raises:
        Unusable: chunks that are absent, of different lengths, or no numbers.
    """
    pair = [_numbered(prediction, "prediction"), _numbered(label, "label")]
    chunks = sorted(set(pair[0]) | set(pair[1]))
    for signal, name in zip(pair, ("prediction", "label")):
        missing = gap(signal, chunks[-1])
        if missing:
            raise Unusable(f"the {name} lacks {missing}")
    for number in chunks:
        sizes = [signal[number].size for signal in pair]
        if gives == evaluation.HEART_RATE:
            if sizes[0] != 1:
                raise Unusable(f"chunk {number} has {sizes[0]} predicted heart rates, and should have one")
        elif sizes[0] != sizes[1]:
            raise Unusable(f"chunk {number} has {sizes[0]} predicted and {sizes[1]} true samples")
    return evaluation.join_predictions(pair[0], gives), evaluation.join_chunks(pair[1])


def _numbered(chunks, name):
    """``{chunk number: array}``; a number written as text is one too."""
    if not isinstance(chunks, dict) or not chunks:
        raise Unusable(f"the {name} has no chunks")
    numbered = {}
    for key, chunk in chunks.items():
        number = int(key) if isinstance(key, str) and key.isdecimal() else key
        if isinstance(number, bool) or not isinstance(number, int) or number < 0 or number in numbered:
            raise Unusable(f"the {name} has a chunk numbered {key!r}, beside {len(chunks) - 1} others")
        values = getattr(chunk, "values", None)
        if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiu":
            raise Unusable(f"chunk {key} of the {name} is not a tensor of real numbers")
        numbered[number] = values
    return numbered
