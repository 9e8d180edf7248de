"""Heart-rate variability of a long enough recording, by NeuroKit2 (Makowski et al. 2021), an optional extra.

A camera sees a beat to a frame or so, 33 ms at 30 fps, smeared further by noise: SDNN is usable on a good recording,
RMSSD and pNN50 come out too large.
"""
import numpy as np
import scipy.interpolate

#: shortest stretch with a face, without a break
SHORTEST_S = 60.0
_FINE_HZ = 250.0  # beats are looked for on a finer grid than the camera's
_MEASURES = {"HRV_MeanNN": "mean_nn_ms", "HRV_SDNN": "sdnn_ms", "HRV_RMSSD": "rmssd_ms", "HRV_pNN50": "pnn50_percent"}


def variability(waveform):
    """Time-domain measures of the longest stretch of the filtered :class:`~.waveform.Waveform` that has a face.

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
    stretch = waveform.bvp[first:last]
    coarse_s = np.arange(len(stretch)) / waveform.fs_hz
    fine_s = np.arange(0, coarse_s[-1], 1 / _FINE_HZ)
    fine = scipy.interpolate.CubicSpline(coarse_s, stretch)(fine_s)
    beats = neurokit2.ppg_findpeaks(fine, sampling_rate=_FINE_HZ)["PPG_Peaks"]
    if len(beats) < SHORTEST_S / 2:
        return None, f"only {len(beats)} beats could be told apart in {seconds:.0f} s."
    table = neurokit2.hrv_time(beats, sampling_rate=_FINE_HZ)
    measures = {ours: float(table[theirs].iloc[0]) for theirs, ours in _MEASURES.items()}
    return {"seconds": seconds, "beats": len(beats), **measures}, None


def _longest(known):
    """(first, last) of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    return tuple(runs[np.argmax(runs[:, 1] - runs[:, 0])]) if len(runs) else (0, 0)
