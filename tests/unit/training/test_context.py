"""``MODEL.RFACENET.TEST.CONTEXT``: test clips with frames of their neighbours."""

import pytest
import torch
from support import in_memory
from torch.utils.data import DataLoader

from rfacenet_toolbox.config import check
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.hosts.job import make_trainer
from rfacenet_toolbox.runtime.machine import seed_everything
from rfacenet_toolbox.training.context import ClipsInContext, in_context

FRAMES = in_memory.FRAMES
CONTEXT = {"MODEL.RFACENET.TEST.CONTEXT": 8, "TEST.DATA": {"DATA_FORMAT": "NCDHW", "PREPROCESS.CHUNK_LENGTH": FRAMES}}


class Numbered(in_memory.Items):
    """Clips whose frames show their number in the recording, and whose labels are its negative."""

    def __init__(self, **chunks):
        super().__init__((name, chunk) for name, count in chunks.items() for chunk in range(count))

    def __getitem__(self, index):
        name, chunk = self.items[index]
        numbers = torch.arange(chunk * FRAMES, (chunk + 1) * FRAMES, dtype=torch.float32)
        clip = numbers[:, None, None].expand(3, FRAMES, in_memory.SIDE, in_memory.SIDE)
        return clip.numpy(), -numbers.numpy(), name, str(chunk)


def test_windows_reach_into_both_neighbours_and_stay_inside_the_recording():
    clips = ClipsInContext(Numbered(a=3, b=1), "NCDHW", FRAMES, 8)
    found = []
    for index in range(4):
        window, label, name, chunk, begin = clips[index]
        frames = window[0, :, 0, 0]
        assert torch.equal(torch.from_numpy(frames[begin : begin + FRAMES]), -torch.from_numpy(label))
        found.append((name, chunk, frames[0], len(frames), begin))
    assert found == [("a", "0", 0, 48, 0), ("a", "1", 24, 48, 8), ("a", "2", 48, 48, 16), ("b", "0", 0, 32, 0)]
    assert clips.batches(2) == [[0, 1], [2], [3]]


def test_outputs_are_the_clips_own(tmp_path):
    tree = in_memory.config(tmp_path, CONTEXT, {"INFERENCE.BATCH_SIZE": 2}, epochs=1)
    loaders = {**in_memory.loaders(), "test": DataLoader(Numbered(a=3, b=1), 2)}
    seed_everything(100)
    trainer = make_trainer(tree, loaders)
    trainer.train(loaders)
    given = []
    trainer.learner.predict = lambda clips: given.append(tuple(clips.shape[:3])) or clips[:, 0, :, 0, 0]
    predictions, labels, _ = trainer.test(loaders)
    assert given == [(2, 3, 48), (1, 3, 48), (1, 3, 32)]
    assert {name: sorted(chunks) for name, chunks in predictions.items()} == {"a": [0, 1, 2], "b": [0]}
    for name, chunks in predictions.items():
        for chunk, predicted in chunks.items():
            assert torch.equal(predicted, torch.arange(chunk * FRAMES, (chunk + 1) * FRAMES, dtype=torch.float32))
            assert torch.equal(labels[name][chunk], -predicted)


def test_nothing_is_wrapped_without_it(tmp_path):
    loader = in_memory.loaders()["test"]
    assert in_context(loader, in_memory.config(tmp_path)) is loader


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"CONTEXT": 31}, "TEST.CONTEXT is 31; expected 0 or more, .*128 . 2 x CONTEXT .* multiple of 4"),
        ({"CONTEXT": 30, "CLIPS": "joined"}, "TEST.CONTEXT is 30, which is for clips like those of the training"),
    ],
)
def test_what_cannot_be_is_refused(config_with, settings, message):
    with pytest.raises(ConfigError, match=message):
        check(config_with({"MODEL.RFACENET.TEST": settings}), "standalone")


def test_frame_by_frame_methods_have_no_context(config_with):
    from support.paths import CONFIGS

    base = CONFIGS / "table2" / "PURE_UBFC_DEEPPHYS.yaml"
    with pytest.raises(ConfigError, match="TEST.CONTEXT is 30, and DeepPhys works frame by frame"):
        check(config_with({"MODEL.RFACENET.TEST.CONTEXT": 30}, base), "standalone")
