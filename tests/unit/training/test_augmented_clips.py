"""Augmented clips: stretches of recordings, what is drawn for them, and a training on them."""

import json

import numpy as np
import pytest
import torch
from support import in_memory
from torch.utils.data import DataLoader, Subset

from rfacenet_toolbox.hosts.job import make_trainer
from rfacenet_toolbox.runtime import processes
from rfacenet_toolbox.runtime.machine import KeptLoader, seed_everything
from rfacenet_toolbox.training import fingerprint, state_dicts
from rfacenet_toolbox.training.augmented_clips import AugmentedClips, augmented, set_epoch

FRAMES = 128
ALL = {
    "RANDOM_START": True, "SPEED": [0.7, 1.4], "FLIP": 0.5, "ZOOM": 0.1, "SHIFT": 0.05, "BRIGHTNESS": 0.2,
    "CONTRAST": 0.2, "NOISE": 0.1,
}  # fmt: skip


class Recordings(in_memory.Items):
    """Clips of recordings whose every frame shows its number in the recording; the label is a pulse."""

    def __init__(self, chunks, bpm=72.0, channels=3, layout="NCDHW"):
        super().__init__((name, chunk) for name, numbers in chunks.items() for chunk in numbers)
        self.bpm, self.channels, self.layout = bpm, channels, layout

    def __getitem__(self, index):
        name, chunk = self.items[index]
        frame = np.arange(chunk * FRAMES, (chunk + 1) * FRAMES, dtype=np.float32)
        clip = np.broadcast_to(frame[:, None, None], (self.channels, FRAMES, 4, 4)).copy()
        label = np.sin(2 * np.pi * self.bpm / 60 * frame / 30).astype(np.float32)
        return clip if self.layout == "NCDHW" else clip.swapaxes(0, 1), label, name, str(chunk)


def config(tmp_path, settings, *more, data_type="Standardized"):
    data = {"PREPROCESS": {"CHUNK_LENGTH": FRAMES, "DATA_TYPE": [data_type]}, "DATA_FORMAT": "NCDHW"}
    return in_memory.config(tmp_path, {"MODEL.RFACENET.AUGMENT": settings, "TRAIN.DATA": data}, *more)


def rates(monkeypatch, of_clips, fs_hz=30.0):
    """Give every recording a rate of its own, and heart rates of its clips."""
    from rfacenet_toolbox.datasets.own_rates import OwnRates

    found = {"102": OwnRates(fs_hz, None, tuple(of_clips))}
    monkeypatch.setattr("rfacenet_toolbox.training.augmented_clips.own_rates", lambda clips: found)


def drawn(clips, epochs):
    return [clips[index, epoch] for epoch in epochs for index in range(len(clips))]


def test_a_clip_depends_on_seed_epoch_and_name_alone(tmp_path):
    tree = config(tmp_path, ALL)
    recordings = Recordings({"102": range(3), "201": range(2)})
    once, again = (AugmentedClips(recordings, tree) for _ in "ab")
    for index in (4, 0, 2):
        np.testing.assert_array_equal(once[index, 1][0], again[index, 1][0])
        assert not np.array_equal(once[index, 1][0], once[index, 2][0])
    fewer = AugmentedClips(Recordings({"201": range(2)}), tree)
    np.testing.assert_array_equal(fewer[1, 3][0], once[4, 3][0])
    other = AugmentedClips(recordings, config(tmp_path, ALL, {"MODEL.RFACENET.RUNTIME.SEED": 5}))
    assert not np.array_equal(other[0, 1][0], once[0, 1][0])


def test_random_starts_cover_a_recording_evenly_and_never_a_gap(tmp_path):
    clips = AugmentedClips(Recordings({"102": [0, 1, 2, 4, 5, 7]}), config(tmp_path, {"RANDOM_START": True}))
    starts = {number: set() for number in "012457"}
    for clip, label, _, chunk, _ in drawn(clips, range(60)):
        frames = clip[0, :, 0, 0]
        assert np.array_equal(np.diff(frames), np.ones(FRAMES - 1))
        np.testing.assert_allclose(label, np.sin(2 * np.pi * 1.2 * frames / 30), atol=1e-3)
        starts[chunk].add(int(frames[0]))
    assert starts["7"] == {7 * FRAMES}
    assert min(starts["4"]) >= 4 * FRAMES and max(starts["5"]) <= 5 * FRAMES and len(starts["4"]) > 20
    thirds = 2 * FRAMES + 1
    for number in range(3):
        assert all(number * thirds // 3 <= start < (number + 1) * thirds // 3 for start in starts[str(number)])


def test_clips_that_are_held_back_are_not_reached_into(tmp_path):
    clips = AugmentedClips(Subset(Recordings({"102": range(4)}), [0, 1, 3]), config(tmp_path, {"RANDOM_START": True}))
    frames = np.concatenate([clip[0, :, 0, 0] for clip, *_ in drawn(clips, range(20))])
    assert clips.inputs == [f"cache/102_input{number}.npy" for number in (0, 1, 3)]
    assert not np.any((frames >= 2 * FRAMES) & (frames < 3 * FRAMES))


@pytest.mark.parametrize("bpm", [45.0, 72.0, 150.0])
def test_heart_rates_are_multiplied_within_the_band(tmp_path, bpm):
    clips = AugmentedClips(Recordings({"102": range(3)}, bpm), config(tmp_path, {"SPEED": [0.5, 2.0]}))
    factors = []
    for clip, label, *_ in drawn(clips, range(20)):
        factor = float(clip[0, 1, 0, 0] - clip[0, 0, 0, 0])
        factors.append(factor)
        assert 38 < bpm * factor < 182
        np.testing.assert_allclose(label, np.sin(2 * np.pi * bpm / 60 * clip[0, :, 0, 0] / 30), atol=0.04)
    assert min(factors) == pytest.approx(max(0.5, 40 / bpm), rel=0.1)
    assert max(factors) == pytest.approx(min(2, 180 / bpm), rel=0.1)


@pytest.mark.parametrize("bpm, factor, chunks", [(72.0, 2.0, 2), (120.0, 0.5, 1), (72.0, 1.0, 1)])
def test_a_heart_rate_is_halved_or_doubled_where_the_recording_is_long_enough(tmp_path, bpm, factor, chunks):
    clips = AugmentedClips(Recordings({"102": range(chunks)}, bpm), config(tmp_path, {"HALVE_OR_DOUBLE": 0.5}))
    found = [float(clip[0, 1, 0, 0] - clip[0, 0, 0, 0]) for clip, *_ in drawn(clips, range(40))]
    assert set(found) == {1.0, factor}
    assert factor == 1 or 0.3 < np.mean(np.equal(found, factor)) < 0.7


def test_what_was_recorded_follows(tmp_path, monkeypatch):
    rates(monkeypatch, [60.0, 90.0])
    recordings = Recordings({"102": range(2)})
    for clip, _, _, _, bpm in drawn(AugmentedClips(recordings, config(tmp_path, {"RANDOM_START": True})), range(5)):
        inside = np.mean(clip[0, :, 0, 0] < FRAMES)
        assert bpm == pytest.approx(60 * inside + 90 * (1 - inside))
    items = drawn(AugmentedClips(recordings, config(tmp_path, {"HALVE_OR_DOUBLE": 1.0})), range(1))
    assert [bpm for *_, bpm in items] == [pytest.approx(150.0), pytest.approx(45.0)]
    rates(monkeypatch, [])
    assert np.isnan(AugmentedClips(recordings, config(tmp_path, {"FLIP": 1.0}))[0, 0][4])


def test_a_rate_of_its_own_decides_what_is_halved(tmp_path, monkeypatch):
    rates(monkeypatch, [], fs_hz=60.0)  # 72 bpm at 30 frames per second are 144 at 60
    clip = AugmentedClips(Recordings({"102": range(2)}), config(tmp_path, {"HALVE_OR_DOUBLE": 1.0}))[0, 0][0]
    assert clip[0, 1, 0, 0] - clip[0, 0, 0, 0] == 0.5


def test_differences_are_added_up_and_get_no_light(tmp_path):
    tree = config(tmp_path, {"HALVE_OR_DOUBLE": 1.0}, data_type="DiffNormalized")
    clip = AugmentedClips(Recordings({"102": range(2)}), tree)[0, 0][0]
    assert np.array_equal(clip[0, :, 0, 0], 4 * np.arange(FRAMES) + 1)


def test_two_data_types_and_frames_before_channels(tmp_path):
    types = {"TRAIN.DATA": {"PREPROCESS.DATA_TYPE": ["DiffNormalized", "Standardized"], "DATA_FORMAT": "NDCHW"}}
    tree = config(tmp_path, {"HALVE_OR_DOUBLE": 1.0, "BRIGHTNESS": 0.5}, types)
    clip = AugmentedClips(Recordings({"102": range(2)}, channels=6, layout="NDCHW"), tree)[0, 0][0]
    assert clip.shape == (FRAMES, 6, 4, 4) and clip.flags["C_CONTIGUOUS"]
    assert np.array_equal(clip[:, 0, 0, 0], 4 * np.arange(FRAMES) + 1)
    np.testing.assert_allclose(np.diff(clip[:, 3, 0, 0]), 2, atol=1e-4)
    assert abs(clip[0, 3, 0, 0]) > 0.01


def test_nothing_is_wrapped_where_nothing_is_asked_for(tmp_path):
    loader = in_memory.loaders()["train"]
    assert augmented(loader, in_memory.config(tmp_path)) is loader
    set_epoch(loader, 3)


@pytest.mark.parametrize("make, workers", [(DataLoader, 0), (KeptLoader, 2)])
def test_order_is_kept_and_loader_processes_are_told_the_epoch(tmp_path, make, workers):
    tree = config(tmp_path, {"NOISE": 0.1}, {"TRAIN.BATCH_SIZE": 2})

    def loader():
        generator = torch.Generator().manual_seed(3)
        return make(Recordings({"102": range(4)}), 2, shuffle=True, generator=generator, num_workers=workers)

    plain, noisy = loader(), augmented(loader(), tree)
    assert isinstance(noisy, make) and len(noisy) == len(plain)
    expected = AugmentedClips(Recordings({"102": range(4)}), tree)
    for epoch in range(2):
        set_epoch(noisy, epoch)
        for (_, labels, _, chunks), (clips, *rest) in zip(list(plain), list(noisy)):
            assert list(rest[2]) == list(chunks) and torch.equal(rest[0], labels)
            assert torch.equal(clips[0], torch.from_numpy(expected[int(chunks[0]), epoch][0]))


def test_several_processes_share_the_same_clips(tmp_path, monkeypatch):
    tree = config(tmp_path, {"NOISE": 0.1}, {"TRAIN.BATCH_SIZE": 2})

    def batches():
        generator = torch.Generator().manual_seed(3)
        loader = augmented(DataLoader(Recordings({"102": range(4)}), 2, shuffle=True, generator=generator), tree)
        set_epoch(loader, 1)
        return [clips for clips, *_ in loader]

    whole, shares = batches(), []
    monkeypatch.setattr(processes, "size", lambda: 2)
    for rank in range(2):
        monkeypatch.setattr(processes, "rank", lambda rank=rank: rank)
        shares.append(batches())
    for one, *parts in zip(whole, *shares):
        assert torch.equal(one, torch.cat(parts))


def test_a_resumed_training_draws_the_same(tmp_path):
    settings = {"MODEL.RFACENET.AUGMENT": ALL, "TRAIN.DATA.PREPROCESS.DATA_TYPE": ["Standardized"]}
    whole, stopped = (in_memory.config(tmp_path / run, settings, {"TRAIN.DATA.DATA_FORMAT": "NCDHW"}) for run in "ab")

    def train(tree):
        seed_everything(100)
        loaders = in_memory.loaders()
        make_trainer(tree, loaders).train(loaders)

    train(whole)
    with in_memory.killed_after(steps=1):  # an epoch is one step here
        train(stopped)
    train(stopped)
    one, other = (state_dicts.load_weights(tmp_path / run / "models" / "small_Epoch1.pth") for run in "ab")
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_another_augmentation_is_another_run(tmp_path):
    plain, noisy = (in_memory.config(tmp_path, {"MODEL.RFACENET.AUGMENT": one}) for one in ({}, {"NOISE": 0.1}))
    now = fingerprint.of_run(plain, ["102"])
    earlier = json.loads(now)
    del earlier["augment"]
    assert fingerprint.agree(json.dumps(earlier), now)
    assert not fingerprint.agree(now, fingerprint.of_run(noisy, ["102"]))


def test_erasing_leaves_what_else_is_drawn_alone(tmp_path):
    recordings = Recordings({"102": range(3)})
    plain = drawn(AugmentedClips(recordings, config(tmp_path, ALL)), range(2))
    some = drawn(AugmentedClips(recordings, config(tmp_path, {**ALL, "ERASE": 0.5})), range(2))
    same = [np.array_equal(one[0], other[0]) for one, other in zip(plain, some)]
    assert 0 < sum(same) < len(same)
    assert all(np.array_equal(one[1], other[1]) for one, other in zip(plain, some))
