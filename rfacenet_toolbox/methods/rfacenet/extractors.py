"""The two feature extractors of Fig. 2, and the BVP predictor that ends the 3D one."""

from torch import nn

from .norms import channel_norm, map_norm


def _conv3d_block(in_channels, out_channels, norm, kernel=(3, 3, 3), pooling=(), is_last=False):
    padding = tuple(size // 2 for size in kernel)
    parts = [
        nn.Conv3d(in_channels, out_channels, kernel, padding=padding),
        channel_norm(norm, out_channels),
        *pooling,
        nn.ReLU(inplace=True),
        None if is_last else map_norm(norm),
    ]
    return nn.Sequential(*filter(None, parts))


def _double_time(channels, norm):
    return nn.Sequential(
        nn.ConvTranspose3d(channels, channels, kernel_size=(4, 1, 1), stride=(2, 1, 1), padding=(1, 0, 0)),
        channel_norm(norm, channels),
        nn.ELU(),
    )


class PulseBranch(nn.Module):
    """3D feature extractor and BVP predictor: PhysNet, cut where its three stages end.

    PhysNet is the encoder-decoder of Yu et al., "Remote Photoplethysmograph Signal Measurement from Facial Videos
    Using Spatio-Temporal Networks" (BMVC 2019), as the toolbox trains it. Parameters carry the names of the toolbox's
    PhysNet checkpoints, so such a checkpoint fits this module as it is.

    The stages give the maps of Fig. 5 for a clip (B, 3, T, H, W):

    - ``stage1``: M1, (B, 64, T, H // 2, W // 2)
    - ``stage2``: M2, (B, 64, T / 2, H // 4, W // 4)
    - ``stage3``: M3, (B, 64, T / 4, H // 8, W // 8)

    Args:
        norm: one of :data:`~.norms.NORMS`. With ``"time"``, the clip and the outputs of blocks 1 to 8 are normalised
            over time, so that all 3x3x3 convolutions get normalised maps. M1, M2 and M3 are normalised, too, and what
            the CTFC adds to them is not: an identity map, the same in every frame, would be lost.
    """

    #: channels of M1, M2 and M3
    channels = 64
    #: T must be a multiple of this, and H and W at least this
    time_factor, smallest_side = 4, 16

    def __init__(self, norm="batch"):
        super().__init__()
        self.clip_norm = map_norm(norm)
        # A maximum of what was cut at zero is the maximum, cut at zero: ReLU after the pooling costs a quarter.
        self.ConvBlock1 = _conv3d_block(3, 16, norm, kernel=(1, 5, 5), pooling=[nn.MaxPool3d((1, 2, 2))])
        self.ConvBlock2 = _conv3d_block(16, 32, norm)
        self.ConvBlock3 = _conv3d_block(32, 64, norm)
        self.ConvBlock4 = _conv3d_block(64, 64, norm)
        self.ConvBlock5 = _conv3d_block(64, 64, norm)
        self.ConvBlock6 = _conv3d_block(64, 64, norm)
        self.ConvBlock7 = _conv3d_block(64, 64, norm)
        self.ConvBlock8 = _conv3d_block(64, 64, norm)
        self.ConvBlock9 = _conv3d_block(64, 64, norm, is_last=True)
        self.upsample = _double_time(64, norm)
        self.upsample2 = _double_time(64, norm)
        self.ConvBlock10 = nn.Conv3d(64, 1, kernel_size=1)
        self.halve_space = nn.MaxPool3d((1, 2, 2))
        self.halve_space_and_time = nn.MaxPool3d((2, 2, 2))

    def takes(self, shape, trained_on):
        """Whether clips of this shape pass: frames that are large enough, and as many as ``trained_on``; in evaluation
        also a larger multiple of :attr:`time_factor`."""
        if len(shape) != 5 or shape[1] != 3 or min(shape[3:]) < self.smallest_side:
            return False
        is_longer = shape[2] > trained_on and shape[2] % self.time_factor == 0
        return shape[2] == trained_on or (is_longer and not self.training)

    def stage1(self, clip):
        """(B, 3, T, H, W) -> M1."""
        if self.clip_norm is not None:
            clip = self.clip_norm(clip)
        return self.ConvBlock3(self.ConvBlock2(self.ConvBlock1(clip)))

    def stage2(self, m1):
        """M1 -> M2."""
        return self.ConvBlock5(self.ConvBlock4(self.halve_space_and_time(m1)))

    def stage3(self, m2):
        """M2 -> M3."""
        return self.ConvBlock7(self.ConvBlock6(self.halve_space_and_time(m2)))

    def predict(self, m3):
        """M3 -> BVP (B, T), one value per frame."""
        features = self.ConvBlock9(self.ConvBlock8(self.halve_space(m3)))
        features = self.upsample2(self.upsample(features))
        return self.ConvBlock10(features.mean(dim=(3, 4), keepdim=True)).flatten(1)


class ContourExtractor(nn.Module):
    """2D feature extractor: the TCU's image -> the avg-identity feature map.

    Four halvings bring the doubled 144x144 of section 4.2 to 9x9, the size of M3, so fusion at stage 3 lays the map
    on M3 point by point and earlier stages up-sample it, as section 3.3 has it. An image of 72x72 gives 4x4.

    Args:
        in_channels: channels of the image, 3 for each step that the TCU kept.
    """

    #: channels of the identity map
    channels = 64
    #: by how much the image's height and width are reduced
    halving = 16

    def __init__(self, *, in_channels):
        super().__init__()
        widths = (in_channels, 16, 32, 64, self.channels)
        self.blocks = nn.Sequential(*(self._block(a, b) for a, b in zip(widths[:-1], widths[1:])))

    @staticmethod
    def _block(in_channels, out_channels):
        return nn.Sequential(
            nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.MaxPool2d(2),
            nn.ReLU(inplace=True),
        )

    def forward(self, image):
        """(B, C, H, W) -> (B, 64, H // 16, W // 16)."""
        return self.blocks(image)
