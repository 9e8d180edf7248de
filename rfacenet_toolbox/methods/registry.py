"""The methods by their ``MODEL.NAME``: what serves each of them, imported only when it is used.

Nothing else in the package compares method names.
"""

import importlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, NamedTuple, Optional, Tuple, Type, Union

from ..errors import ConfigError, unknown

if TYPE_CHECKING:  # what imports PyTorch
    from .learner import ClipSpec, Learner


class Method(NamedTuple):
    """One line of the registry."""

    #: a :class:`~rfacenet_toolbox.methods.learner.Learner`, or ``"package.module:Class"`` of one
    learner: "Union[str, Type[Learner]]"
    node: Optional[str] = None  #: the node below ``MODEL`` that holds the method's settings
    in_toolbox: bool = False  #: the toolbox has a model of this name, which serves it in a checkout
    #: of the node's settings, where the node is neither the toolbox's nor rFaceNet's
    defaults: Optional[Dict[str, Any]] = None
    model_keys: Tuple[str, ...] = ()  #: settings directly below ``MODEL`` that it reads beside those of its node
    #: what the toolbox's trainer of this name has, as ``MODEL.RFACENET.OPTIMIZER`` says it, where that is no default
    toolbox_optimizer: Mapping[str, Any] = MappingProxyType({})


#: name -> what serves it; :func:`register` adds to these
METHODS = {
    "AutoHR": Method(
        "rfacenet_toolbox.methods.autohr.learner:AutoHRLearner",
        "AUTOHR",
        defaults={"CELL": "substitute", "CHANNELS": 16, "CELLS": 2},
    ),
    "CVD": Method(
        "rfacenet_toolbox.methods.cvd.learner:CVDLearner",
        "CVD",
        defaults={"SIDE": 320, "WEIGHTS": "code", "START_BPM": 0.0},
    ),
    "DeepPhys": Method("rfacenet_toolbox.methods.frame_attention:DeepPhysLearner", None, in_toolbox=True),
    "DualGAN": Method("rfacenet_toolbox.methods.dual_gan.learner:DualGANLearner", "DUALGAN", defaults={"WIDTH": 32}),
    "EfficientPhys": Method(
        "rfacenet_toolbox.methods.frame_attention:EfficientPhysLearner", "EFFICIENTPHYS", in_toolbox=True
    ),
    "I3D": Method("rfacenet_toolbox.methods.i3d:I3DLearner", None, model_keys=("DROP_RATE",)),
    "NASHR": Method(
        "rfacenet_toolbox.methods.nas_hr.learner:NASHRLearner",
        "NASHR",
        defaults={"GENOTYPE": "synthetic", "CHANNELS": 16, "CELLS": 6, "START_BPM": 75.0},
    ),
    "PhysFormer": Method(
        "rfacenet_toolbox.methods.physformer.learner:PhysFormerLearner",
        "PHYSFORMER",
        in_toolbox=True,
        model_keys=("DROP_RATE",),
        toolbox_optimizer=MappingProxyType({"SCHEDULER": "constant", "WEIGHT_DECAY": 5e-5}),
    ),
    "PhysFormer++": Method(
        "rfacenet_toolbox.methods.physformer.two_paths:PhysFormerPlusPlusLearner",
        "PHYSFORMER",
        model_keys=("DROP_RATE",),
    ),
    "Physnet": Method("rfacenet_toolbox.methods.physnet:PhysNetLearner", "PHYSNET", in_toolbox=True),
    "RhythmNet": Method(
        "rfacenet_toolbox.methods.maps.rhythmnet:RhythmNetLearner",
        "RHYTHMNET",
        defaults={
            "FRAMES": 300,  # of a window
            "STEP_S": 0.5,  # from one window to the next, in seconds at FS
            "SMOOTH_WEIGHT": 100.0,  # lambda of the smooth loss
            "HEAD": "resnet",  # resnet, gru: which of the two rates is the method's
            "GAP_SHARE": 0.5,  # of the training windows that lose a stretch of frames
            "GAP_FRAMES": [10, 30],  # the shortest and the longest of these
            "START_BPM": 0.0,  # heart rate at which training begins; 0: the last layer's offset is as PyTorch draws it
        },
    ),
    "STAttention": Method(
        "rfacenet_toolbox.methods.maps.st_attention:STAttentionLearner",
        "STATTENTION",
        defaults={
            "FRAMES": 300,  # of a window
            "STEP_S": 0.5,  # from one test window to the next, in seconds at FS
            "STRETCH_SHARE": 0.5,  # of the training clips that are stretched or compressed in time
            "STRETCH_BPM": [60.0, 110.0],  # heart rates of clips that may be
            "START_BPM": 0.0,  # heart rate at which training begins, as above
        },
    ),
    "Tscan": Method("rfacenet_toolbox.methods.frame_attention:TSCANLearner", "TSCAN", in_toolbox=True),
    "rFaceNet": Method("rfacenet_toolbox.methods.rfacenet.learner:RFaceNetLearner", "RFACENET"),
}


def register(
    name: str,
    learner: "Union[str, Type[Learner]]",
    *,
    node: Optional[str] = None,
    defaults: Optional[Dict[str, Any]] = None,
) -> None:
    """Add a method from outside the package, before a config is read.

    Args:
        name: its ``MODEL.NAME``, compared exactly.
        learner: its class, a :class:`~rfacenet_toolbox.methods.learner.Learner`; or ``"package.module:Class"``, which
            is imported when it is used.
        node: name of the node below ``MODEL`` that holds its settings, if it has any.
        defaults: {setting: default} of that node; None where the toolbox has the node already.

    Raises:
        ConfigError: another method has the name.
    """
    method = Method(learner, node, False, defaults)
    taken = METHODS.get(name, method)
    if taken != method:
        raise ConfigError(
            f"MODEL.NAME {name!r} is already served by {taken.learner}, so {learner} cannot take it too. "
            f"Register the new method under another name."
        )
    METHODS[name] = method


def names() -> List[str]:
    """The names there are, sorted."""
    return sorted(METHODS)


def is_registered(name: str) -> bool:
    """Whether :func:`build` can serve ``name``."""
    return name in METHODS


def adds_to_toolbox(name: str) -> bool:
    """Whether ``name`` is a method that the toolbox does not have itself."""
    return is_registered(name) and not METHODS[name].in_toolbox


def settings_node(name: str) -> Optional[str]:
    """Name of the node below ``MODEL`` that holds the method's settings, or None.

    Raises:
        ConfigError: no such method; the message lists those there are.
    """
    return _method(name).node


def model_keys(name: str) -> Tuple[str, ...]:
    """Names of the settings directly below ``MODEL`` that the method reads beside those of its node.

    Raises:
        ConfigError: no such method; the message lists those there are.
    """
    return _method(name).model_keys


def toolbox_optimizer(name: str) -> Mapping[str, Any]:
    """What the toolbox's own trainer of a name has of the settings ``MODEL.RFACENET.OPTIMIZER``, {} for the defaults.

    A name that is not registered here has the defaults, too.
    """
    return METHODS[name].toolbox_optimizer if name in METHODS else {}


def added_nodes() -> Dict[Optional[str], Dict[str, Any]]:
    """{name: defaults} of the nodes below ``MODEL`` that registered methods bring with them."""
    return {method.node: method.defaults for method in METHODS.values() if method.defaults is not None}


def learner_class(name: str) -> "Type[Learner]":
    """The :class:`~rfacenet_toolbox.methods.learner.Learner` of a name.

    Raises:
        ConfigError: no such method; the message lists those there are.
    """
    learner = _method(name).learner
    if isinstance(learner, str):
        module, attribute = learner.split(":")
        learner = getattr(importlib.import_module(module), attribute)
    return learner


def gives(name: str) -> str:
    """What the method of a name gives for a clip: ``"heart_rate"`` or ``"waveform"``, as all that are not ours."""
    return learner_class(name).gives if name in METHODS else "waveform"


def build(name: str, settings: Any, clips: "ClipSpec", num_subjects: int = 0) -> "Learner":
    """A new learner of a name, its weights drawn from torch's generator. Arguments and errors are the learner's.

    Raises:
        ConfigError: no such method; the message lists those there are.
    """
    return learner_class(name)(settings, clips, num_subjects)


def _method(name: str) -> Method:
    if name not in METHODS:
        raise unknown_name(name)
    return METHODS[name]


def unknown_name(name: str) -> ConfigError:
    """The error for a name that nobody serves, with the closest spelling."""
    return ConfigError(unknown("MODEL.NAME", name, names()))
