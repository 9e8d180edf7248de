"""MTCNN (Zhang et al. 2016): faces and five landmarks, for the face backend ``MTCNN``.

The cascade is this package's own. Its weights are not part of it: they are read from facenet-pytorch, if that is
installed. torch is imported with the first use.
"""

import functools
import importlib.util
import os

import numpy as np

from ...errors import CheckpointError, ConfigError

#: release of facenet-pytorch whose weights are known to be right; it asks for a torch older than ours, hence --no-deps
VERSION = "2.6.0"
INSTALL = f"pip install --no-deps facenet-pytorch=={VERSION}"
#: smallest face that is looked for, as a share of the frame's shorter side and in pixels
SMALLEST_SHARE, SMALLEST_PIXELS = 1 / 10, 20


def check_available():
    """Check that the three networks' weights are installed and whole.

    Raises:
        ConfigError: they are not; the message says what to install.
    """
    installed_cascade()


def is_available():
    """Whether the three networks' weights are installed and whole, and torch to run them."""
    try:
        check_available()
    except (ConfigError, ImportError):
        return False
    return True


def faces(frame, smallest=None):
    """The :class:`~.cascade.Faces` of a frame, the largest first.

    Args:
        frame: uint8 RGB (H, W, 3).
        smallest: side in pixels of the smallest face that is looked for; None is a tenth of the frame's shorter side,
            and 20 pixels at least.

    Raises:
        ConfigError: the weights are not installed; see :func:`check_available`.
    """
    if smallest is None:
        smallest = max(SMALLEST_PIXELS, SMALLEST_SHARE * min(frame.shape[:2]))
    return installed_cascade().faces(np.ascontiguousarray(frame), smallest)


def landmarks(frame):
    """Five landmarks of the largest face: (5, 2), x and y in pixels, in the order of :class:`~.cascade.Faces`; or None.

    Args:
        frame: uint8 RGB (H, W, 3).

    Raises:
        ConfigError: the weights are not installed; see :func:`check_available`.
    """
    found = faces(frame).landmarks
    return found[0] if len(found) else None


@functools.lru_cache(maxsize=None)
def installed_cascade():
    """The :class:`~.cascade.Cascade` with the installed weights, read once; errors as of :func:`check_available`."""
    from .cascade import Cascade
    from .networks import NETWORKS, load

    folder = weights_folder()
    if not all(folder and os.path.isfile(os.path.join(folder, file)) for file in NETWORKS):
        raise ConfigError(
            f"MTCNN's weights are not installed, and the face backend MTCNN needs them. They come with "
            f"facenet-pytorch: run {INSTALL} (docs/faces.md has the details)."
        )
    try:
        return Cascade(load(folder))
    except CheckpointError as error:
        raise ConfigError(f"MTCNN's weights: {error} Install them again: {INSTALL} --force-reinstall") from error


def weights_folder():
    """The folder in which facenet-pytorch keeps its weights; None without it. It is not imported."""
    module = importlib.util.find_spec("facenet_pytorch")
    folders = list(module.submodule_search_locations or []) if module else []
    return os.path.join(folders[0], "data") if folders else None
