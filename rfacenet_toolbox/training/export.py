"""A trained network as one ``.safetensors`` file that knows its own settings, for ``rfacenet predict``."""

from ..config.method import trained_frames
from ..errors import ConfigError
from ..evaluation.files import run_folder
from ..methods.rfacenet.network import IDENTITY_CLASSIFIER
from . import learners, weights_files

_METHODS = {"rFaceNet": "rfacenet", "Physnet": "physnet", "PhysFormer": "physformer"}


def export(folder, path):
    """Write the weights that a run tested, with the settings of their clips, and without the identity classifier.

    Args:
        folder: a run's ``LOG.PATH``.
        path: the ``.safetensors`` file to write.

    Returns:
        The file's metadata, {name: text}.

    Raises:
        ConfigError: ``path`` does not end in .safetensors, or ``rfacenet predict`` cannot use the model.
        DataError: there is no finished run, or its weights are gone.
        CheckpointError: the weights are damaged.
    """
    if not str(path).endswith(".safetensors"):
        raise ConfigError(f"The file to write is {path}; expected a name that ends in .safetensors.")
    run = run_folder.read_run(folder)
    name = run.results["model"]
    if name not in _METHODS:
        raise ConfigError(f"{folder} is a run of {name}; rfacenet predict takes {', '.join(_METHODS)}.")
    weights = learners.trained(run).model.state_dict()
    weights = {name: value for name, value in weights.items() if not name.startswith(IDENTITY_CLASSIFIER)}
    metadata = _metadata(run, learners.config_of(run))
    weights_files.write_safetensors(path, weights, metadata)
    return metadata


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
    if settings["method"] == "physformer":
        node = config.MODEL.PHYSFORMER
        settings.update(heads=node.NUM_HEADS, theta=node.THETA)
    return {key: str(value) for key, value in settings.items()}
