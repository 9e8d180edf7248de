"""AutoHR's network: a stem, stages of cells, and a head that gives the BVP."""

from torch import nn

from ...errors import ShapeError
from ..physformer.network import double_time
from .cell import Cell, difference, parse

#: pooling before each stage, in time, height and width; its length is the number of stages
POOLS = ((2, 2, 2), (2, 2, 2), (1, 2, 2))
#: channels of a node in each stage, in halves of those of the first
WIDTHS = (2, 3, 4)
#: the head doubles time twice
FRAMES_FACTOR = 4
SMALLEST_SIDE = 16
STEM_THETA = 0.5


class AutoHR(nn.Module):
    """BVP from a clip by cells of temporal difference and plain convolutions.

    >>> import torch
    >>> tuple(AutoHR(channels=4, cells=1).eval()(torch.randn(1, 3, 16, 32, 32)).shape)
    (1, 16)

    Args:
        cell: text or name of the cell: :func:`~.cell.parse`.
        channels: of a node in the first stage; even.
        cells: in each of the three stages.

    Raises:
        ShapeError: a cell or a number that the network cannot have.
    """

    def __init__(self, cell="substitute", *, channels=16, cells=2):
        super().__init__()
        if channels < 2 or channels % 2 or cells < 1:
            raise ShapeError(f"CHANNELS is {channels} and CELLS {cells}; expected an even number, and 1 or more.")
        nodes = parse(cell)
        first = nn.Conv3d(3, channels, kernel_size=(1, 5, 5), padding=(0, 2, 2), bias=False)
        self.stem = nn.Sequential(
            first,
            nn.BatchNorm3d(channels),
            nn.ReLU(),
            nn.MaxPool3d((1, 2, 2)),
            *difference(channels, 2 * channels, STEM_THETA),
        )
        self.pools = nn.ModuleList([nn.MaxPool3d(size) for size in POOLS])
        self.stages = nn.ModuleList()
        earlier = 2 * channels, 2 * channels
        for width in WIDTHS:
            stage = nn.ModuleList()
            for _ in range(cells):
                stage.append(Cell(earlier, channels * width // 2, nodes))
                earlier = earlier[1], stage[-1].out_channels
            self.stages.append(stage)
        self.head = nn.Sequential(double_time(earlier[1], 4 * channels), double_time(4 * channels, 4 * channels))
        self.last = nn.Conv1d(4 * channels, 1, kernel_size=1)

    def forward(self, clip):
        """(B, 3, T, H, W), T a multiple of 4, H and W of 16 or more -> BVP (B, T)."""
        shape = clip.shape
        if len(shape) != 5 or shape[1] != 3 or shape[2] % FRAMES_FACTOR or 0 in shape or min(shape[3:]) < SMALLEST_SIDE:
            raise ShapeError(
                f"AutoHR got a clip of shape {tuple(shape)}; it takes (B, 3, T, H, W) with T a multiple of "
                f"{FRAMES_FACTOR}, H and W of {SMALLEST_SIDE} or more. Compare CHUNK_LENGTH and RESIZE, and set "
                f"DATA_FORMAT to NCDHW."
            )
        before = last = self.stem(clip)
        for pool, stage in zip(self.pools, self.stages):
            before, last = pool(before), pool(last)
            for cell in stage:
                before, last = last, cell(before, last)
        return self.last(self.head(last).mean(dim=(3, 4))).squeeze(1)
