"""ICA: Poh, McDuff and Picard 2010."""

import numpy as np

from ...errors import DataError
from ...evaluation import bandpass, detrend
from .colour import as_rgb
from .jade import jade

BAND_HZ = (0.7, 2.5)
FILTER_ORDER = 3
LEAST_FRAMES = 22  # the filter's


def ica(rgb, fs_hz):
    """The most periodic of three independent components of the colours.

    Args:
        rgb: (T, 3) mean colours, T at least 22.
        fs_hz: frames per second, more than 5.

    Returns:
        (T,) float64; the component has unit variance before it is filtered. Its sign means nothing.

    Raises:
        DataError: see :func:`~.colour.as_rgb`; a channel that does not vary, or channels that depend on one another.
        EvaluationError: a frame rate too low for the band.

    Source: M.-Z. Poh, D. J. McDuff, R. W. Picard, "Non-contact, automated cardiac pulse measurements using video
    imaging and blind source separation", Optics Express 18(10), 2010, with JADE for the separation. Agrees with the
    toolbox's ``ICA_POH``, which departs from it: the video is taken whole, not in 30 s windows; the channels are
    detrended first (lambda 100), and the component with the highest peak in its normalised spectrum is taken in place
    of the second one (both as in the authors' paper of 2011); a third-order 0.7-2.5 Hz filter ends it.
    """
    rgb = as_rgb(rgb, "ICA", least_frames=LEAST_FRAMES)
    _check_varies(rgb)
    colours = detrend(rgb).T
    colours -= colours.mean(axis=1, keepdims=True)
    sources = jade(colours / colours.std(axis=1, keepdims=True))
    return bandpass(sources[np.argmax(_peak_shares(sources))], fs_hz, BAND_HZ, order=FILTER_ORDER)


def _peak_shares(sources):
    """Each component's largest line of power over the sum of its lines, zero frequency left out."""
    count = (sources.shape[1] - 1) // 2
    power = np.abs(np.fft.rfft(sources)[:, 1 : 1 + count]) ** 2
    return power.max(axis=1) / power.sum(axis=1)


def _check_varies(rgb):
    still = [name for name, span in zip(("red", "green", "blue"), np.ptp(rgb, axis=0)) if span == 0]
    if still:
        raise DataError(
            f"ICA got a video whose {' and '.join(still)} never changes; it needs three channels that vary. Use "
            f"another method, such as GREEN."
        )
