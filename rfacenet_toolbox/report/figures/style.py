"""What all figures share: column widths, type size, colours, and how one is saved.

Figures are built with matplotlib's objects and the Agg canvas. pyplot, which keeps figures alive and may want a
display, is never imported.
"""

import functools
import textwrap
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ...runtime.files import write_atomically

#: one column and two columns of a paper, in inches
COLUMN, PAGE = 3.5, 7.0
#: Okabe and Ito's colours, told apart with any kind of colour vision
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY = "#666666"

_RC = {
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.labelsize": 7.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "lines.linewidth": 1.2,
    "legend.frameon": False,
    "pdf.fonttype": 42,  # text stays text
}
_DPI = 200


def styled(function):
    """Run ``function``, which builds or saves a figure, under this module's type sizes."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        with matplotlib.rc_context(_RC):
            return function(*args, **kwargs)

    return wrapper


def new_figure(width, height, arrange=True):
    """An empty figure of so many inches; ``arrange`` lays its axes out so that nothing is cut."""
    figure = Figure(figsize=(width, height), constrained_layout=arrange)
    FigureCanvasAgg(figure)
    return figure


def without_axes(axes):
    """Axes for drawing shapes and pictures: no frame, ticks or labels."""
    axes.set_axis_off()
    return axes


@styled
def explain(what, reason):
    """The figure that stands where ``what`` cannot be drawn, and says why."""
    figure = new_figure(COLUMN, 1.1)
    text = textwrap.fill(f"{what} cannot be drawn: {reason}.", int(COLUMN * 16))
    without_axes(figure.subplots()).text(0.5, 0.5, text, ha="center", va="center", color=GREY)
    return figure


@styled
def save(figure, folder, name):
    """Write ``folder/name.png`` (200 dots per inch) and ``folder/name.pdf``; returns the two paths."""
    paths = tuple(Path(folder) / f"{name}.{kind}" for kind in ("png", "pdf"))
    for path in paths:
        write_atomically(path, functools.partial(_draw, figure, path.suffix[1:]), durable=False)
    return paths


def _draw(figure, kind, file):
    # Without a date the same figure gives the same bytes.
    metadata = {"CreationDate": None} if kind == "pdf" else None
    figure.savefig(file, format=kind, dpi=_DPI, metadata=metadata)
