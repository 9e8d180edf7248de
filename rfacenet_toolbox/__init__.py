"""rFaceNet for the rPPG-Toolbox: heart rate from face video, guided by identity-specific facial contours.

>>> import rfacenet_toolbox
>>> model = rfacenet_toolbox.RFaceNet(frames=128, subjects=10, fusion="stage3", contours="tcu")

Importing the package is cheap: the names below load what they need when they are first used.
"""

from typing import TYPE_CHECKING, Any, List

if TYPE_CHECKING:
    from .library import RFaceNet, evaluate, heart_rate_bpm, train
    from .prediction import predict, predict_all

__version__ = "0.1.0"
__all__ = ["RFaceNet", "evaluate", "heart_rate_bpm", "predict", "predict_all", "train", "__version__"]

_LAZY = {
    "RFaceNet": "rfacenet_toolbox.library",
    "evaluate": "rfacenet_toolbox.library",
    "heart_rate_bpm": "rfacenet_toolbox.library",
    "predict": "rfacenet_toolbox.prediction",
    "predict_all": "rfacenet_toolbox.prediction",
    "train": "rfacenet_toolbox.library",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> List[str]:
    return sorted(__all__)
