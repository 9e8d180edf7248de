"""Expected errors against those that came: the tables and the picture of benchmarks/calibrate_quality.py."""

import numpy as np

from rfacenet_toolbox.prediction import confidence

#: expected errors in bpm between which values are put together
EDGES_BPM = (0, 1.5, 3, 5, 10, 20, 40, np.inf)
TITLES = {"network": "rFaceNet", "signal": "POS, CHROM, GREEN"}
PARTS = {"whole": "mean heart rate", "window": "windows of 10 s"}
_COLOURS = {"whole": "#b3202c", "window": "#30343a"}
_LEAST = 5  # values of a bin that is drawn
#: what the axes show
_EXPECTED_BPM, _ACTUAL_BPM = (0.5, 100), (0.1, 100)
_TICKS_BPM = 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100


def tables(rows, models):
    """Markdown: by expected error; right and wrong by doubted and not."""
    head = ["expected error, bpm", "", "values", "mean expected", "mean error", "within 3 bpm"]
    by_error = [head, ["---"] * len(head)]
    head = ["", "", "right", "wrong", "right, doubted", "wrong, doubted"]
    by_doubt = [head, ["---"] * len(head)]
    for kind in TITLES:
        for part in PARTS:
            expected, errors = _both(rows[kind][part], models[kind][part])
            for (low, high), chosen in _bins(expected):
                cells = f"{chosen.sum()}", f"{expected[chosen].mean():.1f}", f"{errors[chosen].mean():.1f}"
                name = f"{low:g} to {high:g}" if np.isfinite(high) else f"above {low:g}"
                title = f"{TITLES[kind]}, {PARTS[part]}"
                by_error.append([name, title, *cells, f"{np.mean(errors[chosen] <= 3):.0%}"])
            right, doubted = errors <= confidence.RIGHT_WITHIN_BPM, expected > confidence.DOUBTED_ABOVE_BPM
            counts = [np.sum((right == is_right) & (doubted == is_doubted)) for is_doubted in (False, True)
                      for is_right in (True, False)]  # fmt: skip
            by_doubt.append([TITLES[kind], PARTS[part], *map(str, counts)])
    return "\n\n".join("\n".join(f"| {' | '.join(row)} |" for row in table) for table in (by_error, by_doubt))


def draw(rows, models, path):
    """The reliability plot as a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 7), dpi=110)
    canvas = FigureCanvasAgg(figure)
    for column, kind in enumerate(TITLES):
        above, below = (figure.add_subplot(2, 2, 1 + column + 2 * row) for row in range(2))
        above.plot(_EXPECTED_BPM, _EXPECTED_BPM, color="#c9cdd2", linewidth=1.2, label="as expected")
        for part in PARTS:
            expected, errors = _both(rows[kind][part], models[kind][part])
            bins = [chosen for _, chosen in _bins(expected) if chosen.sum() >= _LEAST]
            means = [expected[chosen].mean() for chosen in bins]
            style = {"color": _COLOURS[part], "marker": "o", "markersize": 4, "linewidth": 1.2}
            spread = [errors[chosen].std() / np.sqrt(chosen.sum()) for chosen in bins]
            actual = np.array([errors[chosen].mean() for chosen in bins])
            down = np.minimum(spread, 0.9 * actual)
            above.errorbar(means, actual, yerr=(down, spread), label=PARTS[part], capsize=2, **style)
            below.plot(means, [np.mean(errors[chosen] <= 3) for chosen in bins], label=PARTS[part], **style)
        above.set_title(TITLES[kind], fontsize=11, loc="left")
        above.set_yscale("log")
        above.set_ylim(*_ACTUAL_BPM)
        above.set_ylabel("mean error that came (bpm)")
        above.legend(fontsize=8, frameon=False, loc="upper left")
        below.set_ylim(0, 1.03)
        below.set_ylabel("share within 3 bpm")
        for axes in (above, below):
            axes.set_xscale("log")
            axes.set_xlim(*_EXPECTED_BPM)
            axes.axvline(confidence.DOUBTED_ABOVE_BPM, color="#c9cdd2", linestyle="--", linewidth=1)
            for axis in (axes.xaxis, axes.yaxis) if axes is above else (axes.xaxis,):
                ticks = _TICKS_BPM if axis is axes.yaxis else [tick for tick in _TICKS_BPM if tick >= _EXPECTED_BPM[0]]
                axis.set_ticks(ticks)
                axis.set_ticklabels([f"{tick:g}" for tick in ticks])
                axis.set_ticks([], minor=True)
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
            axes.text(1.05 * confidence.DOUBTED_ABOVE_BPM, axes.get_ylim()[0], " doubted", fontsize=8, va="bottom")
        below.set_xlabel("expected error (bpm)")
    figure.tight_layout()
    canvas.print_png(str(path))


def _both(rows, model):
    """(N,) expected and actual errors in bpm."""
    expected = np.array([model.expected_error_bpm(row[0]) for row in rows])
    return expected, np.array([row[1] for row in rows])


def _bins(expected):
    for low, high in zip(EDGES_BPM[:-1], EDGES_BPM[1:]):
        chosen = (expected > low) & (expected <= high)
        if chosen.any():
            yield (low, high), chosen
