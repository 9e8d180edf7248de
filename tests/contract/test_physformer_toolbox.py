"""PhysFormer's network against the toolbox's own, with the same weights, in the checkouts of RPPG_TOOLBOX."""

import importlib.util
from pathlib import Path

import pytest
import torch
from support.checkouts import CHECKOUTS

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.methods.physformer import PhysFormer
from rfacenet_toolbox.training import learners, state_dicts

#: what the toolbox's network is given beside the clip: its sharpness
SHARPNESS = 2.0
SIZES = {"dim": 96, "ff_dim": 144, "num_heads": 4, "num_layers": 12, "theta": 0.7, "dropout_rate": 0.1}


@pytest.fixture(params=CHECKOUTS)
def theirs(request):
    """The toolbox's network for clips of 160x128x128, from seed 0."""
    path = Path(request.param, "neural_methods", "model", "PhysFormer.py")
    spec = importlib.util.spec_from_file_location("toolbox_physformer", str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    torch.manual_seed(0)
    return module.ViT_ST_ST_Compact3_TDC_gra_sharp(image_size=(160, 128, 128), patches=(4, 4, 4), **SIZES)


@pytest.fixture
def ours():
    torch.manual_seed(0)
    return PhysFormer()


def agree(one, other):
    torch.testing.assert_close(one, other, rtol=0, atol=1e-5 * float(other.abs().max()))


def test_names_shapes_and_seeded_weights_are_the_same(theirs, ours):
    assert list(ours.state_dict()) == list(theirs.state_dict())
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=0, atol=0)


@pytest.mark.parametrize("frames", [160, 32])
def test_the_same_weights_give_the_same_waveform(theirs, ours, frames):
    clip = torch.randn(1, 3, frames, 128, 128, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        agree(ours.eval()(clip), theirs.eval()(clip, SHARPNESS)[0])


def test_training_has_the_same_gradients_dropout_included(theirs, ours):
    clips = torch.randn(2, 3, 16, 128, 128, generator=torch.Generator().manual_seed(1))
    weights = torch.linspace(-1, 1, 16)
    gradients = []
    for network, arguments in ((ours, ()), (theirs, (SHARPNESS,))):
        torch.manual_seed(5)
        out = network.train()(clips, *arguments)
        ((out[0] if isinstance(out, tuple) else out) * weights).sum().backward()
        gradients.append({name: value.grad for name, value in network.named_parameters()})
    largest = max(float(value.abs().max()) for value in gradients[1].values())
    for name, value in gradients[1].items():
        torch.testing.assert_close(gradients[0][name], value, rtol=1e-3, atol=1e-5 * largest, msg=name)


def test_a_checkpoint_of_the_toolbox_is_read_and_one_of_ours_is_the_toolboxs(theirs, tmp_path):
    tree = toolbox_tree()
    tree.MODEL.NAME, tree.TEST.DATA.FS = "PhysFormer", 30
    learner = learners.for_inference(tree)
    state_dicts.save(tmp_path / "theirs.pth", torch.nn.DataParallel(theirs).state_dict())
    weights = state_dicts.load_weights(tmp_path / "theirs.pth")
    state_dicts.fit(learner.model, weights, "theirs.pth", learner.optional_weights)
    torch.nn.DataParallel(theirs).load_state_dict(learner.weights())
    assert all(torch.equal(value, theirs.state_dict()[name]) for name, value in learner.model.state_dict().items())
