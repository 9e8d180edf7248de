"""PhysNet's shapes and its loss; its numbers are held against the toolbox's in tests/contract."""

import pytest
import torch

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.physnet import NegativePearson, PhysNet


def test_negative_pearson_is_the_correlation_of_each_clip():
    bvp, label = torch.randn(3, 40), torch.randn(3, 40)
    expected = sum(1 - torch.corrcoef(torch.stack(pair))[0, 1] for pair in zip(bvp, label)) / 3
    loss = NegativePearson()
    torch.testing.assert_close(loss(bvp, label), expected)
    torch.testing.assert_close(loss(5 * label + 3, label), torch.tensor(0.0), atol=1e-6, rtol=0)
    torch.testing.assert_close(loss(-label, label), torch.tensor(2.0))
    assert torch.isnan(loss(torch.ones(2, 40), label[:2]))


@pytest.mark.parametrize(
    "frames, shape, message",
    [
        (30, None, "frames is 30; PhysNet halves time twice"),
        (8, (1, 3, 12, 16, 16), r"\(B, 3, 8, H, W\)"),
        (8, (1, 3, 8, 16, 12), "of 16 or more"),
    ],
)
def test_shapes_that_it_cannot_take_are_refused(frames, shape, message):
    with pytest.raises(ShapeError, match=message):
        PhysNet(frames)(torch.zeros(shape))
