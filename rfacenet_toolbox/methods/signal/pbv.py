"""PBV: De Haan and Van Leest 2014."""

import numpy as np

from ...errors import DataError
from .colour import as_rgb, normalised_windows


def pbv(rgb, fs_hz):
    """The projection of the normalised colours that the blood volume pulse signature asks for.

    Args:
        rgb: (T, 3) mean colours, T at least 3.
        fs_hz: not used; all methods take it.

    Returns:
        (T,) float64, without unit.

    Raises:
        DataError: see :func:`~.colour.as_rgb`; a black channel, or channels that depend on one another, as in a grey
            video.

    Source: G. de Haan, A. van Leest, "Improved motion robustness of remote-PPG by using the blood volume pulse
    signature", Physiological Measurement 35(9), 2014: weights W = k P_bv Q^-1, Q = C C'. Agrees with the toolbox's
    ``PBV``, which departs from the paper: the signature P_bv is not a fixed one of camera and light, but the standard
    deviations of the video's own normalised channels; the channels are divided by their mean and not centred; the
    result is scaled so that W P_bv' = 1.
    """
    rgb = as_rgb(rgb, "PBV", least_frames=3)
    (whole,) = normalised_windows(rgb, len(rgb), hop=1)
    channels = np.ascontiguousarray(whole.T)
    signature = channels.std(axis=1) / np.sqrt(channels.var(axis=1).sum())
    try:
        weights = np.linalg.solve(channels @ channels.T, signature)
    except np.linalg.LinAlgError:
        raise DataError(
            "PBV got colour channels that depend on one another, as those of a grey video do; it needs three that "
            "differ. Use a colour video, or GREEN."
        )
    return ((channels.T @ weights) / (signature @ weights)).astype(np.float64)
