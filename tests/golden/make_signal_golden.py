"""Golden waveforms of the signal methods, made by the toolbox's own functions.

    python tests/golden/make_signal_golden.py CHECKOUT_d807b01

(without an argument the first path in RPPG_TOOLBOX) writes ``signal_methods.json`` beside this file. Needs NumPy 1, as
the toolbox does. The frames are seeded, so only the waveforms are stored, with nine digits. 7e33a44 has no OMIT.
"""

import contextlib
import importlib
import json
import os
import sys
import types
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import scipy.signal

GOLDEN = Path(__file__).with_name("signal_methods.json")
#: our name -> module and function of the toolbox, and whether it takes the frame rate
FUNCTIONS = {
    "GREEN": ("GREEN", "GREEN", False),
    "ICA": ("ICA_POH", "ICA_POH", True),
    "CHROM": ("CHROME_DEHAAN", "CHROME_DEHAAN", True),
    "LGI": ("LGI", "LGI", False),
    "PBV": ("PBV", "PBV", False),
    "POS": ("POS_WANG", "POS_WANG", True),
    "OMIT": ("OMIT", "OMIT", False),
}
#: frames and frame rate; 29 Hz gives windows of an odd length
CASES = {"30 Hz": (80, 30), "29 Hz": (62, 29)}
#: what the methods' modules import and do not use
UNUSED = {"skimage.util": "img_as_float", "sklearn.metrics": "mean_squared_error"}


def make_frames(count, fs_hz, dtype="uint8"):
    """(count, 6, 5, 3) frames of a moving, pulsing and noisy surface, whole numbers in 0 to 255."""
    random = np.random.RandomState(count)
    time = np.arange(count) / fs_hz
    pulse = np.sin(2 * np.pi * 1.3 * time) + 0.3 * np.sin(2 * np.pi * 2.6 * time + 1)
    motion = np.cumsum(random.randn(count)) + 5 * np.sin(2 * np.pi * 0.3 * time)
    colour = np.array([150, 110, 90]) * (1 + 0.01 * motion[:, None]) + pulse[:, None] * np.array([1.0, 2.5, 1.6])
    frames = colour[:, None, None] + 3 * random.randn(count, 6, 5, 3)
    return np.clip(np.round(frames), 0, 255).astype(dtype)


@contextlib.contextmanager
def toolbox_methods(checkout):
    """``{name: f(frames, fs_hz)}`` of the methods that a checkout has; the checkout is only read."""
    before = set(sys.modules)
    sys.path.insert(0, str(checkout))
    writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        for name, attribute in UNUSED.items():
            _stand_in(name, attribute)
        yield {name: method for name, method in ((name, _method(name)) for name in FUNCTIONS) if method is not None}
    finally:
        sys.dont_write_bytecode = writes_bytecode
        sys.path.remove(str(checkout))
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in ("unsupervised_methods", "skimage", "sklearn"):
                del sys.modules[name]


def _stand_in(name, attribute):
    try:
        importlib.import_module(name)
    except ImportError:
        sys.modules.setdefault(name.partition(".")[0], types.ModuleType(name.partition(".")[0]))
        sys.modules[name] = types.ModuleType(name)
        setattr(sys.modules[name], attribute, None)


def _method(name):
    module_name, function_name, takes_rate = FUNCTIONS[name]
    try:
        module = importlib.import_module(f"unsupervised_methods.methods.{module_name}")
    except ModuleNotFoundError:
        return None
    if name == "CHROM" and not hasattr(scipy.signal, "hanning"):  # 7e33a44 asks for the window by its old name
        module.signal = SimpleNamespace(**vars(scipy.signal), hanning=scipy.signal.windows.hann)
    function = getattr(module, function_name)

    def method(frames, fs_hz):
        return np.asarray(function(frames, fs_hz) if takes_rate else function(frames), dtype=np.float64)

    return method


def collect(checkout):
    """``{case: {method: waveform}}``."""
    with toolbox_methods(checkout) as methods:
        return {
            title: {name: method(make_frames(*case), case[1]) for name, method in methods.items()}
            for title, case in CASES.items()
        }


def main(arguments):
    paths = arguments or [path for path in os.environ.get("RPPG_TOOLBOX", "").split(os.pathsep) if path]
    golden = collect(paths[0]) if paths else {}
    if not golden or any(set(waveforms) != set(FUNCTIONS) for waveforms in golden.values()):
        sys.exit("Name a checkout that has all seven methods, such as d807b01, as an argument or in RPPG_TOOLBOX.")
    lines = [
        f'"{title}": {{\n'
        + ",\n".join(f'  "{name}": [{", ".join(f"{value:.9g}" for value in wave)}]' for name, wave in waves.items())
        + "\n}"
        for title, waves in golden.items()
    ]
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    json.loads(GOLDEN.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(sys.argv[1:])
