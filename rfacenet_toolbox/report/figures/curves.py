"""Fig. 3: heart-rate error and identification accuracy over the epochs; every term of the loss and its sigma."""

import numpy as np

from .style import BLUE, COLUMN, GREEN, PAGE, VERMILION, explain, new_figure, styled

#: columns of ``epochs.csv`` for each curve of Fig. 3, those on unseen clips first, and how the legend calls them
ERROR_COLUMNS = (("valid_heart_rate_mae_bpm", "validation"), ("heart_rate_mae_bpm", "training clips"))
ACCURACY_COLUMNS = (("holdout_identity_accuracy", "held-back clips"), ("identity_accuracy", "training clips"))
#: a term of Eq. 4, and its colour
TERMS = (("bvp", BLUE), ("heart_rate", VERMILION), ("identity", GREEN))


@styled
def learning_curves(epochs):
    """Fig. 3: heart-rate MAE (left axis) and identification accuracy (right axis) over the epochs.

    Args:
        epochs: {column: (N,) floats, NaN where empty}, as :attr:`.run_folder.Run.epochs` has them.

    Returns:
        A :class:`matplotlib.figure.Figure`; one that says why where there is nothing to draw.
    """
    error, accuracy = _first_filled(epochs, ERROR_COLUMNS), _first_filled(epochs, ACCURACY_COLUMNS)
    if error is None or len(error.values) < 2:
        return explain("Fig. 3", "the epoch log has fewer than two epochs with a heart-rate error")
    figure = new_figure(COLUMN, 2.4)
    left = figure.subplots()
    left.plot(error.epochs, error.values, color=VERMILION, marker="o", markersize=3)
    _name_axis(left, f"heart-rate MAE (bpm)\n{error.source}", VERMILION)
    left.set_ylim(bottom=0)
    _whole_epochs(left, error.epochs)
    _mark(left, error, VERMILION)
    if accuracy is not None:
        right = left.twinx()
        right.spines["right"].set_visible(True)
        right.plot(accuracy.epochs, 100 * accuracy.values, color=BLUE, marker="s", markersize=3, linestyle="--")
        _name_axis(right, f"identification accuracy (%)\n{accuracy.source}", BLUE)
        right.set_ylim(0, 103)
        _mark(right, accuracy, BLUE, scale=100)
    return figure


def settling_sentence(epochs):
    """Whether the heart rate settles before the identification, as section 4.3 of the paper has it, in words."""
    error, accuracy = _first_filled(epochs, ERROR_COLUMNS), _first_filled(epochs, ACCURACY_COLUMNS)
    if error is None or accuracy is None:
        missing = "heart-rate error" if error is None else "identification accuracy"
        return f"The epoch log has no {missing}, so which of the two settles first cannot be told."
    reached = [_settled(error, sign=-1), _settled(accuracy, sign=1)]
    names = [f"the heart-rate error ({error.source})", f"the identification accuracy ({accuracy.source})"]
    stuck = [name for name, epoch in zip(names, reached) if epoch is None]
    if stuck:
        return f"Which settles first cannot be told: {' and '.join(stuck)} did not improve from first to last epoch."
    verdict = "the two settle in the same epoch; the paper has the heart rate first"
    if reached[0] < reached[1]:
        verdict = "the heart rate settles first, as the paper says"
    elif reached[0] > reached[1]:
        verdict = "the identification settles first, unlike in the paper"
    return (
        f"{names[0].capitalize()} has made 90 % of its improvement from first to last logged epoch in epoch "
        f"{reached[0]}, {names[1]} in epoch {reached[1]}, of epochs {error.epochs[0]} to {error.epochs[-1]}: {verdict}."
    )


@styled
def loss_curves(epochs, heart_rate_unit="hz"):
    """Every term of Eq. 4 before its sigma, on a logarithmic axis, and the three sigmas, over the epochs.

    Args:
        epochs: as for :func:`learning_curves`.
        heart_rate_unit: the loss's, ``"hz"`` or ``"bpm"``.

    Returns:
        A :class:`matplotlib.figure.Figure`; one that says why where there is nothing to draw.
    """
    units = {"bvp": "z-score²", "heart_rate": {"hz": "Hz²", "bpm": "bpm²"}[heart_rate_unit], "identity": "nats"}
    terms = [(term, colour, _curve(epochs, term)) for term, colour in TERMS]
    terms = [part for part in terms if part[-1] is not None and len(part[-1].values) > 1]
    if not terms:
        return explain("The loss", "the epoch log has fewer than two epochs with a loss term")
    figure = new_figure(PAGE, 2.3)
    left, right = figure.subplots(1, 2)
    for (term, colour, curve), marker in zip(terms, "os^"):
        settings = {"color": colour, "marker": marker, "markersize": 3}
        positive = np.where(curve.values > 0, curve.values, np.nan)
        left.plot(curve.epochs, positive, label=f"{term} ({units[term]})", **settings)
        sigma = _curve(epochs, f"sigma_{term}")
        if sigma is not None:
            right.plot(sigma.epochs, sigma.values, label=term, **settings)
    left.set_yscale("log")
    left.set_ylabel("term of the loss, before its sigma")
    right.set_ylabel("sigma (no unit)")
    right.set_ylim(0, 1.1 * max([1.0, *(line.get_ydata().max() for line in right.lines)]))
    for axes in (left, right):
        _whole_epochs(axes, terms[0][-1].epochs)
        if axes.lines:
            axes.legend()
    return figure


class _Curve:
    """The filled part of a column: ``epochs`` (N,) ints, ``values`` (N,) and, in words, whose clips it is over."""

    def __init__(self, epochs, values, source=""):
        self.epochs, self.values, self.source = epochs, values, source


def _curve(epochs, column, source=""):
    values = epochs.get(column)
    if values is None or not np.isfinite(values).any():
        return None
    filled = np.isfinite(values)
    return _Curve(epochs["epoch"][filled].astype(int), values[filled], source)


def _first_filled(epochs, columns):
    curves = (_curve(epochs, column, source) for column, source in columns)
    return next((curve for curve in curves if curve is not None), None)


def epoch_of_90_percent(values):
    """Index of the first value that has made 90 % of the way from the first value to the last.

    Args:
        values: (N,) one number per epoch, rising or falling.

    Returns:
        The index, or None where there is no such way: fewer than 3 values, one that is not finite, or a last value
        equal to the first.
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 3 or not np.isfinite(values).all() or values[-1] == values[0]:
        return None
    made = (values - values[0]) / (values[-1] - values[0])
    return int(np.flatnonzero(made >= 0.9)[0])


def _settled(curve, sign):
    """The epoch in which 90 % of the improvement is made; None without one. ``sign`` is +1 where larger is better."""
    if sign * (curve.values[-1] - curve.values[0]) <= 0:
        return None
    index = epoch_of_90_percent(curve.values)
    return None if index is None else int(curve.epochs[index])


def _mark(axes, curve, colour, scale=1):
    """A ring around the epoch in which 90 % of the improvement is made."""
    index = epoch_of_90_percent(curve.values)
    if index is not None:
        place = curve.epochs[index], scale * curve.values[index]
        axes.plot(*place, marker="o", markersize=9, markerfacecolor="none", markeredgecolor=colour, clip_on=False)


def _name_axis(axes, label, colour):
    axes.set_ylabel(label, color=colour)
    axes.tick_params(axis="y", colors=colour)


def _whole_epochs(axes, epochs):
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlim(epochs[0] - 0.4, epochs[-1] + 0.4)
