"""ResNet-18, the backbone of the methods that look at maps of skin colour.

K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", CVPR 2016. Layers, the names of the
parameters and how they are drawn are torchvision's, which is not needed; no weights are downloaded.
"""

from torch import nn
from torch.nn import functional as F

from ..errors import ShapeError

#: channels of the four stages
WIDTHS = (64, 128, 256, 512)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a skip connection, which is a 1x1 convolution where the shape changes."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            convolution = nn.Conv2d(in_channels, channels, 1, stride, bias=False)
            self.downsample = nn.Sequential(convolution, nn.BatchNorm2d(channels))

    def forward(self, maps):
        """(B, C, H, W) -> (B, channels, H / stride, W / stride)."""
        kept = maps if self.downsample is None else self.downsample(maps)
        maps = F.relu(self.bn1(self.conv1(maps)), inplace=True)
        return F.relu(self.bn2(self.conv2(maps)) + kept, inplace=True)


class ResNet18(nn.Module):
    """Numbers from images of any size.

    >>> import torch
    >>> net = ResNet18(channels=6, outputs=1).eval()
    >>> images = torch.randn(2, 6, 64, 64)
    >>> tuple(net(images).shape), [tuple(maps.shape[1:]) for maps in net.features(images)]
    ((2, 1), [(64, 16, 16), (128, 8, 8), (256, 4, 4), (512, 2, 2)])

    Args:
        channels: of the images.
        outputs: how many numbers the last layer gives; None leaves it out, and :meth:`forward` gives what it would
            read, (B, channels of the last stage).
        stages: how many of the four stages there are.
        stem_pool: the module that halves the stem's maps; None is the maximum over 3x3.
        after_stages: a module for each stage, which its maps pass before they go on; None for none.

    Raises:
        ShapeError: a number of stages or of modules that the network cannot have.
    """

    def __init__(self, *, channels=3, outputs=1000, stages=4, stem_pool=None, after_stages=None):
        super().__init__()
        if not 1 <= stages <= len(WIDTHS):
            raise ShapeError(f"stages is {stages}; ResNet-18 has 1 to {len(WIDTHS)}.")
        if after_stages is not None and len(after_stages) != stages:
            raise ShapeError(f"after_stages has {len(after_stages)} modules; expected one for each of {stages} stages.")
        self.channels = channels
        self.conv1 = nn.Conv2d(channels, WIDTHS[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTHS[0])
        self.pool = nn.MaxPool2d(3, stride=2, padding=1) if stem_pool is None else stem_pool
        width = WIDTHS[0]
        for number, wider in enumerate(WIDTHS[:stages], 1):
            first = BasicBlock(width, wider, stride=1 if number == 1 else 2)
            self.add_module(f"layer{number}", nn.Sequential(first, BasicBlock(wider, wider)))
            width = wider
        self.after_stages = nn.ModuleList(after_stages or [nn.Identity() for _ in range(stages)])
        self.fc = nn.Identity() if outputs is None else nn.Linear(width, outputs)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def features(self, images):
        """(B, channels, H, W) -> the maps of each stage, finest first: (B, 64, H/4, W/4), (B, 128, H/8, W/8), ..."""
        if images.dim() != 4 or images.shape[1] != self.channels:
            raise ShapeError(
                f"ResNet-18 got images of shape {tuple(images.shape)}; it takes (B, {self.channels}, H, W)."
            )
        maps = self.pool(F.relu(self.bn1(self.conv1(images)), inplace=True))
        taken = []
        for number, after in enumerate(self.after_stages, 1):
            maps = after(getattr(self, f"layer{number}")(maps))
            taken.append(maps)
        return taken

    def head(self, maps):
        """The last stage's maps (B, C, h, w) -> (B, outputs)."""
        return self.fc(maps.mean(dim=(2, 3)))

    def forward(self, images):
        """(B, channels, H, W) -> (B, outputs)."""
        return self.head(self.features(images)[-1])
