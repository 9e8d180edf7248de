"""The two feature extractors of Fig. 2, and the BVP predictor that ends the 3D one."""

from torch import nn


def _conv3d_block(in_channels, out_channels, kernel=(3, 3, 3), pooling=()):
    padding = tuple(size // 2 for size in kernel)
    return nn.Sequential(
        nn.Conv3d(in_channels, out_channels, kernel, padding=padding),
        nn.BatchNorm3d(out_channels),
        *pooling,
        nn.ReLU(inplace=True),
    )


def _double_time(channels):
    return nn.Sequential(
        nn.ConvTranspose3d(channels, channels, kernel_size=(4, 1, 1), stride=(2, 1, 1), padding=(1, 0, 0)),
        nn.BatchNorm3d(channels),
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
    """

    #: channels of M1, M2 and M3
    channels = 64
    #: T must be a multiple of this, and H and W at least this
    time_factor, smallest_side = 4, 16

    def __init__(self):
        super().__init__()
        # A maximum of what was cut at zero is the maximum, cut at zero: ReLU after the pooling costs a quarter.
        self.ConvBlock1 = _conv3d_block(3, 16, kernel=(1, 5, 5), pooling=[nn.MaxPool3d((1, 2, 2))])
        self.ConvBlock2 = _conv3d_block(16, 32)
        self.ConvBlock3 = _conv3d_block(32, 64)
        self.ConvBlock4 = _conv3d_block(64, 64)
        self.ConvBlock5 = _conv3d_block(64, 64)
        self.ConvBlock6 = _conv3d_block(64, 64)
        self.ConvBlock7 = _conv3d_block(64, 64)
        self.ConvBlock8 = _conv3d_block(64, 64)
        self.ConvBlock9 = _conv3d_block(64, 64)
        self.upsample = _double_time(64)
        self.upsample2 = _double_time(64)
        self.ConvBlock10 = nn.Conv3d(64, 1, kernel_size=1)
        self.halve_space = nn.MaxPool3d((1, 2, 2))
        self.halve_space_and_time = nn.MaxPool3d((2, 2, 2))

    def stage1(self, clip):
        """(B, 3, T, H, W) -> M1."""
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
    on M3 point by point and earlier stages up-sample it, as section 3.3 has it.

    Args:
        in_channels: channels of the image, 3 for each step that the TCU kept.
    """

    #: channels of the identity map
    channels = 64

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
