"""The cells of AutoHR's backbone: what a search like PC-DARTS' chooses from, and the text of what it chose."""

from typing import Callable, Dict, Tuple

import torch
from torch import nn

from ...errors import ShapeError, unknown
from ..cell_text import parse_node
from ..physformer.network import TemporalDifferenceConv

#: maps that a cell begins with: the outputs of the two cells before it
INPUTS = 2


#: by node, the edges that it is the sum of: an operation, and which of the cell's maps it is applied to; 0 and 1 are
#: the cell's inputs, 2 its first node, ...
Nodes = Tuple[Tuple[Tuple[str, int], ...], ...]

#: name -> a layer (B, C, T, H, W) -> (B, C, T, H, W), of C
OPERATIONS: Dict[str, Callable[[int], nn.Module]] = {
    "skip": lambda channels: nn.Identity(),
    "conv_1x3x3": lambda channels: _plain(channels, (1, 3, 3)),
    "conv_3x3x3": lambda channels: _plain(channels, (3, 3, 3)),
    "tdc_0.2": lambda channels: difference(channels, channels, 0.2),
    "tdc_0.5": lambda channels: difference(channels, channels, 0.5),
    "tdc_0.8": lambda channels: difference(channels, channels, 0.8),
}
#: cells that can be asked for by name. The one that AutoHR's authors found is not public; ours was made by hand
CELLS = {
    "substitute": "tdc_0.5:0 tdc_0.5:1 / tdc_0.5:2 skip:0 / conv_3x3x3:1 tdc_0.5:3 / conv_1x3x3:4 skip:2",
}


def parse(text: str) -> Nodes:
    """The :data:`Nodes` of a cell's text or name. An edge is ``operation:map``; nodes stand between ``/``.

    >>> parse("tdc_0.5:0 skip:1 / conv_3x3x3:2 skip:0")[1]
    (('conv_3x3x3', 2), ('skip', 0))

    Raises:
        ShapeError: a cell that there cannot be.
    """
    if ":" not in text and text not in CELLS:
        raise ShapeError(f"{unknown('CELL', text, CELLS)} Or write out its edges, such as {CELLS['substitute']!r}.")
    parts = CELLS.get(text, text).split("/")
    return tuple(parse_node(part, number + INPUTS, OPERATIONS, "CELL", text) for number, part in enumerate(parts))


class Cell(nn.Module):
    """Nodes are sums of operations on the maps before them; all nodes together are the result.

    Args:
        earlier: channels of its two inputs.
        channels: of each node.
        nodes: what :func:`parse` gives.
    """

    def __init__(self, earlier, channels, nodes):
        super().__init__()
        self.enter = nn.ModuleList(
            [_normalised(nn.Conv3d(one, channels, kernel_size=1, bias=False), channels) for one in earlier]
        )
        self.sources = [[source for _, source in node] for node in nodes]
        self.nodes = nn.ModuleList([nn.ModuleList([OPERATIONS[name](channels) for name, _ in node]) for node in nodes])
        self.out_channels = channels * len(nodes)

    def forward(self, before, last):
        """Maps (B, C, T, H, W) of the two cells before -> (B, out_channels, T, H, W)."""
        maps = [enter(one) for enter, one in zip(self.enter, (before, last))]
        for operations, sources in zip(self.nodes, self.sources):
            maps.append(sum(operation(maps[source]) for operation, source in zip(operations, sources)))
        return torch.cat(maps[INPUTS:], dim=1)


def difference(in_channels, out_channels, theta):
    """A 3x3x3 temporal difference convolution, normalised."""
    return _normalised(TemporalDifferenceConv(in_channels, theta, out_channels), out_channels)


def _plain(channels, kernel):
    padding = tuple(size // 2 for size in kernel)
    return _normalised(nn.Conv3d(channels, channels, kernel, padding=padding, bias=False), channels)


def _normalised(convolution, channels):
    return nn.Sequential(convolution, nn.BatchNorm3d(channels), nn.ReLU())
