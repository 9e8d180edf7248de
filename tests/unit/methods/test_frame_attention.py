"""DeepPhys, TS-CAN and EfficientPhys: attention, the shift in time, and how a batch becomes a sequence of frames.

Their numbers are held against the toolbox's in tests/contract.
"""

import pytest
import torch
from support.neural_baselines import config, learner, maker

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.frame_attention import TSCAN, DeepPhys, EfficientPhys, attention_mask, shift_in_time
from rfacenet_toolbox.training import learners


def test_an_attention_mask_sums_to_half_its_area():
    mask = attention_mask(torch.randn(3, 1, 5, 7))
    torch.testing.assert_close(mask.sum(dim=(1, 2, 3)), torch.full((3,), 17.5))
    assert bool((mask > 0).all())


def test_a_third_of_the_channels_looks_ahead_and_a_third_back_within_a_segment():
    frames = torch.arange(1.0, 7.0)[:, None, None, None].expand(6, 7, 2, 2)
    shifted = shift_in_time(frames, 3)[:, :, 0, 0]
    ahead, back, kept = [2, 3, 0, 5, 6, 0], [0, 1, 2, 0, 4, 5], [1, 2, 3, 4, 5, 6]
    assert shifted.T.tolist() == [ahead] * 2 + [back] * 2 + [kept] * 3
    with pytest.raises(ShapeError, match="6 frames are no multiple of the frame depth, 4"):
        shift_in_time(frames, 4)


@pytest.mark.parametrize(
    "make, frames, message",
    [
        (lambda: DeepPhys(9), None, "frames of 9x9 are too small"),
        (lambda: TSCAN(16, 0), None, "frame_depth is 0"),
        (lambda: DeepPhys(16), (2, 3, 16, 16), r"DeepPhys got .* it takes \(N, 6, 16, 16\)"),
        (lambda: EfficientPhys(16, 2), (2, 3, 16, 12), r"EfficientPhys got .* it takes \(N, 3, 16, 16\)"),
        (lambda: EfficientPhys(16, 2), (4, 3, 16, 16), "3 frames are no multiple of the frame depth, 2"),
    ],
)
def test_shapes_that_a_network_cannot_take_are_refused(make, frames, message):
    with pytest.raises(ShapeError, match=message):
        make()(torch.zeros(frames))


def test_the_last_clip_of_a_batch_loses_the_frames_that_fill_no_depth(tmp_path):
    tscan = learner(config(tmp_path, "Tscan"))
    clips, labels = maker.batches("Tscan")[0][:2]
    assert [len(bvp) for bvp in tscan.predict(clips)] == [24, 16]
    step = tscan.step(clips, labels, None)
    expected = (torch.cat(step.bvp) - labels.flatten()[:40]).square().mean()
    torch.testing.assert_close(step.loss, expected)


def test_two_gpus_of_the_toolbox_cut_to_a_multiple_for_both(tmp_path):
    tree = config(tmp_path, "Tscan")
    tree.NUM_OF_GPU_TRAIN = 2
    assert [len(bvp) for bvp in learner(tree).predict(maker.batches("Tscan")[0][0])] == [24, 16]
    tree.MODEL.TSCAN.FRAME_DEPTH = 12
    assert [len(bvp) for bvp in learner(tree).predict(maker.batches("Tscan")[0][0])] == [24, 24]


def test_inference_makes_the_network_for_the_size_of_the_test_clips(tmp_path):
    tree = config(tmp_path, "DeepPhys")
    tree.TRAIN.DATA.PREPROCESS.RESIZE.H = 72
    assert learners.for_inference(tree).model.side == maker.SIDE
    assert learners.for_training(tree).model.side == 72
