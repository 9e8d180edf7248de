"""The learner of a config or of a finished run: model and loss, on their device, without a trainer."""

import os

import torch
from yacs.config import CfgNode

from ..config.method import clips_of, settings_of
from ..config.node import add_settings
from ..datasets.subjects import SubjectClasses
from ..errors import DataError
from ..methods import registry
from ..methods.rfacenet import build_rfacenet
from ..runtime import speed
from . import state_dicts
from .resume import state_path


def training_subjects(config, names):
    """The people that the method learns to tell apart; None where it learns nobody.

    Args:
        config: the whole tree.
        names: the recording of each training clip.

    Returns:
        A :class:`~rfacenet_toolbox.datasets.subjects.SubjectClasses`.

    Raises:
        DataError: names that do not tell their subject.
    """
    if not registry.learner_class(config.MODEL.NAME).learns_subjects(settings_of(config)):
        return None
    return SubjectClasses.of_recordings(config.TRAIN.DATA.DATASET, names)


def for_training(config, subjects=None):
    """A new learner of ``MODEL.NAME`` for the training clips.

    Args:
        config: the whole tree.
        subjects: what :func:`training_subjects` gave.

    Raises:
        ConfigError, ShapeError: an unknown method, or settings that it cannot have.
    """
    count = 0 if subjects is None else len(subjects)
    return registry.build(config.MODEL.NAME, settings_of(config), clips_of(config, "TRAIN"), count)


def for_inference(config):
    """A new learner of ``MODEL.NAME`` for the test clips, without the identity classifier.

    Raises:
        ConfigError, ShapeError: an unknown method, or settings that it cannot have.
    """
    return registry.build(config.MODEL.NAME, settings_of(config), clips_of(config, "TEST"))


def place(learner, device, runtime):
    """Move model and loss to ``device``, and apply the settings of the node ``runtime`` that act on them."""
    learner.model.to(device)
    learner.loss.to(device)
    speed.prepare(learner.model, runtime)


def trained(run):
    """The learner of a :class:`~rfacenet_toolbox.evaluation.files.run_folder.Run` on the CPU, with the weights that
    were tested, in evaluation mode.

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
    config = config_of(run)
    learner = for_inference(config)
    place(learner, torch.device("cpu"), config.MODEL.RFACENET.RUNTIME)
    learner.model.eval()
    state_dicts.fit(learner.model, state_dicts.load_weights(path), path, learner.optional_weights)
    return learner


def with_classifier(run):
    """The untrained rFaceNet of a run as it was trained: with a class for each training subject, where the run's
    training state is there to tell how many."""
    config = config_of(run)
    path = state_path(config)
    subjects = state_dicts.load(path)["identities"] if os.path.isfile(path) else []
    return build_rfacenet(config.MODEL.RFACENET, len(subjects))


def config_of(run):
    """The configuration of a :class:`~rfacenet_toolbox.evaluation.files.run_folder.Run`, as a tree.

    Settings that are newer than the run have their defaults.
    """
    config = CfgNode(run.results["config"])
    defaults = CfgNode({"MODEL": {}})
    add_settings(defaults)
    for name, node in defaults.MODEL.items():
        if name in config.MODEL:
            node.merge_from_other_cfg(config.MODEL[name])
            config.MODEL[name] = node
    return config
