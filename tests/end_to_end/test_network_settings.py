"""Settings of the network from training to prediction: trained, exported, predicted with, profiled and drawn."""

import json

import numpy as np
import pytest
import torch
from support.configs import small_job, write
from support.recordings import noise_frames, write_both

from rfacenet_toolbox import cli
from rfacenet_toolbox.datasets.normalise import FrameFeatures
from rfacenet_toolbox.evaluation.files.run_folder import read_run
from rfacenet_toolbox.methods.physnet import PhysNet
from rfacenet_toolbox.prediction import clip_model
from rfacenet_toolbox.training import learners, state_dicts

FRAMES, SIDE = 32, 24
VARIANTS = [
    {"TCU_UPSCALE": 1, "CTFC_CONV": "scalar", "NORM": "instance"},
    {"TCU_UPSCALE": 1, "NORM": "time", "FUSION": "stage2"},
]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant["NORM"])
def test_a_variant_goes_from_training_to_prediction(tmp_path, capsys, variant):
    write_both(tmp_path, noise_frames(2 * FRAMES), scenarios=(1,), test_subjects=(1, 2, 3))
    torch.manual_seed(3)
    state_dicts.save(tmp_path / "physnet.pth", PhysNet(FRAMES).state_dict())
    settings = {"TRAIN.EPOCHS": 1, "MODEL.RFACENET": {**variant, "INIT": str(tmp_path / "physnet.pth")}}
    config = write(tmp_path / "config.yaml", small_job(tmp_path, FRAMES, SIDE), settings)
    assert cli.standalone(["--config_file", str(config)]) == 0
    assert "loaded: pulse" in capsys.readouterr().out
    run = read_run(tmp_path / "run")
    assert run.results["videos"]["scored"] == 3
    assert {key: run.results["config"]["MODEL"]["RFACENET"][key] for key in variant} == variant

    exported = tmp_path / "own.safetensors"
    assert cli.main(["export", str(tmp_path / "run"), "--out", str(exported)]) == 0
    frames = np.random.default_rng(0).integers(0, 255, (FRAMES + 1, SIDE, SIDE, 3), dtype=np.uint8)
    clip = torch.from_numpy(FrameFeatures(frames, ["DiffNormalized"]).clip(0, FRAMES)).permute(3, 0, 1, 2)
    with torch.no_grad():
        expected = learners.trained(run).predict(clip[None])[0].numpy()
    found = clip_model.load("rfacenet", exported).waveform(frames)
    assert found == pytest.approx(expected, abs=1e-4 * float(np.abs(expected).max()))

    capsys.readouterr()
    assert cli.main(["profile", str(config), "--repeats", "1", "--json"]) == 0
    (cost,) = json.loads(capsys.readouterr().out)
    assert cost["parameters"] == sum(value.numel() for value in learners.trained(run).model.parameters())

    assert cli.main(["report", str(tmp_path / "run"), "--out", str(tmp_path / "page"), "--attention-clips", "0"]) == 0
    html = (tmp_path / "page" / "report.html").read_text(encoding="utf-8")
    assert "Not shown" not in html
    assert {"network.png", "fusion-schemes.png"} <= {path.name for path in (tmp_path / "page" / "figures").iterdir()}


def test_weights_of_another_norm_are_refused_with_the_setting(tmp_path, capfd):
    write_both(tmp_path, noise_frames(FRAMES), scenarios=(1,), test_subjects=(1,))
    job = small_job(tmp_path, FRAMES, SIDE)
    config = write(tmp_path / "config.yaml", job, {"TRAIN.EPOCHS": 1, "MODEL.RFACENET.NORM": "instance"})
    assert cli.standalone(["--config_file", str(config)]) == 0
    weights = read_run(tmp_path / "run").results["weights"]
    tested = {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": weights, "LOG.PATH": str(tmp_path / "tested")}
    config = write(tmp_path / "tested.yaml", job, tested)
    capfd.readouterr()
    assert cli.standalone(["--config_file", str(config)]) == 2
    assert "compare MODEL.RFACENET.NORM with what it was trained with" in capfd.readouterr().err
