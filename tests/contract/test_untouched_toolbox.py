"""The toolbox's own methods give what they gave without the plug-in, and uninstalling takes it away."""

import re
import shutil

import pytest
import torch
from support.checkouts import contents
from support.configs import write
from support.contract_hosts import (
    EPOCHS,
    FRAMES,
    MODEL_FILE_NAME,
    RFACENET,
    Run,
    execute,
    signal_methods,
    training,
    write_stubs,
)
from support.paths import CONFIGS, ROOT
from support.same_runs import succeeded

pytestmark = pytest.mark.slow


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


def losses(run):
    """(epoch, loss) in the order of the progress bar, which shows some more than once."""
    shown = re.findall(r"Train epoch (\d+):[^\r\n]*loss=([^]\s,]+)", run.stderr)
    return [pair for number, pair in enumerate(shown) if number == 0 or pair != shown[number - 1]]


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


def start_fewer_workers(root):
    """d807b01 spawns its 16 loader processes for each pass: minutes a pass on two cores. Here it spawns one."""
    if "'spawn'" in (root / "dataset" / "data_loader" / "BaseLoader.py").read_text(encoding="utf-8"):
        main = root / "main.py"
        text = main.read_text(encoding="utf-8")
        assert text.count("num_workers=16") == 4
        main.write_text(text.replace("num_workers=16", "num_workers=1"), encoding="utf-8")
