"""Golden numbers of the evaluation, made by the toolbox's own functions.

    python tests/golden/make_evaluation_golden.py CHECKOUT_7e33a44 CHECKOUT_d807b01

(in any order; without arguments the paths come from RPPG_TOOLBOX) writes ``evaluation.json`` beside this file. Needs
torch, pandas and tqdm, as the toolbox does. The signals are seeded, so only the numbers are stored.

7e33a44 has no MACC and another SNR formula (20 log10 of the same ratio). There, both come from d807b01's functions,
given the waveforms that 7e33a44 filtered and the band that it filtered them with.
"""

import contextlib
import importlib
import inspect
import io
import json
import os
import re
import sys
import types
from pathlib import Path
from types import SimpleNamespace

import numpy as np

GOLDEN = Path(__file__).with_name("evaluation.json")
#: A checkout is known by the lower end of its band.
PROTOCOL_OF_LOW_HZ = {0.75: "neurips2023", 0.6: "toolbox2025"}
CHUNK = 38
CASES = {
    "derivative": {"label_type": "DiffNormalized", "method": "FFT", "fs_hz": 30, "window_s": None},
    "derivative-windows": {"label_type": "DiffNormalized", "method": "FFT", "fs_hz": 30, "window_s": 5},
    "raw-60Hz": {"label_type": "Raw", "method": "FFT", "fs_hz": 60, "window_s": None},
    "standardized-peaks": {"label_type": "Standardized", "method": "peak detection", "fs_hz": 30, "window_s": None},
}
PRINTED = re.compile(r"^\w+ (\w+) \(.*?\): (\S+) \+/- (\S+)", re.MULTILINE)


def make_signals(label_type, fs_hz):
    """``(predictions, labels)``, each ``{video: {chunk number: (CHUNK,) float32}}`` with the chunks out of order.

    Some lengths leave a 5 s window of less than 9 samples at the end; the last video's prediction is noise.
    """
    random = np.random.RandomState(2024)
    predictions, labels = {}, {}
    for index, rate_bpm in enumerate((54.0, 71.0, 88.0, 109.0, 132.0)):
        frames = CHUNK * (8 + index)
        phase = 2 * np.pi * np.cumsum(rate_bpm / 60 + 0.05 * np.sin(np.arange(frames) / 90)) / fs_hz
        pulse = np.sin(phase) + 0.4 * np.sin(2 * phase + 1)
        drift = np.cumsum(random.randn(frames)) * 0.05
        noise = random.randn(frames)
        estimate = noise if index == 4 else np.roll(pulse, 5) + 0.3 * (index + 1) * noise + drift
        for store, signal in ((predictions, estimate), (labels, pulse + 0.02 * random.randn(frames))):
            store[f"subject{index + 1}"] = _in_chunks(_as_type(signal, label_type), random)
    return predictions, labels


def _as_type(signal, label_type):
    if label_type == "Raw":
        return 300 + 40 * signal
    if label_type == "DiffNormalized":
        signal = np.append(np.diff(signal), 0)
        return signal / np.std(signal)
    return (signal - np.mean(signal)) / np.std(signal)


def _in_chunks(signal, random):
    chunks = signal.astype(np.float32).reshape(-1, CHUNK)
    return {int(number): chunks[number] for number in random.permutation(len(chunks))}


def load(checkout):
    """``(protocol name, post_process, metrics)``: a checkout's own modules."""
    sys.path.insert(0, str(checkout))
    writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # the checkout is only read
    # The plots are not wanted, and need libraries that the numbers do not.
    plots = types.ModuleType("evaluation.BlandAltmanPy")
    plots.BlandAltman = None
    sys.modules["evaluation.BlandAltmanPy"] = plots
    try:
        post_process = importlib.import_module("evaluation.post_process")
        metrics = importlib.import_module("evaluation.metrics")
    finally:
        sys.dont_write_bytecode = writes_bytecode
        sys.path.remove(str(checkout))
        for name in [name for name in sys.modules if name.split(".")[0] == "evaluation"]:
            del sys.modules[name]
    low_hz = inspect.signature(post_process._calculate_fft_hr).parameters["low_pass"].default
    return PROTOCOL_OF_LOW_HZ[low_hz], post_process, metrics


def _config(case, metrics):
    window = SimpleNamespace(USE_SMALLER_WINDOW=case["window_s"] is not None, WINDOW_SIZE=case["window_s"])
    data = SimpleNamespace(FS=case["fs_hz"], PREPROCESS=SimpleNamespace(LABEL_TYPE=case["label_type"]))
    return SimpleNamespace(
        TOOLBOX_MODE="train_and_test",
        TRAIN=SimpleNamespace(MODEL_FILE_NAME="golden"),
        TEST=SimpleNamespace(METRICS=metrics, DATA=data),
        INFERENCE=SimpleNamespace(EVALUATION_METHOD=case["method"], EVALUATION_WINDOW=window),
    )


def _recording(function, record):
    def wrapper(*args, **kwargs):
        value = function(*args, **kwargs)
        record.append((args, value))
        return value

    return wrapper


@contextlib.contextmanager
def _watched(module, name):
    """A list that fills with ``(positional arguments, value)`` of every call of ``module.name``."""
    original, record = getattr(module, name), []
    setattr(module, name, _recording(original, record))
    try:
        yield record
    finally:
        setattr(module, name, original)


def run_case(case, post_process, metrics, today=None, signals=None):
    """One case through a checkout's ``calculate_metrics``.

    Args:
        signals: ``(predictions, labels)`` as of :func:`make_signals`, whose they are by default.
        today: d807b01's ``post_process``; takes the SNR and MACC of a checkout that has not got today's.

    Returns:
        ``windows``: rows of [heart rate, true heart rate, SNR, MACC], without the last two if nothing can compute
        them. ``metrics``: what was printed, {metric: [value, standard error]}.
    """
    import torch

    predictions, labels = (
        {video: {number: torch.from_numpy(chunk) for number, chunk in chunks.items()} for video, chunks in side.items()}
        for side in signals or make_signals(case["label_type"], case["fs_hz"])
    )
    rate = "_calculate_fft_hr" if case["method"] == "FFT" else "_calculate_peak_hr"
    has_macc = hasattr(post_process, "_compute_macc")
    names = ["MAE", "RMSE", "MAPE", "Pearson"] + (["SNR", "MACC"] if has_macc else [])
    out = io.StringIO()
    watch_scores, watch_rates = _watched(metrics, "calculate_metric_per_video"), _watched(post_process, rate)
    silence = contextlib.redirect_stderr(io.StringIO())
    with watch_scores as scored, watch_rates as rates, contextlib.redirect_stdout(out), silence:
        metrics.calculate_metrics(predictions, labels, _config(case, names))
    windows = []
    for index, (_, values) in enumerate(scored):
        row = [values[1], values[0]]
        if has_macc:
            row += values[2:]
        elif today is not None:
            filtered, filtered_label = rates[2 * index][0][0], rates[2 * index + 1][0][0]
            snr = today._calculate_SNR(filtered, values[0], fs=case["fs_hz"], low_pass=0.75, high_pass=2.5)
            row += [snr, today._compute_macc(filtered, filtered_label)]
        windows.append([float(value) for value in row])
    printed = {name: [float(value), float(se)] for name, value, se in PRINTED.findall(out.getvalue())}
    return {"windows": windows, "metrics": printed}


def collect(checkouts):
    """``{protocol name: {case: windows and metrics}}`` for the checkouts given."""
    modules = {name: rest for name, *rest in map(load, checkouts)}
    today = modules["toolbox2025"][0] if "toolbox2025" in modules else None
    return {
        name: {title: run_case(case, *rest, today=today) for title, case in CASES.items()}
        for name, rest in modules.items()
    }


def main(arguments):
    paths = arguments or [path for path in os.environ.get("RPPG_TOOLBOX", "").split(os.pathsep) if path]
    golden = collect(paths)
    if set(golden) != set(PROTOCOL_OF_LOW_HZ.values()):
        sys.exit("Name two checkouts, one at 7e33a44 and one at d807b01, as arguments or in RPPG_TOOLBOX.")
    lines = [
        json.dumps(name) + ": {\n" + ",\n".join(f"  {json.dumps(t)}: {json.dumps(c)}" for t, c in cases.items()) + "\n}"
        for name, cases in sorted(golden.items())
    ]
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
