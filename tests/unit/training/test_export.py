"""A trained run as one file, for ``rfacenet predict``."""

import shutil

import numpy as np
import pytest
import torch
from support import in_memory
from support.configs import for_splits

from rfacenet_toolbox import cli
from rfacenet_toolbox.datasets import clip_cache, file_lists, own_rates
from rfacenet_toolbox.datasets.dataset import Measured
from rfacenet_toolbox.datasets.normalise import FrameFeatures
from rfacenet_toolbox.errors import CheckpointError, ConfigError, DataError
from rfacenet_toolbox.evaluation.files import run_folder
from rfacenet_toolbox.hosts.job import run
from rfacenet_toolbox.hosts.standalone import StandaloneHost
from rfacenet_toolbox.prediction import clip_model
from rfacenet_toolbox.prediction.estimators import estimator
from rfacenet_toolbox.prediction.faces import Box
from rfacenet_toolbox.training import weights_files
from rfacenet_toolbox.training.export import export
from rfacenet_toolbox.training.learners import trained


@pytest.fixture
def finished(tmp_path):
    settings = {"MODEL.RFACENET": {"FUSION": "stage1", "EXPORT_IDENTITY_HEAD": True, "TCU_UPSCALE": 1, "NORM": "time"}}
    standardized = for_splits({"PREPROCESS.DATA_TYPE": ["Standardized"]})
    config = in_memory.config(tmp_path / "run", settings, standardized, epochs=1)
    run(config, in_memory.loaders(), StandaloneHost())
    return tmp_path / "run"


def test_the_file_knows_its_settings_and_has_no_classifier(finished, tmp_path, capsys):
    assert cli.main(["export", str(finished), "--out", str(tmp_path / "own.safetensors")]) == 0
    assert "fusion stage1" in capsys.readouterr().out
    file = weights_files.read(tmp_path / "own.safetensors")
    expected = {"method": "rfacenet", "fusion": "stage1", "tcu_steps": "1", "fs_hz": "30", "label_type": "Standardized"}
    expected["data_type"] = "Standardized"
    expected.update(tcu_upscale="1", ctfc_conv="full", norm="time")
    assert {key: file.metadata[key] for key in expected} == expected
    assert not any(name.startswith("classifier") for name in file.weights)
    (trained,) = (finished / "models").glob("*_Epoch0.pth")
    for name, value in weights_files.read(trained).weights.items():
        assert name.startswith("classifier") or torch.equal(value, file.weights[name])
    assert clip_model.load("rfacenet", tmp_path / "own.safetensors").size == int(file.metadata["size"])


def test_a_weights_file_is_exported_as_the_run_was(finished, tmp_path):
    metadata = export(finished, tmp_path / "own.safetensors")
    assert export(tmp_path / "own.safetensors", tmp_path / "again.safetensors") == metadata
    own, again = (weights_files.read(tmp_path / f"{name}.safetensors").weights for name in ("own", "again"))
    assert own.keys() == again.keys() and all(torch.equal(value, again[name]) for name, value in own.items())
    weights_files.write_safetensors(tmp_path / "bare.safetensors", own, {})
    with pytest.raises(CheckpointError, match="bare.safetensors does not say which method it is of"):
        export(tmp_path / "bare.safetensors", tmp_path / "own.onnx")


def test_a_network_with_a_noise_map_gives_what_the_run_gave(tmp_path):
    settings = {"MODEL.RFACENET": {"IDENTITY": "noise", "LOSS.TASKS": ["bvp", "heart_rate"], "NOISE_SEED": 2**63 + 5}}
    preprocess = {"DATA_TYPE": ["DiffNormalized"], "CHUNK_LENGTH": 32, "RESIZE": {"W": 16, "H": 16}}
    clips = for_splits({"PREPROCESS": preprocess})
    run(in_memory.config(tmp_path / "run", settings, clips, epochs=1), in_memory.loaders(), StandaloneHost())
    metadata = export(tmp_path / "run", tmp_path / "own.safetensors")
    assert metadata["noise_seed"] == str(2**63 + 5)
    own = clip_model.load("rfacenet", tmp_path / "own.safetensors")
    frames = np.random.RandomState(0).randint(0, 256, (own.frames + 1, own.size, own.size, 3)).astype(np.uint8)
    clip = torch.from_numpy(FrameFeatures(frames, ["DiffNormalized"]).clip(0, own.frames)).permute(3, 0, 1, 2)[None]
    with torch.no_grad():
        expected = trained(run_folder.read_run(tmp_path / "run")).model.eval()(clip.float()).bvp[0].numpy()
    np.testing.assert_allclose(own.waveform(frames), expected, atol=1e-5)
    weights_files.write_safetensors(
        tmp_path / "zero.safetensors",
        weights_files.read(tmp_path / "own.safetensors").weights,
        {**metadata, "noise_seed": "0"},
    )
    zero = clip_model.load("rfacenet", tmp_path / "zero.safetensors")
    assert not np.allclose(zero.waveform(frames), expected, atol=1e-3)


def test_what_cannot_be_exported_is_said(finished, tmp_path):
    with pytest.raises(ConfigError, match="ends in .safetensors"):
        export(finished, tmp_path / "own.pth")
    with pytest.raises(DataError, match="not a finished run"):
        export(tmp_path, tmp_path / "own.safetensors")
    shutil.rmtree(finished / "models")
    with pytest.raises(DataError, match="the weights of run are not at"):
        export(finished, tmp_path / "own.safetensors")
    assert not (tmp_path / "own.safetensors").exists()


def cached_clips(folder, names_and_rates):
    """The paths of a clip of each recording, whose markers hold these rates."""
    for name, fs_hz in names_and_rates.items():
        measured = own_rates.for_marker(Measured(fs_hz, np.full(32, 70.0), 70.0), [(0, 32)])
        clip_cache.write_marker(str(folder), name, complete=True, report={"clips": 1}, **measured)
    return [clip_cache.input_path(str(folder), name, 0) for name in names_and_rates]


def run_on_vipl(folder, clips, test_set="VIPL-HR"):
    """A run whose training's recordings had frame rates of their own, and the paths of its clips and their list."""
    train, test = {"p1_v1_source1": 16.4, "p1_v1_source2": 30.0, "p2_v4_source3": 29.1}, {"p3_v1_source1": 24.97}
    names = {"DATASET": "VIPL-HR", "FILE_LIST_PATH": str(clips / "list.csv")}
    network = {"MODEL.RFACENET": {"FUSION": "none", "IDENTITY": "none", "LOSS.TASKS": ["bvp"]}}
    settings = {"TRAIN.DATA": names, "TEST.DATA.DATASET": test_set, **network}
    diff = for_splits({"PREPROCESS": {"DATA_TYPE": ["DiffNormalized"], "RESIZE": {"W": 16, "H": 16}}})
    paths = {part: cached_clips(clips, rates) for part, rates in (("train", train), ("test", test))}
    file_lists.write_file_list(names["FILE_LIST_PATH"], paths["train"])
    loaders = in_memory.loaders(train=list(train), test=list(test))
    for part, loader in loaders.items():
        if loader is not None:
            loader.dataset.inputs = [path for path in paths[part] for _ in range(2)]
    run(in_memory.config(folder, settings, diff, epochs=1), loaders, StandaloneHost())
    return folder


def test_a_network_of_many_frame_rates_takes_those_it_has_seen_as_they_are(tmp_path):
    (tmp_path / "clips").mkdir()
    folder = run_on_vipl(tmp_path / "run", tmp_path / "clips")
    weights = tmp_path / "own.safetensors"
    metadata = export(folder, weights)
    rates = {"fs_hz": "29.10", "fs_lowest_hz": "16.40", "fs_highest_hz": "30.00"}
    assert {key: metadata[key] for key in rates} == rates
    face = np.random.default_rng(0).integers(0, 256, (1, 24, 24, 3), dtype=np.uint8)
    for own_hz, used_hz in ((20, 20), (30.5, 30.5), (60, 29.1), (12, 29.1)):
        running = estimator("rfacenet", weights)
        for index in range(80):
            running.add(index / own_hz, np.roll(face[0], index, axis=1), Box(0, 0, 24, 24))
        assert running.finish().fs_hz == pytest.approx(used_hz)

    shutil.rmtree(tmp_path / "clips")  # 0.4 TB in real life
    metadata = export(folder, weights)
    assert {metadata[key] for key in rates} == {"24.97"}


def test_frame_rates_that_are_gone_are_not_guessed(tmp_path):
    (tmp_path / "clips").mkdir()
    folder = run_on_vipl(tmp_path / "run", tmp_path / "clips", test_set="UBFC-rPPG")
    shutil.rmtree(tmp_path / "clips")
    with pytest.raises(DataError, match="have frame rates of their own, and the clips of .*list.csv.* are gone"):
        export(folder, tmp_path / "own.safetensors")
