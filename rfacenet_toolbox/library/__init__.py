"""The package as a Python library, beside ``cli``, its command line: what ``import rfacenet_toolbox`` offers."""

from .heart_rate import heart_rate_bpm
from .network import RFaceNet
from .runs import evaluate, train

__all__ = ["RFaceNet", "evaluate", "heart_rate_bpm", "train"]
