"""Fig. 2 and Fig. 5: the network and its three fusion schemes, from a trace of the model itself."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyBboxPatch

from ..tracing import CLIP
from . import style
from .style import BLACK, GREEN, GREY, ORANGE, PAGE, PURPLE, SKY, explain, new_figure, styled, without_axes

_COLOURS = (SKY, ORANGE, GREEN, style.YELLOW, PURPLE, style.BLUE, style.VERMILION, GREY, BLACK)
_COMBINER = "CrossTaskFeatureCombiner"
_TINT = 0.35  # how much of a colour a box has, so that black text on it reads


@styled
def network(blocks, clip_shape):
    """Fig. 2: every block of the network with its output's shape, the pulse branch below, the contour branch above.

    Args:
        blocks: from :func:`~rfacenet_toolbox.report.tracing.trace`.
        clip_shape: (C, T, H, W) of the clip that was traced.

    Returns:
        A :class:`matplotlib.figure.Figure`.
    """
    if not blocks:
        return explain("Fig. 2", "the model ran no block")
    columns = _columns(blocks)
    step = PAGE / (max(column for column, _ in columns.values()) + 2)
    box = 0.8 * step, 1.55
    kinds = list(dict.fromkeys(block.kind for block in blocks))
    rows = -(-len(kinds) // 2)
    bottom = 0.15 * rows + 0.15
    height = box[1] * 2 + 0.35 if any(row for _, row in columns.values()) else box[1]
    axes = _canvas(bottom + height + 0.05)
    places = {
        index: (step * (column + 1.5), bottom + box[1] / 2 + row * (box[1] + 0.35))
        for index, (column, row) in columns.items()
    }
    places[CLIP] = 0.5 * step, bottom + box[1] / 2
    _box(axes, places[CLIP], box, "white", f"clip\n{_sizes(clip_shape)}", rotation=90)
    for index, block in enumerate(blocks):
        colour = _COLOURS[kinds.index(block.kind) % len(_COLOURS)]
        _box(axes, places[index], box, colour, f"{block.name}\n{_sizes(block.shape)}", rotation=90)
        for source in block.sources:
            _connect(axes, places[source], places[index], box)
    for number, kind in enumerate(kinds):
        x, y = 0.1 + PAGE / 2 * (number // rows), bottom - 0.2 - 0.15 * (number % rows)
        _box(axes, (x + 0.06, y), (0.1, 0.09), _COLOURS[number % len(_COLOURS)], "")
        axes.text(x + 0.2, y, kind, va="center", fontsize=7)
    return axes.figure


@styled
def fusion_schemes(schemes, clip_shape):
    """Fig. 5: where the CTFC sits in each fusion scheme, with the shapes of what goes in and comes out.

    The stages end where the schemes' combiners take their pulse map from, so M1, M2 and M3 are the models' own.

    Args:
        schemes: {scheme: trace of a model with that scheme}, earliest stage first.
        clip_shape: (C, T, H, W) of the clip that was traced.

    Returns:
        A :class:`matplotlib.figure.Figure`.
    """
    joints = {scheme: _combiner(blocks) for scheme, blocks in schemes.items()}
    if not joints or None in joints.values():
        return explain("Fig. 5", "a model among the schemes has no cross-task feature combiner")
    ends = [schemes[scheme][joint].sources[1] for scheme, joint in joints.items()]
    ends = [list(schemes.values())[number][end].name for number, end in enumerate(ends)]
    height, box = 1.3, (0.98, 0.5)
    axes = _canvas(height * len(schemes))
    for number, (scheme, blocks) in enumerate(schemes.items()):
        base = height * (len(schemes) - 1 - number) + 0.35
        _scheme_row(axes, base, box, blocks, joints[scheme], ends, clip_shape)
        axes.text(0.05, base + 0.6, f"({'abc'[number % 3]}) fusion at {scheme}", fontsize=8)
    return axes.figure


def _scheme_row(axes, base, box, blocks, joint, ends, clip_shape):
    by_name = {block.name: block for block in blocks}
    fused = blocks[joint]
    chain = [("clip", clip_shape, "white")]
    for stage, end in enumerate(ends, start=1):
        chain.append((f"stage {stage}: M{stage}", by_name[end].shape, SKY))
        if blocks[fused.sources[1]].name == end:
            chain.append(("CTFC", fused.shape, ORANGE))
    chain.append(("BVP predictor", blocks[-1].shape, GREEN))
    step = PAGE / len(chain)
    places = [(step * (number + 0.5), base) for number in range(len(chain))]
    for place, (name, shape, colour) in zip(places, chain):
        _box(axes, place, box, colour, f"{name}\n{_sizes(shape)}")
    for start, end in zip(places, places[1:]):
        _connect(axes, start, end, box)
    here = places[[name for name, _, _ in chain].index("CTFC")]
    identity, wanted = fused.source_shapes[0], fused.source_shapes[1][-2:]
    above = here[0], base + 0.7
    note = "laid on as it is" if identity[-2:] == wanted else f"up-sampled to {_sizes(wanted)}"
    _box(axes, above, (1.35, 0.36), PURPLE, f"identity map {_sizes(identity)}\n{note}")
    _arrow(axes, (above[0], above[1] - 0.18), (here[0], here[1] + box[1] / 2))


def _combiner(blocks):
    return next((index for index, block in enumerate(blocks) if block.kind == _COMBINER), None)


def _columns(blocks):
    """{index: (column, row)}: the way to the BVP in row 0, what joins it in row 1 up to where it joins, side exits
    after that."""
    main = _way_back(blocks, len(blocks) - 1)
    columns = {index: (column, 0) for column, index in enumerate(main)}
    joint = _combiner(blocks)
    others = [index for index in range(len(blocks)) if index not in columns]
    feeding = [] if joint is None else _way_back(blocks, blocks[joint].sources[0])
    feeding = [index for index in feeding if index not in columns] or others
    last = max(len(feeding) - 1, -1 if joint is None else columns[joint][0] - 1)
    for place, index in enumerate(feeding):
        columns[index] = last - len(feeding) + 1 + place, 1
    for place, index in enumerate(index for index in others if index not in feeding):
        columns[index] = last + 2 + place, 1
    return columns


def _way_back(blocks, index):
    """Indices from the clip to ``index``, by each block's last input."""
    way = []
    while index != CLIP:
        way.append(index)
        index = blocks[index].sources[-1]
    return way[::-1]


def _canvas(height):
    """Axes in inches over a whole figure of page width."""
    figure = new_figure(PAGE, height, arrange=False)
    axes = without_axes(figure.add_axes([0, 0, 1, 1]))
    axes.set_xlim(0, PAGE)
    axes.set_ylim(0, height)
    return axes


def _box(axes, middle, size, colour, text, rotation=0):
    fill = 1 - _TINT * (1 - np.array(to_rgb(colour)))
    corner = middle[0] - size[0] / 2, middle[1] - size[1] / 2
    axes.add_patch(
        FancyBboxPatch(corner, *size, boxstyle="round,pad=0,rounding_size=0.04", facecolor=fill, edgecolor=GREY, lw=0.6)
    )
    axes.text(*middle, text, ha="center", va="center", rotation=rotation, fontsize=7, color=BLACK, linespacing=1.15)


def _connect(axes, start, end, box):
    """An arrow from box to box: along a row, or from one row to the other."""
    (x0, y0), (x1, y1) = start, end
    if abs(y0 - y1) < 1e-6:
        _arrow(axes, (x0 + box[0] / 2, y0), (x1 - box[0] / 2, y1))
    elif y1 > y0:  # the clip feeds the upper row as well
        axes.plot([x0, x0], [y0 + box[1] / 2, y1], color=GREY, linewidth=0.7)
        _arrow(axes, (x0, y1), (x1 - box[0] / 2, y1))
    elif abs(x0 - x1) < 1e-6:
        _arrow(axes, (x0, y0 - box[1] / 2), (x1, y1 + box[1] / 2))
    else:
        middle = (x0 + x1) / 2
        axes.plot([middle, middle, x1], [y0, y0 - box[1] / 2 - 0.15, y0 - box[1] / 2 - 0.15], color=GREY, linewidth=0.7)
        _arrow(axes, (x1, y0 - box[1] / 2 - 0.15), (x1, y1 + box[1] / 2))


def _arrow(axes, start, end):
    settings = {"arrowstyle": "-|>", "mutation_scale": 6, "color": GREY, "lw": 0.7, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=settings)


def _sizes(shape):
    return "×".join(map(str, shape))
