"""The two hosts behind one face, and the small recordings, configs and runs of the contract suite."""

import csv
import json
import os
import pickle
import shutil
import subprocess
import sys
from functools import cached_property
from importlib.util import find_spec

from support.configs import for_splits, laid_over, resized, write
from support.paths import ROOT

from rfacenet_toolbox.synthetic import write_dataset

FRAMES, SIDE, EPOCHS = 32, 24, 2
SECONDS, CHUNKS = 4.5, 4
MODEL_FILE_NAME = "PURE_PURE_UBFC-rPPG_rfacenet"  # in PURE_UBFC_RFACENET.yaml
PREPROCESSING = (
    f"SizeW{SIDE}_SizeH{SIDE}_ClipLength{FRAMES}_DataTypeDiffNormalized_DataAugNone_LabelTypeDiffNormalized_"
    "Crop_faceTrue_BackendHC_Large_boxTrue_Large_size1.5_Dyamic_DetFalse_det_len32_Median_face_boxFalse"
)
VIDEOS = ["subject11", "subject12", "subject13"]
SIGNAL_METHODS = ("GREEN", "ICA", "CHROM", "LGI", "PBV", "POS", "OMIT", "SAMC")
RFACENET = "import sys; from rfacenet_toolbox.cli import main; sys.exit(main())"  # the command, not installed

#: modules that upstream imports at start, and that a machine may lack
UPSTREAM_IMPORTS = (
    "h5py", "mamba_ssm", "mat73", "neurokit2", "retinaface", "skimage.util", "sklearn.metrics", "timm.models.layers",
    "torchvision",
)  # fmt: skip
STUB = '''"""Gives any name, so that a checkout can be imported without the plug-in."""


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (Warning,), {})
'''
LOST_NAMES = "import scipy.__config__\n\nscipy.__config__.get_info = None\n"


def draw_recordings(folder):
    """Three subjects of PURE, 1 to 3, and three of UBFC-rPPG, 11 to 13."""
    small = {"subjects": 3, "scenarios": (1,), "seconds": SECONDS, "size": (320, 240), "workers": 2}
    write_dataset(folder / "PURE", "pure", **small)
    write_dataset(folder / "UBFC-rPPG", "ubfc-rppg", first_subject=11, **small)
    return folder


def training(folder, recordings, cache, shipped):
    """Settings for PURE -> UBFC-rPPG, laid over a shipped config, with keys that an unplugged checkout knows too."""
    data = {"DATA_PATH": str(recordings / "PURE"), "CACHED_PATH": str(cache), "DO_PREPROCESS": False}
    return laid_over(
        {"BASE": [str(shipped)], "DEVICE": "cpu", "LOG.PATH": str(folder / "run")},
        for_splits({**data, **resized(SIDE, SIDE), "PREPROCESS.CHUNK_LENGTH": FRAMES}),
        {"TRAIN": {"EPOCHS": EPOCHS, "BATCH_SIZE": 2}},
        {"TEST": {"USE_LAST_EPOCH": False, "DATA.DATA_PATH": str(recordings / "UBFC-rPPG")}},
        # two epochs teach little, and FFT then gives every video the same lowest frequency; peaks tell videos apart
        {"INFERENCE.EVALUATION_METHOD": "peak detection"},
    )


def signal_methods(folder, recordings, cache, shipped, methods):
    """Settings for signal methods on UBFC-rPPG, with keys that an unplugged checkout knows too."""
    data = {"DATA_PATH": str(recordings / "UBFC-rPPG"), "CACHED_PATH": str(cache), **resized(SIDE, SIDE)}
    return laid_over(
        {"BASE": [str(shipped)], "LOG.PATH": str(folder / "run")},
        {"UNSUPERVISED": {"METHOD": list(methods), "DATA": data}},
        {"INFERENCE.EVALUATION_METHOD": "peak detection"},
    )


def execute(command, folder, pythonpath=ROOT):
    """A finished process, with its output as text."""
    environment = dict(os.environ, PYTHONPATH=str(pythonpath))
    return subprocess.run(
        [sys.executable, *map(str, command)], cwd=str(folder), env=environment, capture_output=True, text=True
    )


class Run:
    """A finished command, and the files below its ``LOG.PATH``."""

    def __init__(self, process, log):
        self.status, self.stdout, self.stderr = process.returncode, process.stdout, process.stderr
        self.log = log
        self.models = log / f"PURE_{PREPROCESSING}" / "PreTrainedModels"

    def weights(self, epoch):
        return self.models / f"{MODEL_FILE_NAME}_Epoch{epoch}.pth"

    def results(self):
        return json.loads((self.log / "results.json").read_text())

    def signal_results(self, method):
        """``results.json`` and the outputs of a signal method."""
        with open(str(self.log / method / f"{method}_UBFC-rPPG_outputs.pickle"), "rb") as file:
            return json.loads((self.log / method / "results.json").read_text()), pickle.load(file)

    def table(self, name):
        with open(str(self.log / name), newline="") as file:
            return list(csv.DictReader(file))

    def outputs(self, name=MODEL_FILE_NAME):
        path = self.log / f"UBFC-rPPG_{PREPROCESSING}" / "saved_test_outputs" / f"{name}_outputs.pickle"
        with open(str(path), "rb") as file:
            return pickle.load(file)


class Host:
    """``main.py`` of one folder, and a place for what it writes.

    Args:
        name: as ``results.json`` calls it.
        root: the folder that ``main.py`` is run in.
        work: for configs, clips and logs.
        recordings: what :func:`draw_recordings` wrote.
        untouched: a second copy of the checkout, without the plug-in.
    """

    def __init__(self, name, root, work, recordings, untouched=None):
        self.name, self.root, self.work, self.recordings, self.untouched = name, root, work, recordings, untouched
        self.cache = work / "clips"

    @cached_property
    def trained(self):
        """The one whole job: own preprocessing, training, validation, test of the best epoch."""
        return self.main(self.work / "trained", for_splits({"DO_PREPROCESS": True}))

    def config(self, folder, *settings, cache=None, shipped="PURE_UBFC_RFACENET.yaml"):
        shipped = self.root / "toolbox_configs" / shipped
        ours = {"MODEL.RFACENET": {"FRAME_NUM": FRAMES, "RUNTIME.WORKERS": 0}}
        base = training(folder, self.recordings, cache or self.cache, shipped)
        return write(folder / "config.yaml", base, ours, *settings)

    def main(self, folder, *settings, **where):
        """``python main.py --config_file X`` in the host's folder."""
        config = self.config(folder, *settings, **where)
        return Run(execute(["main.py", "--config_file", config], self.root), folder / "run")

    @cached_property
    def predicted(self):
        """All signal methods, on clips of the host's own preprocessing."""
        folder = self.work / "predicted"
        shipped = self.root / "toolbox_configs" / "UBFC_UNSUPERVISED.yaml"
        base = signal_methods(folder, self.recordings, self.cache, shipped, SIGNAL_METHODS)
        ours = {"MODEL.RFACENET.RUNTIME": {"WORKERS": 1, "BUILT_IN_MODELS": True}}
        config = write(folder / "config.yaml", base, ours)
        return Run(execute(["main.py", "--config_file", config], self.root), folder / "run")

    def rfacenet_run(self, folder, *settings, **where):
        """``rfacenet run --config_file X``, in the checkout that has no plug-in where the host has one."""
        checkout = [] if self.untouched is None else ["--toolbox", self.untouched]
        config = self.config(folder, *settings, **where)
        return Run(execute(["-c", RFACENET, "run", *checkout, "--config_file", config], folder), folder / "run")


def toolbox_host(checkout, work, recordings):
    """A host that is a copy of a real checkout, with the plug-in put in by ``rfacenet install``."""
    roots = [work / "installed", work / "untouched"]
    leave_out = shutil.ignore_patterns("figures", "final_model_release", "__pycache__", ".git", ".venv", "runs")
    for root in roots:
        shutil.copytree(str(checkout), str(root), ignore=leave_out)
    done = execute(["-c", RFACENET, "install", roots[0]], work)
    assert done.returncode == 0, done.stderr
    return Host("toolbox", roots[0], work, recordings, roots[1])


def write_stubs(folder):
    """A folder for ``PYTHONPATH`` with what this machine lacks for a checkout to start at all without the plug-in."""
    for module in UPSTREAM_IMPORTS:
        if find_spec(module.partition(".")[0]) is not None:
            continue
        package = folder
        for part in module.split("."):
            package = package / part
            package.mkdir(parents=True, exist_ok=True)
            (package / "__init__.py").write_text(STUB)
    import scipy.__config__

    if not hasattr(scipy.__config__, "get_info"):
        (folder / "sitecustomize.py").write_text(LOST_NAMES)
    return folder
