"""``TOOLBOX_MODE: unsupervised_method`` standalone, as a user runs it, on small recordings."""

import json
import pickle
import shutil

import numpy as np
import pytest
from support.configs import resized, write
from support.paths import CONFIGS
from support.recordings import face_frames, pulse, write_ubfc_rppg

from rfacenet_toolbox.cli import standalone
from rfacenet_toolbox.datasets import clips as clips_module
from rfacenet_toolbox.evaluation import evaluate
from rfacenet_toolbox.methods.signal import GRIDS, METHODS, colours

LENGTH = 130
VIDEOS = ["subject1", "subject2", "subject10"]


def write_config(folder, *settings):
    small = {
        "BASE": [str(CONFIGS / "UBFC_UNSUPERVISED.yaml")],
        "UNSUPERVISED.DATA": {
            "DATA_PATH": str(folder / "UBFC-rPPG"),
            "CACHED_PATH": str(folder / "clips"),
            **resized(16, 16),
        },
        "MODEL.RFACENET.RUNTIME.WORKERS": 0,
        "LOG.PATH": str(folder / "run"),
    }
    return write(folder / "config.yaml", small, *settings)


def run(folder, *settings):
    return standalone(["--config_file", str(write_config(folder, *settings))])


def read(folder, method):
    content = json.loads((folder / "run" / method / "results.json").read_text())
    with open(folder / "run" / method / f"{method}_UBFC-rPPG_outputs.pickle", "rb") as file:
        return content, pickle.load(file)


def clips(folder):
    """{video: (frames, label)} of the cached clips."""
    return {
        path.name.partition("_")[0]: (np.load(path), np.load(str(path).replace("_input", "_label")))
        for path in folder.glob("clips/*/*_input0.npy")
    }


@pytest.fixture(scope="module")
def signal_run(tmp_path_factory):
    """A folder with recordings, and what all methods left."""
    folder = tmp_path_factory.mktemp("signal")
    for number, video in enumerate(VIDEOS):
        frames = face_frames(LENGTH, seed=number)
        write_ubfc_rppg(folder / "UBFC-rPPG", video, frames, pulse(LENGTH, 30, 1 + 0.1 * number))
    assert run(folder, {"UNSUPERVISED.METHOD": list(METHODS)}) == 0
    return folder


@pytest.fixture
def signal_run_copy(signal_run, tmp_path):
    for name in ("UBFC-rPPG", "clips", "run"):
        shutil.copytree(str(signal_run / name), str(tmp_path / name))
    shutil.rmtree(str(tmp_path / "clips" / "DataFileLists"))  # it has the other folder's paths
    return tmp_path


def test_every_method_leaves_its_own_waveforms_and_their_scores(signal_run):
    assert {path.name for path in (signal_run / "run").iterdir()} == set(METHODS)
    cached = clips(signal_run)
    for method, function in METHODS.items():
        content, saved = read(signal_run, method)
        assert (content["model"], content["host"]) == (method, "standalone")
        assert content["videos"] == {"expected": 3, "scored": 3, "missing": []}
        assert sorted(saved["predictions"]) == sorted(saved["labels"]) == sorted(VIDEOS)
        for video, (frames, label) in cached.items():
            bvp = function(colours(frames.astype(np.float32), GRIDS.get(method)), 30)
            np.testing.assert_array_equal(saved["predictions"][video][0].numpy(), bvp)
            np.testing.assert_allclose(saved["labels"][video][0].numpy(), label, rtol=1e-6)
        signals = [
            {video: chunks[0].numpy() for video, chunks in saved[side].items()} for side in ("predictions", "labels")
        ]
        scored = evaluate(*signals, 30, is_derivative=False)
        assert content["protocols"] == json.loads(json.dumps({name: summary for name, (summary, _) in scored.items()}))


def test_each_clip_is_read_and_averaged_once(signal_run_copy, monkeypatch):
    shutil.rmtree(str(signal_run_copy / "run"))
    averaged = []
    monkeypatch.setattr(clips_module, "colours", lambda *given: averaged.append(given[1]) or colours(*given))
    assert run(signal_run_copy, {"UNSUPERVISED.METHOD": ["GREEN", "POS", "LGI"]}) == 0
    assert averaged == [None] * 3


def test_loader_processes_give_the_same(signal_run, signal_run_copy):
    shutil.rmtree(str(signal_run_copy / "run"))
    assert run(signal_run_copy, {"UNSUPERVISED.METHOD": ["POS"], "MODEL.RFACENET.RUNTIME.WORKERS": 1}) == 0
    assert [path.name for path in (signal_run_copy / "run").iterdir()] == ["POS"]
    assert read(signal_run_copy, "POS")[0]["protocols"] == read(signal_run, "POS")[0]["protocols"]


def test_what_is_done_already_is_not_done_again(signal_run_copy, capfd):
    shutil.rmtree(str(signal_run_copy / "run" / "POS"))
    times = {path: path.stat().st_mtime_ns for path in signal_run_copy.glob("run/*/results.json")}
    capfd.readouterr()
    assert run(signal_run_copy, {"UNSUPERVISED.METHOD": ["LGI", "POS"]}) == 0
    out = capfd.readouterr().out
    assert f"LGI is done already: {signal_run_copy / 'run' / 'LGI' / 'results.json'} has the same config." not in out
    assert run(signal_run_copy, {"UNSUPERVISED.METHOD": ["LGI", "POS"]}) == 0
    out = capfd.readouterr().out
    assert "LGI is done already" in out and "POS is done already" in out and "3 of 3 videos" not in out
    changed = {path for path, time in times.items() if path.stat().st_mtime_ns != time}
    assert changed == {signal_run_copy / "run" / "LGI" / "results.json"}  # the copy has other paths in its config


def test_a_video_that_a_method_cannot_take_is_left_out_and_told(signal_run_copy, capfd):
    for path in signal_run_copy.glob("clips/*/subject2_input0.npy"):
        frames = np.load(path)
        np.save(path, np.repeat(frames[..., 1:2], 3, axis=-1))
    assert run(signal_run_copy, {"UNSUPERVISED": {"METHOD": ["ICA", "POS"], "DATA.DO_PREPROCESS": False}}) == 0
    out = capfd.readouterr().out
    assert "ICA on UBFC-rPPG: 2 of 3 videos\n  subject2 has no estimate: Colour channels that depend on one" in out
    content, saved = read(signal_run_copy, "ICA")
    assert list(content["videos"]["left_out"]) == ["subject2"] and content["videos"]["scored"] == 2
    assert content["protocols"]["neurips2023"]["n"] == 2 and "subject2" not in saved["predictions"]
    assert "subject2 has no estimate: the waveform is 0 throughout" in out  # POS


def test_a_method_without_any_estimate_ends_the_run_after_the_others(signal_run_copy, capfd):
    for path in signal_run_copy.glob("clips/*/*_input0.npy"):
        np.save(path, np.repeat(np.load(path)[..., 1:2], 3, axis=-1))
    shutil.rmtree(str(signal_run_copy / "run"))
    assert run(signal_run_copy, {"UNSUPERVISED": {"METHOD": ["ICA", "GREEN"], "DATA.DO_PREPROCESS": False}}) == 2
    assert "error: ICA has no estimate for any of the 3 videos" in capfd.readouterr().err
    assert [path.name for path in (signal_run_copy / "run").iterdir()] == ["GREEN"]


def test_misspelt_methods_are_refused_before_anything_is_read(tmp_path, capfd):
    assert run(tmp_path, {"UNSUPERVISED.METHOD": ["POS", "CHROMM"]}) == 2
    assert "'CHROMM', which is unknown. Did you mean 'CHROM'?" in capfd.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]
