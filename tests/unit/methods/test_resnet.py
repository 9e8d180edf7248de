import pytest
import torch
from torch import nn

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.resnet import ResNet18


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_it_has_as_many_parameters_as_the_published_network():
    assert count(ResNet18()) == 11_689_512
    assert count(ResNet18(channels=6, outputs=1)) == 11_689_512 + 3 * 64 * 49 - 513 * 1000 + 513


def test_parameters_have_torchvisions_names():
    names = set(ResNet18().state_dict())
    assert {"conv1.weight", "bn1.running_var", "layer1.0.conv1.weight", "layer4.1.bn2.bias", "fc.bias"} <= names
    assert {"layer2.0.downsample.0.weight", "layer2.0.downsample.1.bias"} <= names
    assert len(names) == 122


def test_features_halve_from_stage_to_stage():
    shapes = [tuple(maps.shape) for maps in ResNet18().eval().features(torch.zeros(1, 3, 65, 96))]
    assert shapes == [(1, 64, 17, 24), (1, 128, 9, 12), (1, 256, 5, 6), (1, 512, 3, 3)]


def test_it_may_end_after_a_stage_without_a_last_layer():
    net = ResNet18(outputs=None, stages=2).eval()
    assert not [name for name in net.state_dict() if name.startswith(("layer3", "layer4", "fc"))]
    images = torch.rand(2, 3, 32, 32)
    assert torch.equal(net(images), net.features(images)[-1].mean(dim=(2, 3)))


def test_modules_after_the_stages_change_what_goes_on():
    torch.manual_seed(0)
    after = [nn.Identity(), nn.Threshold(1e9, 0.0), nn.Identity(), nn.Identity()]  # the second gives zeros
    net = ResNet18(outputs=2, after_stages=after).eval()
    features = net.features(torch.rand(1, 3, 32, 32))
    assert features[0].any() and not features[1].any() and not features[3].any()


def test_another_pooling_of_the_stem():
    torch.manual_seed(0)
    images = torch.rand(1, 3, 32, 32)
    largest = ResNet18(stages=1).eval()
    mean = ResNet18(stages=1, stem_pool=nn.AvgPool2d(3, 2, 1)).eval()
    mean.load_state_dict(largest.state_dict())
    assert (largest.features(images)[0] > mean.features(images)[0]).float().mean() > 0.5


@pytest.mark.parametrize("wrong", [{"stages": 5}, {"after_stages": [nn.Identity()]}])
def test_numbers_that_it_cannot_have_are_refused(wrong):
    with pytest.raises(ShapeError, match=next(iter(wrong))):
        ResNet18(**wrong)


def test_images_of_other_channels_are_refused():
    with pytest.raises(ShapeError, match=r"\(2, 4, 32, 32\).*\(B, 3, H, W\)"):
        ResNet18()(torch.zeros(2, 4, 32, 32))
