"""Fig. 1: where the pulse branch looks on a face, and the share of it inside the face's contour over many clips."""

import numpy as np
from matplotlib.patches import Polygon

from .style import BLACK, BLUE, COLUMN, GREY, PAGE, VERMILION, explain, new_figure, styled, without_axes


@styled
def attention_maps(face, maps):
    """Fig. 1: a face, and over it the attention of each model, with the face's contour.

    Args:
        face: :class:`~rfacenet_toolbox.report.clip_faces.ClipFace`.
        maps: {model: (H, W) attention, 0 to 1}; at most four are drawn side by side, further ones below.

    Returns:
        A :class:`matplotlib.figure.Figure`; one that says why where there is nothing to draw.
    """
    if not maps:
        return explain("Fig. 1", "there is no attention map")
    across = min(len(maps) + 1, 4)
    down = -(-(len(maps) + 1) // across)
    width = min(PAGE / across, COLUMN / 2)
    figure = new_figure(across * width, down * (width + 0.35))
    cells = [without_axes(axes) for axes in figure.subplots(down, across, squeeze=False).ravel()]
    for axes, (name, attention) in zip(cells, [("clip", None), *maps.items()]):
        axes.imshow(face.picture if attention is None else face.picture.mean(axis=-1), cmap="gray", vmin=0, vmax=255)
        axes.set_title(name)
        if attention is None or not np.any(attention > 0):
            axes.set_title(name if attention is None else f"{name}\n(zero everywhere)")
        else:
            image = axes.imshow(attention, cmap="viridis", vmin=0, vmax=1, alpha=0.55)
        axes.add_patch(Polygon(face.outline - 0.5, fill=False, edgecolor="white", linewidth=0.8))
    for axes in cells:
        axes.set_xlim(-0.5, face.picture.shape[1] - 0.5)
        axes.set_ylim(face.picture.shape[0] - 0.5, -0.5)
    if any(np.any(attention > 0) for attention in maps.values()):
        bar = figure.colorbar(image, ax=cells, location="bottom", shrink=0.6, aspect=40, pad=0.02)
        bar.set_label("attention, of each map's largest (no unit); white: the face's contour")
    return figure


@styled
def attention_shares(shares, areas):
    """The claim of Fig. 1 as a number: the share of the attention inside the face's contour, a point for each clip.

    Args:
        shares: {model: (N,) shares, 0 to 1, NaN for a clip without any attention}.
        areas: (N,) the share of each clip's pixels inside the contour: what an even map would have.

    Returns:
        A :class:`matplotlib.figure.Figure`; one that says why where there is nothing to draw.
    """
    finite = {name: np.asarray(values)[np.isfinite(values)] for name, values in shares.items()}
    if not any(len(values) for values in finite.values()):
        return explain("The share inside the face", "there is no clip with an attention map and a face contour")
    figure = new_figure(COLUMN, 0.95 + 0.4 * len(finite))
    axes = figure.subplots()
    even = 100 * float(np.mean(areas))
    axes.axvline(even, color=GREY, linestyle="--", linewidth=1, label=f"even map: {even:.1f} %")
    for row, values in enumerate(finite.values()):
        _share_row(axes, row, 100 * values, first=row == 0)
    axes.set_yticks(range(len(finite)))
    axes.set_yticklabels(list(finite))
    axes.set_ylim(len(finite) - 0.4, -0.75)
    axes.set_xlim(0, 100)
    axes.set_xlabel("attention inside the contour (%)")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncol=3, borderaxespad=0.1, columnspacing=1, handlelength=1.5)
    return figure


def _share_row(axes, row, percent, first):
    # A row is spread by rank, so that clips with like shares can be told apart; the height means nothing.
    heights = row + 0.3 * (np.argsort(np.argsort(percent)) / max(len(percent) - 1, 1) - 0.5)
    style = {"color": BLUE, "alpha": 0.5, "markersize": 3, "markeredgewidth": 0}
    axes.plot(percent, heights, "o", label="a clip" if first else None, **style)
    if len(percent):
        ends = [row - 0.32, row + 0.32]
        axes.plot([percent.mean()] * 2, ends, color=VERMILION, linewidth=2, label="mean" if first else None)
        place = percent.mean(), ends[0] - 0.02
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}  # the dashed line is behind it
        axes.annotate(f"{percent.mean():.1f} %", place, color=BLACK, ha="center", va="bottom", fontsize=7, bbox=ground)
