"""The plug-in's side of the contract with the toolbox, in a main module made for the test, and in real checkouts."""

import os
import subprocess
import sys
import types
from argparse import Namespace

import pytest
from support.activated_checkout import remove_settings
from support.checkouts import write
from support.paths import ROOT

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.errors import ConfigError, InstallError
from rfacenet_toolbox.hosts.toolbox import contract, plugin


def test_activate_adds_our_node_and_changes_no_other_key(activated_checkout):
    tree = activated_checkout.settings._C.clone()
    assert tree.MODEL.RFACENET.RUNTIME.SEED == 100
    theirs = toolbox_tree()
    for one in (tree, theirs):
        remove_settings(one)
    assert tree == theirs


def test_activate_is_safe_to_repeat(activated_checkout):
    activated_checkout.settings._C.MODEL.RFACENET.RUNTIME.SEED = 3
    before = activated_checkout.settings.get_config, sys.excepthook, list(sys.meta_path)
    plugin.activate()
    assert (activated_checkout.settings.get_config, sys.excepthook, sys.meta_path) == before
    assert activated_checkout.settings._C.MODEL.RFACENET.RUNTIME.SEED == 3


def test_another_config_module_is_an_error(activated_checkout, monkeypatch):
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


def test_a_built_in_model_keeps_mains_functions_and_its_config(activated_checkout):
    config = activated_checkout.get_config({"MODEL.NAME": "Physnet"})
    assert activated_checkout.rebound() == set()
    assert config.is_frozen() and not activated_checkout.checked
    plain = config.clone()
    for tree in (plain, activated_checkout.settings._C):
        remove_settings(tree)
    assert plain == activated_checkout.settings.get_config.toolbox_get_config(
        Namespace(config_file=activated_checkout.folder / "X.yaml")
    )


ADADELTA = {"NAME": "Adadelta", "SCHEDULER": "constant"}


@pytest.mark.parametrize("setting", [{"WEIGHT_DECAY": 5e-5}, {"SCHEDULER": "constant"}, ADADELTA])
def test_the_optimizers_settings_are_ours_and_not_those_of_a_built_in_model(activated_checkout, setting):
    ours = {"MODEL.RFACENET.OPTIMIZER": setting}
    with pytest.raises(ConfigError, match="OPTIMIZER.* in a checkout Physnet is the toolbox's own model"):
        activated_checkout.get_config({"MODEL.NAME": "Physnet"}, ours)
    activated_checkout.get_config({"MODEL.NAME": "Physnet", "TOOLBOX_MODE": "only_test"}, ours)
    activated_checkout.get_config({"MODEL.NAME": "rFaceNet"}, ours)
    if setting != ADADELTA:  # PhysFormer's own trainer has the others
        activated_checkout.get_config({"MODEL.NAME": "PhysFormer"}, ours)


def test_a_built_in_models_clips_are_not_augmented(activated_checkout):
    ours = {"MODEL.RFACENET.AUGMENT.FLIP": 0.5}
    with pytest.raises(ConfigError, match="AUGMENT.FLIP is 0.5, and in a checkout Physnet is the toolbox's own model"):
        activated_checkout.get_config({"MODEL.NAME": "Physnet"}, ours)
    activated_checkout.get_config({"MODEL.NAME": "Physnet", "TOOLBOX_MODE": "only_test"}, ours)
    activated_checkout.get_config({"MODEL.NAME": "rFaceNet"}, ours)


@pytest.mark.parametrize("mode", ["train_and_test", "only_test"])
def test_test_clips_of_a_built_in_model_are_the_toolboxs(activated_checkout, mode):
    ours = {"TOOLBOX_MODE": mode, "MODEL.RFACENET.TEST.CLIPS": "joined"}
    with pytest.raises(ConfigError, match="TEST.CLIPS is 'joined', and in a checkout Physnet is the toolbox's own"):
        activated_checkout.get_config({"MODEL.NAME": "Physnet"}, ours)
    activated_checkout.get_config({"MODEL.NAME": "rFaceNet"}, ours)


def test_a_registered_model_is_served_by_the_job(activated_checkout):
    config = activated_checkout.get_config({"MODEL.NAME": "rFaceNet"})
    assert activated_checkout.checked == [("rFaceNet", "toolbox")] and not activated_checkout.jobs
    assert activated_checkout.rebound() == {"DataLoader", "train_and_test", "test"}
    for function in (activated_checkout.main.train_and_test, activated_checkout.main.test):
        function(config, {})
        served, loaders, host = activated_checkout.jobs.pop()
        assert served is config and loaders == {"train": None, "valid": None, "test": None}
        assert (host.name, host.revision) == ("toolbox", "unknown")
    assert not activated_checkout.built_in


def test_other_names_go_to_the_original_functions(activated_checkout):
    ours = activated_checkout.get_config({"MODEL.NAME": "rFaceNet"})
    theirs = activated_checkout.get_config({"MODEL.NAME": "Tscan"})
    loaders = {"test": None}
    activated_checkout.main.train_and_test(theirs, loaders)
    activated_checkout.main.test(theirs, loaders)
    assert (
        activated_checkout.built_in == [("train_and_test", theirs, loaders), ("test", theirs, loaders)]
        and not activated_checkout.jobs
    )
    activated_checkout.get_config({"MODEL.NAME": "rFaceNet"})
    activated_checkout.main.test(ours, loaders)
    assert len(activated_checkout.jobs) == 1


def test_a_main_without_the_functions_is_an_error_for_our_models(activated_checkout):
    del activated_checkout.main.test
    activated_checkout.get_config({"MODEL.NAME": "Physnet"})
    with pytest.raises(InstallError, match="has no function test"):
        activated_checkout.get_config({"MODEL.NAME": "rFaceNet"})


def test_a_misspelt_model_is_refused_before_preprocessing(activated_checkout):
    with pytest.raises(ConfigError, match="'rFacenet'.*Did you mean 'rFaceNet'"):
        activated_checkout.get_config({"MODEL.NAME": "rFacenet"})
    activated_checkout.main.test = lambda config, loaders: config.MODEL.NAME == "rFacenet"
    activated_checkout.get_config({"MODEL.NAME": "rFacenet"})


def test_a_detector_that_this_checkout_or_machine_lacks_is_refused(activated_checkout, monkeypatch):
    def check(backend):
        data = {"DO_PREPROCESS": True, "PREPROCESS.CROP_FACE": {"DO_CROP_FACE": True, "BACKEND": backend}}
        activated_checkout.get_config({"MODEL.NAME": "rFaceNet", "TEST.DATA": data})

    check("HC")
    with pytest.raises(ConfigError, match="TEST.*'Y5F', and this revision of the toolbox has no YOLO5Face"):
        check("Y5F")
    monkeypatch.setitem(contract.BACKENDS, "RF", ("RetinaFace", "absent_module"))
    with pytest.raises(ConfigError, match="'RF', which needs the module absent_module"):
        check("RF")
    monkeypatch.setitem(contract.BACKENDS, "RF", ("RetinaFace", "json"))
    check("RF")


@pytest.mark.parametrize("use_last_epoch, dataset", [(True, "MMPD"), (False, "")])
def test_a_training_without_a_validation_set_gets_past_mains_look_at_its_name(
    activated_checkout, use_last_epoch, dataset
):
    data = {"DATASET": "MMPD", "DATA_PATH": "data/MMPD"}
    settings = {"MODEL.NAME": "rFaceNet", "TRAIN.DATA": data, "TEST.USE_LAST_EPOCH": use_last_epoch}
    assert dataset == activated_checkout.get_config(settings).VALID.DATA.DATASET
