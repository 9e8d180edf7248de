"""What a user may rely on in either host: how the main job ends, the files it leaves, and what it refuses."""

import pytest
import torch
from support.configs import for_splits
from support.contract_hosts import CHUNKS, EPOCHS, FRAMES, MODEL_FILE_NAME, VIDEOS
from support.same_runs import PROTOCOLS, succeeded

from rfacenet_toolbox import RFaceNet

pytestmark = pytest.mark.slow

METRICS = ("MAE", "RMSE", "MAPE", "Pearson", "SNR", "MACC")


def best_epoch(run):
    return min(run.table("epochs.csv"), key=lambda row: float(row["valid_bvp"]))["epoch"]


def test_the_main_job_ends_well_and_says_what_it_divided(host):
    run = succeeded(host.trained)
    lines = run.stdout.splitlines()
    assert f"train: 2 recordings, {2 * CHUNKS} clips: 101, 201" in lines
    assert f"valid: 1 recordings, {CHUNKS} clips: 301" in lines
    assert f"Best epoch by validation: {best_epoch(run)}" in lines
    test = next(line for line in lines if line.startswith(f"test: 3 recordings, {3 * CHUNKS} clips: "))
    assert sorted(test.partition("clips: ")[2].split(", ")) == VIDEOS
    assert "rFaceNet on UBFC-rPPG: 3 of 3 videos" in lines


def test_files_of_a_training(host):
    run = succeeded(host.trained)
    endings = [f"Epoch{epoch}.pth" for epoch in range(EPOCHS)] + ["state.pth"]
    assert sorted(path.name for path in run.models.iterdir()) == [f"{MODEL_FILE_NAME}_{end}" for end in endings]
    assert {path.name for path in run.log.iterdir() if path.is_file()} == {
        "results.json",
        "per_video.csv",
        "epochs.csv",
    }


def test_weights_are_those_of_the_network_without_the_classifier_of_people(host):
    run = succeeded(host.trained)
    names = set(RFaceNet(frames=FRAMES, subjects=2).state_dict())
    classifier = {name for name in names if name.startswith("classifier.")}
    assert classifier
    for epoch in range(EPOCHS):
        assert set(torch.load(str(run.weights(epoch)), weights_only=True)) == names - classifier


def test_the_outputs_file_is_the_toolboxs(host):
    content = succeeded(host.trained).outputs()
    assert list(content) == ["predictions", "labels", "label_type", "fs"]
    assert (content["label_type"], content["fs"]) == ("DiffNormalized", 30)
    for signals in (content["predictions"], content["labels"]):
        assert sorted(signals) == VIDEOS
        for chunks in signals.values():
            assert sorted(chunks) == list(range(CHUNKS))
            assert all(torch.is_tensor(chunk) and chunk.shape == (FRAMES,) for chunk in chunks.values())


def test_results_say_what_was_run_and_count_the_videos(host):
    run = succeeded(host.trained)
    results = run.results()
    said = {
        "schema": 1,
        "model": "rFaceNet",
        "host": host.name,
        "mode": "train_and_test",
        "train_set": "PURE",
        "test_set": "UBFC-rPPG",
        "seed": 100,
        "weights": str(run.weights(best_epoch(run))),
        "evaluation_method": "peak detection",
        "videos": {"expected": 3, "scored": 3, "missing": []},
    }
    assert {key: results[key] for key in said} == said
    assert (results["host_revision"] is None) == (host.name == "standalone")
    assert results["config"]["TRAIN"]["EPOCHS"] == EPOCHS
    assert set(results["config"]["MODEL"]["RFACENET"]) >= {"FRAME_NUM", "FUSION", "IDENTITY", "RUNTIME"}
    assert {"rfacenet_toolbox", "python", "torch", "numpy", "scipy", "opencv"} <= set(results["versions"])


def test_results_have_every_metric_with_its_standard_error(host):
    protocols = succeeded(host.trained).results()["protocols"]
    assert set(protocols) == PROTOCOLS
    for name, summary in protocols.items():
        assert summary["n"] == 3
        for metric in METRICS:
            value, error = summary[metric]
            undefined = metric in summary.get("undefined", {})
            assert (value is None) == (error is None) == undefined, metric
        own = {"neurips2023": "RMSE_se_A", "toolbox2025": "RMSE_se_B"}[name]
        assert summary["RMSE"][1] == summary[own]
        assert summary["RMSE_se_B"] == pytest.approx(summary["RMSE_se_A"] ** 0.5)


def test_tables_have_a_row_for_each_video_and_each_epoch(host):
    run = succeeded(host.trained)
    rows = run.table("per_video.csv")
    assert [(row["protocol"], row["video"]) for row in rows] == [
        (protocol, video) for protocol in sorted(PROTOCOLS) for video in VIDEOS
    ]
    for protocol, summary in run.results()["protocols"].items():
        errors = [abs(float(row["error_bpm"])) for row in rows if row["protocol"] == protocol]
        assert sum(errors) / 3 == pytest.approx(summary["MAE"][0], rel=1e-4)
    epochs = run.table("epochs.csv")
    assert [row["epoch"] for row in epochs] == [str(epoch) for epoch in range(EPOCHS)]
    filled = (
        "loss", "bvp", "heart_rate", "identity", "sigma_bvp", "sigma_heart_rate", "sigma_identity", "alpha", "beta",
        "identity_accuracy", "valid_bvp", "learning_rate", "seconds",
    )  # fmt: skip
    assert all(float(row[column]) >= 0 for row in epochs for column in filled)


@pytest.mark.parametrize(
    "settings, parts",
    [
        ({"TRAIN.EPOCH": 3}, ["config.yaml", "TRAIN.EPOCH", "Did you mean TRAIN.EPOCHS"]),
        ({"TEST.DATA.CACHED_PATH": "<folder>/input_clips"}, ["TEST.DATA", "CACHED_PATH", "'input'"]),
        ({"TRAIN.DATA.PREPROCESS.CROP_FACE.BACKEND": "DLIB"}, ["TRAIN.DATA", "BACKEND", "'DLIB'", "HC"]),
    ],
    ids=["unknown key", "input in the cache path", "face backend"],
)
def test_a_config_that_cannot_work_is_refused_before_anything_is_written(host, tmp_path, settings, parts):
    settings = {key: str(value).replace("<folder>", str(tmp_path)) for key, value in settings.items()}
    run = host.main(tmp_path, for_splits({"DO_PREPROCESS": True}), settings, cache=tmp_path / "clips")
    assert run.status == 2
    assert "Traceback" not in run.stderr
    (message,) = [line for line in run.stderr.splitlines() if line.startswith("error: ")]
    assert run.stderr.endswith(message + "\n")
    assert [part for part in parts if part not in message] == []
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


def test_the_optimizers_settings_hold_in_either_host(host, standalone, tmp_path):
    succeeded(standalone.trained)
    ours = {"MODEL.RFACENET.OPTIMIZER": {"SCHEDULER": "constant", "WEIGHT_DECAY": 5e-5}}
    settings = {"TRAIN.LR": 1e-5, "TRAIN.EPOCHS": 1, "TEST.USE_LAST_EPOCH": True}
    run = succeeded(host.main(tmp_path, settings, ours, cache=standalone.cache))
    assert [float(row["learning_rate"]) for row in run.table("epochs.csv")] == [1e-5]
