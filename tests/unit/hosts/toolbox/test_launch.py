"""main.py as a process of its own, with the one line in it and without any edit; its children get the plug-in too."""

import os
import subprocess
import sys

import pytest
from support import configs
from support.checkouts import contents, write
from support.configs import NOT_CROPPED, resized
from support.paths import ROOT
from support.recordings import noise_frames, write_ubfc_rppg

from rfacenet_toolbox.errors import ConfigError, InstallError
from rfacenet_toolbox.hosts.toolbox import install as plugin
from rfacenet_toolbox.hosts.toolbox import launch

#: stands in for the trainer: takes the loaders of either checkout and says what came
JOB = """
import sys, types
job = types.ModuleType("rfacenet_toolbox.hosts.job")
def run(config, loaders, host):
    clips = [clip for batch in loaders["test"] for clip in (batch[2] if len(batch) == 4 else batch.tolist())]
    print("our job", host.name, sorted(set(clips)), loaders["test"].num_workers)
job.run, job.check_files = run, lambda config: None
sys.modules["rfacenet_toolbox.hosts.job"] = job
"""


@pytest.fixture
def stub_job(tmp_path, monkeypatch):
    """Every Python started from here on has the stub in place of the trainer."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(JOB)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "site"), str(ROOT)]))


@pytest.fixture
def checkout(tmp_path, stub_job):
    return write(tmp_path / "checkout")


@pytest.fixture
def start(monkeypatch, capfd):
    """A function that runs a checkout with the line installed, or launched, and gives status, output and errors."""

    def run(checkout, config_file, installed):
        if installed:
            plugin.install(checkout)
            command = [sys.executable, "main.py", "--config_file", str(config_file)]
            status = subprocess.call(command, cwd=str(checkout))
            plugin.uninstall(checkout)
        else:
            status = launch.run(str(checkout), ["--config_file", str(config_file)])
        return (status, *capfd.readouterr())

    return run


def config_file(folder, name, *settings):
    runtime = {"WORKERS": 1, "BUILT_IN_MODELS": True}
    base = {"TOOLBOX_MODE": "train_and_test", "MODEL": {"NAME": name, "RFACENET.RUNTIME": runtime}}
    return configs.write(folder / f"{name}.yaml", base, *settings)


@pytest.mark.slow
@pytest.mark.parametrize("installed", [True, False], ids=["installed", "launched"])
def test_a_built_in_model_runs_with_spawned_workers(checkout, tmp_path, start, installed):
    before = contents(checkout)
    status, out, err = start(checkout, config_file(tmp_path, "Mean"), installed)
    assert status == 0, err
    line = next(line for line in out.splitlines() if line.startswith("built-in train_and_test"))
    assert sorted(int(digit) for digit in line if digit.isdigit()) == [0, 1, 2, 3]
    assert contents(checkout) == before


def test_an_absent_module_ends_the_run_with_one_paragraph(checkout, tmp_path, start):
    status, _, err = start(checkout, config_file(tmp_path, "Absent"), installed=True)
    assert status == 2
    assert err.strip().splitlines() == [
        "error: mamba_ssm.ops.triton.Mamba is needed here. neural_methods/trainer.py imports it, and this Python "
        "has no module mamba_ssm. Run 'pip install mamba-ssm', or use a model or data set that does without it."
    ]


def test_other_errors_keep_their_traceback(checkout, tmp_path, start):
    status, _, err = start(checkout, config_file(tmp_path, "Unheard"), installed=False)
    assert status == 1 and "Traceback" in err and "ValueError: no such model" in err


def test_config_files_are_looked_for_where_the_caller_is_first(checkout, tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(launch.subprocess, "call", lambda command, **_: calls.append(command[3:]) or 0)
    here, shipped = tmp_path / "here", tmp_path / "shipped"
    folders = [here, checkout, checkout / "toolbox_configs", shipped]
    monkeypatch.setattr(plugin, "configs_dir", lambda: str(shipped))
    for folder in folders:
        folder.mkdir(exist_ok=True)
        (folder / "X.yaml").write_text("")
    monkeypatch.chdir(here)
    for folder in folders:
        assert launch.run(checkout, ["--config_file", "X.yaml", "--lr", "1"]) == 0
        assert calls.pop() == ["--config_file", str(folder / "X.yaml"), "--lr", "1"]
        (folder / "X.yaml").unlink()
    with pytest.raises(ConfigError, match="no config file X.yaml below .*here, .*checkout"):
        launch.run(checkout, ["--config_file=X.yaml"])
    with pytest.raises(ConfigError, match="no config file /nowhere/X.yaml. Give"):
        launch.run(checkout, ["--config_file", "/nowhere/X.yaml"])
    assert launch.run(checkout, ["--help"]) == 0 and calls == [["--help"]]


def test_a_folder_that_is_no_checkout_is_an_error(tmp_path):
    with pytest.raises(InstallError, match="has no main.py, config.py"):
        launch.run(tmp_path, [])


def test_real_checkouts_start_on_this_machine(real_checkout, start, stub_job, capfd):
    before = contents(real_checkout)
    plugin.install(real_checkout)
    assert subprocess.call([sys.executable, "main.py", "--help"], cwd=str(real_checkout)) == 0
    assert "--config_file" in capfd.readouterr().out
    plugin.uninstall(real_checkout)
    assert launch.run(real_checkout, ["--help"]) == 0
    assert "--config_file" in capfd.readouterr().out
    assert contents(real_checkout) == before


@pytest.mark.parametrize("installed", [True, False], ids=["installed", "launched"])
def test_our_model_gets_what_a_real_checkout_preprocessed(real_checkout, tmp_path, start, stub_job, installed):
    for name in ("subject1", "subject12"):
        write_ubfc_rppg(tmp_path / "raw", name, noise_frames(130))
    (tmp_path / "weights.pth").write_bytes(b"")
    data = {
        "FS": 30,
        "DATASET": "UBFC-rPPG",
        "DO_PREPROCESS": True,
        "DATA_FORMAT": "NCDHW",
        "DATA_PATH": str(tmp_path / "raw"),
        "CACHED_PATH": str(tmp_path / "cache"),
        "PREPROCESS": {"DATA_TYPE": ["DiffNormalized"], "LABEL_TYPE": "DiffNormalized", "CHUNK_LENGTH": 128},
    }
    test = {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": str(tmp_path / "weights.pth"), "TEST.DATA": data}
    path = config_file(tmp_path, "rFaceNet", test, {"TEST.DATA": {**NOT_CROPPED, **resized(72, 72)}})
    status, out, err = start(real_checkout, path, installed)
    assert status == 0, err
    assert "test: 2 recordings, 2 clips: subject12, subject1\n" in out  # the toolbox sorts paths as text
    assert out.endswith("our job toolbox ['subject1', 'subject12'] 1\n")
