"""``MODEL.RFACENET.TEST``: test clips longer than those of the training, and what is refused before a run."""

import numpy as np
import pytest
import torch
from support import in_memory
from support.paths import CONFIGS
from torch.utils.data import DataLoader

from rfacenet_toolbox.config import check
from rfacenet_toolbox.config.method import trained_frames
from rfacenet_toolbox.datasets.own_rates import OwnRates
from rfacenet_toolbox.errors import ConfigError, DataError
from rfacenet_toolbox.hosts.job import make_trainer
from rfacenet_toolbox.runtime.machine import seed_everything
from rfacenet_toolbox.training import fingerprint
from rfacenet_toolbox.training.clip_lengths import predictor

TEST = "MODEL.RFACENET.TEST"


class Recordings(in_memory.Items):
    """A whole recording for each item, of different lengths."""

    def __init__(self, lengths):
        super().__init__((f"subject{number}", 0) for number in range(1, len(lengths) + 1))
        self.lengths = lengths

    def __getitem__(self, index):
        name, length = self.items[index][0], self.lengths[index]
        random = np.random.RandomState(index)
        clip = random.randn(3, length, in_memory.SIDE, in_memory.SIDE).astype(np.float32)
        return clip, random.randn(length).astype(np.float32), name, "0"


def trained(tree, lengths):
    seed_everything(100)
    loaders = {**in_memory.loaders(), "test": DataLoader(Recordings(lengths), batch_size=1)}
    trainer = make_trainer(tree, loaders)
    trainer.train(loaders)
    return trainer, loaders


@pytest.mark.parametrize("clips", ["segments", "joined"])
def test_whole_recordings_of_any_length_are_predicted(tmp_path, clips):
    tree = in_memory.config(tmp_path, {TEST: {"CLIPS": clips, "SEGMENT_S": 2.0}}, epochs=1)
    trainer, loaders = trained(tree, [203, 32, 90])
    given = []
    predict = trainer.learner.predict
    trainer.learner.predict = lambda batch: given.append(batch.shape[2]) or predict(batch)
    predictions, labels, _ = trainer.test(loaders)
    lengths = {"segments": [200, 32, 88], "joined": [203, 32, 90]}[clips]
    for (name, chunks), length in zip(sorted(predictions.items()), lengths):
        assert len(chunks[0]) == len(labels[name][0]) == length and torch.isfinite(chunks[0]).all()
    if clips == "segments":  # 200 frames are three parts of 2 s or so, each a multiple of 4; 88 are one of 3 s
        assert given == [68, 68, 68, 32, 88]
    else:
        assert set(given) == {32}


def test_a_recording_has_segments_by_its_own_frame_rate(tmp_path):
    tree = in_memory.config(tmp_path, {TEST: {"CLIPS": "segments", "SEGMENT_S": 4.0}})
    given = []

    class Learner:
        needs = make_trainer(tree, in_memory.loaders()).learner.needs

        @staticmethod
        def predict(clips):
            given.append(clips.shape[2])
            return clips[:, 0, :, 0, 0]

    predict = predictor(tree, Learner, {"slow": OwnRates(15.0), "very slow": OwnRates(8.0)})
    clips = torch.randn(3, 3, 120, 16, 16)
    found = predict(clips, ["at FS", "slow", "very slow"])
    assert given == [120, 60, 60, 40, 40, 40]  # 4 s of the last one would be 32 frames, a quarter less 24
    torch.testing.assert_close(torch.stack(found), clips[:, 0, :, 0, 0])


def test_a_recording_shorter_than_the_clips_of_the_training_is_named(tmp_path):
    tree = in_memory.config(tmp_path, {TEST: {"CLIPS": "joined"}}, epochs=1)
    trainer, loaders = trained(tree, [64, 31])
    with pytest.raises(DataError, match="a test clip of subject2 has 31 frames, and rFaceNet was trained on 32"):
        trainer.test(loaders)


def test_longer_clips_that_nobody_asked_for_are_named(tmp_path):
    trainer, loaders = trained(in_memory.config(tmp_path, epochs=1), [64])
    with pytest.raises(DataError, match="the test clips of subject1 have 64 frames, and rFaceNet was trained on 32"):
        trainer.test(loaders)


def test_a_finished_training_can_be_tested_in_another_way(tmp_path):
    one, other = in_memory.config(tmp_path), in_memory.config(tmp_path, {TEST: {"CLIPS": "joined"}})
    assert fingerprint.agree(fingerprint.of_run(one, []), fingerprint.of_run(other, []))


LONGER = {"TEST.DATA.PREPROCESS.CHUNK_LENGTH": 240}
WHOLE = {"TEST.DATA.PREPROCESS.DO_CHUNK": False, "INFERENCE.BATCH_SIZE": 1}


@pytest.mark.parametrize("clips", ["segments", "joined"])
@pytest.mark.parametrize("settings", [LONGER, WHOLE, {}])
def test_longer_test_clips_are_accepted(config_with, settings, clips):
    tree = config_with({**settings, f"{TEST}.CLIPS": clips})
    check(tree, "standalone")
    assert trained_frames(tree) == 128


@pytest.mark.parametrize(
    "settings, message",
    [
        (LONGER, "TEST.DATA.PREPROCESS.CHUNK_LENGTH is 240, and MODEL.RFACENET.FRAME_NUM is 128"),
        (WHOLE, "TEST.DATA.PREPROCESS.DO_CHUNK is False"),
        ({f"{TEST}.CLIPS": "whole"}, "TEST.CLIPS is 'whole'; expected one of as_trained, segments, joined"),
        (
            {f"{TEST}.CLIPS": "segments", f"{TEST}.SEGMENT_S": 4.0},
            "SEGMENT_S is 4; expected 4.27 s or more, as rFaceNet",
        ),
        (
            {**WHOLE, "INFERENCE.BATCH_SIZE": 4, f"{TEST}.CLIPS": "joined"},
            "INFERENCE.BATCH_SIZE is 4 and TEST.DATA.PREPROCESS.DO_CHUNK is False.*Set BATCH_SIZE to 1",
        ),
        (
            {"TEST.DATA.PREPROCESS.CHUNK_LENGTH": 64, f"{TEST}.CLIPS": "joined"},
            "TEST.DATA.PREPROCESS.CHUNK_LENGTH is 64, and rFaceNet is trained on 128 frames; expected as many or more",
        ),
        (
            {"TRAIN.DATA.PREPROCESS.CHUNK_LENGTH": 240, f"{TEST}.CLIPS": "joined"},
            "TRAIN.DATA.PREPROCESS.CHUNK_LENGTH is 240, and MODEL.RFACENET.FRAME_NUM is 128",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_key(config_with, settings, message):
    with pytest.raises(ConfigError, match=message):
        check(config_with(settings), "standalone")


def test_methods_that_take_frames_do_without(config_with):
    tree = config_with({f"{TEST}.CLIPS": "joined"}, CONFIGS / "table2" / "PURE_UBFC_TSCAN.yaml")
    with pytest.raises(ConfigError, match="Tscan works frame by frame: CHUNK_LENGTH of TEST may differ from"):
        check(tree, "standalone")
