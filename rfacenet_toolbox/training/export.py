"""A trained network as one file that knows its settings, ``.safetensors`` or ``.onnx``, for ``rfacenet predict``."""

import os
from statistics import median

from ..config.method import settings_of, trained_frames
from ..datasets.file_lists import read_file_list
from ..datasets.own_rates import of_inputs
from ..datasets.readers import DATASETS
from ..datasets.stmaps import MAP_TYPES, landmarks
from ..errors import CheckpointError, ConfigError, DataError
from ..evaluation.files import outputs, run_folder
from ..methods import registry
from ..methods.rfacenet.network import IDENTITY_CLASSIFIER
from ..runtime import weights_path
from . import exported_learners, inference, learners, onnx_files, weights_files, weights_metadata


def export(source, path):
    """Write trained weights with the settings of their clips, and without the identity classifier.

    Args:
        source: a run's ``LOG.PATH``, for the weights that it tested; ``package``, for those that we ship; or a
            ``.safetensors`` file that this function wrote.
        path: the ``.safetensors`` or ``.onnx`` file to write.

    Returns:
        The file's metadata, {name: text}.

    Raises:
        ConfigError: ``path`` has another ending, or one that is not for this method; frames that are not square; or
            the package onnx is not installed.
        DataError: there is not a finished run, or its weights or the frame rates of its recordings are gone.
        CheckpointError: the weights are damaged, or do not say what they are of.
    """
    ending = os.path.splitext(str(path))[1]
    if ending not in (".safetensors", ".onnx"):
        raise ConfigError(f"The file to write is {path}; expected a name that ends in .safetensors or .onnx.")
    is_file = str(source) == weights_path.PACKAGE or str(source).endswith(".safetensors")
    file = (_of_file if is_file else _of_run)(source, ending == ".onnx")
    if ending == ".onnx":
        file = file._replace(metadata={**weights_metadata.DEFAULTS[file.metadata["method"]], **file.metadata})
        onnx_files.write_onnx(path, inference.network(file.metadata["method"], file), file.metadata)
    else:
        weights_files.write_safetensors(path, file.weights, file.metadata)
    return file.metadata


def _of_file(source, as_onnx):
    file = weights_files.read(source)
    if "method" not in file.metadata:
        raise CheckpointError(f"{source} does not say which method it is of. Name a file that rfacenet export wrote.")
    if as_onnx:
        _check_onnx(file.metadata["method"], f"{source} has the weights")
    return file


def _of_run(folder, as_onnx):
    run = run_folder.read_run(folder)
    name = run.results["model"]
    if not registry.is_registered(name):
        raise ConfigError(f"{folder} is a run of {name}, which is no method of this package or of RFACENET_PLUGINS.")
    if as_onnx:
        _check_onnx(name, f"{folder} is a run")
    weights = learners.trained(run).model.state_dict()
    weights = {name: value for name, value in weights.items() if not name.startswith(IDENTITY_CLASSIFIER)}
    return weights_files.WeightsFile(weights, _metadata(run, learners.config_of(run)), folder)


def _check_onnx(name, what_it_is):
    if not _has_onnx(name):
        raise ConfigError(
            f"{what_it_is} of {name}; as ONNX there are {', '.join(filter(_has_onnx, registry.names()))}. Name a file "
            f"that ends in .safetensors, which rfacenet predict takes of every method."
        )


def _has_onnx(name):
    """Whether a ``MODEL.NAME`` has a network of :mod:`.inference`, which can be written as ONNX."""
    return weights_metadata.method_name(name) in weights_metadata.DEFAULTS


def _metadata(run, config):
    data = config.TEST.DATA
    size, name = data.PREPROCESS.RESIZE, run.results["model"]
    if size.W != size.H:
        raise ConfigError(
            f"{run.folder} has frames of RESIZE W {size.W} and H {size.H}; rfacenet predict takes networks of square "
            f"frames."
        )
    settings = {
        "method": weights_metadata.method_name(name),
        "frames": trained_frames(config),
        "size": size.W,
        **_frame_rates(run, config),
        "data_type": ",".join(data.PREPROCESS.DATA_TYPE),
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
    if not _has_onnx(name):
        settings.update(settings=exported_learners.settings_text(settings_of(config)))
    if data.PREPROCESS.DATA_TYPE[0] in MAP_TYPES:
        settings.update(_landmarks(data.PREPROCESS.CROP_FACE))
    return {key: str(value) for key, value in settings.items()}


def _landmarks(crop):
    """What found the landmarks of a map, and in which frames: every so many, or (0) the first."""
    detector = landmarks.detector_of(crop.BACKEND if crop.DO_CROP_FACE else None)
    detection = crop.DETECTION
    every = detection.DYNAMIC_DETECTION_FREQUENCY if crop.DO_CROP_FACE and detection.DO_DYNAMIC_DETECTION else 0
    return {"landmarks": detector, "landmarks_every": every}


def _frame_rates(run, config):
    """The frame rate at which the network is to be used, and where it has seen several, the range that they span.

    Recordings with frame rates of their own are learned from as they are. One whose rate lies in the range is one more
    of these; any other is brought to ``fs_hz``, the median.
    """
    split = "TRAIN" if run.results["train_set"] else "TEST"
    data = config[split].DATA
    dataset = DATASETS.get(data.DATASET)
    if dataset is None or not dataset.has_own_rates:
        return {"fs_hz": config.TEST.DATA.FS}
    rates_hz = _cached_rates_hz(data.FILE_LIST_PATH)
    if not rates_hz and run.results["test_set"] == data.DATASET:  # the clips are gone: the tested ones' stand for them
        rates_hz = list(outputs.read(run.folder).own_fs_hz.values())
    if not rates_hz:
        raise DataError(
            f"{run.folder} was trained on recordings of {data.DATASET}, which have frame rates of their own, and the "
            f"clips of {data.FILE_LIST_PATH}, whose markers hold them, are gone. Preprocess them again, then export."
        )
    usual, *ends = (f"{rate:.2f}" for rate in (median(rates_hz), min(rates_hz), max(rates_hz)))
    return {"fs_hz": usual, **dict(zip(("fs_lowest_hz", "fs_highest_hz"), ends))}


def _cached_rates_hz(file_list):
    """Frames per second of the recordings of a file list; empty where the list or the clips are gone."""
    if not os.path.isfile(file_list):
        return []
    return [one.fs_hz for one in of_inputs(read_file_list(file_list)).values()]
