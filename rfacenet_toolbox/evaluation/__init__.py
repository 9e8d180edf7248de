"""Metrics of heart rate from video, computed as the rPPG-Toolbox computes them.

The predicted and the true pulse signal of each video give two heart rates, in beats per minute (bpm), and two measures
of the waveform; over the test set these give

======== ======== ==================================================================================
metric   unit     what it is
======== ======== ==================================================================================
MAE      bpm      mean absolute error of the heart rate
RMSE     bpm      root mean square error of the heart rate
MAPE     %        mean absolute error relative to the true heart rate
Pearson  none     correlation of estimated and true heart rates over the videos
SNR      dB       power near the true heart rate and its double, over the rest of the band
MACC     none     largest correlation of the two waveforms over circular shifts, 0 to 1
======== ======== ==================================================================================

each with a standard error. The band and the formula of RMSE's standard error have changed within the toolbox under the
same names, so every number belongs to a protocol: ``neurips2023``, that of the paper's Tables 2 and 3, or
``toolbox2025``. A third, ``vipl``, is that of Table 1: heart rates by Eq. 3 on segments of about 8 s, and two standard
deviations of the error besides.

A method may give a heart rate for each clip in place of a waveform (:class:`ClipRates`): a video's is the mean over its
clips, and SNR and MACC do not exist.

>>> result = evaluate({"subject1": prediction}, {"subject1": label}, fs_hz=30)         # doctest: +SKIP
>>> summary, per_video = result["neurips2023"]                                         # doctest: +SKIP

Nothing here reads files, prints, or knows about configs or torch; :mod:`.files` has the same numbers on disk. Source:
the toolbox's ``evaluation/post_process.py`` and ``evaluation/metrics.py`` at 7e33a44 and d807b01, with which these
numbers agree to 1e-6. SNR is d807b01's in both protocols, over the protocol's band; 7e33a44 printed twice as many dB
(20 log10 of the same ratio), and had no MACC.
"""

from .clip_rates import GIVES, HEART_RATE, WAVEFORM, ClipRates
from .compare import Comparison, compare, video_errors
from .filters import MIN_SAMPLES, bandpass, detrend, detrend_lambda, prepare
from .inputs import join_chunks, join_predictions, validate
from .metrics import METRICS, SD_METRICS, Metric, evaluate, left_out, metrics_of, summarise
from .protocols import DEFAULT_SCHEME, METHODS, PROTOCOLS, TOOLBOX_PROTOCOLS, Protocol, Scheme, get_protocol
from .pulse_signal import fft_grid_bpm, fft_heart_rate_bpm, macc, peak_heart_rate_bpm, snr_db
from .scoring import SCORE_COLUMNS, VideoScore, fft_grids_bpm, score_video, window_bounds
from .segments import eq3_heart_rate_bpm, segment_bounds

__all__ = [
    "ClipRates",
    "Comparison",
    "DEFAULT_SCHEME",
    "GIVES",
    "HEART_RATE",
    "METHODS",
    "METRICS",
    "MIN_SAMPLES",
    "Metric",
    "PROTOCOLS",
    "Protocol",
    "SCORE_COLUMNS",
    "SD_METRICS",
    "Scheme",
    "TOOLBOX_PROTOCOLS",
    "VideoScore",
    "WAVEFORM",
    "bandpass",
    "compare",
    "detrend",
    "detrend_lambda",
    "evaluate",
    "fft_grid_bpm",
    "fft_grids_bpm",
    "fft_heart_rate_bpm",
    "get_protocol",
    "join_chunks",
    "join_predictions",
    "eq3_heart_rate_bpm",
    "left_out",
    "macc",
    "metrics_of",
    "peak_heart_rate_bpm",
    "prepare",
    "score_video",
    "segment_bounds",
    "snr_db",
    "summarise",
    "validate",
    "video_errors",
    "window_bounds",
]
