"""The network that is searched: every edge is the mean of all operations, weighted by what the search learns."""

import torch
from torch import nn

from .genotype import Genotype
from .network import Backbone, Preprocessed
from .operations import NONE, OPERATIONS

#: edges that a node keeps
KEPT_EDGES = 2


class MixedOperation(nn.Module):
    """All candidates of an edge, side by side."""

    def __init__(self, candidates, channels, stride):
        super().__init__()
        self.candidates = nn.ModuleList(OPERATIONS[name](channels, stride, False) for name in candidates)

    def forward(self, maps, weights):
        """(B, C, H, W), and a weight for each candidate -> their weighted sum."""
        return sum(weight * candidate(maps) for weight, candidate in zip(weights, self.candidates))


class MixedCell(nn.Module):
    """A cell whose nodes are connected to all maps before them."""

    def __init__(self, candidates, nodes, before_last, last, channels, *, reduction, after_reduction):
        super().__init__()
        self.reduction = reduction
        self.inputs = Preprocessed(before_last, last, channels, after_reduction, affine=False)
        self.nodes = nn.ModuleList()
        for node in range(nodes):
            strides = [2 if reduction and source < 2 else 1 for source in range(node + 2)]
            self.nodes.append(nn.ModuleList(MixedOperation(candidates, channels, stride) for stride in strides))

    def forward(self, before_last, last, weights):
        """``weights`` has a tensor (edges, candidates) for each node."""
        maps = self.inputs(before_last, last)
        for edges, its_weights in zip(self.nodes, weights):
            maps.append(sum(edge(one, weight) for edge, one, weight in zip(edges, maps, its_weights)))
        return torch.cat(maps[2:], dim=1)


class Supernet(nn.Module):
    """NAS-HR with all operations at once.

    Args:
        channels, cells: those of :class:`~.network.Backbone`.
        nodes: of a cell.
        candidates: names of the operations to search among.

    Attributes:
        architecture: the parameters of the architecture: a tensor (edges, candidates) for each node, first those of the
            cells that keep the size, then those of the cells that halve it. They are equal for all such cells.
    """

    def __init__(self, channels=16, cells=6, nodes=3, candidates=tuple(OPERATIONS)):
        super().__init__()
        self.candidates, self.nodes = tuple(candidates), nodes

        def make(*widths, **halving):
            return _WithWeights(MixedCell(self.candidates, nodes, *widths, **halving), self._weights)

        self.backbone = Backbone(make, nodes, channels, cells)
        self.architecture = nn.ParameterList(
            nn.Parameter(1e-3 * torch.randn(node + 2, len(self.candidates))) for _ in range(2) for node in range(nodes)
        )

    def weight_parameters(self):
        """{name: parameter} of all that is not the architecture's."""
        return {f"backbone.{name}": parameter for name, parameter in self.backbone.named_parameters()}

    def forward(self, maps):
        """Maps (B, 3, rows, T), normalised -> heart rates in beats per minute (B,)."""
        return self.backbone(maps)

    def genotype(self):
        """The :class:`~.genotype.Genotype` that the architecture's parameters stand for now.

        Each edge has its strongest operation but ``none``, and each node keeps the two edges whose operations are
        strongest.
        """
        usable = [index for index, name in enumerate(self.candidates) if name != NONE]
        cells = []
        for reduction in (False, True):
            nodes = []
            for weights in self._weights(reduction):
                strongest, which = weights.detach()[:, usable].max(dim=1)
                kept = sorted(strongest.topk(KEPT_EDGES).indices.tolist())
                nodes.append(tuple((self.candidates[usable[int(which[edge])]], edge) for edge in kept))
            cells.append(tuple(nodes))
        return Genotype(*cells)

    def _weights(self, reduction):
        """The weights of the operations, a tensor (edges, candidates) for each node."""
        mine = list(self.architecture)[self.nodes * reduction : self.nodes * (reduction + 1)]
        return [torch.softmax(parameter, dim=-1) for parameter in mine]


class _WithWeights(nn.Module):
    """A cell that asks for its weights, so that :class:`~.network.Backbone` need not know of them."""

    def __init__(self, cell, weights):
        super().__init__()
        self.cell, self.weights = cell, weights

    def forward(self, before_last, last):
        return self.cell(before_last, last, self.weights(self.cell.reduction))
