"""The temporal difference transformer: a convolutional stem, twelve blocks of attention over tubes, a head.

Parameters carry the names of the toolbox's checkpoints and are made in its order, so a seed gives the same weights.
"""

import torch
from torch import nn
from torch.nn import functional as F

from ...errors import ShapeError

#: attention scores are divided by this, whatever the width of a head
SHARPNESS = 2.0
#: the stem halves height and width so many times
STEM_HALVINGS = 3
#: the head doubles time twice, so a tube has so many frames
TUBE_FRAMES = 4
#: groups of blocks, transformer1 to transformer3
GROUPS = 3


class TemporalDifferenceConv(nn.Module):
    """3x3x3 convolution minus ``theta`` times its temporal difference.

    The difference is a 1x1x1 convolution of the middle frame, whose kernel is the sum of the first and the last slice
    of the 3x3x3 kernel. Both are linear, so the second is subtracted from the middle of the first: one convolution.
    """

    def __init__(self, channels, theta, out_channels=None):
        super().__init__()
        self.theta = theta
        self.conv = nn.Conv3d(channels, out_channels or channels, kernel_size=3, padding=1, bias=False)

    def forward(self, maps):
        """(B, C, T, H, W) -> (B, out_channels, T, H, W)."""
        return F.conv3d(maps, self.kernel(), padding=1)

    def kernel(self):
        """(out_channels, C, 3, 3, 3), of the one convolution."""
        kernel = self.conv.weight
        neighbours = (kernel[:, :, 0] + kernel[:, :, 2]).sum(dim=(2, 3))
        return kernel - self.theta * F.pad(neighbours[:, :, None, None, None], (1,) * 6)


class Attention(nn.Module):
    """Self-attention among all tubes; queries and keys come from temporal differences.

    Keys and values may be those of other tubes, whose tokens have ``source`` channels.
    """

    def __init__(self, dim, heads, theta, dropout, source=None):
        super().__init__()
        self.heads = heads
        source = source or dim
        self.proj_q = nn.Sequential(TemporalDifferenceConv(dim, theta), nn.BatchNorm3d(dim))
        self.proj_k = nn.Sequential(TemporalDifferenceConv(source, theta, dim), nn.BatchNorm3d(dim))
        self.proj_v = nn.Sequential(nn.Conv3d(source, dim, kernel_size=1, bias=False))
        self.drop = nn.Dropout(dropout)

    def forward(self, tokens, grid):
        """(B, N, C) tokens of a ``grid`` (T', H', W') -> (B, N, C)."""
        maps = as_maps(tokens, grid)
        return self.between(maps, maps)

    def between(self, maps, sources, bias=None):
        """Tokens (B, N, C) of the maps, which attend to those of ``sources``; ``bias`` is added to the scores."""
        query = self._by_head(self.proj_q(maps))
        key, value = self._by_head(self.proj_k(sources)), self._by_head(self.proj_v(sources))
        scores = query.transpose(-2, -1) @ key / SHARPNESS
        weights = self.drop(torch.softmax(scores if bias is None else scores + bias, dim=-1))
        return (value @ weights.transpose(-2, -1)).flatten(1, 2).transpose(1, 2)

    def _by_head(self, maps):
        """(B, C, T', H', W') -> (B, heads, C / heads, N)."""
        return maps.unflatten(1, (self.heads, -1)).flatten(3)


class FeedForward(nn.Module):
    """Each token by itself, then with its neighbours in space and time, then by itself again."""

    def __init__(self, dim, width):
        super().__init__()
        self.fc1 = nn.Sequential(nn.Conv3d(dim, width, 1, bias=False), nn.BatchNorm3d(width), nn.ELU())
        depthwise = nn.Conv3d(width, width, kernel_size=3, padding=1, groups=width, bias=False)
        self.STConv = nn.Sequential(depthwise, nn.BatchNorm3d(width), nn.ELU())
        self.fc2 = nn.Sequential(nn.Conv3d(width, dim, 1, bias=False), nn.BatchNorm3d(dim))

    def forward(self, tokens, grid):
        """(B, N, C) tokens of a ``grid`` (T', H', W') -> (B, N, C)."""
        return as_tokens(self.fc2(self.STConv(self.fc1(as_maps(tokens, grid)))))


class Block(nn.Module):
    """Attention and feed-forward, each behind a layer normalisation and around it a skip connection."""

    def __init__(self, dim, heads, feed_forward, theta, dropout, attention=Attention):
        super().__init__()
        self.attn = attention(dim, heads, theta, dropout)
        self.proj = nn.Linear(dim, dim)
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.pwff = FeedForward(dim, feed_forward)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.drop = nn.Dropout(dropout)

    def forward(self, tokens, grid):
        """(B, N, C) tokens of a ``grid`` (T', H', W') -> (B, N, C)."""
        tokens = tokens + self.drop(self.proj(self.attn(self.norm1(tokens), grid)))
        return tokens + self.drop(self.pwff(self.norm2(tokens), grid))


class BlockGroup(nn.Module):
    """Blocks one after the other."""

    def __init__(self, blocks):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, tokens, grid):
        """(B, N, C) tokens of a ``grid`` (T', H', W') -> (B, N, C)."""
        for block in self.blocks:
            tokens = block(tokens, grid)
        return tokens


class PhysFormer(nn.Module):
    """BVP from a clip by attention over tubes of it. Agrees with the toolbox's ``ViT_ST_ST_Compact3_TDC_gra_sharp``.

    The paper's clips are (3, 160, 128, 128), whose 640 tubes of 4x32x32 pixels are the tokens. Nothing in the network
    hangs on that number, so clips of other sizes pass through the same parameters; the toolbox's takes 4x4 tubes of a
    frame alone.

    >>> import torch
    >>> bvp = PhysFormer(dim=24, feed_forward=36, layers=3).eval()(torch.randn(1, 3, 16, 64, 64))
    >>> tuple(bvp.shape)
    (1, 16)

    Args:
        dim: channels of a token.
        feed_forward: channels inside a block's feed-forward part.
        heads: of the attention; a divisor of ``dim``.
        layers: blocks, a multiple of 3.
        theta: share of the temporal difference in queries and keys, 0 to 1.
        dropout: share of attention weights and of each branch's values that training sets to zero.
        patch: height and width of a tube after the stem, and its frames, which have to be 4.

    Raises:
        ShapeError: a number that the network cannot have.
    """

    def __init__(self, *, dim=96, feed_forward=144, heads=4, layers=12, theta=0.7, dropout=0.1, patch=TUBE_FRAMES):
        super().__init__()
        _check(dim, feed_forward, heads, layers, theta, dropout, patch)
        self.side_factor = patch * 2**STEM_HALVINGS
        self.patch_embedding = nn.Conv3d(dim, dim, kernel_size=patch, stride=patch)
        for group in range(1, GROUPS + 1):
            blocks = [Block(dim, heads, feed_forward, theta, dropout) for _ in range(layers // GROUPS)]
            self.add_module(f"transformer{group}", BlockGroup(blocks))
        self.Stem0 = _stem(3, dim // 4, kernel=(1, 5, 5))
        self.Stem1 = _stem(dim // 4, dim // 2)
        self.Stem2 = _stem(dim // 2, dim)
        self.upsample = double_time(dim, dim)
        self.upsample2 = double_time(dim, dim // 2)
        self.ConvBlockLast = nn.Conv1d(dim // 2, 1, kernel_size=1)
        initialise(self)

    def forward(self, clip):
        """(B, 3, T, H, W), T a multiple of 4, H and W of 32 -> BVP (B, T)."""
        maps = self.patch_embedding(self.stem(clip))
        tokens, grid = as_tokens(maps), maps.shape[2:]
        for group in (self.transformer1, self.transformer2, self.transformer3):
            tokens = group(tokens, grid)
        features = self.upsample2(self.upsample(as_maps(tokens, grid)))
        return self.ConvBlockLast(features.mean(dim=(3, 4))).squeeze(1)

    def stem(self, clip):
        """(B, 3, T, H, W) -> (B, C, T, H / 8, W / 8)."""
        self._check_clip(clip)
        return self.Stem2(self.Stem1(self.Stem0(clip)))

    def _check_clip(self, clip):
        factors = 1, 1, TUBE_FRAMES, self.side_factor, self.side_factor
        whole = clip.dim() == 5 and all(size and size % factor == 0 for size, factor in zip(clip.shape, factors))
        if not whole or clip.shape[1] != 3:
            raise ShapeError(
                f"PhysFormer got a clip of shape {tuple(clip.shape)}; it takes (B, 3, T, H, W) with T a multiple of "
                f"{TUBE_FRAMES}, H and W of {self.side_factor}; the paper's are (B, 3, 160, 128, 128). Compare "
                f"CHUNK_LENGTH and RESIZE, and set DATA_FORMAT to NCDHW."
            )


def initialise(model):
    """Draw the weights of the linear layers as PhysFormer's authors do."""
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.normal_(module.bias, std=1e-6)


def _stem(in_channels, out_channels, kernel=(3, 3, 3)):
    # the maximum of what was cut at zero is the maximum, cut at zero: ReLU after the pooling costs a quarter
    padding = tuple(size // 2 for size in kernel)
    convolution = nn.Conv3d(in_channels, out_channels, kernel, padding=padding)
    return nn.Sequential(convolution, nn.BatchNorm3d(out_channels), nn.MaxPool3d((1, 2, 2)), nn.ReLU(inplace=True))


def double_time(in_channels, out_channels):
    """A layer (B, in_channels, T, H, W) -> (B, out_channels, 2 T, H, W)."""
    convolution = nn.Conv3d(in_channels, out_channels, kernel_size=(3, 1, 1), padding=(1, 0, 0))
    return nn.Sequential(nn.Upsample(scale_factor=(2, 1, 1)), convolution, nn.BatchNorm3d(out_channels), nn.ELU())


def as_tokens(maps):
    """(B, C, T', H', W') -> (B, N, C)."""
    return maps.flatten(2).transpose(1, 2)


def as_maps(tokens, grid):
    """(B, N, C) -> (B, C, T', H', W')."""
    return tokens.transpose(1, 2).unflatten(2, tuple(map(int, grid)))


def _check(dim, feed_forward, heads, layers, theta, dropout, patch):
    """Messages name the settings of ``MODEL.PHYSFORMER``."""
    if patch != TUBE_FRAMES:
        raise ShapeError(f"PATCH_SIZE is {patch}; the head doubles time twice, so expected {TUBE_FRAMES}.")
    if dim < 4 or dim % 4 or feed_forward < 1:
        raise ShapeError(f"DIM is {dim} and FF_DIM {feed_forward}; expected a multiple of 4, and 1 or more.")
    if heads < 1 or dim % heads:
        raise ShapeError(f"NUM_HEADS is {heads}; expected a divisor of DIM, which is {dim}.")
    if layers < GROUPS or layers % GROUPS:
        raise ShapeError(f"NUM_LAYERS is {layers}; expected a multiple of {GROUPS}, such as 12.")
    if not 0 <= theta <= 1 or not 0 <= dropout < 1:
        raise ShapeError(f"THETA is {theta} and DROP_RATE {dropout}; expected 0 to 1, and 0 to less than 1.")
