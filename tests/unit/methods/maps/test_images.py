import pytest
import torch

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.maps.images import as_images, min_max, moving_mean


def test_time_goes_to_the_right():
    clips = torch.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5, 1)
    images = as_images(clips, 3)
    assert images.shape == (2, 3, 5, 4) and images[1, 2, 4, 3] == clips[1, 2, 3, 4, 0]


@pytest.mark.parametrize("shape", [(2, 3, 4, 5, 2), (2, 6, 4, 5, 1), (2, 3, 4, 5)])
def test_what_is_no_map_is_refused(shape):
    with pytest.raises(ShapeError, match=r"expected maps, \(B, 3, T, rows, 1\)"):
        as_images(torch.zeros(shape), 3)


def test_each_row_of_each_channel_is_brought_to_0_to_1():
    torch.manual_seed(0)
    images = min_max(100 + torch.arange(1, 6.0)[:, None] * torch.randn(2, 3, 5, 40))
    assert images.amin(dim=-1).eq(0).all() and images.amax(dim=-1).eq(1).all()


def test_a_constant_row_is_zero():
    assert not min_max(torch.full((1, 1, 2, 8), 77.0)).any()


def test_the_moving_mean_is_of_what_there_is():
    images = torch.tensor([3.0, 6.0, 9.0, 0.0]).expand(2, 3, 5, 4)
    assert torch.equal(moving_mean(images, 3)[1, 2, 4], torch.tensor([4.5, 6.0, 5.0, 4.5]))
