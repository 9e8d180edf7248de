"""The model of a config, and the trained one of a run."""

import os

from yacs.config import CfgNode

from ..config.node import rfacenet_node
from ..errors import DataError
from ..methods import registry
from ..methods.rfacenet import RFaceNet
from . import state_dicts
from .resume import state_path


def recipe_of(config, device="cpu"):
    """What ``MODEL.NAME`` brings to the trainer, as for inference: no identity classifier, no weights loaded.

    Args:
        config: the whole tree, of either mode.
        device: where the model is to be.

    Returns:
        The recipe; its ``model`` is in evaluation mode.

    Raises:
        ConfigError, ShapeError: an unknown model, or settings that it cannot have.
    """
    settings = config.clone()
    settings.defrost()
    settings.TOOLBOX_MODE, settings.DEVICE = "only_test", device
    recipe = registry.build(settings.MODEL.NAME, settings, {}, None).recipe
    recipe.model.eval()
    return recipe


def trained(run):
    """The recipe of a :class:`~.run_folder.Run`, with the weights that were tested.

    Raises:
        DataError: the weights are not where the run had them.
        CheckpointError: they are damaged, or another model's.
    """
    path = run.results["weights"]
    if not os.path.isfile(path):
        raise DataError(
            f"the weights of {run.name} are not at {path}. Paths in a run's config begin where the run was started: "
            f"call this command from there."
        )
    recipe = recipe_of(config_of(run))
    state_dicts.fit(recipe.model, state_dicts.load_weights(path), path, recipe.optional_weights)
    return recipe


def with_classifier(run):
    """The untrained rFaceNet of a run as it was trained: with a class for each training subject, where the run's
    training state is there to tell how many."""
    config = config_of(run)
    node, path = config.MODEL.RFACENET, state_path(config)
    subjects = state_dicts.load(path)["identities"] if os.path.isfile(path) else []
    return RFaceNet(node.FRAME_NUM, len(subjects), node.FUSION, node.IDENTITY, tcu_steps=node.TCU_STEPS)


def config_of(run):
    """The configuration of a :class:`~.run_folder.Run`, as a tree; newer settings have their defaults."""
    config = CfgNode(run.results["config"])
    if "RFACENET" in config.MODEL:
        node = rfacenet_node()
        node.merge_from_other_cfg(config.MODEL.RFACENET)
        config.MODEL.RFACENET = node
    return config
