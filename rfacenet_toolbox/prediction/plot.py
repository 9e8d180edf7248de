"""The picture of a prediction: face, waveform, spectrum, heart-rate track."""

import io
import warnings

from .quality import BAND_HZ, doubtful_below

_LONGEST_SHOWN_S = 15.0  # of the waveform; in more than that single beats cannot be seen
_PULSE, _QUIET, _INK = "#b3202c", "#c9cdd2", "#30343a"


def png(found):
    """The picture as bytes of a PNG.

    Args:
        found: :class:`~.result.Prediction`; its thumbnail is shown if it has one.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), dpi=110)
    canvas = FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        3, 2, height_ratios=(0.75, 1.2, 1.2), hspace=0.5, wspace=0.22, left=0.08, right=0.97, top=0.95, bottom=0.08
    )
    _head(figure, grid[0, :], found)
    _waveform(figure.add_subplot(grid[1, :]), found)
    _spectrum(figure.add_subplot(grid[2, 0]), found)
    _track(figure.add_subplot(grid[2, 1]), found)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # of a name in another script: drawn as boxes
        canvas.print_png(buffer)
    return buffer.getvalue()


def _head(figure, place, found):
    has_face = found.thumbnail is not None
    inner = place.subgridspec(1, 2, width_ratios=(1, 5) if has_face else (1e-6, 1), wspace=0.04)
    if has_face:
        axes = figure.add_subplot(inner[0, 0])
        axes.imshow(found.thumbnail)
        axes.set_anchor("W")
        axes.axis("off")
    axes = figure.add_subplot(inner[0, 1])
    axes.axis("off")
    rate = "no heart rate" if found.heart_rate_bpm is None else f"{found.heart_rate_bpm:.1f} bpm"
    axes.text(0, 0.95, rate, fontsize=26, color=_PULSE, va="top", weight="bold", transform=axes.transAxes)
    quality = "" if found.quality is None else f"signal quality {found.quality:.2f} (0 to 1),  "
    lines = [
        f"{_plain(found.source)},  method {found.method}",
        f"{quality}{found.duration_s:.1f} s at {found.fps_hz:.1f} frames a second,  "
        f"a face in {found.face_share:.0%} of the frames",
    ]
    axes.text(0, 0.48, "\n".join(lines), fontsize=10, color=_INK, va="top", linespacing=1.6, transform=axes.transAxes)


def _plain(name):
    """A file's name as text that is drawn as it is, not as a formula."""
    return name.replace("$", r"\$")


def _waveform(axes, found):
    first_s, last_s = _shown(found)
    inside = (found.times_s >= first_s) & (found.times_s <= last_s)
    axes.plot(found.times_s[inside], found.bvp[inside], color=_PULSE, linewidth=1.2)
    part = "" if inside.all() else ", the clearest part"
    axes.set_title(f"Pulse waveform (BVP, no unit){part}", fontsize=10, loc="left", color=_INK)
    axes.set_xlim(first_s, last_s)
    axes.set_xlabel("time (s)")
    axes.set_yticks([])
    _tidy(axes)


def _spectrum(axes, found):
    axes.set_title("Power spectrum", fontsize=10, loc="left", color=_INK)
    axes.set_xlabel("frequency (beats a minute)")
    axes.set_yticks([])
    if found.spectrum is not None:
        frequencies_hz, power = found.spectrum
        inside = (frequencies_hz >= BAND_HZ[0]) & (frequencies_hz <= BAND_HZ[1])
        axes.fill_between(60 * frequencies_hz[inside], power[inside], color=_QUIET, linewidth=0)
        axes.plot(60 * frequencies_hz[inside], power[inside], color=_INK, linewidth=1)
        axes.axvline(found.heart_rate_bpm, color=_PULSE, linewidth=1.2)
        axes.set_ylim(0, None)
    axes.set_xlim(60 * BAND_HZ[0], 60 * BAND_HZ[1])
    _tidy(axes)


def _track(axes, found):
    """Hollow dots where the quality is no better than noise's."""
    length_s = found.windows[0].seconds
    doubtful = doubtful_below(length_s)
    axes.set_title(f"Heart rate, windows of {length_s:.0f} s", fontsize=10, loc="left", color=_INK)
    axes.set_xlabel("time (s), middle of the window")
    axes.set_ylabel("bpm")
    given = [window for window in found.windows if window.heart_rate_bpm is not None]
    for clear in (False, True):
        chosen = [window for window in given if (window.quality >= doubtful) == clear]
        middles_s = [(window.start_s + window.stop_s) / 2 for window in chosen]
        rates = [window.heart_rate_bpm for window in chosen]
        label = "clear" if clear else "no better than noise"
        axes.scatter(middles_s, rates, s=16, color=_PULSE, facecolors=_PULSE if clear else "none", label=label)
    if given:
        rates = [window.heart_rate_bpm for window in given]
        axes.set_ylim(min(rates) - 10, max(rates) + 10)
        if any(window.quality < doubtful for window in given):
            axes.legend(fontsize=8, frameon=False, ncol=2, loc="upper right")
    axes.set_xlim(found.start_s, found.start_s + found.duration_s)
    _tidy(axes)


def _shown(found):
    """(first, last) second of the waveform to show: all of it, or around the clearest window."""
    end_s = found.start_s + found.duration_s
    if found.duration_s <= _LONGEST_SHOWN_S:
        return found.start_s, end_s
    best = max(found.windows, key=lambda window: -1 if window.quality is None else window.quality)
    centred_s = (best.start_s + best.stop_s - _LONGEST_SHOWN_S) / 2
    first_s = min(max(centred_s, found.start_s), end_s - _LONGEST_SHOWN_S)
    return first_s, first_s + _LONGEST_SHOWN_S


def _tidy(axes):
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.xaxis.label.set_size(9)
    axes.yaxis.label.set_size(9)
