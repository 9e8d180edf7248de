"""The network around the cells, and the cells of a genotype.

Stem, last layers, and which cells halve their maps are those of the authors' published code. Channels inside the cells
are our reading of it: those of DARTS, 16 in the first cell.
"""

import torch
from torch import nn
from torch.nn import functional as F

from ...errors import ShapeError
from .genotype import parse
from .operations import OPERATIONS, FactorizedReduce, convolution

#: channels of a map: red, green, and POS
CHANNELS = 3
STEM_CHANNELS = 32
LAST_CHANNELS = 512
#: what the network says before it has learned anything; from 0, hundreds of steps would go by
START_BPM = 75.0
#: the size that maps are brought to: rows, and frames
MAP_SIZE = (64, 300)
#: the mean and the standard deviation of ImageNet's channels, by which maps are normalised
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Preprocessed(nn.Module):
    """The two cells before, brought to one size and number of channels."""

    def __init__(self, before_last, last, channels, after_reduction, affine=True):
        super().__init__()
        make_smaller = FactorizedReduce if after_reduction else convolution
        kernel = () if after_reduction else (1,)
        self.before_last = make_smaller(before_last, channels, *kernel, affine=affine)
        self.last = convolution(last, channels, 1, affine=affine)

    def forward(self, before_last, last):
        """Maps of the two cells before -> the list of the cell's two inputs."""
        return [self.before_last(before_last), self.last(last)]


class Cell(nn.Module):
    """A cell of a genotype: nodes, each a sum of operations on earlier maps, side by side in its output."""

    def __init__(self, nodes, before_last, last, channels, *, reduction, after_reduction):
        super().__init__()
        self.inputs = Preprocessed(before_last, last, channels, after_reduction)
        self.sources = [[source for _, source in node] for node in nodes]
        self.nodes = nn.ModuleList()
        for node in nodes:
            edges = [OPERATIONS[name](channels, 2 if reduction and source < 2 else 1, True) for name, source in node]
            self.nodes.append(nn.ModuleList(edges))

    def forward(self, before_last, last):
        """Maps of the two cells before -> (B, nodes * channels, H, W), or half that high and wide."""
        maps = self.inputs(before_last, last)
        for edges, sources in zip(self.nodes, self.sources):
            maps.append(sum(edge(maps[source]) for edge, source in zip(edges, sources)))
        return torch.cat(maps[2:], dim=1)


class Backbone(nn.Module):
    """Stem, cells, last layers: a heart rate from a map.

    Args:
        make_cell: a function of the channels of the two cells before, of its own, of ``reduction`` (it halves its maps)
            and of ``after_reduction`` (the one before does); it gives a cell.
        nodes: of a cell, so many times its channels it gives.
        channels: of the first cell; they double where maps are halved.
        cells: how many there are, 4 or more, so that one keeps its size; of six, the second, fourth and sixth halve
            their maps.
    """

    def __init__(self, make_cell, nodes, channels=16, cells=6):
        super().__init__()
        if channels < 2 or cells < 4:
            raise ShapeError(f"CHANNELS is {channels} and CELLS {cells}; expected 2 or more, and 4 or more.")
        self.stem = nn.Sequential(
            nn.BatchNorm2d(CHANNELS),
            nn.Conv2d(CHANNELS, STEM_CHANNELS, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(STEM_CHANNELS),
            nn.ReLU(),
            nn.Conv2d(STEM_CHANNELS, STEM_CHANNELS, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(STEM_CHANNELS),
            nn.ReLU(),
        )  # fmt: skip
        halving = {cells // 6, 3 * cells // 6, 5 * cells // 6}
        before_last = last = STEM_CHANNELS
        self.cells, after_reduction = nn.ModuleList(), False
        for number in range(cells):
            reduction = number in halving
            channels = channels * 2 if reduction else channels
            self.cells.append(
                make_cell(before_last, last, channels, reduction=reduction, after_reduction=after_reduction)
            )
            before_last, last, after_reduction = last, nodes * channels, reduction
        self.last = nn.Sequential(
            nn.Conv2d(last, LAST_CHANNELS, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(LAST_CHANNELS)
        )
        self.fc = nn.Linear(LAST_CHANNELS, 1)
        nn.init.constant_(self.fc.bias, START_BPM)

    def forward(self, maps):
        """Maps (B, 3, rows, T), normalised -> heart rates in beats per minute (B,)."""
        if maps.dim() != 4 or maps.shape[1] != CHANNELS:
            raise ShapeError(
                f"NAS-HR got maps of shape {tuple(maps.shape)}; it takes (B, {CHANNELS}, rows, frames): red, green and "
                f"POS."
            )
        before_last = last = self.stem(maps)
        for cell in self.cells:
            before_last, last = last, cell(before_last, last)
        return self.fc(self.last(last).mean(dim=(2, 3))).squeeze(1)


class NASHR(Backbone):
    """The network of a genotype.

    >>> import torch
    >>> edges = "sep_conv_3x3:0 skip_connect:1"
    >>> net = NASHR(f"{edges} / {edges} / {edges} // {edges} / {edges} / {edges}").eval()
    >>> tuple(net(torch.randn(2, 3, 64, 300)).shape)
    (2,)

    Args:
        genotype: its text or its name, for :func:`.genotype.parse`.
        channels, cells: those of :class:`Backbone`.

    Raises:
        ShapeError: no such genotype, or a number that the network cannot have.
    """

    def __init__(self, genotype, channels=16, cells=6):
        found = parse(genotype)
        if len(found.normal) != len(found.reduction):
            raise ShapeError(
                f"GENOTYPE has a cell of {len(found.normal)} nodes and one of {len(found.reduction)}; expected as many."
            )

        def make(*widths, reduction, after_reduction):
            nodes = found.reduction if reduction else found.normal
            return Cell(nodes, *widths, reduction=reduction, after_reduction=after_reduction)

        super().__init__(make, len(found.normal), channels, cells)


def prepared(maps, size=MAP_SIZE):
    """Maps (B, 3, rows, T) with values 0 to 1, as the network takes them: (B, 3, *size), normalised as ImageNet is."""
    if maps.shape[2:] != tuple(size):
        maps = F.interpolate(maps, tuple(size), mode="bilinear", align_corners=False)
    mean, deviation = (maps.new_tensor(values)[:, None, None] for values in (MEAN, DEVIATION))
    return (maps - mean) / deviation
