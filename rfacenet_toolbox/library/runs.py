"""Training and evaluating from Python, as ``rfacenet run`` and ``rfacenet evaluate`` do it."""

import numbers
import os
from typing import Any, Collection, Dict, Optional, Sequence, Union

from ..errors import DataError, EvaluationError

AnyPath = Union[str, "os.PathLike[str]"]


def train(config_file: AnyPath) -> Dict[str, Any]:
    """Run a config in the standalone host: preprocess, train, test; an interrupted run goes on where it stopped.

    What it prints goes to the terminal, its files to the config's ``LOG.PATH``.

    Args:
        config_file: a YAML file, such as those in ``toolbox_configs/``.

    Returns:
        The content of ``results.json``; of signal methods, {method: content}.

    Raises:
        RFaceNetError: whatever ``python main.py --config_file`` would end with.
    """
    from ..hosts import standalone

    return standalone.main(["--config_file", os.fsdecode(config_file)])


def evaluate(
    source: AnyPath,
    protocols: Optional[Sequence[str]] = None,
    methods: Sequence[str] = ("FFT",),
    *,
    window_s: Optional[float] = None,
    interpolate: bool = False,
) -> Dict[str, Any]:
    """Metrics of saved outputs, of any toolbox trainer or ours.

    Args:
        source: a ``*_outputs.pickle``, or a run's folder or ``results.json``.
        protocols: of :data:`rfacenet_toolbox.evaluation.PROTOCOLS`; None is what fits the recordings.
        methods: how heart rates are read, "FFT" and "peak detection".
        window_s: score windows of this length instead of whole videos.
        interpolate: read FFT peaks between the grid's lines.

    Returns:
        What ``rfacenet evaluate --json`` prints of a file: {"file", "fs_hz", "videos", "evaluations": [...]}.

    Raises:
        DataError: no such file, or one that cannot be read.
        EvaluationError: a protocol, method or window that there is not, or none.
    """
    from ..evaluation.files import score_text

    if not os.fsdecode(source):
        raise DataError("The source is an empty text. Name a *_outputs.pickle, or a run's folder or results.json.")
    for name, value in (("protocols", protocols), ("methods", methods)):
        if value is not None and (isinstance(value, str) or not isinstance(value, Collection) or not value):
            raise EvaluationError(f"{name} is {value!r}; expected a list, of one or more.")
    if window_s is not None and (isinstance(window_s, bool) or not isinstance(window_s, numbers.Real)):
        raise EvaluationError(f"window_s is {window_s!r}; expected seconds, a number, or None.")
    if interpolate not in (True, False):
        raise EvaluationError(f"interpolate is {interpolate!r}; expected True or False.")
    return score_text.scoring(os.fsdecode(source), protocols, methods, window_s, interpolate).content()
