"""The plug-in's side of the contract with the toolbox, in a main module made for the test, and in real checkouts."""
import json
import os
import pickle
import random
import subprocess
import sys
import types
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from checkouts import real_checkout, write  # noqa: F401  (a fixture)
from torch.utils.data import DataLoader, Dataset

from rfacenet_toolbox.config.toolbox_tree import toolbox_tree
from rfacenet_toolbox.errors import ConfigError, DataError, InstallError
from rfacenet_toolbox.hosts import toolbox

ROOT = Path(__file__).parents[1]
YAML = "TOOLBOX_MODE: train_and_test\nMODEL:\n  NAME: {name}\n"


class Plugged:
    """A checkout's modules in this process: ``config`` as ``settings``, ``__main__`` as ``main``, and the stubs."""

    def __init__(self, folder):
        self.folder = write(folder)
        self.jobs, self.checked, self.built_in = [], [], []
        self.settings = types.ModuleType("config")
        self.settings.__file__ = str(folder / "config.py")
        self.settings._C = toolbox_tree()
        del self.settings._C.MODEL["RFACENET"]
        self.settings.get_config = self.toolbox_get_config
        self.main = types.ModuleType("__main__")
        self.main.__file__ = str(folder / "main.py")
        self.main.train_and_test = lambda config, loaders: self.built_in.append(("train_and_test", config, loaders))
        self.main.test = lambda config, loaders: self.built_in.append(("test", config, loaders))
        self.main.unsupervised_method_inference = lambda config, loaders: None
        self.main.DataLoader = DataLoader
        self.main.train_generator, self.main.general_generator = torch.Generator(), torch.Generator()
        self.before = dict(vars(self.main))

    def toolbox_get_config(self, args):
        config = self.settings._C.clone()
        config.merge_from_file(args.config_file)
        config.freeze()
        return config

    def get_config(self, text):
        path = self.folder / "X.yaml"
        path.write_text(text)
        return self.settings.get_config(Namespace(config_file=str(path)))

    def rebound(self):
        return {name for name, value in vars(self.main).items() if value is not self.before[name]}


@pytest.fixture
def plugged(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    state = random.getstate(), np.random.get_state(), torch.get_rng_state()
    plugged = Plugged(tmp_path / "checkout")
    job = types.ModuleType("rfacenet_toolbox.job")
    job.run = lambda *args: plugged.jobs.append(args)
    for name, module in (("config", plugged.settings), ("__main__", plugged.main), ("rfacenet_toolbox.job", job)):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(
        "rfacenet_toolbox.config.check", lambda config, host: plugged.checked.append((config.MODEL.NAME, host))
    )
    toolbox.activate()
    yield plugged
    random.setstate(state[0])
    np.random.set_state(state[1])
    torch.set_rng_state(state[2])


def test_activate_adds_our_node_and_changes_no_other_key(plugged):
    tree = plugged.settings._C.clone()
    assert tree.MODEL.RFACENET.RUNTIME.SEED == 100
    del tree.MODEL["RFACENET"]
    theirs = toolbox_tree()
    del theirs.MODEL["RFACENET"]
    assert tree == theirs


def test_activate_is_safe_to_repeat(plugged):
    plugged.settings._C.MODEL.RFACENET.RUNTIME.SEED = 3
    before = plugged.settings.get_config, sys.excepthook, list(sys.meta_path)
    toolbox.activate()
    assert (plugged.settings.get_config, sys.excepthook, sys.meta_path) == before
    assert plugged.settings._C.MODEL.RFACENET.RUNTIME.SEED == 3


def test_another_config_module_is_an_error(plugged, monkeypatch):
    stranger = types.ModuleType("config")
    stranger.__file__ = "/elsewhere/config.py"
    monkeypatch.setitem(sys.modules, "config", stranger)
    with pytest.raises(InstallError, match="'config' is /elsewhere/config.py"):
        toolbox.activate()


def test_activate_imports_neither_torch_nor_other_heavy_modules(tmp_path):
    code = (
        "import sys; from rfacenet_toolbox.hosts.toolbox import activate; activate(); "
        "print(sorted({'torch', 'numpy', 'pandas', 'scipy', 'cv2'} & set(sys.modules)))"
    )
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    command = [sys.executable, "-c", code]
    folder = str(write(tmp_path))
    assert subprocess.check_output(command, cwd=folder, env=environment, universal_newlines=True) == "[]\n"


def test_a_built_in_model_keeps_mains_functions_and_its_config(plugged):
    config = plugged.get_config(YAML.format(name="Physnet"))
    assert plugged.rebound() <= {"DataLoader"}
    assert config.is_frozen() and not plugged.checked
    plain = config.clone()
    del plain.MODEL["RFACENET"]
    del plugged.settings._C.MODEL["RFACENET"]
    assert plain == plugged.settings.get_config.toolbox_get_config(Namespace(config_file=plugged.folder / "X.yaml"))


def test_a_registered_model_is_served_by_the_job(plugged):
    config = plugged.get_config(YAML.format(name="rFaceNet"))
    assert plugged.checked == [("rFaceNet", "toolbox")] and not plugged.jobs
    for function in (plugged.main.train_and_test, plugged.main.test):
        function(config, {})
        served, loaders, host = plugged.jobs.pop()
        assert served is config and loaders == {"train": None, "valid": None, "test": None}
        assert (host.name, host.revision) == ("toolbox", "unknown")
    assert not plugged.built_in


def test_other_names_go_to_the_original_functions(plugged):
    ours = plugged.get_config(YAML.format(name="rFaceNet"))
    theirs = plugged.get_config(YAML.format(name="Tscan"))
    loaders = {"test": None}
    plugged.main.train_and_test(theirs, loaders)
    plugged.main.test(theirs, loaders)
    assert plugged.built_in == [("train_and_test", theirs, loaders), ("test", theirs, loaders)] and not plugged.jobs
    plugged.get_config(YAML.format(name="rFaceNet"))
    plugged.main.test(ours, loaders)
    assert len(plugged.jobs) == 1


def test_a_main_without_the_functions_is_an_error_for_our_models(plugged):
    del plugged.main.test
    plugged.get_config(YAML.format(name="Physnet"))
    with pytest.raises(InstallError, match="has no function test"):
        plugged.get_config(YAML.format(name="rFaceNet"))


def test_recordings_that_preprocessing_dropped_stop_the_run(plugged, tmp_path):
    for name in ("subject1", "subject2"):
        (tmp_path / "raw" / name).mkdir(parents=True)
    data = f"TEST:\n  DATA:\n    DATASET: UBFC-rPPG\n    DATA_PATH: {tmp_path / 'raw'}\n"
    config = plugged.get_config(YAML.format(name="rFaceNet") + data)
    clips = types.SimpleNamespace(inputs=["/cache/subject1_input0.npy"])
    with pytest.raises(DataError, match="Missing: subject2"):
        plugged.main.test(config, {"test": types.SimpleNamespace(dataset=clips)})
    assert not plugged.jobs


@pytest.mark.parametrize(
    "text, match",
    [
        ("TRAIN:\n  EPOCH: 3\n", "X.yaml sets TRAIN.EPOCH, which is no setting. Did you mean TRAIN.EPOCHS"),
        ("MODEL:\n  RFACENET:\n    FUSON: none\n", "MODEL.RFACENET.FUSON.*Did you mean MODEL.RFACENET.FUSION"),
        ("TRAIN:\n  EPOCHS: many\n", "Type mismatch .* TRAIN.EPOCHS"),
        ("TRAIN: [\n", "not readable as YAML"),
    ],
)
def test_what_is_wrong_with_a_config_is_said_by_name(plugged, text, match):
    with pytest.raises(ConfigError, match=match):
        plugged.get_config(text)


def test_a_config_file_that_is_not_there(plugged):
    with pytest.raises(ConfigError, match="nowhere.yaml cannot be read"):
        plugged.settings.get_config(Namespace(config_file="nowhere.yaml"))


def test_the_toolboxs_own_errors_stay(plugged, monkeypatch):
    def refuse(args):
        raise ValueError("TRAIN dataset FILE_LIST_PATH must be a csv")

    plugged.settings.get_config = refuse
    toolbox.activate()
    with pytest.raises(ValueError, match="must be a csv") as error:
        plugged.get_config("")
    assert type(error.value) is ValueError


def test_a_misspelt_model_is_refused_before_preprocessing(plugged):
    with pytest.raises(ConfigError, match="'rFacenet'.*Did you mean 'rFaceNet'"):
        plugged.get_config(YAML.format(name="rFacenet"))
    plugged.main.test = lambda config, loaders: config.MODEL.NAME == "rFacenet"
    plugged.get_config(YAML.format(name="rFacenet"))


def unsupervised(methods, log="runs"):
    return f"TOOLBOX_MODE: unsupervised_method\nUNSUPERVISED:\n  METHOD: {methods}\nLOG:\n  PATH: {log}\n"


def test_the_unsupervised_mode_rebinds_its_function_and_nothing_else(plugged):
    state = torch.get_rng_state()
    plugged.get_config(unsupervised("[POS]"))
    assert plugged.rebound() == {"DataLoader", "unsupervised_method_inference"} and not plugged.checked
    once = plugged.main.unsupervised_method_inference
    plugged.get_config(unsupervised("[POS]"))
    assert plugged.main.unsupervised_method_inference is once
    assert torch.equal(torch.get_rng_state(), state)


def test_a_misspelt_signal_method_is_refused_before_preprocessing(plugged):
    with pytest.raises(ConfigError, match="'CHROME', which is no signal method. Did you mean 'CHROM'.*GREEN, ICA"):
        plugged.get_config(unsupervised("[POS, CHROME]"))


def test_a_main_without_the_unsupervised_function_is_an_error(plugged):
    del plugged.main.unsupervised_method_inference
    with pytest.raises(InstallError, match="has no function unsupervised_method_inference"):
        plugged.get_config(unsupervised("[POS]"))


class Clips(Dataset):
    """Three short videos of one pulse, as the toolbox's data sets give them."""

    inputs = [f"/clips/{number}01_input0.npy" for number in (1, 2, 3)]

    def __len__(self):
        return 3

    def __getitem__(self, index):
        pulse = np.sin(2 * np.pi * (1 + 0.2 * index) * np.arange(120) / 30).astype(np.float32)
        return np.tile(pulse[:, None, None, None], (1, 2, 2, 3)) + 100, pulse, f"{index + 1}01", "0"


@pytest.fixture
def predicting(plugged, monkeypatch):
    """The plugged main with a predictor of its own that knows POS and CHROM; what it prints goes to ``heard``."""
    library = types.SimpleNamespace(butter=1)
    chrom = types.ModuleType(toolbox.CHROM_MODULE)
    chrom.signal = library
    predictor = types.ModuleType(toolbox.SIGNAL_PREDICTOR)
    predictor.POS_WANG = lambda frames, fs: frames[:, 0, 0, 1] * 2.0
    predictor.CHROME_DEHAAN = lambda frames, fs: frames[:100, 0, 0, 1] * len(chrom.signal.hanning(4))
    functions = predictor.POS_WANG, predictor.CHROME_DEHAAN
    plugged.heard = []

    def infer(config, loaders):
        for method in config.UNSUPERVISED.METHOD:
            for clips, _, _, _ in loaders["unsupervised"]:
                if method == "POS":
                    plugged.heard.append(("POS", predictor.POS_WANG(clips[0].numpy(), 30).sum()))
                elif method == "CHROM":
                    plugged.heard.append(("CHROM", predictor.CHROME_DEHAAN(clips[0].numpy(), 30).sum()))
                else:
                    raise ValueError(method)

    plugged.main.unsupervised_method_inference = infer
    for name, module in ((toolbox.SIGNAL_PREDICTOR, predictor), (toolbox.CHROM_MODULE, chrom)):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "rfacenet_toolbox.job")  # the real one
    yield plugged
    assert functions == (predictor.POS_WANG, predictor.CHROME_DEHAAN) and chrom.signal is library


def predict(predicting, methods, folder):
    data = "  DATA:\n    DATASET: PURE\n    FS: 30\n    PREPROCESS:\n      LABEL_TYPE: Raw\n"
    text = unsupervised(methods, folder).replace("LOG:", data + "LOG:")
    config = predicting.get_config(text)
    predicting.main.unsupervised_method_inference(config, {"unsupervised": DataLoader(Clips(), batch_size=1)})


def outputs(folder, method):
    with open(folder / method / f"{method}_PURE_outputs.pickle", "rb") as file:
        return pickle.load(file)


def test_the_toolboxs_waveforms_are_kept_by_video_and_scored(predicting, tmp_path):
    predict(predicting, "[POS, CHROM]", tmp_path)
    assert [name for name, _ in predicting.heard] == ["POS"] * 3 + ["CHROM"] * 3
    for method, length, factor in (("POS", 120, 2), ("CHROM", 100, 4)):
        content = json.loads((tmp_path / method / "results.json").read_text())
        said = {key: content[key] for key in ("model", "host", "mode", "test_set", "weights", "train_set")}
        assert said == {
            "model": method, "host": "toolbox", "mode": "unsupervised_method", "test_set": "PURE", "weights": None,
            "train_set": None,
        }  # fmt: skip
        saved = outputs(tmp_path, method)
        for _, label, video, _ in (Clips()[number] for number in range(3)):
            waveform = saved["predictions"][video][0].numpy()
            assert waveform.shape == (120,) and not waveform[length:].any()
            np.testing.assert_allclose(waveform[:length], factor * (label[:length] + 100), rtol=1e-6)
            np.testing.assert_array_equal(saved["labels"][video][0].numpy(), label)


def test_a_method_that_this_revision_lacks_is_ours(predicting, tmp_path, capsys):
    predict(predicting, "[POS, GREEN]", tmp_path)
    assert {name for name, _ in predicting.heard} == {"POS"}
    assert "This revision of the toolbox has no GREEN; the plug-in's own takes its place." in capsys.readouterr().out
    label = Clips()[1][1]
    np.testing.assert_allclose(outputs(tmp_path, "GREEN")["predictions"]["201"][0].numpy(), label + 100, rtol=1e-6)


def test_what_was_predicted_whole_is_kept_when_the_toolbox_fails(predicting, tmp_path, monkeypatch):
    def fail(frames, fs):
        raise ZeroDivisionError("in the toolbox")

    whole = sys.modules[toolbox.SIGNAL_PREDICTOR].CHROME_DEHAAN
    sys.modules[toolbox.SIGNAL_PREDICTOR].CHROME_DEHAAN = fail
    with pytest.raises(ZeroDivisionError):
        predict(predicting, "[POS, CHROM]", tmp_path)
    assert sys.modules[toolbox.SIGNAL_PREDICTOR].CHROME_DEHAAN is fail
    sys.modules[toolbox.SIGNAL_PREDICTOR].CHROME_DEHAAN = whole
    assert (tmp_path / "POS" / "results.json").exists() and not (tmp_path / "CHROM").exists()


def runtime(**settings):
    lines = "".join(f"      {key}: {value}\n" for key, value in settings.items())
    return YAML.format(name="Physnet") + "  RFACENET:\n    RUNTIME:\n" + lines


def test_seed_100_changes_nothing(plugged):
    states = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()
    plugged.get_config(runtime(SEED=100))
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1].tolist(), random.getstate()) == states[1:]
    assert plugged.main.train_generator.initial_seed() != 100


def test_another_seed_seeds_every_generator(plugged):
    generators = plugged.main.train_generator, plugged.main.general_generator
    plugged.get_config(runtime(SEED=7))
    drawn = random.random(), np.random.rand(), torch.rand(1).item()
    assert [generator.initial_seed() for generator in generators] == [7, 7]
    assert generators == (plugged.main.train_generator, plugged.main.general_generator)
    random.seed(7)
    np.random.seed(7)
    torch.manual_seed(7)
    assert drawn == (random.random(), np.random.rand(), torch.rand(1).item())


def test_a_seed_without_loader_generators_to_seed_is_an_error(plugged):
    del plugged.main.train_generator
    with pytest.raises(ConfigError, match="SEED is 7, and this main.py has no train_generator"):
        plugged.get_config(runtime(SEED=7))


@pytest.mark.filterwarnings("ignore:This DataLoader will create")
@pytest.mark.parametrize("setting, asked, started", [(-1, 16, 3), (-1, 1, 1), (0, 16, 0), (16, 16, 16), (5, 2, 5)])
def test_workers(plugged, monkeypatch, setting, asked, started):
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    plugged.get_config(runtime(WORKERS=9))
    plugged.get_config(runtime(WORKERS=setting))
    loader = plugged.main.DataLoader([1, 2], batch_size=1, num_workers=asked)
    assert loader.num_workers == started and loader.batch_size == 1
    assert loader.persistent_workers == (started > 0)


def test_workers_are_started_anew_where_asked(plugged):
    plugged.get_config(runtime(WORKERS=1, KEEP_WORKERS="false"))
    assert not plugged.main.DataLoader([1, 2], num_workers=16).persistent_workers


def test_a_detector_that_this_checkout_or_machine_lacks_is_refused(plugged, monkeypatch):
    text = "TEST:\n  DATA:\n    DO_PREPROCESS: true\n    PREPROCESS:\n      CROP_FACE:\n        DO_CROP_FACE: true\n"
    text = YAML.format(name="rFaceNet") + text + "        BACKEND: {}\n"
    plugged.get_config(text.format("HC"))
    with pytest.raises(ConfigError, match="TEST.*'Y5F', and this revision of the toolbox has no YOLO5Face"):
        plugged.get_config(text.format("Y5F"))
    monkeypatch.setitem(toolbox.BACKENDS, "RF", ("RetinaFace", "absent_module"))
    with pytest.raises(ConfigError, match="'RF', which needs the module absent_module"):
        plugged.get_config(text.format("RF"))
    monkeypatch.setitem(toolbox.BACKENDS, "RF", ("RetinaFace", "json"))
    plugged.get_config(text.format("RF"))


def test_revision_is_the_commit_of_the_checkout(tmp_path):
    assert toolbox.revision(str(tmp_path)) == "unknown"
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    try:
        subprocess.check_call([*git, "init", "-q"])
        subprocess.check_call([*git, "commit", "-q", "--allow-empty", "-m", "first"])
        commit = subprocess.check_output([*git, "rev-parse", "HEAD"], universal_newlines=True)
    except OSError:
        pytest.skip("no git on this machine")
    assert len(toolbox.revision(str(tmp_path))) >= 7 and commit.startswith(toolbox.revision(str(tmp_path)))


#: runs in a checkout: main.py's functions with and without the plug-in, and the loaders' lists against ours
REAL = """
import importlib, runpy, sys, types
from argparse import Namespace
from rfacenet_toolbox.hosts import Host
from rfacenet_toolbox.hosts.toolbox import activate
import config as settings
built_in, ours, pure, ubfc_rppg = sys.argv[1:]
plain = settings.get_config(Namespace(config_file=built_in))
activate()
main = types.ModuleType("__main__")
vars(main).update(runpy.run_path("main.py", run_name="main"))
sys.modules["__main__"] = main
originals = main.train_and_test, main.test
config = settings.get_config(Namespace(config_file=built_in))
assert (main.train_and_test, main.test) == originals
plugged = config.clone()
del plugged.MODEL["RFACENET"]
assert plugged == plain
config = settings.get_config(Namespace(config_file=ours))
assert main.train_and_test.toolbox_function is originals[0] and main.test.toolbox_function is originals[1]
for dataset, module, path in (("PURE", "PURELoader", pure), ("UBFC-rPPG", "UBFCrPPGLoader", ubfc_rppg)):
    loader_class = getattr(importlib.import_module("dataset.data_loader." + module), module)
    loader = object.__new__(loader_class)
    for begin, end in ((0, 1), (0, 0.8), (0.8, 1), (0.25, 0.5)):
        tree = config.clone()
        tree.defrost()
        tree.TEST.DATA.DATASET, tree.TEST.DATA.DATA_PATH = dataset, path
        tree.TEST.DATA.BEGIN, tree.TEST.DATA.END = begin, end
        theirs = [str(found["index"]) for found in loader.split_raw_data(loader.get_raw_data(path), begin, end)]
        mine = Host("toolbox").expected("test", tree)
        assert sorted(mine) == sorted(theirs) and len(mine) > 0, (dataset, begin, end, mine, theirs)
        assert dataset == "PURE" or mine == theirs
print("as agreed")
"""
BUILT_IN = "configs/train_configs/PURE_PURE_UBFC-rPPG_PHYSNET_BASIC.yaml"


@pytest.mark.toolbox
def test_the_contract_in_real_checkouts(real_checkout, tmp_path):  # noqa: F811
    for number in (3, 11, 1, 2, 5):
        (tmp_path / "UBFC" / f"subject{number}").mkdir(parents=True)
        for scenario in (1, 2):
            (tmp_path / "PURE" / f"{number:02d}-{scenario:02d}").mkdir(parents=True)
    ours = tmp_path / "ours.yaml"
    ours.write_text(f"BASE: ['{real_checkout / BUILT_IN}']\nMODEL:\n  NAME: rFaceNet\n")
    command = [sys.executable, "-c", REAL, BUILT_IN, str(ours), str(tmp_path / "PURE"), str(tmp_path / "UBFC")]
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    done = subprocess.run(
        command, cwd=str(real_checkout), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0 and done.stdout.endswith("as agreed\n"), done.stdout
