"""The picture of a prediction: face, waveform, spectrum, heart-rate track; of a method without a waveform the track."""

import io
import warnings

from ..evaluation import HEART_RATE
from .confidence import DOUBTED_ABOVE_BPM
from .quality import BAND_HZ

_LONGEST_SHOWN_S = 15.0  # of the waveform; in more than that single beats cannot be seen
_PULSE, _QUIET, _INK = "#b3202c", "#c9cdd2", "#30343a"


def png(prediction):
    """The picture as bytes of a PNG.

    Args:
        prediction: :class:`~.result.Prediction`; its thumbnail is shown if it has one.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), dpi=110)
    canvas = FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        3, 2, height_ratios=(0.75, 1.2, 1.2), hspace=0.5, wspace=0.22, left=0.08, right=0.97, top=0.95, bottom=0.08
    )
    _head(figure, grid[0, :], prediction)
    if prediction.gives == HEART_RATE:
        _track(figure.add_subplot(grid[1:, :]), prediction)
    else:
        _waveform(figure.add_subplot(grid[1, :]), prediction)
        _spectrum(figure.add_subplot(grid[2, 0]), prediction)
        _track(figure.add_subplot(grid[2, 1]), prediction)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # of a name in another script: drawn as boxes
        canvas.print_png(buffer)
    return buffer.getvalue()


def _head(figure, place, prediction):
    has_face = prediction.thumbnail is not None
    inner = place.subgridspec(1, 2, width_ratios=(1, 5) if has_face else (1e-6, 1), wspace=0.04)
    if has_face:
        axes = figure.add_subplot(inner[0, 0])
        axes.imshow(prediction.thumbnail)
        axes.set_anchor("W")
        axes.axis("off")
    axes = figure.add_subplot(inner[0, 1])
    axes.axis("off")
    rate = "no heart rate" if prediction.heart_rate_bpm is None else f"{prediction.heart_rate_bpm:.1f} bpm"
    axes.text(0, 0.95, rate, fontsize=26, color=_PULSE, va="top", weight="bold", transform=axes.transAxes)
    quality = "" if prediction.quality is None else f"signal quality {prediction.quality:.2f} (0 to 1)"
    known = ",  ".join(filter(None, (prediction.expected_error_text, quality)))
    if prediction.gives == HEART_RATE:
        known = "signal quality and expected error are not known of this method"
    lines = [
        f"{_plain(prediction.source + prediction.whose)},  method {prediction.method}",
        known,
        f"{prediction.duration_s:.1f} s at {prediction.fps_hz:.1f} frames per second,  "
        f"a face in {prediction.face_share:.0%} of the frames",
    ]
    axes.text(0, 0.48, "\n".join(lines), fontsize=10, color=_INK, va="top", linespacing=1.6, transform=axes.transAxes)


def _plain(name):
    """A file's name as text that is drawn as it is, not as a formula."""
    return name.replace("$", r"\$")


def _waveform(axes, prediction):
    first_s, last_s = _shown(prediction)
    inside = (prediction.times_s >= first_s) & (prediction.times_s <= last_s)
    axes.plot(prediction.times_s[inside], prediction.bvp[inside], color=_PULSE, linewidth=1.2)
    part = "" if inside.all() else ", the clearest part"
    axes.set_title(f"Pulse waveform (BVP, no unit){part}", fontsize=10, loc="left", color=_INK)
    axes.set_xlim(first_s, last_s)
    axes.set_xlabel("time (s)")
    axes.set_yticks([])
    _tidy(axes)


def _spectrum(axes, prediction):
    axes.set_title("Power spectrum", fontsize=10, loc="left", color=_INK)
    axes.set_xlabel("frequency (beats per minute)")
    axes.set_yticks([])
    if prediction.spectrum is not None:
        frequencies_hz, power = prediction.spectrum
        inside = (frequencies_hz >= BAND_HZ[0]) & (frequencies_hz <= BAND_HZ[1])
        axes.fill_between(60 * frequencies_hz[inside], power[inside], color=_QUIET, linewidth=0)
        axes.plot(60 * frequencies_hz[inside], power[inside], color=_INK, linewidth=1)
        axes.axvline(prediction.heart_rate_bpm, color=_PULSE, linewidth=1.2)
        axes.set_ylim(0, None)
    axes.set_xlim(60 * BAND_HZ[0], 60 * BAND_HZ[1])
    _tidy(axes)


def _track(axes, prediction):
    """Hollow dots where the window's heart rate is doubted."""
    length_s = prediction.windows[0].seconds
    title = f"Heart rate, windows of {length_s:.0f} s"
    if prediction.gives == HEART_RATE:
        title = f"Heart rate, windows of {length_s:.1f} s; {prediction.method} gives no waveform"
    axes.set_title(title, fontsize=10, loc="left", color=_INK)
    axes.set_xlabel("time (s), middle of the window")
    axes.set_ylabel("bpm")
    given = [window for window in prediction.windows if window.heart_rate_bpm is not None]
    for doubted in (True, False):
        chosen = [window for window in given if _is_doubted(prediction, window) == doubted]
        middles_s = [(window.start_s + window.stop_s) / 2 for window in chosen]
        rates = [window.heart_rate_bpm for window in chosen]
        label = f"expected error above {DOUBTED_ABOVE_BPM:g} bpm" if doubted else "not doubted"
        axes.scatter(middles_s, rates, s=16, color=_PULSE, facecolors="none" if doubted else _PULSE, label=label)
    if given:
        rates = [window.heart_rate_bpm for window in given]
        axes.set_ylim(min(rates) - 10, max(rates) + 10)
        if any(_is_doubted(prediction, window) for window in given):
            axes.legend(fontsize=8, frameon=False, ncol=2, loc="upper right")
    axes.set_xlim(prediction.start_s, prediction.start_s + prediction.duration_s)
    _tidy(axes)


def _is_doubted(prediction, window):
    if prediction.gives == HEART_RATE:
        return False  # nothing is known of its error
    return window.expected_error_bpm is None or window.expected_error_bpm > DOUBTED_ABOVE_BPM


def _shown(prediction):
    """(first, last) second of the waveform to show: all of it, or around the clearest window."""
    end_s = prediction.start_s + prediction.duration_s
    if prediction.duration_s <= _LONGEST_SHOWN_S:
        return prediction.start_s, end_s
    best = max(prediction.windows, key=lambda window: -1 if window.quality is None else window.quality)
    centred_s = (best.start_s + best.stop_s - _LONGEST_SHOWN_S) / 2
    first_s = min(max(centred_s, prediction.start_s), end_s - _LONGEST_SHOWN_S)
    return first_s, first_s + _LONGEST_SHOWN_S


def _tidy(axes):
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.xaxis.label.set_size(9)
    axes.yaxis.label.set_size(9)
