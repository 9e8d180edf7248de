"""The network that is written as ONNX gives what the trained one gives, in every variant."""

import copy

import pytest
import torch

from rfacenet_toolbox.methods.physformer import PhysFormer
from rfacenet_toolbox.methods.physnet import PhysNet
from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.training.inference import BvpOnly, folded
from rfacenet_toolbox.training.onnx_layout import exportable

VARIANTS = [
    {},
    {"fusion": "none", "contours": "none"},
    {"fusion": "none", "contours": "tcu"},
    {"fusion": "stage1", "tcu_steps": 3},
    {"fusion": "stage2", "tcu_upscale": 1, "ctfc_conv": "scalar"},
    {"contours": "noise", "noise_seed": 7},
    {"norm": "instance"},
    {"norm": "time"},
]


@pytest.mark.parametrize("settings", VARIANTS)
def test_rfacenet(settings):
    torch.manual_seed(0)
    assert_exportable(BvpOnly(RFaceNet(frames=16, subjects=0, **settings)), size=20)


def test_physnet():
    torch.manual_seed(0)
    assert_exportable(PhysNet(16), size=20)


def test_physformer():
    torch.manual_seed(0)
    assert_exportable(PhysFormer(dim=24, feed_forward=36, heads=2, layers=3), size=32)


def assert_exportable(network, size):
    with torch.no_grad():
        for module in network.modules():  # as training leaves them
            for name in ("running_mean", "running_var"):
                if getattr(module, name, None) is not None:
                    getattr(module, name).uniform_(0.5, 2.0)
        clips = torch.randn(3, 3, 16, size, size)
        expected = network.eval()(clips)
        for made in (copy.deepcopy(network), folded(copy.deepcopy(network))):
            found = exportable(made, 16, size)(clips)
            torch.testing.assert_close(found, expected, rtol=0, atol=1e-4 * float(expected.abs().max()))
