"""Synthetic face recordings in the formats of real data sets: drawn faces, computed pulses, known heart rates.

They test and demonstrate the pipeline from end to end without a data set. They show no people: numbers measured on them
say that the software works, not how well a method does on faces.

>>> from rfacenet_toolbox.synthetic import write_dataset
>>> folders = write_dataset("demo_data/pure", "pure", subjects=2, scenarios=(1, 3), seconds=10, size=(320, 240))
"""

from .dataset import MANIFEST, is_synthetic, write_dataset
from .face import Drawing, Subject
from .kinds import DATASETS
from .motion import SCENARIOS, Motion, head_motion
from .pulse import pulse_wave
from .render import Scene, render

__all__ = [
    "DATASETS",
    "MANIFEST",
    "SCENARIOS",
    "Drawing",
    "Motion",
    "Scene",
    "Subject",
    "head_motion",
    "is_synthetic",
    "pulse_wave",
    "render",
    "write_dataset",
]
