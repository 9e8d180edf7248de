"""Runs in a checkout's root, in a process of its own: caches recordings with the checkout's loaders.

Reads a JSON job from stdin; ``python toolbox_loaders.py`` with ``{"names": config}`` prints experiment names, with
``{"caches": [node, ...]}`` fills every node's CACHED_PATH and writes its file list and its loader's items.
"""

import json
import os
import pickle
import sys
import types

from yacs.config import CfgNode

LOADERS = {"PURE": "PURELoader", "UBFC-rPPG": "UBFCrPPGLoader", "SCAMPS": "SCAMPSLoader"}


def stand_in(name, path=None, **attributes):
    """Put a module in place of one whose own imports a present-day machine may lack."""
    module = types.ModuleType(name)
    module.__path__ = [path] if path else []
    module.__dict__.update(attributes)
    sys.modules[name] = module


def import_loaders():
    root = os.getcwd()
    sys.path.insert(0, root)
    stand_in("dataset", os.path.join(root, "dataset"))
    stand_in("dataset.data_loader", os.path.join(root, "dataset", "data_loader"))
    stand_in("unsupervised_methods", utils=None)
    stand_in("unsupervised_methods.methods", POS_WANG=None)
    stand_in("retinaface", RetinaFace=None)


def cache(node):
    name = LOADERS[node.DATASET]
    loader_class = getattr(__import__(f"dataset.data_loader.{name}", fromlist=[name]), name)
    loader = loader_class.__new__(loader_class)
    loader.inputs, loader.labels = [], []
    loader.dataset_name, loader.config_data = node.DATASET, node
    loader.cached_path, loader.file_list_path = node.CACHED_PATH, node.FILE_LIST_PATH
    loader.data_format = node.DATA_FORMAT
    folders = loader.split_raw_data(loader.get_raw_data(node.DATA_PATH), node.BEGIN, node.END)
    done = {}
    for index in range(len(folders)):
        loader.preprocess_dataset_subprocess(folders, node.PREPROCESS, index, done)
    loader.build_file_list(done)
    loader.load_preprocessed_data()
    with open(node.CACHED_PATH + "_items.pickle", "wb") as file:
        pickle.dump([loader[index] for index in range(len(loader))], file)


def experiment_names(config_file):
    from config import get_config

    config = get_config(types.SimpleNamespace(config_file=config_file))
    return {split: config[split].DATA.EXP_DATA_NAME for split in ("TRAIN", "VALID", "TEST", "UNSUPERVISED")}


job = json.load(sys.stdin)
import_loaders()
if "names" in job:
    print(json.dumps(experiment_names(job["names"])))
for values in job.get("caches", []):
    cache(CfgNode(values))
