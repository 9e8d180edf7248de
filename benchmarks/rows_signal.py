"""Rows of the benchmark: the signal methods, ours against the toolbox's."""

import sys
from pathlib import Path

import numpy as np
from rows import Row, sides

FRAMES, SIDE, FS_HZ = 2000, 72, 30


def signal(checkout, args):
    """Each method on one video of 2,000 frames of 72x72, as the toolbox's loader gives it, averaging included.

    The toolbox's functions are found, and their unused imports stood in for, by the script of the golden waveforms.
    """
    from rfacenet_toolbox.methods.signal import METHODS, mean_rgb

    sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "golden"))
    from make_signal_golden import toolbox_methods

    frames = _video()
    theirs = {}
    if checkout:
        with toolbox_methods(checkout) as methods:
            theirs.update(methods)
    for name, method in METHODS.items():

        def ours(method=method):
            return method(mean_rgb(frames), FS_HZ)

        function = theirs.get(name)
        their_call = None if function is None else (lambda function=function: function(frames, FS_HZ))
        yield Row(
            f"signal:{name}", f"signal method {name}", sides(ours, their_call), "the toolbox's", note=f"{FRAMES} frames"
        )


def _video():
    random = np.random.default_rng(0)
    pulse = np.sin(2 * np.pi * 1.2 * np.arange(FRAMES) / FS_HZ)
    colour = np.array([150.0, 110.0, 90.0]) + pulse[:, None] * np.array([0.4, 1.0, 0.6])
    frames = random.standard_normal((FRAMES, SIDE, SIDE, 3), dtype=np.float32)
    frames *= 3
    frames += colour[:, None, None].astype(np.float32)
    return np.round(frames, out=frames)
