"""A trained network as one file that knows its settings, ``.safetensors`` or ``.onnx``, for ``rfacenet predict``."""

import os

from ..config.method import trained_frames
from ..errors import ConfigError
from ..evaluation.files import run_folder
from ..methods.rfacenet.network import IDENTITY_CLASSIFIER
from ..runtime import weights_path
from . import inference, learners, onnx_files, weights_files, weights_metadata

_METHODS = {
    "rFaceNet": "rfacenet", "Physnet": "physnet", "PhysFormer": "physformer", "PhysFormer++": "physformer++",
    "AutoHR": "autohr",
}  # fmt: skip


def export(source, path):
    """Write trained weights with the settings of their clips, and without the identity classifier.

    Args:
        source: a run's ``LOG.PATH``, for the weights that it tested; or ``package``, for those that we ship.
        path: the ``.safetensors`` or ``.onnx`` file to write.

    Returns:
        The file's metadata, {name: text}.

    Raises:
        ConfigError: ``path`` has another ending, ``rfacenet predict`` cannot use the model, or the package onnx is
            not installed.
        DataError: there is no finished run, or its weights are gone.
        CheckpointError: the weights are damaged.
    """
    ending = os.path.splitext(str(path))[1]
    if ending not in (".safetensors", ".onnx"):
        raise ConfigError(f"The file to write is {path}; expected a name that ends in .safetensors or .onnx.")
    file = _shipped() if str(source) == weights_path.PACKAGE else _of_run(source)
    if ending == ".onnx":
        file = file._replace(metadata={**weights_metadata.DEFAULTS[file.metadata["method"]], **file.metadata})
        onnx_files.write_onnx(path, inference.network(file.metadata["method"], file), file.metadata)
    else:
        weights_files.write_safetensors(path, file.weights, file.metadata)
    return file.metadata


def _shipped():
    return weights_files.read(weights_path.PACKAGE)


def _of_run(folder):
    run = run_folder.read_run(folder)
    name = run.results["model"]
    if name not in _METHODS:
        raise ConfigError(f"{folder} is a run of {name}; rfacenet predict takes {', '.join(_METHODS)}.")
    weights = learners.trained(run).model.state_dict()
    weights = {name: value for name, value in weights.items() if not name.startswith(IDENTITY_CLASSIFIER)}
    return weights_files.WeightsFile(weights, _metadata(run, learners.config_of(run)), folder)


def _metadata(run, config):
    data = config.TEST.DATA
    settings = {
        "method": _METHODS[run.results["model"]],
        "frames": trained_frames(config),
        "size": data.PREPROCESS.RESIZE.W,
        "fs_hz": data.FS,
        "data_type": data.PREPROCESS.DATA_TYPE[0],
        "label_type": data.PREPROCESS.LABEL_TYPE,
        "seed": run.results["seed"],
        "version": run.results["versions"]["rfacenet_toolbox"],
    }
    if settings["method"] == "rfacenet":
        node = config.MODEL.RFACENET
        settings.update(fusion=node.FUSION, identity=node.IDENTITY, tcu_steps=node.TCU_STEPS)
        settings.update(
            noise_seed=node.NOISE_SEED, tcu_upscale=node.TCU_UPSCALE, ctfc_conv=node.CTFC_CONV, norm=node.NORM
        )
    if settings["method"] == "autohr":
        settings.update(cell=config.MODEL.AUTOHR.CELL)
    if settings["method"] in ("physformer", "physformer++"):
        node = config.MODEL.PHYSFORMER
        settings.update(heads=node.NUM_HEADS, theta=node.THETA)
    return {key: str(value) for key, value in settings.items()}
