"""How often is a respiratory rate given, and how often is it wrong, on computed pulses?

``python benchmarks/respiration.py`` draws pulses of 55 to 110 bpm whose rate and strength breathing changes 8 to 26
times per minute, with noise, and pulses that it does not change at all.
"""

import argparse

import numpy as np
from measuring import ROOT  # noqa: F401 - it puts this checkout's package first

from rfacenet_toolbox.prediction import respiration, waveform

DRAWN = 150
FS_HZ = 30.0
#: seconds, change of the heart rate, of the strength, noise: as shares
CASES = [
    (seconds, *change)
    for seconds in (46, 60, 120)
    for change in ((0.05, 0.1, 0.3), (0.03, 0.1, 0.5), (0.05, 0.05, 1.0), (0, 0, 0.3), (0, 0, 1.0))
]


def pulse(seconds, rate_change, strength_change, noise, breaths_per_min, heart_rate_bpm, rng):
    """A filtered waveform; its heart rate drifts, too."""
    times_s = np.arange(int(seconds * FS_HZ)) / FS_HZ
    breath = 2 * np.pi * breaths_per_min / 60
    turns = heart_rate_bpm / 60 * (times_s + rate_change / breath * np.sin(breath * times_s))
    phase = 2 * np.pi * turns + 0.12 * np.cumsum(rng.standard_normal(len(times_s))) / np.sqrt(FS_HZ)
    beats = np.cos(phase) + 0.35 * np.cos(2 * phase - 1)
    bvp = (1 + strength_change * np.sin(breath * times_s + 1)) * beats + noise * rng.standard_normal(len(times_s))
    raw = waveform.Waveform(FS_HZ, 0.0, bvp, np.ones(len(bvp), dtype=bool))
    return waveform.filtered(raw, is_derivative=False)


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print("| seconds | change of the rate | of the strength | noise | given | off by over 2 per minute | mean error |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for seconds, *changes in CASES:
        rng = np.random.default_rng(0)
        errors = []
        for _ in range(DRAWN):
            true, heart_rate_bpm = rng.uniform(8, 26), rng.uniform(55, 110)
            found, _ = respiration.breathing(pulse(seconds, *changes, true, heart_rate_bpm, rng))
            errors += [] if found is None else [abs(found["rate_per_min"] - true)]
        mean = f"{np.mean(errors):.2f}" if errors else "-"
        off = sum(error > 2 for error in errors)
        shown = " | ".join(f"{100 * change:.0f} %" for change in changes)
        print(f"| {seconds} | {shown} | {len(errors)} of {DRAWN} | {off} | {mean} |", flush=True)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    main()
