"""A method from outside the package, with a node of settings: trained and tested by the standalone host, and in the
checkout's configuration too."""

import importlib
import json
import sys

import pytest
from support import in_memory
from support.configs import for_splits
from support.main_job import LENGTH, run_script, write_config
from support.paths import SUPPORT
from support.recordings import face_frames, write_both

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.training import state_dicts

SCRIPT = SUPPORT / "made_up_method.py"


def run(folder, settings):
    config = write_config(folder, {"MODEL.NAME": "MadeUp"}, for_splits({"DATA_FORMAT": "NDCHW"}), settings)
    return run_script(SCRIPT, config)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Recordings, and what a run left."""
    folder = tmp_path_factory.mktemp("added")
    write_both(folder, face_frames(LENGTH))
    done = run(folder, {"MODEL.MADEUP.WIDTH": 5})
    assert done.returncode == 0, done.stderr
    return folder


def test_it_takes_under_60_lines():
    assert len(SCRIPT.read_text().splitlines()) < 60


def test_it_is_trained_with_its_own_settings(folder):
    (weights,) = folder.glob("run/*/PreTrainedModels/small_Epoch2.pth")
    assert state_dicts.load_weights(weights)["weight"].shape == (1, 3, 5)
    losses = [float(row["loss"]) for row in in_memory.epochs(folder / "run")]
    assert len(losses) == 3 and losses[-1] < losses[0]


def test_it_is_tested(folder):
    results = json.loads((folder / "run" / "results.json").read_text())
    assert (results["model"], results["config"]["MODEL"]["MADEUP"]) == ("MadeUp", {"WIDTH": 5})
    assert results["videos"] == {"expected": 3, "scored": 3, "missing": []}


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"MODEL.MADEUP.WIDTH": 4}, "error: MODEL.MADEUP: WIDTH is 4; expected an odd number of frames."),
        ({"MODEL.MADEUP.WIDHT": 5}, "WIDHT, which is not a setting. Did you mean MODEL.MADEUP.WIDTH?"),
        ({"TEST.DATA.DATA_FORMAT": "NCDHW"}, "TEST.DATA.DATA_FORMAT is 'NCDHW'; MadeUp takes NDCHW."),
        ({"MODEL.NAME": "MadUp"}, "MODEL.NAME is 'MadUp', which is unknown. Did you mean 'MadeUp'?"),
    ],
)
def test_what_it_cannot_have_is_refused_before_the_run(folder, settings, message):
    before = (folder / "run" / "epochs.csv").read_bytes()
    done = run(folder, settings)
    assert done.returncode == 2 and message in done.stderr
    assert (folder / "run" / "epochs.csv").read_bytes() == before


def test_another_value_of_its_setting_is_another_run(folder):
    done = run(folder, {"MODEL.MADEUP.WIDTH": 9})
    assert "is of another configuration" in done.stdout, done.stderr


@pytest.fixture
def made_up(monkeypatch):
    monkeypatch.setattr(registry, "METHODS", dict(registry.METHODS))
    monkeypatch.delitem(sys.modules, "support.made_up_method", raising=False)
    return importlib.import_module("support.made_up_method")


def test_a_checkout_knows_its_settings_and_serves_it(activated_checkout, made_up):
    config = activated_checkout.get_config({"MODEL": {"NAME": "MadeUp", "MADEUP.WIDTH": 5}})
    assert config.MODEL.MADEUP == {"WIDTH": 5}
    assert activated_checkout.checked == [("MadeUp", "toolbox")]
    assert {"train_and_test", "test"} <= activated_checkout.rebound()


def test_a_node_that_the_toolbox_has_is_not_taken_over(activated_checkout, made_up):
    registry.register("Other", made_up.MadeUp, node="PHYSNET", defaults={"WIDTH": 5})
    with pytest.raises(ConfigError, match="MODEL.PHYSNET with WIDTH, and there is a MODEL.PHYSNET with FRAME_NUM"):
        activated_checkout.get_config({})
