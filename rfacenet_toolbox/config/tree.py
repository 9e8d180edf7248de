"""The toolbox's configuration keys and their defaults, for the host that has no toolbox.

Key names and values are those of ``config.py`` at d807b01, so one YAML serves both hosts; a test compares the two
trees key by key against a checkout.
"""

import copy

from yacs.config import CfgNode

from .node import add_settings

_DATA = {
    "FS": 0,
    "DATA_PATH": "",
    "EXP_DATA_NAME": "",
    "CACHED_PATH": "PreprocessedData",
    "FILE_LIST_PATH": "PreprocessedData/DataFileLists",
    "DATASET": "",
    "DO_PREPROCESS": False,
    "DATA_FORMAT": "NDCHW",
    "BEGIN": 0.0,
    "END": 1.0,
    "INFO": {
        "LIGHT": [""],
        "MOTION": [""],
        "EXERCISE": [True],
        "SKIN_COLOR": [1],
        "GENDER": [""],
        "GLASSER": [True],
        "HAIR_COVER": [True],
        "MAKEUP": [True],
    },
    "FILTERING": {
        "USE_EXCLUSION_LIST": False,
        "EXCLUSION_LIST": [""],
        "SELECT_TASKS": False,
        "TASK_LIST": [""],
    },
    "FOLD": {"FOLD_NAME": "", "FOLD_PATH": ""},
    "PREPROCESS": {
        "USE_PSUEDO_PPG_LABEL": False,
        "DATA_TYPE": [""],
        "DATA_AUG": ["None"],
        "LABEL_TYPE": "",
        "DO_CHUNK": True,
        "CHUNK_LENGTH": 180,
        "CROP_FACE": {
            "DO_CROP_FACE": True,
            "BACKEND": "HC",
            "USE_LARGE_FACE_BOX": True,
            "LARGE_BOX_COEF": 1.5,
            "DETECTION": {
                "DO_DYNAMIC_DETECTION": False,
                "DYNAMIC_DETECTION_FREQUENCY": 30,
                "USE_MEDIAN_FACE_BOX": False,
            },
        },
        "RESIZE": {"W": 128, "H": 128},
        "IBVP": {"DATA_MODE": "RGB"},
    },
}

_BIGSMALL = {
    "BIG_DATA_TYPE": [""],
    "SMALL_DATA_TYPE": [""],
    "RESIZE": {"BIG_W": 144, "BIG_H": 144, "SMALL_W": 9, "SMALL_H": 9},
}

_MODEL = {
    "NAME": "",
    "RESUME": "",
    "DROP_RATE": 0.0,
    "MODEL_DIR": "PreTrainedModels",
    "PHYSNET": {"FRAME_NUM": 64},
    "iBVPNet": {"FRAME_NUM": 160, "CHANNELS": 3},
    "FactorizePhys": {
        "FRAME_NUM": 160,
        "CHANNELS": 3,
        "TYPE": "Standard",
        "MD_FSAM": False,
        "MD_TYPE": "NMF",
        "MD_TRANSFORM": "T_KAB",
        "MD_R": 1,
        "MD_S": 1,
        "MD_STEPS": 4,
        "MD_INFERENCE": True,
        "MD_RESIDUAL": True,
    },
    "TSCAN": {"FRAME_DEPTH": 10},
    "EFFICIENTPHYS": {"FRAME_DEPTH": 10},
    "BIGSMALL": {"FRAME_DEPTH": 3},
    "PHYSFORMER": {
        "PATCH_SIZE": 4,
        "DIM": 96,
        "FF_DIM": 144,
        "NUM_HEADS": 4,
        "NUM_LAYERS": 12,
        "THETA": 0.7,
    },
}


def toolbox_tree():
    """A fresh, unfrozen tree: the toolbox's keys, ``MODEL.RFACENET``, and the nodes of registered methods."""
    tree = CfgNode(
        {
            "BASE": [""],
            "TOOLBOX_MODE": "",
            "TRAIN": {
                "EPOCHS": 50,
                "BATCH_SIZE": 4,
                "LR": 1e-4,
                "OPTIMIZER": {"EPS": 1e-4, "BETAS": (0.9, 0.999), "MOMENTUM": 0.9},
                "MODEL_FILE_NAME": "",
                "PLOT_LOSSES_AND_LR": True,
                "DATA": _data_node(bigsmall=True),
            },
            "VALID": {"DATA": _data_node(bigsmall=True)},
            "TEST": {
                "OUTPUT_SAVE_DIR": "",
                "METRICS": [],
                "USE_LAST_EPOCH": True,
                "DATA": _data_node(bigsmall=True),
            },
            "UNSUPERVISED": {
                "METHOD": [],
                "OUTPUT_SAVE_DIR": "",
                "METRICS": [],
                "DATA": _data_node(bigsmall=False),
            },
            "MODEL": copy.deepcopy(_MODEL),
            "INFERENCE": {
                "BATCH_SIZE": 4,
                "EVALUATION_METHOD": "FFT",
                "EVALUATION_WINDOW": {"USE_SMALLER_WINDOW": False, "WINDOW_SIZE": 10},
                "MODEL_PATH": "",
            },
            "DEVICE": "cuda:0",
            "NUM_OF_GPU_TRAIN": 1,
            "LOG": {"PATH": "runs/exp"},
        }
    )
    add_settings(tree)
    return tree


def _data_node(bigsmall):
    node = copy.deepcopy(_DATA)
    if bigsmall:
        node["PREPROCESS"]["BIGSMALL"] = copy.deepcopy(_BIGSMALL)
    return node


def plain(node):
    """A tree as plain dicts and lists, as JSON gives it back."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    return list(node) if isinstance(node, tuple) else node


def flat(node, prefix=""):
    """``(dotted key, value)`` of every setting of a tree, values as :func:`plain` has them."""
    for key, value in plain(node).items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def completed(values, defaults=None):
    """Nested dicts of settings, with the defaults of all that are absent, at any depth.

    A setting that is newer than a file counts as its default there.

    Args:
        values: settings as a file has them.
        defaults: of the same node; by default those of the whole tree.
    """
    result = plain(toolbox_tree()) if defaults is None else dict(defaults)
    for key, value in values.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = completed(value, result[key]) if both else value
    return result
