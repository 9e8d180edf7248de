"""Paper sections 3.1-3.3: shapes, Table 3's variants, and what each block does to simple numbers."""

import pytest
import torch

from rfacenet_toolbox import RFaceNet
from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.rfacenet import (
    ContourExtractor,
    CrossTaskFeatureCombiner,
    MultiTaskLoss,
    PulseBranch,
    TemporalCompressorUnit,
)

TABLE_3 = [
    ("none", "none"),
    ("stage3", "noise"),
    ("none", "tcu"),
    ("stage1", "tcu"),
    ("stage2", "tcu"),
    ("stage3", "tcu"),
]


def clips(batch=2, frames=8, height=32, width=32, seed=0):
    return torch.randn(batch, 3, frames, height, width, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("fusion, contours", TABLE_3)
def test_every_row_of_table_3_gives_one_value_per_frame(fusion, contours):
    out = RFaceNet(frames=8, subjects=5, fusion=fusion, contours=contours)(clips())
    assert out.bvp.shape == (2, 8)
    assert (out.identity is None) == (contours != "tcu")
    if contours == "tcu":
        assert out.identity.shape == (2, 5)


@pytest.mark.parametrize("height, width", [(72, 72), (36, 36), (128, 128), (17, 40)])
def test_stages_have_the_sizes_of_figure_5(height, width):
    branch = PulseBranch().eval()
    with torch.no_grad():
        m1 = branch.stage1(clips(1, 4, height, width))
        m2 = branch.stage2(m1)
        m3 = branch.stage3(m2)
    assert [m.shape[-2:] for m in (m1, m2, m3)] == [(height // k, width // k) for k in (2, 4, 8)]


@pytest.mark.parametrize("fusion", ["stage1", "stage2", "stage3"])
def test_sizes_that_do_not_halve_evenly_still_fuse(fusion):
    assert RFaceNet(frames=8, subjects=3, fusion=fusion)(clips(height=19, width=45)).bvp.shape == (2, 8)


def test_the_identity_map_of_the_papers_size_lies_on_m3():
    image = TemporalCompressorUnit(steps=1, upscale=2)(clips(1, 8, 72, 72))
    assert image.shape == (1, 3, 144, 144)
    assert ContourExtractor(in_channels=3)(image).shape == (1, 64, 9, 9)


def test_tcu_averages_over_time_at_full_resolution():
    clip = clips(2, 8, 16, 20)
    image = TemporalCompressorUnit(steps=1, upscale=1)(clip)
    assert torch.allclose(image, clip.mean(dim=2), atol=1e-6)


def test_tcu_stacks_its_steps_as_channels():
    clip = clips(2, 8, 16, 16)
    image = TemporalCompressorUnit(steps=4, upscale=1)(clip)
    assert image.shape == (2, 12, 16, 16)
    # channel-major: the steps of red, then of green, then of blue
    assert torch.allclose(image[:, 4 + 2], clip[:, 1, 4:6].mean(dim=1), atol=1e-6)


def test_ctfc_starts_as_the_sum_of_its_maps_and_is_equation_2_after():
    ctfc = CrossTaskFeatureCombiner(identity_channels=4, pulse_channels=4)
    identity, pulse = torch.randn(2, 4, 6, 6), torch.randn(2, 4, 5, 6, 6)
    repeated = identity.unsqueeze(2).expand(-1, -1, 5, -1, -1)
    assert torch.allclose(ctfc(identity, pulse), repeated + pulse, atol=1e-6)
    with torch.no_grad():
        ctfc.alpha.fill_(0.25)
        ctfc.beta.fill_(3.0)
        for conv in (ctfc.identity_conv, ctfc.pulse_conv):
            torch.nn.init.normal_(conv.weight)
            torch.nn.init.normal_(conv.bias)
    expected = 0.25 * ctfc.identity_conv(repeated) + 3.0 * ctfc.pulse_conv(pulse)
    assert torch.allclose(ctfc(identity, pulse), expected, atol=1e-5)


def test_ctfc_upsamples_the_identity_map():
    ctfc = CrossTaskFeatureCombiner(identity_channels=4, pulse_channels=8)
    assert ctfc(torch.randn(1, 4, 3, 3), torch.randn(1, 8, 5, 9, 9)).shape == (1, 8, 5, 9, 9)


def test_scalar_convolutions_keep_the_pixel_ratios_of_every_map():
    ctfc = CrossTaskFeatureCombiner(identity_channels=4, pulse_channels=4, convolution="scalar")
    identity, pulse = torch.randn(2, 4, 6, 6), torch.randn(2, 4, 5, 6, 6)
    repeated = identity.unsqueeze(2).expand(-1, -1, 5, -1, -1)
    assert torch.allclose(ctfc(identity, pulse), repeated + pulse, atol=1e-6), "identities at the start, as full ones"
    with torch.no_grad():
        for parameter in ctfc.parameters():
            parameter.uniform_(0.5, 2)
        scales = ctfc.alpha * ctfc.identity_conv.weight, ctfc.beta * ctfc.pulse_conv.weight
        for scale, maps, found in (
            (scales[0], repeated, ctfc(identity, torch.zeros_like(pulse))),
            (scales[1], pulse, ctfc(torch.zeros_like(identity), pulse)),
        ):
            assert scale.shape == (4, 1, 1, 1, 1) and len(scale.unique()) == 4
            assert torch.allclose(found, scale.view(4, 1, 1, 1) * maps, atol=1e-5)


def test_scalar_convolutions_have_a_number_for_each_map_and_no_offset():
    full, scalar = (RFaceNet(ctfc_conv=conv).ctfc for conv in ("full", "scalar"))
    assert [sum(p.numel() for p in ctfc.parameters()) for ctfc in (full, scalar)] == [2 * (64 * 64 + 64) + 2, 130]
    with pytest.raises(ShapeError, match="identity_channels is 4 and pulse_channels 8"):
        CrossTaskFeatureCombiner(identity_channels=4, pulse_channels=8, convolution="scalar")


@pytest.mark.parametrize("side, map_side", [(72, 4), (128, 8), (36, 2), (16, 1)])
@pytest.mark.parametrize("contours", ["tcu", "noise"])
def test_without_the_interpolation_the_identity_map_has_half_the_size(side, map_side, contours):
    model = RFaceNet(frames=8, subjects=2, contours=contours, tcu_upscale=1)
    clip = clips(1, height=side, width=side)
    assert model.identity_map(clip).shape == (1, 64, map_side, map_side)
    out = model(clip)  # in training mode, with a single clip
    assert out.bvp.shape == (1, 8) and torch.isfinite(out.bvp).all()


@pytest.mark.parametrize("fusion, contours", TABLE_3)
@pytest.mark.parametrize("settings", [{}, {"tcu_upscale": 1}, {"ctfc_conv": "scalar"}, {"norm": "instance"}])
def test_every_parameter_of_every_row_learns_whatever_the_settings(fusion, contours, settings):
    model = RFaceNet(frames=8, subjects=5, fusion=fusion, contours=contours, **settings)
    out = model(clips())
    total = out.bvp.square().sum()
    if out.identity is not None:
        total = total + out.identity.square().sum()
    total.backward()
    assert [name for name, parameter in model.named_parameters() if parameter.grad is None] == []


def test_noise_is_fresh_in_training_and_one_map_in_evaluation():
    model = RFaceNet(frames=8, fusion="stage3", contours="noise")
    batch = clips(3)
    assert not torch.equal(model.noise_map(batch), model.noise_map(batch))
    model.eval()
    with torch.no_grad():
        together = model(batch).bvp
        alone = torch.cat([model(clip.unsqueeze(0)).bvp for clip in batch])
    assert torch.allclose(together, alone, atol=1e-5)


def test_without_subjects_there_is_no_classifier_and_the_same_bvp():
    full = RFaceNet(frames=8, subjects=6).eval()
    bare = RFaceNet(frames=8, subjects=0).eval()
    weights = {name: value for name, value in full.state_dict().items() if not name.startswith("classifier.")}
    bare.load_state_dict(weights)
    with torch.no_grad():
        assert bare(clips()).identity is None
        assert torch.equal(bare(clips()).bvp, full(clips()).bvp)


def test_a_bvp_alone_leaves_out_what_it_does_not_need():
    model = RFaceNet(frames=8, subjects=4, fusion="none").eval()
    ran = []
    for part in (model.tcu, model.contour, model.classifier):
        part.register_forward_hook(lambda *call: ran.append(call))
    with torch.no_grad():
        alone = model(clips(), with_identity=False)
        assert ran == [] and alone.identity is None
        assert torch.equal(alone.bvp, model(clips()).bvp)
    assert len(ran) == 3


def test_the_third_row_of_table_3_is_trained_to_the_pulse_of_the_first():
    """Branches that do not interact share no parameter, so that the identity term has no say in the pulse."""
    bvps = []
    for contours in ("none", "tcu"):
        torch.manual_seed(0)
        model = RFaceNet(frames=32, subjects=2, fusion="none", contours=contours)
        loss = MultiTaskLoss(fs_hz=30.0)
        optimizer = torch.optim.Adam([*model.parameters(), *loss.parameters()], lr=1e-2)
        label = torch.sin(torch.arange(32) * 0.3).expand(2, -1)
        for step in range(3):
            out = model(clips(frames=32, seed=step))
            terms = loss(out.bvp, label, out.identity, None if out.identity is None else torch.tensor([0, 1]))
            optimizer.zero_grad()
            terms.total.backward()
            optimizer.step()
        bvps.append(out.bvp)
    assert torch.equal(*bvps)


def in_the_order_of_the_papers(branch, clip):
    """PhysNet's first stage with every pooling after its ReLU."""
    convolution, norm, pooling, relu = branch.ConvBlock1
    return branch.ConvBlock3(branch.ConvBlock2(pooling(relu(norm(convolution(clip))))))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last_3d])
def test_pooling_before_relu_changes_neither_values_nor_gradients(layout):
    torch.manual_seed(0)
    plain, ours = (PulseBranch().to(memory_format=layout) for _ in range(2))
    ours.load_state_dict(plain.state_dict())
    outputs = in_the_order_of_the_papers(plain, clips(2, 4, 18, 18)), ours.stage1(clips(2, 4, 18, 18))
    assert torch.allclose(*outputs, atol=1e-6)
    for output in outputs:
        output.square().sum().backward()
    pairs = zip(plain.ConvBlock1.parameters(), ours.ConvBlock1.parameters())
    assert all(torch.allclose(a.grad, b.grad, rtol=1e-5, atol=1e-4) for a, b in pairs)
    assert torch.equal(plain.ConvBlock1[1].running_var, ours.ConvBlock1[1].running_var)


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"frames": 130}, "130.*multiple of 4, such as 128"),
        ({"fusion": "stage4"}, "stage4.*none, stage1, stage2, stage3"),
        ({"contours": "face"}, "face.*tcu, noise, none"),
        ({"contours": "none"}, "nothing to fuse"),
        ({"tcu_steps": 0}, "tcu_steps is 0; expected 1 to 128"),
        ({"tcu_upscale": 3}, "tcu_upscale is 3; expected 1 or 2"),
        ({"ctfc_conv": "scaler"}, "ctfc_conv is 'scaler'; expected one of full, scalar"),
        ({"ctfc_conv": "scaler", "fusion": "none"}, "ctfc_conv is 'scaler'; expected one of full, scalar"),
        ({"norm": "layer"}, "norm is 'layer'; expected one of batch, instance, time"),
        ({"subjects": -1}, "subjects is -1"),
        ({"frames": 128.0}, "frames is 128.0; expected a whole number"),
        ({"subjects": True}, "subjects is True; expected a whole number"),
        ({"noise_seed": "a"}, "noise_seed is 'a'; expected a whole number"),
        ({"noise_seed": 2**64}, "noise_seed is 18446744073709551616; expected a number of 64 bits"),
        ({"fusion": ["stage3"]}, r"fusion is \['stage3'\]; expected one of none, stage1"),
        ({"norm": None}, "norm is None; expected one of batch"),
        ({"fusion_init": 1.0}, "fusion_init is 1.0; expected two numbers"),
        ({"fusion_init": [1.0]}, "fusion_init is .*expected two numbers"),
        ({"fusion_init": ["zero", 1.0]}, "fusion_init is .*expected two numbers"),
        ({"fusion_init": [float("nan"), 1.0]}, "fusion_init is .*expected two numbers"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(settings, said):
    with pytest.raises(ShapeError, match=said):
        RFaceNet(**settings)


@pytest.mark.parametrize("shape", [(2, 3, 12, 32, 32), (2, 6, 8, 32, 32), (2, 3, 8, 12, 32), (3, 8, 32, 32)])
def test_clips_that_do_not_fit_are_refused_with_their_shape(shape):
    with pytest.raises(ShapeError) as error:
        RFaceNet(frames=8)(torch.zeros(shape))
    assert str(shape) in str(error.value)
    assert "(B, 3, 8, H, W)" in str(error.value)
    for clip, kind in ((torch.zeros(1, 3, 8, 32, 32, dtype=torch.uint8), "torch.uint8"), ([1], "list")):
        with pytest.raises(ShapeError, match=f"got a clip of {kind}; expected a tensor of floating-point"):
            RFaceNet(frames=8)(clip)
