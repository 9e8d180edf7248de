"""I3D: its size, what it takes, and that its heart rate follows the frame rate."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods import i3d, registry
from rfacenet_toolbox.methods.i3d import FEATURES, I3D, I3DLearner
from rfacenet_toolbox.methods.learner import ClipSpec

CLIPS = ClipSpec(frames=16, height=32, width=32, fs_hz=30, is_derivative=True)


def learner(**settings):
    return I3DLearner(SimpleNamespace(**{"DROP_RATE": 0.0, **settings}), CLIPS)


@pytest.mark.slow
def test_parameters_are_those_of_the_authors_network():
    count = sum(parameter.numel() for parameter in I3D().parameters())
    assert count == 12_288_289
    # of each output: a weight for each feature, and a bias
    assert sum(parameter.numel() for parameter in I3D(outputs=400).parameters()) - count == 399 * (FEATURES + 1)


@pytest.mark.slow
def test_shapes_on_the_way_are_those_of_the_paper():
    shapes = []
    model = I3D().eval()
    for layer in model.features:
        layer.register_forward_hook(lambda module, given, output: shapes.append(tuple(output.shape[1:])))
    with torch.no_grad():
        assert model(torch.randn(1, 3, 16, 64, 64)).shape == (1, 1)
    # a second and a quarter of the time, 2x2 of 64x64 pixels are left
    wanted = [(64, 8, 32, 32), (64, 8, 16, 16), (64, 8, 16, 16), (192, 8, 16, 16), (192, 8, 8, 8)]
    wanted += [(256, 8, 8, 8), (480, 8, 8, 8), (480, 4, 4, 4), *[(512, 4, 4, 4)] * 3, (528, 4, 4, 4), (832, 4, 4, 4)]
    assert shapes == [*wanted, (832, 2, 2, 2), (832, 2, 2, 2), (FEATURES, 2, 2, 2)]


@pytest.mark.parametrize("kernel, step", [((7, 7, 7), (2, 2, 2)), ((1, 3, 3), (1, 2, 2)), ((2, 2, 2), (2, 2, 2))])
@pytest.mark.parametrize("size", [7, 8, 9])
def test_a_step_of_two_leaves_half_rounded_up_and_pads_the_end_first(kernel, step, size):
    padded = i3d.SamePadding(kernel, step)(torch.ones(1, 1, size, size, size))
    out = F.conv3d(padded, torch.ones(1, 1, *kernel), stride=step)
    assert out.shape[2:] == tuple(-(-size // one) for one in step)
    for axis in range(3):
        line = padded.amax(dim=[dim for dim in range(5) if dim != axis + 2])
        zeros = line.numel() - size
        assert line[: zeros // 2].sum() == 0 and line[zeros // 2 : zeros // 2 + size].all()


def test_the_heart_rate_is_beats_per_frame_times_the_frame_rate(monkeypatch):
    monkeypatch.setattr(i3d, "I3D", lambda dropout: nn.Sequential(nn.Flatten(), nn.Linear(3 * 2 * 4 * 4, 1)))
    method = learner()
    clips = torch.randn(3, 3, 2, 4, 4)
    usual = method.predict(clips)
    assert usual.shape == (3,) and torch.allclose(usual, method.predict(clips, torch.full((3,), 30.0)))
    assert torch.allclose(method.predict(clips, torch.tensor([15.0, 30.0, 60.0])), usual * torch.tensor([0.5, 1, 2]))
    with torch.no_grad():
        method.model[1].weight.zero_(), method.model[1].bias.zero_()
    assert method.predict(clips).tolist() == [75, 75, 75]


def test_what_it_cannot_have_is_refused():
    with pytest.raises(ShapeError, match="DROP_RATE is 1.0; expected 0 to less than 1"):
        learner(DROP_RATE=1.0)
    model = I3D.__new__(I3D)
    for shape in ((1, 3, 8, 8), (1, 6, 8, 8, 8)):
        with pytest.raises(ShapeError, match=r"I3D got a clip of shape .*; it takes \(B, 3, T, H, W\)"):
            I3D.forward(model, torch.zeros(shape))
    assert registry.gives("I3D") == "heart_rate" and registry.adds_to_toolbox("I3D")
