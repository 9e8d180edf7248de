"""The same weights, clips and settings give the same numbers, whichever host they are used in."""

from pathlib import Path

import numpy as np
import pytest
import torch
from support.checkouts import contents
from support.configs import for_splits, laid_over, resized
from support.contract_hosts import EPOCHS, FRAMES, SIGNAL_METHODS, VIDEOS
from support.same_runs import PROTOCOLS, assert_same_metrics, assert_same_outputs, only_test, succeeded

from rfacenet_toolbox.config import load
from rfacenet_toolbox.evaluation import Scheme
from rfacenet_toolbox.evaluation.files.outputs import read as read_outputs

pytestmark = pytest.mark.slow


def test_a_checkpoint_gives_the_same_metrics_in_either_host(host, standalone, tmp_path):
    """Each host tests what the standalone host trained, on clips that it preprocessed itself."""
    reference = succeeded(standalone.trained)
    succeeded(host.trained)
    weights = Path(reference.results()["weights"])
    run = succeeded(host.main(tmp_path, only_test(weights)))
    results = run.results()
    assert (results["mode"], results["train_set"], results["weights"]) == ("only_test", None, str(weights))
    assert results["videos"] == {"expected": 3, "scored": 3, "missing": []}
    assert_same_metrics(reference.results(), results)
    assert_same_outputs(reference.outputs(), run.outputs(f"{weights.stem}_UBFC-rPPG"))


def test_the_standalone_host_reads_the_clips_and_tests_the_weights_of_a_toolbox(toolbox, standalone, tmp_path):
    reference = succeeded(toolbox.trained)
    weights = reference.results()["weights"]
    run = succeeded(standalone.main(tmp_path, only_test(weights), cache=toolbox.cache))
    assert_same_metrics(reference.results(), run.results())


@pytest.mark.mtcnn
def test_a_toolbox_tests_on_clips_that_the_standalone_host_cropped_with_mtcnn(toolbox, standalone, tmp_path):
    weights = succeeded(standalone.trained).results()["weights"]
    cropped, clips = {"TEST.DATA.PREPROCESS.CROP_FACE.BACKEND": "MTCNN"}, tmp_path / "clips"
    made = {"TEST.DATA.DO_PREPROCESS": True}
    ours = succeeded(standalone.main(tmp_path / "ours", only_test(weights), cropped, made, cache=clips))
    assert len(list(clips.glob("UBFC-rPPG_*_BackendMTCNN_*/*_input0.npy"))) == len(VIDEOS)
    theirs = succeeded(toolbox.main(tmp_path / "theirs", only_test(weights), cropped, cache=clips))
    assert_same_metrics(ours.results(), theirs.results())


def test_rfacenet_run_trains_the_same_weights_in_either_host(host, standalone, tmp_path):
    """On the clips that the standalone host preprocessed, in a checkout without the plug-in, last epoch tested."""
    reference = succeeded(standalone.trained)
    before = contents(host.untouched) if host.untouched else None
    settings = {"TEST.USE_LAST_EPOCH": True, "INFERENCE.EVALUATION_METHOD": "FFT"}
    run = succeeded(host.rfacenet_run(tmp_path, settings, cache=standalone.cache))
    assert host.untouched is None or contents(host.untouched) == before
    results = run.results()
    assert (results["host"], results["weights"]) == (host.name, str(run.weights(EPOCHS - 1)))
    assert results["evaluation_method"] == "FFT" and set(results["protocols"]) == PROTOCOLS
    assert "valid: " not in run.stdout
    for epoch in range(EPOCHS):
        ours, theirs = (torch.load(str(one.weights(epoch)), weights_only=True) for one in (run, reference))
        for name, value in ours.items():
            torch.testing.assert_close(value, theirs[name], rtol=0, atol=1e-6, msg=name)


CAPPED = {"HEART_RATE_TERM": "expected_squared_error", "SHARPNESS": [2.0, 4.0], "HEART_RATE_GRADIENT_CAP": 0.3}
SETTINGS = {
    "instance": {"TCU_UPSCALE": 1, "CTFC_CONV": "scalar", "NORM": "instance"},
    "time": {"NORM": "time", "FUSION": "stage1"},
    "cap": {"LOSS": {**CAPPED, "SIGMA_UPDATE": "running_mean"}},
    "augmented": {"AUGMENT": {"RANDOM_START": True, "SPEED": [0.7, 1.4], "FLIP": 0.5, "ZOOM": 0.1, "NOISE": 0.1}},
    "floor": {"LOSS": {"HEART_RATE_TERM": "cross_entropy", "BVP_ERROR": "raw", "SIGMA_FLOOR": 10.0, "SIGMA_HOLD": 1.0}},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_of_network_and_loss_train_the_same_weights_in_either_host(toolbox, standalone, tmp_path, name):
    succeeded(standalone.trained)
    settings = {"TRAIN.EPOCHS": 1, "TEST.USE_LAST_EPOCH": True, "MODEL.RFACENET": SETTINGS[name]}
    runs = [
        succeeded(host.main(tmp_path / host.name, settings, cache=standalone.cache)) for host in (standalone, toolbox)
    ]
    ours, theirs = (torch.load(str(run.weights(0)), weights_only=True) for run in runs)
    assert ("pulse.ConvBlock1.1.running_mean" in ours) == (name != "instance")
    assert set(ours) == set(theirs)
    for name, value in ours.items():
        torch.testing.assert_close(value, theirs[name], rtol=0, atol=1e-6, msg=name)
    assert_same_metrics(*(run.results() for run in runs))


def test_whole_recordings_give_the_same_metrics_in_either_host(toolbox, standalone, tmp_path):
    weights = succeeded(standalone.trained).results()["weights"]
    whole = {"TEST.DATA": {"DO_PREPROCESS": True, "PREPROCESS.DO_CHUNK": False}, "INFERENCE.BATCH_SIZE": 1}
    ours, results = {"MODEL.RFACENET.TEST": {"CLIPS": "segments", "SEGMENT_S": 2.0}}, []
    for host in (standalone, toolbox):
        folder = tmp_path / host.name
        run = succeeded(host.main(folder, only_test(weights), whole, ours, cache=folder / "clips"))
        assert f"test: 3 recordings, 3 clips: {', '.join(VIDEOS)}" in run.stdout
        results.append(run.results())
    assert_same_metrics(*results)


def test_clips_in_context_give_the_same_metrics_in_either_host(toolbox, standalone, tmp_path):
    weights, results = succeeded(standalone.trained).results()["weights"], []
    for host in (standalone, toolbox):
        ours = {"MODEL.RFACENET.TEST.CONTEXT": 8}
        run = succeeded(host.main(tmp_path / host.name, only_test(weights), ours, cache=standalone.cache))
        results.append(run.results())
    assert_same_metrics(*results)


@pytest.mark.parametrize("method", SIGNAL_METHODS)
def test_signal_methods_give_the_same_metrics_in_either_host(host, standalone, method):
    """To 0.01 of each metric's unit, on clips that each host preprocessed itself; ICA up to its sign."""
    reference, reference_outputs = succeeded(standalone.predicted).signal_results(method)
    results, outputs = succeeded(host.predicted).signal_results(method)
    said = {"model": method, "host": host.name, "mode": "unsupervised_method", "train_set": None, "weights": None}
    assert {key: results[key] for key in said} == said
    assert results["test_set"] == "UBFC-rPPG" and results["videos"] == {"expected": 3, "scored": 3, "missing": []}
    assert_same_metrics(reference, results, tolerance=0.01)
    assert (outputs["label_type"], outputs["fs"]) == ("Raw", 30)
    for video in VIDEOS:
        ours, theirs = (one["predictions"][video][0].numpy() for one in (reference_outputs, outputs))
        sign = np.sign(ours @ theirs) if method == "ICA" else 1
        np.testing.assert_allclose(sign * theirs, ours, rtol=0, atol=1e-6 * np.abs(ours).max())
        torch.testing.assert_close(reference_outputs["labels"][video][0], outputs["labels"][video][0])


@pytest.mark.parametrize("row", ["PHYSNET", "TSCAN"])
def test_a_baselines_checkpoint_gives_the_same_metrics_in_either_host(toolbox, standalone, tmp_path, row):
    """Trained standalone, tested by the toolbox's own model; a shipped config, clips that each preprocessed itself."""
    settings = laid_over(
        for_splits({"DO_PREPROCESS": True, **resized(36, 36)}),
        {"MODEL": {"PHYSNET.FRAME_NUM": FRAMES, "TSCAN.FRAME_DEPTH": 8}},
        {"TRAIN.EPOCHS": 1, "TEST.USE_LAST_EPOCH": True},
    )
    shipped = f"table2/PURE_UBFC_{row}.yaml"
    ours = succeeded(standalone.main(tmp_path / "ours", settings, cache=tmp_path / "ours" / "clips", shipped=shipped))
    results = ours.results()
    asked = {"MODEL.RFACENET.RUNTIME.BUILT_IN_MODELS": True}  # the toolbox's 16 spawned workers take a minute a pass
    folder, tested = tmp_path / "theirs", only_test(results["weights"])
    theirs = succeeded(toolbox.main(folder, settings, tested, asked, cache=folder / "clips", shipped=shipped))
    assert "===Testing===" in theirs.stdout and not (theirs.log / "results.json").exists()
    (saved,) = theirs.log.glob("*/saved_test_outputs/*_outputs.pickle")
    method = load(folder / "config.yaml").INFERENCE.EVALUATION_METHOD
    scored = read_outputs(saved).evaluate(Scheme(method=method))
    assert set(scored) == PROTOCOLS
    for protocol, (summary, _) in scored.items():
        assert summary["n"] == len(VIDEOS)
        for metric in ("MAE", "RMSE"):
            assert summary[metric] == pytest.approx(results["protocols"][protocol][metric], rel=0, abs=0.01)
