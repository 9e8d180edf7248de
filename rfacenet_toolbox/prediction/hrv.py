"""Heart-rate variability of a long enough recording, by NeuroKit2 (Makowski et al. 2021), an optional extra.

A camera tells the time of a beat to about one frame, 33 ms at 30 fps, and noise blurs it further. Beats are therefore
looked for near the heart rate only: half a hertz to either side keeps the variability that comes from breathing, and
little of the noise. What noise is left makes SDNN, and even more RMSSD and pNN50, too large.
"""

from typing import Dict, Optional, Tuple

import numpy as np
import scipy.interpolate
import scipy.signal

from . import waveform as waveforms

#: shortest stretch with a face, without a break
SHORTEST_S = 60.0
#: lowest median quality of its windows; below it, noise adds as much to SDNN as a heart at rest has
LOWEST_QUALITY = 0.7
_FINE_HZ = 250.0  # beats are looked for on a finer grid than the camera's
_WINDOW_S, _STEP_S = 10.0, 5.0  # in which the heart rate is followed
_EITHER_SIDE_HZ = 0.5
#: by which the rate of the beats may differ from the spectrum's, beyond which beats were missed or made up
_BEATS_TOLERANCE = 0.15
_MEASURES = {"HRV_MeanNN": "mean_nn_ms", "HRV_SDNN": "sdnn_ms", "HRV_RMSSD": "rmssd_ms", "HRV_pNN50": "pnn50_percent"}


def variability(
    waveform: waveforms.Waveform, rate_bpm: Optional[float] = None
) -> Tuple[Optional[Dict[str, float]], Optional[str]]:
    """Time-domain measures of the longest stretch of the filtered :class:`~.waveform.Waveform` that has a face.

    ``rate_bpm`` is the heart rate of the whole.

    Returns:
        ``(measures, None)`` with {"seconds", "beats", "mean_nn_ms", "sdnn_ms", "rmssd_ms", "pnn50_percent"}, or
        ``(None, reason)`` in words.
    """
    first, last = _longest(waveform.known)
    seconds = (last - first) / waveform.fs_hz
    if seconds < SHORTEST_S:
        return None, f"it needs {SHORTEST_S:g} s of face without a break, and there are {seconds:.1f} s."
    try:
        import neurokit2
    except ImportError as error:
        return None, f"NeuroKit2 is not installed ({error}). Install it with: pip install 'rfacenet-toolbox[predict]'"
    stretch = waveform._replace(bvp=waveform.bvp[first:last], known=waveform.known[first:last])
    readings = [
        one for one in waveforms.windows(stretch, _WINDOW_S, _STEP_S, rate_bpm) if one.heart_rate_bpm is not None
    ]
    found = np.median([one.quality for one in readings]) if readings else 0.0
    if found < LOWEST_QUALITY:
        return None, f"it needs a signal quality of {LOWEST_QUALITY:g}, and it is {found:.2f} where the face is there."
    rates_bpm = [one.heart_rate_bpm for one in readings if one.heart_rate_bpm is not None]
    fine = _fine(_near_heart_rate(stretch, rates_bpm), stretch.fs_hz)
    beats = neurokit2.ppg_findpeaks(fine, sampling_rate=_FINE_HZ)["PPG_Peaks"]
    if len(beats) < SHORTEST_S / 2:
        return None, f"only {len(beats)} beats could be told apart in {seconds:.0f} s."
    found = 60 * (len(beats) - 1) * _FINE_HZ / (beats[-1] - beats[0])
    expected = float(np.mean(rates_bpm))  # of a rate that changes, too
    if abs(found / expected - 1) > _BEATS_TOLERANCE:
        return None, f"its beats make {found:.0f} per minute, and its spectrum {expected:.0f}: some were missed."
    table = neurokit2.hrv_time(beats, sampling_rate=_FINE_HZ)
    measures = {ours: float(table[theirs].iloc[0]) for theirs, ours in _MEASURES.items()}
    return {"seconds": seconds, "beats": len(beats), **measures}, None


def _near_heart_rate(stretch, rates_bpm):
    """The BVP filtered to the heart rates of nine windows in ten, and half a hertz to either side."""
    low_hz, high_hz = np.percentile(rates_bpm, (5, 95)) / 60
    band_hz = low_hz - _EITHER_SIDE_HZ, min(high_hz + _EITHER_SIDE_HZ, 0.49 * stretch.fs_hz)
    return scipy.signal.sosfiltfilt(
        scipy.signal.butter(2, band_hz, "bandpass", fs=stretch.fs_hz, output="sos"), stretch.bvp
    )


def _fine(bvp, fs_hz):
    coarse_s = np.arange(len(bvp)) / fs_hz
    return scipy.interpolate.CubicSpline(coarse_s, bvp)(np.arange(0, coarse_s[-1], 1 / _FINE_HZ))


def _longest(known):
    """(first, last) of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    return tuple(runs[np.argmax(runs[:, 1] - runs[:, 0])]) if len(runs) else (0, 0)
