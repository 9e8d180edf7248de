"""PhysFormer++: two paths of transformers over one clip, a slow and a fast one.

Z. Yu, Y. Shen, J. Shi, H. Zhao, Y. Cui, J. Zhang, P. Torr, G. Zhao, "PhysFormer++: Facial Video-based Physiological
Measurement with SlowFast Temporal Difference Transformer", IJCV 2023. No code is public. Which parts there are is the
paper's; their sizes, and what is within them, are our reading: ``docs/methods/physformer-plus-plus.md``.
"""

import torch
from torch import nn

from ...errors import ShapeError
from .learner import PhysFormerLearner
from .network import (
    GROUPS,
    TUBE_FRAMES,
    Attention,
    Block,
    BlockGroup,
    PhysFormer,
    as_maps,
    as_tokens,
    double_time,
    initialise,
)

#: tubes of the fast path are so many times as short as those of the slow one, and its tokens as narrow
FASTER = 2
#: cross-attention from the slow path to the fast one follows the first groups of blocks, all but the last
CROSSINGS = GROUPS - 1


class PeriodicAttention(Attention):
    """Self-attention in which tubes whose distance in time is a period of the clip's score higher.

    How alike the clip is to itself at each distance in time, the autocorrelation of its tokens' differences over time,
    is added to the scores, times a learned number for each head that begins at 0.

    Attributes:
        add_up: as of :func:`self_similarity`; another way of adding gives other roundings.
    """

    def __init__(self, dim, heads, theta, dropout):
        super().__init__(dim, heads, theta, dropout)
        self.strength = nn.Parameter(torch.zeros(heads))
        self.add_up = add_by_index

    def forward(self, tokens, grid):
        maps = as_maps(tokens, grid)
        alike = self_similarity(maps.mean(dim=(3, 4)), self.add_up)
        places = grid[1] * grid[2]
        alike = alike.repeat_interleave(places, dim=1).repeat_interleave(places, dim=2)
        return self.between(maps, maps, self.strength[:, None, None] * alike[:, None])


class CrossBlock(Block):
    """A block whose queries are tokens of one path, and whose keys and values are those of the other path."""

    def __init__(self, dim, heads, feed_forward, theta, dropout, source):
        super().__init__(dim, heads, feed_forward, theta, dropout, lambda *own: Attention(*own, source=source))
        self.norm_source = nn.LayerNorm(source, eps=1e-6)

    def forward(self, tokens, grid, sources, source_grid):
        """(B, N, C) tokens of a grid, and (B, M, S) of another -> (B, N, C)."""
        maps, others = as_maps(self.norm1(tokens), grid), as_maps(self.norm_source(sources), source_grid)
        tokens = tokens + self.drop(self.proj(self.attn.between(maps, others)))
        return tokens + self.drop(self.pwff(self.norm2(tokens), grid))


class PhysFormerPlusPlus(PhysFormer):
    """BVP from a clip by a slow path, which is PhysFormer, and a fast one beside it.

    Both begin with PhysFormer's stem. The fast path sees tubes of half the length, as tokens of half the width, through
    blocks with :class:`PeriodicAttention`. After the first and the second third of its blocks, the slow path looks at
    the fast one by cross-attention. The head doubles the slow path's time, joins the two, and doubles time again.

    Args and errors are those of :class:`~.network.PhysFormer`; ``dim`` is the slow path's, and twice a multiple of
    ``heads``.
    """

    def __init__(self, *, dim=96, feed_forward=144, heads=4, layers=12, theta=0.7, dropout=0.1, patch=TUBE_FRAMES):
        super().__init__(
            dim=dim, feed_forward=feed_forward, heads=heads, layers=layers, theta=theta, dropout=dropout, patch=patch
        )
        narrow = dim // FASTER
        if narrow % heads or feed_forward < FASTER:
            raise ShapeError(
                f"DIM is {dim}, FF_DIM {feed_forward} and NUM_HEADS {heads}; the fast path has half of the first two. "
                f"Expected a DIM of twice a multiple of NUM_HEADS, and an FF_DIM of {FASTER} or more."
            )
        kernel = patch // FASTER, patch, patch
        self.fast_embedding = nn.Conv3d(dim, narrow, kernel_size=kernel, stride=kernel)
        self.fast = nn.ModuleList()
        for _ in range(GROUPS):
            blocks = [
                Block(narrow, heads, feed_forward // FASTER, theta, dropout, PeriodicAttention)
                for _ in range(layers // GROUPS)
            ]
            self.fast.append(BlockGroup(blocks))
        self.crossings = nn.ModuleList(
            [CrossBlock(dim, heads, feed_forward, theta, dropout, narrow) for _ in range(CROSSINGS)]
        )
        self.upsample2 = double_time(dim + narrow, dim // 2)
        initialise(self)

    def forward(self, clip):
        """(B, 3, T, H, W), T a multiple of 4, H and W of 32 -> BVP (B, T)."""
        maps = self.stem(clip)
        slow_maps, fast_maps = self.patch_embedding(maps), self.fast_embedding(maps)
        slow, slow_grid = as_tokens(slow_maps), slow_maps.shape[2:]
        fast, fast_grid = as_tokens(fast_maps), fast_maps.shape[2:]
        for number, fast_group in enumerate(self.fast):
            slow = getattr(self, f"transformer{number + 1}")(slow, slow_grid)
            fast = fast_group(fast, fast_grid)
            if number < CROSSINGS:
                slow = self.crossings[number](slow, slow_grid, fast, fast_grid)
        both = torch.cat([self.upsample(as_maps(slow, slow_grid)), as_maps(fast, fast_grid)], dim=1)
        return self.ConvBlockLast(self.upsample2(both).mean(dim=(3, 4))).squeeze(1)


class PhysFormerPlusPlusLearner(PhysFormerLearner):
    """PhysFormer++ with PhysFormer's loss and its curriculum, as the paper has it."""

    weights_prefix = ""
    network = PhysFormerPlusPlus


def add_by_index(values, indices, count):
    """(B, N) values and (N,) indices below ``count`` -> (B, count), the sums of the values of each index."""
    return values.new_zeros(len(values), count).index_add(1, indices, values)


def self_similarity(signals, add_up=add_by_index):
    """How alike signals (B, C, T) are to themselves at the distance of each two moments: (B, T, T), -1 to 1.

    The autocorrelation of their differences over time, all channels together; 1 on the diagonal.

    Args:
        add_up: what gives :func:`add_by_index`'s sums.
    """
    signals = signals.float()
    changes = signals - torch.cat([signals[..., :1], signals[..., :-1]], dim=-1)  # torch.diff, which ONNX lacks
    times = torch.arange(changes.shape[-1], device=changes.device)
    distances = (times[:, None] - times).abs()
    products = (changes.transpose(1, 2) @ changes).flatten(1)
    sums = add_up(products, distances.flatten(), len(times))
    return (sums / sums[:, :1].clamp_min(1e-12) / torch.where(times > 0, 2, 1))[:, distances]
