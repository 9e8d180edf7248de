"""Grad-CAM of a BVP: on a network whose attention is known, and on rFaceNet."""

import numpy as np
import pytest
import torch
from torch import nn

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.report.grad_cam import grad_cam, inside_share, predictor_input, stage3


class MeanOfGreen(nn.Module):
    """A BVP that is the mean of the green channel over the picture."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv3d(3, 2, kernel_size=1, bias=False)
        self.unused = nn.Conv3d(3, 1, kernel_size=1)
        self.flat = nn.Flatten()
        with torch.no_grad():
            self.layer.weight.zero_()
            self.layer.weight[0, 1] = 1

    def forward(self, clip):
        self.unused(clip)
        maps = self.layer(clip)
        return maps[:, 0].mean(dim=(2, 3)) + 0 * self.flat(maps).sum()


def blinking(side=12, frames=30):
    """A clip whose green comes and goes in the upper left quarter, and whose red does everywhere."""
    pulse = torch.sin(2 * np.pi * 1.5 * torch.arange(frames) / 30)
    clip = torch.zeros(1, 3, frames, side, side)
    clip[:, 1, :, : side // 2, : side // 2] = pulse[:, None, None]
    clip[:, 0] = pulse[:, None, None]
    return clip


def quarter(side=12):
    mask = np.zeros((side, side), bool)
    mask[: side // 2, : side // 2] = True
    return mask


def test_the_attention_lies_where_the_pulse_is_taken_from():
    model, clip = MeanOfGreen(), blinking()
    (attention,) = grad_cam(model, clip, [model.layer])
    np.testing.assert_array_equal(attention[0].numpy() > 0, quarter())
    assert attention.max() == 1
    assert inside_share(attention[0], quarter()) == 1
    assert inside_share(attention[0], ~quarter()) == 0


def test_it_is_the_definition_worked_out_by_hand():
    model, clip = MeanOfGreen(), torch.randn(2, 3, 20, 5, 4, generator=torch.Generator().manual_seed(1))
    (attention,) = grad_cam(model, clip, [model.layer])
    green = clip[:, 1].double().numpy()
    bvp = green.mean(axis=(2, 3))
    # d(energy)/d(map) is the centred BVP over the number of pixels, at every pixel alike.
    weight = (bvp - bvp.mean(axis=1, keepdims=True)) / 20
    expected = np.maximum(weight[:, :, None, None] * green, 0).mean(axis=1)
    expected /= expected.max(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(attention.numpy(), expected, rtol=1e-4)


def test_a_clip_that_says_nothing_has_no_attention_and_no_share():
    model = MeanOfGreen()
    (attention,) = grad_cam(model, torch.zeros(1, 3, 20, 4, 4), [model.layer])
    assert not attention.any()
    assert inside_share(attention[0], np.ones((4, 4), bool)) is None


def test_an_even_map_has_the_share_of_the_masks_area():
    mask = np.random.default_rng(0).random((9, 9))
    assert inside_share(np.full((9, 9), 0.3), mask) == pytest.approx(mask.mean())
    with pytest.raises(ShapeError, match=r"\(9, 9\) and the mask \(8, 9\)"):
        inside_share(np.ones((9, 9)), mask[1:])


def test_a_layer_that_is_no_map_of_the_prediction_is_refused():
    model, clip = MeanOfGreen(), blinking()
    for layer, message in (
        (nn.Conv3d(3, 1, 1), "was never run"),
        (model.flat, r"gave \(1, 8640\)"),
        (model.unused, "does not depend"),
    ):
        with pytest.raises(ShapeError, match=message):
            grad_cam(model, clip, [layer])
        assert not model.layer._forward_hooks and not layer._forward_hooks


@pytest.mark.parametrize(
    "fusion, identity, settings",
    [
        ("none", "none", {}),
        ("stage1", "tcu", {}),
        ("stage3", "tcu", {}),
        ("stage3", "noise", {}),
        ("stage3", "tcu", {"norm": "instance", "tcu_upscale": 1, "ctfc_conv": "scalar"}),
        ("stage3", "tcu", {"norm": "time"}),
    ],
)
def test_rfacenet_has_a_map_at_the_end_of_stage_3_and_at_the_predictor(fusion, identity, settings):
    torch.manual_seed(0)
    model = RFaceNet(frames=16, subjects=0, fusion=fusion, contours=identity, **settings).eval().requires_grad_(False)
    clips = torch.randn(2, 3, 16, 24, 20)
    before, at_predictor = grad_cam(model, clips, [stage3(model), predictor_input(model)])
    for attention in (before, at_predictor):
        assert attention.shape == (2, 24, 20) and not attention.requires_grad
        assert attention.min() >= 0 and attention.max() <= 1
    assert torch.equal(before, at_predictor) == (fusion != "stage3")
    assert all(parameter.grad is None for parameter in model.parameters())
    (alone,) = grad_cam(model, clips[1:], [predictor_input(model)])
    torch.testing.assert_close(alone[0], at_predictor[1], rtol=1e-3, atol=1e-4)
