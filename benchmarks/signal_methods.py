"""How long do the signal methods take, against the toolbox's own?

``python benchmarks/signal_methods.py`` runs each on one video of 2,000 frames of 72x72, averaging included. With
``RPPG_TOOLBOX=/path/to/checkout`` the toolbox's function does the same in turn, where the checkout has the method.
"""

import argparse
import importlib
import sys
from types import ModuleType

import numpy as np
from measuring import checkout, compare, machine

from rfacenet_toolbox.methods.signal import GRIDS, METHODS, colours

FS_HZ = 30
#: our name -> the toolbox's module and function, and whether it takes the frame rate
TOOLBOX = {
    "GREEN": ("GREEN", False),
    "ICA": ("ICA_POH", True),
    "CHROM": ("CHROME_DEHAAN", True),
    "LGI": ("LGI", False),
    "PBV": ("PBV", False),
    "POS": ("POS_WANG", True),
    "OMIT": ("OMIT", False),
}
#: what the toolbox's modules import and do not use
UNUSED = {"skimage.util": "img_as_float", "sklearn.metrics": "mean_squared_error"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5, help="pairs")
    args = parser.parse_args()
    print(machine())
    frames = video(args.frames)
    toolbox = checkout()
    for name, method in METHODS.items():
        theirs = toolbox_method(name, frames) if toolbox else None

        def ours(name=name, method=method):
            return method(colours(frames, GRIDS.get(name)), FS_HZ)

        compare(name, ours, theirs, "the toolbox's", args.repeats)


def toolbox_method(name, frames):
    """A call of the toolbox's function; None where the checkout lacks the method, or no revision has it."""
    if name not in TOOLBOX:
        return None
    for module, attribute in UNUSED.items():
        try:
            importlib.import_module(module)
        except ModuleNotFoundError:
            sys.modules[module.partition(".")[0]] = sys.modules[module] = ModuleType(module)
            setattr(sys.modules[module], attribute, None)
    function, takes_rate = TOOLBOX[name]
    try:
        module = importlib.import_module(f"unsupervised_methods.methods.{function}")
    except ModuleNotFoundError:
        return None
    arguments = (frames, FS_HZ) if takes_rate else (frames,)
    return lambda: getattr(module, function)(*arguments)


def video(count):
    """Frames (N, 72, 72, 3) of a noisy, pulsing surface, as the toolbox's loader gives them."""
    random = np.random.default_rng(0)
    pulse = np.sin(2 * np.pi * 1.2 * np.arange(count) / FS_HZ)
    colour = np.array([150.0, 110.0, 90.0]) + pulse[:, None] * np.array([0.4, 1.0, 0.6])
    frames = 3 * random.standard_normal((count, 72, 72, 3), dtype=np.float32)
    return np.round(frames + colour[:, None, None].astype(np.float32))


if __name__ == "__main__":
    main()
