"""Maps of skin colour, and a method that gives heart rates, standalone and in the checkouts of RPPG_TOOLBOX."""

import pytest
from support.checkouts import CHECKOUTS
from support.configs import for_splits
from support.contract_hosts import FRAMES, VIDEOS, Host, draw_recordings, toolbox_host
from support.paths import ROOT

from rfacenet_toolbox import cli
from rfacenet_toolbox.training.profile import of_config_files

pytestmark = pytest.mark.slow

#: windows of as many frames as six of them, one frame apart, make a clip
METHOD = {
    "MODEL.NAME": "RhythmNet",
    "MODEL.RHYTHMNET": {"FRAMES": FRAMES - 5, "STEP_S": 1 / 30, "GAP_FRAMES": [3, 9]},
    "TRAIN": {"EPOCHS": 1, "LR": 1e-3},
    "TEST.USE_LAST_EPOCH": True,
}
MAPS = for_splits({"PREPROCESS.DATA_TYPE": ["STMapGrid"], "PREPROCESS.LABEL_TYPE": "Standardized"})


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    return draw_recordings(tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="module")
def standalone(tmp_path_factory, recordings):
    """The host, and what its run left: maps among them."""
    host = Host("standalone", ROOT, tmp_path_factory.mktemp("standalone"), recordings)
    run = host.main(host.work / "maps", METHOD, MAPS, for_splits({"DO_PREPROCESS": True}))
    assert run.status == 0, run.stderr
    return host, run


def test_rhythmnet_is_trained_and_tested_on_maps(standalone):
    _, run = standalone
    results = run.results()
    assert (results["model"], results["gives"]) == ("RhythmNet", "heart_rate")
    assert results["videos"]["scored"] == len(VIDEOS)
    assert (
        "Note: regions of the face, in" in run.stdout and "no landmarks: fixed shares of the face's box" in run.stdout
    )


def test_its_config_is_profiled_and_its_weights_are_exported(standalone, tmp_path):
    host, run = standalone
    (cost,) = of_config_files([host.work / "maps" / "config.yaml"], repeats=1)
    assert cost.clip_shape == (3, FRAMES, 25, 1) and cost.parameters == 17_697_514
    assert cli.main(["export", str(run.log), "--out", str(tmp_path / "x.safetensors")]) == 0
    assert (tmp_path / "x.safetensors").is_file()


@pytest.mark.parametrize("checkout", CHECKOUTS)
def test_a_checkout_trains_on_the_same_maps(checkout, standalone, recordings, tmp_path):
    host, ours = standalone
    toolbox = toolbox_host(checkout, tmp_path, recordings)
    run = toolbox.main(tmp_path / "maps", METHOD, MAPS, for_splits({"DO_PREPROCESS": False}), cache=host.cache)
    assert run.status == 0, run.stderr
    for name, summary in run.results()["protocols"].items():
        mine = ours.results()["protocols"][name]
        assert summary["MAE"] == pytest.approx(mine["MAE"], abs=1e-3) and summary["SNR"] == [None, None]
    refused = toolbox.main(tmp_path / "made", METHOD, MAPS, for_splits({"DO_PREPROCESS": True}))
    assert refused.status == 2 and "In a checkout TRAIN.DATA.PREPROCESS.DATA_TYPE is 'STMapGrid'" in refused.stderr
