"""The plug-in's side of the contract with the toolbox, in a main module made for the test, and in real checkouts."""

import os
import subprocess
import sys
import types
from argparse import Namespace

import pytest
from support.checkouts import write
from support.paths import ROOT
from support.plugged import YAML

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.errors import ConfigError, DataError, InstallError
from rfacenet_toolbox.hosts.toolbox import contract, plugin


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
    plugin.activate()
    assert (plugged.settings.get_config, sys.excepthook, sys.meta_path) == before
    assert plugged.settings._C.MODEL.RFACENET.RUNTIME.SEED == 3


def test_another_config_module_is_an_error(plugged, monkeypatch):
    stranger = types.ModuleType("config")
    stranger.__file__ = "/elsewhere/config.py"
    monkeypatch.setitem(sys.modules, "config", stranger)
    with pytest.raises(InstallError, match="'config' is /elsewhere/config.py"):
        plugin.activate()


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
    assert plugged.rebound() == set()
    assert config.is_frozen() and not plugged.checked
    plain = config.clone()
    del plain.MODEL["RFACENET"]
    del plugged.settings._C.MODEL["RFACENET"]
    assert plain == plugged.settings.get_config.toolbox_get_config(Namespace(config_file=plugged.folder / "X.yaml"))


def test_a_registered_model_is_served_by_the_job(plugged):
    config = plugged.get_config(YAML.format(name="rFaceNet"))
    assert plugged.checked == [("rFaceNet", "toolbox")] and not plugged.jobs
    assert plugged.rebound() == {"DataLoader", "train_and_test", "test"}
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


def test_a_misspelt_model_is_refused_before_preprocessing(plugged):
    with pytest.raises(ConfigError, match="'rFacenet'.*Did you mean 'rFaceNet'"):
        plugged.get_config(YAML.format(name="rFacenet"))
    plugged.main.test = lambda config, loaders: config.MODEL.NAME == "rFacenet"
    plugged.get_config(YAML.format(name="rFacenet"))


def test_a_detector_that_this_checkout_or_machine_lacks_is_refused(plugged, monkeypatch):
    text = "TEST:\n  DATA:\n    DO_PREPROCESS: true\n    PREPROCESS:\n      CROP_FACE:\n        DO_CROP_FACE: true\n"
    text = YAML.format(name="rFaceNet") + text + "        BACKEND: {}\n"
    plugged.get_config(text.format("HC"))
    with pytest.raises(ConfigError, match="TEST.*'Y5F', and this revision of the toolbox has no YOLO5Face"):
        plugged.get_config(text.format("Y5F"))
    monkeypatch.setitem(contract.BACKENDS, "RF", ("RetinaFace", "absent_module"))
    with pytest.raises(ConfigError, match="'RF', which needs the module absent_module"):
        plugged.get_config(text.format("RF"))
    monkeypatch.setitem(contract.BACKENDS, "RF", ("RetinaFace", "json"))
    plugged.get_config(text.format("RF"))


#: runs in a checkout: main.py's functions with and without the plug-in, and the loaders' lists against ours
REAL = """
import importlib, runpy, sys, types
from argparse import Namespace
from rfacenet_toolbox.hosts.toolbox.host import ToolboxHost
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
        mine = ToolboxHost(".").expected(tree.TEST.DATA)
        assert sorted(mine) == sorted(theirs) and len(mine) > 0, (dataset, begin, end, mine, theirs)
        assert dataset == "PURE" or mine == theirs
print("as agreed")
"""
#: runs in a checkout, as REAL: what main makes its loaders with, and the C library's settings for memory
LOADERS = """
import runpy, sys, types
from argparse import Namespace
from torch.utils.data import DataLoader
from rfacenet_toolbox.hosts.toolbox import activate
from rfacenet_toolbox.runtime import speed
asked = []
speed.keep_freed_memory = lambda: asked.append(True)
activate()
import config as settings
main = types.ModuleType("__main__")
vars(main).update(runpy.run_path("main.py", run_name="main"))
sys.modules["__main__"] = main
settings.get_config(Namespace(config_file=sys.argv[1]))
print(main.DataLoader is DataLoader, asked)
"""
BUILT_IN = "configs/train_configs/PURE_PURE_UBFC-rPPG_PHYSNET_BASIC.yaml"


def test_the_contract_in_real_checkouts(real_checkout, tmp_path):
    for number in (3, 11, 1, 2, 5):
        (tmp_path / "UBFC" / f"subject{number}").mkdir(parents=True)
        for scenario in (1, 2):
            (tmp_path / "PURE" / f"{number:02d}-{scenario:02d}").mkdir(parents=True)
    ours = tmp_path / "ours.yaml"
    ours.write_text(f"BASE: ['{real_checkout / BUILT_IN}']\nMODEL:\n  NAME: rFaceNet\n")
    command = [sys.executable, "-c", REAL, BUILT_IN, str(ours), str(tmp_path / "PURE"), str(tmp_path / "UBFC")]
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    done = subprocess.run(
        command,
        cwd=str(real_checkout),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0 and done.stdout.endswith("as agreed\n"), done.stdout


@pytest.mark.parametrize("mode", ["train_and_test", "unsupervised_method"])
@pytest.mark.parametrize("asked, said", [("", "True []\n"), ("true", "False [True]\n")])
def test_real_built_in_models_have_their_own_loader_and_memory(real_checkout, tmp_path, mode, asked, said):
    path = tmp_path / "X.yaml"
    path.write_text(
        f"BASE: ['{real_checkout / BUILT_IN}']\nTOOLBOX_MODE: {mode}\nUNSUPERVISED:\n  METHOD: [POS]\n"
        + (f"MODEL:\n  RFACENET:\n    RUNTIME:\n      BUILT_IN_MODELS: {asked}\n" if asked else "")
    )
    done = subprocess.run(
        [sys.executable, "-c", LOADERS, str(path)],
        cwd=str(real_checkout),
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0 and done.stdout.endswith(said), done.stdout


def test_a_training_without_a_validation_set_gets_past_mains_look_at_its_name(plugged):
    text = YAML.format(name="rFaceNet") + "TRAIN:\n  DATA:\n    DATASET: PURE\nTEST:\n  USE_LAST_EPOCH: {last}\n"
    assert plugged.get_config(text.format(last=True)).VALID.DATA.DATASET == "PURE"
    assert plugged.get_config(text.format(last=False)).VALID.DATA.DATASET == ""


def test_a_data_set_that_main_does_not_know_is_refused_before_any_is_preprocessed(plugged):
    (plugged.folder / "main.py").write_text('if dataset == "PURE": pass\n')
    text = YAML.format(name="rFaceNet") + "TRAIN:\n  DATA:\n    DATASET: PURE\nTEST:\n  DATA:\n    DATASET: MadeUp\n"
    with pytest.raises(ConfigError, match="TEST.DATA.DATASET is 'MadeUp', which the main.py of this checkout"):
        plugged.get_config(text)
