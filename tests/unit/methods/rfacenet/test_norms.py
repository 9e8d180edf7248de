"""How the 3D branch normalises: what each clip depends on, and what a checkpoint of PhysNet gives to each."""

import pytest
import torch

from rfacenet_toolbox import RFaceNet
from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.rfacenet import NORMS, PulseBranch, TemporalNorm


def clips(batch=2, frames=16, side=32, seed=0):
    return torch.randn(batch, 3, frames, side, side, generator=torch.Generator().manual_seed(seed))


def network(norm, **settings):
    torch.manual_seed(0)
    return RFaceNet(frames=16, subjects=2, norm=norm, **settings)


def test_temporal_norm_leaves_no_line_and_a_mean_square_of_1():
    maps = 5 * clips()
    normalised = TemporalNorm()(maps)
    time = torch.linspace(-1, 1, 16).view(-1, 1, 1)
    assert normalised.mean(dim=2).abs().max() < 1e-6
    assert (normalised * time).mean(dim=2).abs().max() < 1e-6
    assert torch.allclose(normalised.square().mean(dim=2), torch.ones(2, 3, 32, 32), atol=1e-3)


def test_temporal_norm_does_not_see_a_pixels_brightness_contrast_and_trend():
    maps, time = clips(), torch.arange(16.0).view(-1, 1, 1)
    scale, offset, trend = (torch.rand(2, 3, 1, 32, 32) + 0.5 for _ in range(3))
    assert torch.allclose(TemporalNorm()(scale * maps + offset + trend * time), TemporalNorm()(maps), atol=1e-3)


def test_temporal_norm_agrees_with_a_fit_of_straight_lines():
    numpy = pytest.importorskip("numpy")
    signal = clips(1, 12, 1).double().squeeze()
    lines = numpy.polynomial.polynomial.polyfit(numpy.arange(12), signal.numpy().T, 1)
    rest = signal.numpy() - numpy.polynomial.polynomial.polyval(numpy.arange(12), lines)
    expected = rest / numpy.sqrt((rest**2).mean(axis=1, keepdims=True) + 1e-5)
    found = TemporalNorm()(signal[None, :, :, None, None])[0, :, :, 0, 0]
    numpy.testing.assert_allclose(found.numpy(), expected, atol=1e-5)


def test_temporal_norm_of_what_does_not_change_is_zero():
    assert TemporalNorm()(torch.full((1, 2, 16, 4, 4), 7.0)).abs().max() < 1e-3


def test_temporal_norm_keeps_type_and_layout():
    maps = clips().bfloat16().to(memory_format=torch.channels_last_3d)
    normalised = TemporalNorm()(maps)
    assert normalised.dtype == torch.bfloat16
    assert normalised.is_contiguous(memory_format=torch.channels_last_3d)


@pytest.mark.parametrize("norm, most", [("instance", 0.01), ("time", 0.01), ("batch", None)])
def test_the_contrast_of_a_whole_clip_matters_to_batch_alone(norm, most):
    branch = network(norm, fusion="none", contours="none").pulse.eval()
    with torch.no_grad():
        plain, strong = (branch.stage3(branch.stage2(branch.stage1(clip))) for clip in (clips(), 3 * clips()))
    change = float((strong - plain).abs().mean() / plain.std())
    assert change < most if most else change > 0.1


def test_with_instance_a_clip_in_training_does_not_depend_on_the_others():
    model = network("instance", fusion="none", contours="none").train()
    with torch.no_grad():
        together = model(clips(3)).bvp
        alone = torch.cat([model(clip.unsqueeze(0)).bvp for clip in clips(3)])
        assert torch.allclose(together, alone, atol=1e-5)
        assert torch.equal(model.eval()(clips(3)).bvp, together), "the same in evaluation"


@pytest.mark.parametrize("norm", NORMS)
def test_in_evaluation_no_clip_depends_on_the_others(norm):
    model = network(norm).eval()
    with torch.no_grad():
        alone = torch.cat([model(clip.unsqueeze(0)).bvp for clip in clips(3)])
        assert torch.allclose(model(clips(3)).bvp, alone, atol=1e-5)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("fusion", ["stage1", "stage2", "stage3"])
def test_the_contours_reach_the_pulse(norm, fusion):
    """A temporal norm behind the CTFC would take an identity map, equal in every frame, away again."""
    model = network(norm, fusion=fusion).train()
    with torch.no_grad():
        with_map = model(clips()).bvp
        model.ctfc.alpha.zero_()
        without = model(clips()).bvp
    spread = with_map.std()
    assert (with_map - without).abs().mean() > 0.1 * spread


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last_3d])
def test_gradients_are_finite_in_bf16_too(norm, layout):
    model = network(norm)
    with torch.autocast("cpu", torch.bfloat16):
        out = model(clips().to(memory_format=layout))
    out.bvp.float().square().sum().backward()
    learned = [parameter.grad for parameter in model.pulse.parameters()]
    assert all(gradient is not None and torch.isfinite(gradient).all() for gradient in learned)


@pytest.mark.parametrize("norm", NORMS)
def test_the_same_seed_draws_the_same_weights_under_every_norm(norm):
    drawn, plain = network(norm).state_dict(), network("batch").state_dict()
    assert set(drawn) <= set(plain)
    assert all(torch.equal(value, plain[name]) for name, value in drawn.items())


def test_parameters_are_physnets_and_only_instance_lacks_the_running_statistics():
    physnet = set(PulseBranch().state_dict())
    assert set(PulseBranch("time").state_dict()) == physnet
    statistics = {name for name in physnet if "running_" in name or name.endswith("num_batches_tracked")}
    assert set(PulseBranch("instance").state_dict()) == physnet - statistics and len(statistics) == 33


@pytest.mark.parametrize("norm, fewest", NORMS.items())
def test_the_shortest_and_smallest_clip_gives_a_waveform(norm, fewest):
    torch.manual_seed(0)
    model = RFaceNet(frames=fewest, subjects=2, norm=norm)
    out = model(clips(2, fewest, 16))
    out.bvp.square().sum().backward()
    assert out.bvp.shape == (2, fewest) and torch.isfinite(out.bvp).all() and out.bvp.std() > 0


@pytest.mark.parametrize("norm, frames", [("instance", 4), ("time", 12)])
def test_clips_too_short_for_a_norm_are_refused(norm, frames):
    with pytest.raises(ShapeError, match=f"frames is {frames}; norm '{norm}' takes clips of {NORMS[norm]} frames"):
        RFaceNet(frames=frames, norm=norm)
