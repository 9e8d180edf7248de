"""The shipped configs, and the one builder of configs for tests.

Settings are nested dicts in layers, later ones over earlier ones. A key may be a dotted path: ``{"TRAIN.EPOCHS": 3}``.
"""

import json

import pytest
import yaml
from support.paths import CONFIGS
from yacs.config import CfgNode

from rfacenet_toolbox.config import load
from rfacenet_toolbox.config.tree import toolbox_tree

#: laid over those of Table 1
TABLE1_DEMO = sorted((CONFIGS / "table1_demo").glob("*.yaml"))
RUNNABLE = [path for path in sorted(CONFIGS.rglob("*.yaml")) if "BASE" not in path.stem and path not in TABLE1_DEMO]
#: those of VIPL-HR, which the standalone host alone runs
TABLE1 = [path for path in RUNNABLE if path.parent.name == "table1"]
RUNNABLE = [path for path in RUNNABLE if path not in TABLE1]
PURE_TO_UBFC = str(CONFIGS / "PURE_UBFC_RFACENET.yaml")

#: settings below DATA
CROPPED = {"PREPROCESS.CROP_FACE.DO_CROP_FACE": True}
NOT_CROPPED = {"PREPROCESS.CROP_FACE.DO_CROP_FACE": False}
MEDIAN_BOX = {"PREPROCESS.CROP_FACE.DETECTION.USE_MEDIAN_FACE_BOX": True}


def laid_over(*layers):
    """One nested dict of several, without dotted keys."""
    result = {}
    for layer in layers:
        for path, value in layer.items():
            key, _, rest = path.partition(".")
            value = {rest: value} if rest else value
            if isinstance(value, dict):
                below = result.get(key)
                value = laid_over(below if isinstance(below, dict) else {}, value)
            result[key] = value
    return result


def for_splits(settings, splits=("TRAIN", "VALID", "TEST")):
    """Settings of ``DATA``, for several splits."""
    return {f"{split}.DATA": settings for split in splits}


def resized(width, height):
    """Settings below ``DATA`` for the size of clips."""
    return {"PREPROCESS.RESIZE": {"W": width, "H": height}}


def detected_every(frames):
    """Settings below ``DATA`` to look for the face again and again."""
    detection = {"DO_DYNAMIC_DETECTION": True, "DYNAMIC_DETECTION_FREQUENCY": frames}
    return {"PREPROCESS.CROP_FACE.DETECTION": detection}


def write(path, *layers):
    """Write the layers as a YAML file, whose folder is made; or one text, as it is. Returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # through JSON, so that no list is the same object twice and YAML needs no anchors
    text = layers[0] if isinstance(layers[0], str) else yaml.safe_dump(json.loads(json.dumps(laid_over(*layers))))
    path.write_text(text)
    return path


def tree(*layers):
    """The toolbox's tree of settings with the layers in it, frozen, as loading a file gives it."""
    config = toolbox_tree()
    config.merge_from_other_cfg(CfgNode(laid_over(*layers)))
    config.freeze()
    return config


def flat(tree, prefix=""):
    """{dotted key: value} of a nested dict."""
    result = {}
    for key, value in tree.items():
        result.update(flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return result


def small_job(folder, frames=32, side=16):
    """Settings for rFaceNet on the PURE and UBFC-rPPG recordings in a folder, which gets the clips and the run."""
    data = {
        "CACHED_PATH": str(folder / "clips"),
        "END": 1.0,
        "PREPROCESS": {"CHUNK_LENGTH": frames, "RESIZE": {"W": side, "H": side}},
    }
    pure = {"DATASET": "PURE", "DATA_PATH": str(folder / "PURE")}
    return laid_over(
        {"BASE": [str(CONFIGS / "RFACENET_BASE.yaml")], "DEVICE": "cpu", "LOG.PATH": str(folder / "run")},
        {"TRAIN.BATCH_SIZE": 1, "TRAIN.MODEL_FILE_NAME": "small"},
        for_splits({**data, **pure}),
        {"TEST.DATA": {"DATASET": "UBFC-rPPG", "DATA_PATH": str(folder / "UBFC-rPPG")}},
        {"MODEL.RFACENET": {"FRAME_NUM": frames, "RUNTIME.WORKERS": 0}},
    )


def data_settings(dataset, data_path, cached_path, *settings):
    """Settings below ``DATA`` for small clips of whole frames, with others over them."""
    small = {
        "DATASET": dataset,
        "DATA_PATH": str(data_path),
        "CACHED_PATH": str(cached_path),
        "FILE_LIST_PATH": str(cached_path) + "_list.csv",
        "DATA_FORMAT": "NCDHW",
        "FS": 30,
        "DO_PREPROCESS": True,
        "PREPROCESS": {"DATA_TYPE": ["DiffNormalized"], "LABEL_TYPE": "DiffNormalized", "CHUNK_LENGTH": 16},
    }
    return laid_over(small, resized(12, 12), NOT_CROPPED, *settings)


def data_node(*settings):
    """A ``DATA`` node with :func:`data_settings`, to be changed."""
    node = tree({"TRAIN.DATA": data_settings(*settings)}).TRAIN.DATA
    node.defrost()
    return node


@pytest.fixture
def config_with(tmp_path):
    """Load a shipped config, rFaceNet's for PURE -> UBFC-rPPG if not told, with other settings over it."""

    def load_with(settings, base=PURE_TO_UBFC):
        paths = {"LOG.PATH": str(tmp_path / "run"), **for_splits({"CACHED_PATH": str(tmp_path / "clips")})}
        return load(write(tmp_path / "config.yaml", {"BASE": [str(base)]}, paths, settings))

    return load_with
