"""Heart-rate variability of a long enough recording, by NeuroKit2 (Makowski et al. 2021), an optional extra.

Beats are corrected by the method of Lipponen and Tarvainen (2019, "A robust algorithm for heart rate variability time
series artefact correction using novel beat classification"), which Kubios uses, with the thresholds of the paper: one
beat that is missed or made up would otherwise be most of RMSSD. What noise is left makes SDNN, and even more RMSSD and
pNN50, too large.
"""

from typing import Dict, Optional, Tuple

import numpy as np

from . import waveform as waveforms
from .beats import find_beats
from .stretch import longest_stretch

#: shortest stretch with a face, without a break
SHORTEST_S = 60.0
#: lowest median quality of its windows; below it, noise adds as much to SDNN as a heart at rest has
LOWEST_QUALITY = 0.7
#: largest share of the beats that may have been corrected or faint, one in twenty
MOST_UNSURE = 0.05
_TICK_HZ = 1000  # NeuroKit2 takes beats as whole samples
#: by which the rate of the beats may differ from the spectrum's, beyond which beats were missed or made up
_BEATS_TOLERANCE = 0.15
_MEASURES = {"HRV_MeanNN": "mean_nn_ms", "HRV_SDNN": "sdnn_ms", "HRV_RMSSD": "rmssd_ms", "HRV_pNN50": "pnn50_percent"}


def variability(
    waveform: waveforms.Waveform, rate_bpm: Optional[float] = None
) -> Tuple[Optional[Dict[str, float]], Optional[str]]:
    """Time-domain measures of the longest stretch of the filtered :class:`~.waveform.Waveform` that has a face.

    ``rate_bpm`` is the heart rate of the whole.

    Returns:
        ``(measures, None)`` with {"seconds", "beats", "corrected", "mean_nn_ms", "sdnn_ms", "rmssd_ms",
        "pnn50_percent"}, where "corrected" counts the beats that were moved, added or left out; or ``(None, reason)``
        in words.
    """
    stretch, reason = longest_stretch(waveform, rate_bpm, SHORTEST_S, LOWEST_QUALITY)
    if stretch is None:
        return None, reason
    try:
        import neurokit2
    except ImportError as error:
        return None, f"NeuroKit2 is not installed ({error}). Install it with: pip install 'rfacenet-toolbox[predict]'"
    seconds, readings = stretch.seconds, stretch.readings
    found = find_beats(stretch.waveform, readings)
    if len(found.times_s) < SHORTEST_S / 2:
        return None, f"only {len(found.times_s)} beats could be told apart in {seconds:.0f} s."
    found_bpm = 60 / np.diff(found.times_s).mean()
    # the mean of the windows' rates, so that a rate that changes is followed
    expected_bpm = float(np.mean([one.heart_rate_bpm for one in readings if one.heart_rate_bpm is not None]))
    if abs(found_bpm / expected_bpm - 1) > _BEATS_TOLERANCE:
        return None, (
            f"its beats make {found_bpm:.0f} per minute, and its spectrum {expected_bpm:.0f}: some were missed."
        )
    beats, corrected = _corrected(found.times_s, neurokit2.signal_fixpeaks)
    faint = int(found.faint.sum())
    if corrected + faint > MOST_UNSURE * len(beats):
        return None, (
            f"of {len(beats)} beats, {corrected} were out of rhythm and had to be corrected, and {faint} were too "
            f"faint to be placed; no more than {MOST_UNSURE:.0%} may be."
        )
    table = neurokit2.hrv_time(beats, sampling_rate=_TICK_HZ)
    measures = {ours: float(table[theirs].iloc[0]) for theirs, ours in _MEASURES.items()}
    return {"seconds": seconds, "beats": len(beats), "corrected": corrected, **measures}, None


def _corrected(beats_s, fix_peaks):
    """The beats in ticks after correction, and how many of them were moved, added or left out."""
    before = np.unique(np.rint(beats_s * _TICK_HZ).astype(int))
    after = np.unique(np.asarray(fix_peaks(before, sampling_rate=_TICK_HZ, method="Kubios")[1], dtype=int))
    return after, max(len(np.setdiff1d(after, before)), len(np.setdiff1d(before, after)))
