"""ST-Attention: its attention, and how stretching a map changes what is learned."""

import math

import pytest
import torch
from support.configs import tree

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.learner import ClipSpec, Recorded
from rfacenet_toolbox.methods.maps.st_attention import ChannelAttention, PlaceAttention, STAttention, STAttentionLearner
from rfacenet_toolbox.methods.resnet import ResNet18
from rfacenet_toolbox.methods.rfacenet.heart_rate import heart_rate_bpm

WINDOW, FRAMES = 200, 300


def learner(**changes):
    settings = tree({"MODEL.STATTENTION": {"FRAMES": WINDOW, **changes}}).MODEL.STATTENTION
    torch.manual_seed(0)
    return STAttentionLearner(settings, ClipSpec(FRAMES, 25, 1, 30.0, False))


def clips(*rates_bpm):
    time = torch.arange(FRAMES) / 30
    labels = torch.stack([torch.sin(2 * math.pi * rate / 60 * time) for rate in rates_bpm])
    return 120 + labels[:, None, :, None, None].expand(-1, 3, -1, 25, 1), labels


def test_parameters():
    attention = sum(2 * width * (width // 16) + width + width // 16 + 2 * 7 * 7 for width in (64, 128, 256, 512))
    resnet = sum(one.numel() for one in ResNet18(channels=3, outputs=1).parameters())
    assert sum(one.numel() for one in STAttention().parameters()) == resnet + attention == 11_221_957


def test_attention_weighs_channels_and_places_from_0_to_1():
    maps = torch.rand(2, 32, 5, 9)
    channels, places = ChannelAttention(32), PlaceAttention()
    with torch.no_grad():
        of_channels, of_places = channels(maps) / maps, places(maps) / maps
    assert torch.allclose(of_channels, of_channels[:, :, :1, :1].expand_as(maps), atol=1e-5)
    assert torch.allclose(of_places, of_places[:, :1].expand_as(maps), atol=1e-5)
    for weights in (of_channels, of_places):
        assert (weights > 0).all() and (weights < 1).all()


def test_attention_can_leave_a_place_out():
    places, maps = PlaceAttention(), torch.rand(1, 4, 5, 40)
    torch.nn.init.zeros_(places.conv.weight)
    places.conv.weight.data[0, 0, 3, 3] = 50.0
    maps[..., 20:] -= 10
    with torch.no_grad():
        seen = places(maps)
    assert torch.allclose(seen[..., 20:], torch.zeros(())) and (seen[..., :20] > 0).all()


def test_a_stretched_clip_has_the_rate_that_its_target_says():
    ours = learner(STRETCH_SHARE=1.0)
    maps, labels = clips(*[72] * 12)
    images, truth = ours.drawn(maps, labels, torch.full((12,), 30.0))
    assert images.shape == (12, 3, 25, WINDOW)
    found = heart_rate_bpm(images[:, 0, 0], 30.0)
    torch.testing.assert_close(truth, found, rtol=0, atol=2.0)
    assert {round(float(rate) / 12) * 12 for rate in truth} == {48, 108}


def test_only_rates_in_the_range_are_stretched_and_the_recordings_own_go_first():
    ours = learner(STRETCH_SHARE=1.0)
    maps, labels = clips(50, 72, 120)
    fs_hz = torch.full((3,), 30.0)
    _, truth = ours.drawn(maps, labels, fs_hz)
    assert float(truth[0]) == pytest.approx(50, abs=2) and float(truth[2]) == pytest.approx(120, abs=2)
    own = Recorded(fs_hz.double(), torch.tensor([math.nan, 50.0, 100.0]))
    _, truth = ours.drawn(maps, labels, fs_hz, own)
    assert float(truth[0]) == pytest.approx(50, abs=2) and float(truth[1]) == 50
    assert float(truth[2]) in (pytest.approx(150), pytest.approx(200 / 3))


def test_no_share_leaves_every_clip_as_it_is():
    ours = learner(STRETCH_SHARE=0.0)
    maps, labels = clips(60, 72, 84, 96)
    _, truth = ours.drawn(maps, labels, torch.full((4,), 30.0))
    assert truth.tolist() == pytest.approx([60, 72, 84, 96], abs=2)


def test_a_clip_is_tested_by_all_its_windows():
    ours = learner()
    assert ours.starts == [0, 15, 30, 45, 60, 75, 90]
    maps, labels = clips(60, 90)
    ours.model.eval()
    with torch.no_grad():
        rates = ours.predict(maps)
        single = ours.model(ours.windows(maps, [15])) * 30
        step = ours.step(maps, labels, torch.tensor([-1, -1]))
    assert rates.shape == single.shape == (2,)
    torch.testing.assert_close(step.bvp, rates)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"FRAMES": 100}, "CHUNK_LENGTH is 300; expected 150, one and a half times FRAMES, 100"),
        ({"STEP_S": -1.0}, "STEP_S -1.0"),
        ({"STRETCH_SHARE": 2.0}, "STRETCH_SHARE 2.0"),
        ({"STRETCH_BPM": [110.0, 60.0]}, r"STRETCH_BPM is \[110.0, 60.0\]"),
    ],
)
def test_what_it_cannot_have_is_refused(changes, message):
    with pytest.raises(ShapeError, match=message):
        learner(**changes)
