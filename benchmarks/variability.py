"""How far off is the heart-rate variability of `rfacenet predict` on recordings with a chest strap?

``python benchmarks/variability.py FOLDER`` reads the Welltory-PPG-dataset (Neshitov et al. 2021, free for research,
https://github.com/Welltory/welltory-ppg-dataset): fingertip video as mean colours, ``FOLDER/subject_*/PPG.csv``, and
the RR intervals of a Polar H10, ``RR.txt``. Of each recording it takes the channel with the highest signal quality.

It prints a Markdown table of RMSSD in ms: the strap's; that of NeuroKit2's `ppg_findpeaks`, as they are and with its
Kubios correction; and that of `rfacenet predict`, with the number of beats that it corrected or the reason why it gives
none. Below are the errors. It needs NeuroKit2 (pip install '.[predict]').
"""

import argparse
import warnings
from pathlib import Path

import measuring  # noqa: F401  this checkout's package
import numpy as np
import scipy.interpolate
import scipy.signal

from rfacenet_toolbox.prediction import hrv, resample, waveform

_FINE_HZ = 250
_COLUMNS = ("peaks", "peaks, Kubios", "rfacenet predict")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with subject_*/PPG.csv and RR.txt")
    warnings.simplefilter("ignore")  # NeuroKit2 warns of measures that short recordings do not have
    rows = [_row(folder) for folder in sorted(parser.parse_args().folder.glob("subject_*"))]
    lines = [["recording", "strap", *_COLUMNS, "corrected"], ["---"] * (len(_COLUMNS) + 3)]
    for name, true_ms, found, said in rows:
        lines.append([name, f"{true_ms:.0f}", *("" if ms is None else f"{ms:.0f}" for ms in found), said])
    print("\n".join(f"| {' | '.join(cells)} |" for cells in lines), end="\n\n")
    lines = [["RMSSD against the strap, ms", "mean error", "median error", "recordings", "refused"], ["---"] * 5]
    for column, name in enumerate(_COLUMNS):
        errors = [abs(found[column] - true_ms) for _, true_ms, found, _ in rows if found[column] is not None]
        numbers = f"{np.mean(errors):.1f}", f"{np.median(errors):.1f}", str(len(errors)), str(len(rows) - len(errors))
        lines.append([name, *numbers])
    print("\n".join(f"| {' | '.join(cells)} |" for cells in lines))


def _row(folder):
    """(name, the strap's RMSSD, the three RMSSDs or None, what to say of the last)."""
    intervals_ms = np.array((folder / "RR.txt").read_text().split(), dtype=float)
    pulse, rate_bpm = _pulse(folder / "PPG.csv")
    peaks, corrected = _peaks(pulse, rate_bpm)
    measures, reason = hrv.variability(pulse, rate_bpm)
    ours, said = (None, reason) if measures is None else (measures["rmssd_ms"], str(measures["corrected"]))
    return folder.name, _rmssd(intervals_ms), (_rmssd(np.diff(peaks)), _rmssd(np.diff(corrected)), ours), said


def _rmssd(intervals_ms):
    return float(np.sqrt(np.mean(np.diff(intervals_ms) ** 2)))


def _pulse(path):
    """The filtered waveform of the clearest channel, and its heart rate."""
    table = np.genfromtxt(path, delimiter=",", skip_header=1)
    times_s = table[:, 0] / 1000
    later = np.concatenate([[True], np.diff(times_s) > 0])
    found = []
    for channel in table[later, 1:].T:
        fs_hz, grid_s, even, known = resample.even_grid(times_s[later], -channel[:, None], np.ones(later.sum(), bool))
        pulse = waveform.filtered(waveform.Waveform(fs_hz, grid_s[0], even[:, 0], known), is_derivative=False)
        rate_bpm, _ = waveform.overall(pulse, 10.0) or (None, None)
        if rate_bpm is not None:
            windows = waveform.windows(pulse, 10.0, 1.0, rate_bpm)
            found.append((np.median([window.quality for window in windows]), rate_bpm, pulse))
    _, rate_bpm, pulse = max(found, key=lambda one: one[0])
    return pulse, rate_bpm


def _peaks(pulse, rate_bpm):
    """NeuroKit2's beats in ms, as found and corrected, in the waveform within half a hertz of the heart rates."""
    import neurokit2

    rates_hz = [window.heart_rate_bpm / 60 for window in waveform.windows(pulse, 10.0, 5.0, rate_bpm)]
    low_hz, high_hz = np.percentile(rates_hz, (5, 95))
    band = scipy.signal.butter(2, (low_hz - 0.5, high_hz + 0.5), "bandpass", fs=pulse.fs_hz, output="sos")
    times_s = pulse.times_s - pulse.start_s
    fine_s = np.arange(0, times_s[-1], 1 / _FINE_HZ)
    fine = scipy.interpolate.CubicSpline(times_s, scipy.signal.sosfiltfilt(band, pulse.bvp))(fine_s)
    peaks = neurokit2.ppg_findpeaks(fine, sampling_rate=_FINE_HZ)["PPG_Peaks"]
    corrected = neurokit2.signal_fixpeaks(peaks, sampling_rate=_FINE_HZ, method="Kubios")[1]
    return (1000 / _FINE_HZ * np.asarray(beats) for beats in (peaks, corrected))


if __name__ == "__main__":
    main()
