"""The toolbox's outputs pickle, read without running what a pickle may hold."""
import glob
import io
import os
import pickle
from typing import Dict, NamedTuple

import numpy as np
import torch

from .. import evaluation
from ..errors import DataError

_ALLOWED = {
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch.storage", "_load_from_bytes"): lambda content: torch.load(io.BytesIO(content), weights_only=True),
    ("collections", "OrderedDict"): dict,
}


class Outputs(NamedTuple):
    """Predicted and true pulse of a test set's videos."""

    predictions: Dict[str, np.ndarray]  #: {video: (N,)}, chunks joined
    labels: Dict[str, np.ndarray]
    label_type: str
    fs_hz: float


class _TensorsOnly(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return _ALLOWED[module, name]


def read(folder):
    """The :class:`Outputs` of a run.

    Raises:
        DataError: there are none, they are damaged, or hold more than tensors, numbers and text.
    """
    found = sorted(glob.glob(os.path.join(glob.escape(str(folder)), "*", "saved_test_outputs", "*_outputs.pickle")))
    if not found:
        raise DataError(f"{folder} has no */saved_test_outputs/*_outputs.pickle, the predicted and true BVP.")
    path = max(found, key=os.path.getmtime)
    try:
        with open(path, "rb") as file:
            content = _TensorsOnly(file).load()
        sides = [
            {
                video: evaluation.join_chunks({number: chunk.numpy() for number, chunk in chunks.items()})
                for video, chunks in content[side].items()
            }
            for side in ("predictions", "labels")
        ]
        return Outputs(*sides, content["label_type"], content["fs"])
    except Exception as error:  # a damaged pickle raises nearly anything
        raise DataError(
            f"{path} cannot be read as saved outputs ({type(error).__name__}: {error}). Run the test again."
        ) from error
