"""What a user may rely on in either host, tried on the real commands: standalone, and each checkout in RPPG_TOOLBOX.

Each host runs the whole job once; the tests look at what that run left, then start short ones from it.
"""

import re
import shutil
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import torch
from support.checkouts import CHECKOUTS, contents
from support.configs import for_splits, laid_over, resized, write
from support.contract_hosts import (
    CHUNKS,
    EPOCHS,
    FRAMES,
    MODEL_FILE_NAME,
    RFACENET,
    SIGNAL_METHODS,
    VIDEOS,
    Host,
    Run,
    draw_recordings,
    execute,
    signal_methods,
    toolbox_host,
    training,
    write_stubs,
)
from support.paths import CONFIGS, ROOT

from rfacenet_toolbox import RFaceNet
from rfacenet_toolbox.config import load
from rfacenet_toolbox.evaluation import Scheme
from rfacenet_toolbox.evaluation.files.outputs import read as read_outputs

pytestmark = pytest.mark.slow

TOLERANCE = 1e-4
PROTOCOLS = {"neurips2023", "toolbox2025"}
METRICS = ("MAE", "RMSE", "MAPE", "Pearson", "SNR", "MACC")


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    return draw_recordings(tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="session")
def standalone(tmp_path_factory, recordings):
    return Host("standalone", ROOT, tmp_path_factory.mktemp("standalone"), recordings)


@pytest.fixture(scope="session")
def host_of(tmp_path_factory, recordings, standalone):
    @lru_cache(maxsize=None)
    def make(checkout):
        if checkout is None:
            return standalone
        return toolbox_host(checkout, tmp_path_factory.mktemp("toolbox"), recordings)

    return make


@pytest.fixture(scope="session", params=[pytest.param(None, id="standalone"), *CHECKOUTS])
def host(request, host_of):
    return host_of(request.param)


@pytest.fixture(scope="session", params=CHECKOUTS)
def toolbox(request, host_of):
    return host_of(request.param)


def succeeded(run):
    assert run.status == 0, run.stdout[-2000:] + run.stderr[-4000:]
    return run


def only_test(weights):
    return {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": str(weights)}


def assert_same_metrics(one, other, tolerance=TOLERANCE):
    """Values, standard errors and counts of every protocol; what one could not compute, the other could not."""
    one, other = one["protocols"], other["protocols"]
    assert set(one) == set(other) == PROTOCOLS
    for protocol, summary in one.items():
        assert set(summary) == set(other[protocol])
        for key, value in summary.items():
            if key == "undefined":
                assert set(value) == set(other[protocol][key])
            elif isinstance(value, list) and None in value:
                assert value == other[protocol][key], (protocol, key)
            else:
                assert value == pytest.approx(other[protocol][key], rel=0, abs=tolerance), (protocol, key)


def assert_same_outputs(one, other):
    assert (one["label_type"], one["fs"]) == (other["label_type"], other["fs"])
    for signals in ("predictions", "labels"):
        for video in VIDEOS:
            for chunk in range(CHUNKS):
                torch.testing.assert_close(
                    one[signals][video][chunk], other[signals][video][chunk], rtol=0, atol=TOLERANCE
                )


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


def test_the_optimizers_settings_hold_in_either_host(host, standalone, tmp_path):
    succeeded(standalone.trained)
    ours = {"MODEL.RFACENET.OPTIMIZER": {"SCHEDULER": "constant", "WEIGHT_DECAY": 5e-5}}
    settings = {"TRAIN.LR": 1e-5, "TRAIN.EPOCHS": 1, "TEST.USE_LAST_EPOCH": True}
    run = succeeded(host.main(tmp_path, settings, ours, cache=standalone.cache))
    assert [float(row["learning_rate"]) for row in run.table("epochs.csv")] == [1e-5]


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


def test_uninstall_gives_the_checkout_back(toolbox, tmp_path):
    succeeded(toolbox.trained)
    used = tmp_path / "used"
    shutil.copytree(str(toolbox.root), str(used))
    assert contents(used) != contents(toolbox.untouched)
    done = execute(["-c", RFACENET, "uninstall", used], tmp_path)
    assert done.returncode == 0, done.stderr
    assert contents(used) == contents(toolbox.untouched)


def test_built_in_physnet_is_the_same_with_and_without_the_plug_in(toolbox, tmp_path):
    """Losses, weights, predictions and printed metrics of the toolbox's own trainer, on the same clips; and they stay
    the same with our loader and memory, where they are asked for."""
    reference = succeeded(toolbox.trained)
    control = physnet(toolbox, toolbox.untouched, tmp_path / "without", write_stubs(tmp_path / "stubs"))
    metrics = [line for line in control.stdout.splitlines() if line.startswith("FFT ")]
    assert [line.split()[1] for line in metrics] == ["MAE", "RMSE", "MAPE", "Pearson", "SNR"]
    assert {epoch for epoch, _ in losses(control)} == {str(epoch) for epoch in range(EPOCHS)}
    for asked in (False, True):
        ours = {"MODEL.RFACENET.RUNTIME.BUILT_IN_MODELS": asked}
        plugged = physnet(toolbox, toolbox.root, tmp_path / f"with_{asked}", ROOT, ours)
        assert [line for line in plugged.stdout.splitlines() if line.startswith("FFT ")] == metrics
        assert losses(plugged) == losses(control)
        for epoch in range(EPOCHS):
            ours, theirs = (torch.load(str(run.weights(epoch)), weights_only=True) for run in (plugged, control))
            torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
        ours, theirs = plugged.outputs(), control.outputs()
        torch.testing.assert_close(ours["predictions"], theirs["predictions"], rtol=0, atol=0)
        assert list(theirs) == list(reference.outputs())


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


def test_the_toolboxs_signal_methods_print_the_same_with_and_without_the_plug_in(toolbox, tmp_path):
    """And what it prints is what our evaluation makes of the waveforms that were kept."""
    succeeded(toolbox.predicted)
    control = green_and_pos(toolbox, toolbox.untouched, tmp_path / "without", write_stubs(tmp_path / "stubs"))
    plugged = green_and_pos(toolbox, toolbox.root, tmp_path / "with", ROOT)
    figures = [re.findall(r"^(Used|Peak|PEAK|FFT)(.*)$", run.stdout, re.MULTILINE) for run in (control, plugged)]
    assert figures[0] == figures[1] and len(figures[0]) == 12
    printed = [float(value) for value in re.findall(r"^Peak MAE \(Peak Label\): (\S+)", plugged.stdout, re.MULTILINE)]
    for method, mae in zip(("GREEN", "POS"), printed):
        protocols = plugged.signal_results(method)[0]["protocols"]
        assert mae in [pytest.approx(summary["MAE"][0], abs=1e-6) for summary in protocols.values()]


def green_and_pos(toolbox, root, folder, pythonpath):
    """GREEN and POS in a copy of ``root``."""
    shutil.copytree(str(root), str(folder / "checkout"), ignore=shutil.ignore_patterns("__pycache__"))
    start_fewer_workers(folder / "checkout")
    base = CONFIGS / "UBFC_UNSUPERVISED.yaml"
    settings = signal_methods(folder, toolbox.recordings, toolbox.cache, base, ["GREEN", "POS"])
    config = write(folder / "config.yaml", settings, {"UNSUPERVISED.DATA.DO_PREPROCESS": False})
    process = execute(["main.py", "--config_file", config], folder / "checkout", pythonpath)
    return succeeded(Run(process, folder / "run"))


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


def physnet(toolbox, root, folder, pythonpath, *ours):
    """Train and test the toolbox's PhysNet in a copy of ``root``; an unplugged checkout knows all keys but ours."""
    settings = {
        "TRAIN.MODEL_FILE_NAME": MODEL_FILE_NAME,
        "TEST.USE_LAST_EPOCH": True,
        "INFERENCE.EVALUATION_METHOD": "FFT",
        "MODEL.PHYSNET.FRAME_NUM": FRAMES,
    }
    base = training(folder, toolbox.recordings, toolbox.cache, CONFIGS / "table2" / "PURE_UBFC_PHYSNET.yaml")
    shutil.copytree(str(root), str(folder / "checkout"), ignore=shutil.ignore_patterns("__pycache__"))
    start_fewer_workers(folder / "checkout")
    config = write(folder / "config.yaml", base, settings, *ours)
    process = execute(["main.py", "--config_file", config], folder / "checkout", pythonpath)
    return succeeded(Run(process, folder / "run"))


def start_fewer_workers(root):
    """d807b01 spawns its 16 loader processes for each pass: minutes a pass on two cores. Here it spawns one."""
    if "'spawn'" in (root / "dataset" / "data_loader" / "BaseLoader.py").read_text(encoding="utf-8"):
        main = root / "main.py"
        text = main.read_text(encoding="utf-8")
        assert text.count("num_workers=16") == 4
        main.write_text(text.replace("num_workers=16", "num_workers=1"), encoding="utf-8")


def losses(run):
    """(epoch, loss) in the order of the progress bar, which shows some more than once."""
    shown = re.findall(r"Train epoch (\d+):[^\r\n]*loss=([^]\s,]+)", run.stderr)
    return [pair for number, pair in enumerate(shown) if number == 0 or pair != shown[number - 1]]
