"""PhysFormer in the trainer: its curriculum, its log, its files, resuming, and what is refused before a run."""

import numpy as np
import pytest
from support import in_memory
from support.configs import for_splits, resized

from rfacenet_toolbox.config.method import settings_of
from rfacenet_toolbox.config.no_effect import no_effect_remarks
from rfacenet_toolbox.hosts.job import make_trainer, run
from rfacenet_toolbox.hosts.standalone import StandaloneHost
from rfacenet_toolbox.methods.physformer.learner import PhysFormerLearner
from rfacenet_toolbox.prediction import clip_model
from rfacenet_toolbox.training import fingerprint, state_dicts
from rfacenet_toolbox.training.export import export

SIDE = 32
SMALL = {"MODEL": {"NAME": "PhysFormer", "DROP_RATE": 0.1, "PHYSFORMER": {"DIM": 12, "FF_DIM": 18, "NUM_LAYERS": 3}}}


def config(folder, *settings, epochs=2):
    return in_memory.config(folder, SMALL, for_splits(resized(SIDE, SIDE)), *settings, epochs=epochs)


def trained(tree, **settings):
    return in_memory.trained(tree, side=SIDE, **settings)


def test_a_training_logs_its_terms_and_tests_every_clip(tmp_path):
    trainer, loaders = trained(config(tmp_path))
    rows = in_memory.epochs(tmp_path)
    assert [float(row["frequency_weight"]) for row in rows] == pytest.approx([1.0, 5**0.5])
    for row in rows:
        frequency = float(row["frequency_weight"]) * (float(row["cross_entropy"]) + float(row["divergence"]))
        assert float(row["loss"]) == pytest.approx(0.1 * float(row["pearson"]) + frequency, rel=1e-4)
        assert 0 <= float(row["pearson"]) <= 2 and float(row["heart_rate_mae_bpm"]) >= 0
    predictions, _, path = trainer.test(loaders)
    assert sorted(predictions) == ["subject1", "subject2", "subject3"]
    assert predictions["subject1"][1].shape == (in_memory.FRAMES,)
    assert all(name.startswith("module.") for name in state_dicts.load(path))


def test_the_best_epoch_has_the_smallest_error_of_the_heart_rate(tmp_path):
    trainer, _ = trained(config(tmp_path, {"TEST.USE_LAST_EPOCH": False}), valid=("301",))
    errors = [float(row["valid_heart_rate_mae_bpm"]) for row in in_memory.epochs(tmp_path)]
    assert trainer.state.best_epoch() == errors.index(min(errors))


def test_resuming_goes_on_with_the_curriculum(tmp_path):
    whole, stopped = config(tmp_path / "a", epochs=3), config(tmp_path / "b", epochs=3)
    trained(whole)
    with in_memory.killed_after(3, PhysFormerLearner):  # in the second epoch
        trained(stopped)
    trained(stopped)
    assert in_memory.same_weights(*(tmp_path / run / "models" / "small_Epoch2.pth" for run in "ab"))


def test_drop_rate_is_read_and_another_one_is_another_run(tmp_path):
    tree = config(tmp_path)
    assert settings_of(tree).DROP_RATE == 0.1 and settings_of(tree).DIM == 12
    assert make_trainer(tree, {"train": in_memory.loader(["101"])}).learner.model.transformer1.blocks[0].drop.p == 0.1
    assert no_effect_remarks(tree) == []
    other = config(tmp_path, {"MODEL.DROP_RATE": 0.2})
    assert not fingerprint.agree(fingerprint.of_run(tree, []), fingerprint.of_run(other, []))


def test_a_run_is_exported_and_read_for_prediction(tmp_path):
    small = {"PREPROCESS.DATA_TYPE": ["Scaled"], "PREPROCESS.CHUNK_LENGTH": in_memory.FRAMES}
    tree = config(tmp_path / "run", for_splits(small), {"MODEL.PHYSFORMER.NUM_HEADS": 3}, epochs=1)
    run(tree, in_memory.loaders(side=SIDE), StandaloneHost())
    metadata = export(tmp_path / "run", tmp_path / "own.safetensors")
    expected = {
        "method": "physformer",
        "frames": "32",
        "size": "32",
        "heads": "3",
        "theta": "0.7",
        "data_type": "Scaled",
    }
    assert {key: metadata[key] for key in expected} == expected
    model = clip_model.load("physformer", tmp_path / "own.safetensors")
    frames = np.random.default_rng(0).integers(0, 255, (33, 32, 32, 3), dtype=np.uint8)
    assert model.waveform(frames).shape == (32,) and np.ptp(model.waveform(frames)) > 0
    assert not model.waveform(frames[:1].repeat(33, axis=0)).any()
