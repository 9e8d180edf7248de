"""The neural baselines of Table 2 as the toolbox trains them: PhysNet, DeepPhys, TS-CAN, EfficientPhys.

A file per network; parameters carry the names of the toolbox's checkpoints, and are made in its order, so that a seed
gives the same initial weights. The last three share :mod:`.attention`. What each brings to the trainer is in
:mod:`.recipes`, which settings it takes in :mod:`.checks`.
"""

from .deepphys import DeepPhys
from .efficientphys import EfficientPhys
from .physnet import PhysNet
from .tscan import TSCAN

__all__ = ["TSCAN", "DeepPhys", "EfficientPhys", "PhysNet"]
