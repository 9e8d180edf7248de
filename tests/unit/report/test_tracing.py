"""A trace of the network agrees with what its modules say of themselves."""

import pytest
import torch

from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.report.tracing import CLIP, trace

CLIP_SHAPE = (1, 3, 16, 40, 24)


def traced(**settings):
    model = RFaceNet(frames=16, **{"subjects": 5, **settings})
    return model, trace(model, torch.randn(*CLIP_SHAPE))


@pytest.mark.parametrize("stage, time, space", [(1, 1, 2), (2, 2, 4), (3, 4, 8)])
def test_the_combiner_takes_both_maps_where_its_stage_ends(stage, time, space):
    _, blocks = traced(fusion=f"stage{stage}")
    (ctfc,) = [block for block in blocks if block.kind == "CrossTaskFeatureCombiner"]
    names = [blocks[source].name for source in ctfc.sources]
    assert names == ["contour.blocks.3", f"pulse.ConvBlock{2 * stage + 1}"]
    pulse_map = (64, 16 // time, 40 // space, 24 // space)
    assert ctfc.source_shapes == ((64, 40 // 8, 24 // 8), pulse_map)
    assert ctfc.shape == pulse_map


def test_every_block_is_fed_by_earlier_ones_and_shapes_follow():
    _, blocks = traced()
    for number, block in enumerate(blocks):
        for source, shape in zip(block.sources, block.source_shapes):
            assert CLIP <= source < number
            if block.name != "pulse.ConvBlock10":  # a mean over space lies before it
                assert shape == (CLIP_SHAPE[1:] if source == CLIP else blocks[source].shape)
    assert [block.name for block in blocks if CLIP in block.sources] == ["tcu", "pulse.ConvBlock1"]
    assert [block.name for block in blocks].count("pulse.halve_space_and_time") == 2
    by_name = {block.name: block for block in blocks}
    assert by_name["tcu"].shape == (3, 80, 48)
    assert by_name["classifier"].shape == (5,)
    assert by_name["classifier"].kind == "AdaptiveAvgPool2d Flatten Linear"
    assert blocks[-1].shape == (1, 16, 1, 1)


def test_what_a_norm_and_the_upscale_change_is_seen():
    _, blocks = traced(norm="time", tcu_upscale=1)
    by_name = {block.name: block for block in blocks}
    assert by_name["pulse.clip_norm"].sources == (CLIP,)
    assert by_name["pulse.ConvBlock3"].kind == "Conv3d BatchNorm3d ReLU TemporalNorm"
    assert by_name["pulse.ConvBlock9"].kind == "Conv3d BatchNorm3d ReLU"
    assert by_name["ctfc"].source_shapes == ((64, 2, 1), (64, 4, 5, 3))
    assert {block.kind for block in traced(norm="instance")[1]} >= {"Conv3d InstanceNorm3d ReLU"}


def test_the_model_is_left_as_it_was():
    model, _ = traced()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.train()
    trace(model, torch.randn(*CLIP_SHAPE))
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
