"""DeepPhys, TS-CAN and EfficientPhys: 2D convolutions on every frame, gated by spatial attention.

- DeepPhys: W. Chen, D. McDuff, "DeepPhys: Video-Based Physiological Measurement Using Convolutional Attention
  Networks", ECCV 2018.
- TS-CAN: X. Liu, J. Fromm, S. Patel, D. McDuff, "Multi-Task Temporal Shift Attention Networks for On-Device Contactless
  Vitals Measurement", NeurIPS 2020; its network for the pulse alone. The temporal shift before the convolutions of the
  motion branch is that of J. Lin, C. Gan, S. Han, "TSM: Temporal Shift Module for Efficient Video Understanding",
  ICCV 2019.
- EfficientPhys: X. Liu, B. Hill, Z. Jiang, S. Patel, D. McDuff, "EfficientPhys: Enabling Simple, Fast and Accurate
  Camera-Based Cardiac Measurement", WACV 2023; its convolutional network, EfficientPhys-C.

Parameters carry the names of the toolbox's checkpoints and are made in its order, so a seed gives the same weights.
"""

import torch
from torch import nn
from torch.nn import functional as F

from ..errors import ShapeError
from .learner import ClipNeeds, Learner

#: channels of the convolutions of the first and of the second stage, units of the dense layer
WIDTHS, DENSE = (32, 64), 128
#: share of what dropout sets to zero, after pooling and before the last layer
DROPOUT, DROPOUT_DENSE = 0.25, 0.5
#: two unpadded convolutions and two poolings leave nothing of a smaller frame
SMALLEST_SIDE = 10


def attention_mask(scores):
    """(N, 1, H, W) scores -> masks: sigmoid, then scaled so that each sums to H W / 2, as in DeepPhys.

    Sums and products are taken in the toolbox's order, which gives its numbers to the last bit.
    """
    gate = torch.sigmoid(scores)
    height, width = gate.shape[-2:]
    total = gate.sum(dim=2, keepdim=True).sum(dim=3, keepdim=True)
    return gate / total * height * width * 0.5


def shift_in_time(frames, depth):
    """(N, C, H, W) -> the same: the first third of the channels comes from the next frame, the second from the one
    before, within each ``depth`` frames; beyond their ends are zeros.

    Raises:
        ShapeError: N is no multiple of ``depth``.
    """
    if len(frames) % depth:
        raise ShapeError(f"{len(frames)} frames are no multiple of the frame depth, {depth}. Cut them, or change it.")
    segments = frames.reshape(-1, depth, *frames.shape[1:])
    third = segments.shape[2] // 3
    following, previous, kept = segments.split([third, third, segments.shape[2] - 2 * third], dim=2)
    following = F.pad(following[:, 1:], (0, 0, 0, 0, 0, 0, 0, 1))
    previous = F.pad(previous[:, :-1], (0, 0, 0, 0, 0, 0, 1, 0))
    return torch.cat([following, previous, kept], dim=2).reshape(frames.shape)


class AttentionNetwork(nn.Module):
    """Two stages of two convolutions on the motion input, each gated by attention; two dense layers.

    Subclasses say in :meth:`views` what the motion input is, and what the attention looks at.

    Args:
        side: height and width of a frame, 10 or more.
        appearance: whether the attention has convolutions of its own, on a second input; otherwise it looks at the
            motion features.
        frame_depth: frames among which the motion features are shifted in time, or None.

    Raises:
        ShapeError: a side or a depth that the network cannot have.
    """

    #: channels of a frame that :meth:`forward` takes
    channels = 3

    def __init__(self, side, *, appearance, frame_depth=None):
        super().__init__()
        if side < SMALLEST_SIDE:
            raise ShapeError(f"frames of {side}x{side} are too small; expected {SMALLEST_SIDE} or more.")
        if frame_depth is not None and frame_depth < 1:
            raise ShapeError(f"frame_depth is {frame_depth}; expected 1 or more.")
        self.side = side
        self.frame_depth = frame_depth
        first, second = WIDTHS
        # "apperance" is how the checkpoints spell it
        for branch in ("motion", "apperance") if appearance else ("motion",):
            self.add_module(f"{branch}_conv1", nn.Conv2d(3, first, kernel_size=3, padding=1))
            self.add_module(f"{branch}_conv2", nn.Conv2d(first, first, kernel_size=3))
            self.add_module(f"{branch}_conv3", nn.Conv2d(first, second, kernel_size=3, padding=1))
            self.add_module(f"{branch}_conv4", nn.Conv2d(second, second, kernel_size=3))
        self.apperance_att_conv1 = nn.Conv2d(first, 1, kernel_size=1)
        self.apperance_att_conv2 = nn.Conv2d(second, 1, kernel_size=1)
        self.halve = nn.Sequential(nn.AvgPool2d(2), nn.Dropout(DROPOUT))
        pooled = ((side - 2) // 2 - 2) // 2
        self.final_dense_1 = nn.Linear(second * pooled * pooled, DENSE)
        self.dropout = nn.Dropout(DROPOUT_DENSE)
        self.final_dense_2 = nn.Linear(DENSE, 1)

    def views(self, frames):
        """Frames -> ``(motion, appearance)``, (N, 3, H, W) both; appearance is None without convolutions of its own."""
        raise NotImplementedError

    def forward(self, frames):
        """Frames, one clip after the other -> BVP (N, 1), one value per frame."""
        self._check(frames)
        motion, appearance = self.views(frames)
        motion, appearance = self._stage(motion, appearance, 1, 2, self.apperance_att_conv1)
        motion = self.halve(motion)
        appearance = None if appearance is None else self.halve(appearance)
        motion, _ = self._stage(motion, appearance, 3, 4, self.apperance_att_conv2)
        features = torch.tanh(self.final_dense_1(self.halve(motion).flatten(1)))
        return self.final_dense_2(self.dropout(features))

    def _stage(self, motion, appearance, first, second, attention):
        """Convolutions number ``first`` and ``second`` of each branch; gives gated motion and appearance."""
        for number in (first, second):
            if self.frame_depth is not None:
                motion = shift_in_time(motion, self.frame_depth)
            motion = torch.tanh(self.get_submodule(f"motion_conv{number}")(motion))
            if appearance is not None:
                appearance = torch.tanh(self.get_submodule(f"apperance_conv{number}")(appearance))
        seen = motion if appearance is None else appearance
        return motion * attention_mask(attention(seen)), appearance

    def _check(self, frames):
        wanted = (self.channels, self.side, self.side)
        if frames.dim() != 4 or frames.shape[1:] != wanted:
            raise ShapeError(
                f"{type(self).__name__} got frames of shape {tuple(frames.shape)}; it takes (N, "
                f"{', '.join(map(str, wanted))}). Compare RESIZE and DATA_TYPE, and set DATA_FORMAT to NDCHW."
            )


class DeepPhys(AttentionNetwork):
    """BVP of each frame by itself, from a motion branch that an appearance branch guides. Agrees with the toolbox's
    ``DeepPhys``.

    The six channels of a frame are its normalised difference to the next one, the paper's motion representation, then
    its standardised colours.

    Args:
        side: height and width of a frame.
        frame_depth: none in DeepPhys itself.
    """

    channels = 6

    def __init__(self, side=72, frame_depth=None):
        super().__init__(side, appearance=True, frame_depth=frame_depth)

    def views(self, frames):
        """The first three channels are motion, the last three appearance."""
        return frames[:, :3], frames[:, 3:]


class TSCAN(DeepPhys):
    """DeepPhys with its motion features shifted in time. Agrees with the toolbox's ``TSCAN``.

    Args:
        side: height and width of a frame.
        frame_depth: frames among which features are shifted; a batch holds a multiple of it.
    """

    def __init__(self, side=72, frame_depth=10):
        super().__init__(side, frame_depth)


class EfficientPhys(AttentionNetwork):
    """One branch on frames as they are: it takes their differences and normalises them itself, and attends to its own
    features. Agrees with the toolbox's ``EfficientPhys``.

    Args:
        side: height and width of a frame.
        frame_depth: frames among which features are shifted.
    """

    def __init__(self, side=72, frame_depth=10):
        super().__init__(side, appearance=False, frame_depth=frame_depth)
        self.batch_norm = nn.BatchNorm2d(3)

    def views(self, frames):
        """N + 1 frames -> N differences, a multiple of ``frame_depth``; one clip's last is to the next clip's first."""
        return self.batch_norm(torch.diff(frames, dim=0)), None


class FramewiseLearner(Learner):
    """Base of the three: the network takes a batch of clips as one sequence of frames, and learns each frame's value.

    The sequence is cut to a multiple of ``FRAME_DEPTH`` times ``NUM_OF_GPU_TRAIN``, so the last clip may lose frames.
    Weights files are those of a network inside DataParallel. (The toolbox trains these three with AdamW and a weight
    decay of 0; that is Adam, to the last bit.)
    """

    weights_prefix = "module."

    def __init__(self, network, clips):
        self.model = network
        self.loss = nn.MSELoss()
        self.multiple = 1 if network.frame_depth is None else network.frame_depth * clips.num_gpus

    def predict(self, clips):
        """(B, T, C, H, W) -> a BVP (T,) for each clip; the last one may be shorter.

        (7e33a44 cuts a test batch by TRAIN's CHUNK_LENGTH; where TEST's is the same, it gives what this gives.)
        """
        frames = clips.flatten(0, 1)
        frames = frames[: len(frames) // self.multiple * self.multiple]
        return self.model(self.network_input(frames)).flatten().split(clips.shape[1])

    def network_input(self, frames):
        """What the network is given for these frames."""
        return frames

    def compared(self, bvp, labels):
        bvp = torch.cat(bvp).float()
        return bvp, labels.flatten()[: len(bvp)]


class DeepPhysLearner(FramewiseLearner):
    """DeepPhys on square frames of two data types."""

    needs = ClipNeeds("NDCHW", data_types=2, smallest_side=SMALLEST_SIDE, square=True)

    def __init__(self, settings, clips, num_subjects=0):
        super().__init__(DeepPhys(clips.height), clips)


class TSCANLearner(FramewiseLearner):
    """TS-CAN on square frames of two data types."""

    needs = DeepPhysLearner.needs._replace(depth_setting="FRAME_DEPTH")

    def __init__(self, settings, clips, num_subjects=0):
        super().__init__(TSCAN(clips.height, settings.FRAME_DEPTH), clips)


class EfficientPhysLearner(FramewiseLearner):
    """EfficientPhys, which takes the differences of frames itself; the last frame is given twice and differs by zero.

    The last frame of every other clip is subtracted from the first of the next clip in the batch, as in the toolbox, so
    these frames' values depend on the order and the size of the batches.
    """

    needs = TSCANLearner.needs._replace(data_types=1)

    def __init__(self, settings, clips, num_subjects=0):
        super().__init__(EfficientPhys(clips.height, settings.FRAME_DEPTH), clips)

    def network_input(self, frames):
        return torch.cat([frames, frames[-1:]])
