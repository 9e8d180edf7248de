"""rFaceNet (paper section 3.1, Fig. 2), with every variant of Table 3 as a setting."""

import math
import numbers
import operator
from typing import Any, Collection, NamedTuple, Optional, Sequence

import torch
from torch import nn

from ...errors import ShapeError
from .ctfc import CTFC_CONVS, CrossTaskFeatureCombiner
from .extractors import ContourExtractor, PulseBranch
from .norms import NORMS
from .tcu import TemporalCompressorUnit

#: where the CTFC sits (Fig. 5), by the number of pulse stages before it; "none" is no CTFC
FUSIONS = {"none": 0, "stage1": 1, "stage2": 2, "stage3": 3}
#: what the CTFC is fed with: the TCU's contours, random noise of the same shape (Table 3), or nothing
CONTOURS = ("tcu", "noise", "none")
#: factors of the interpolation after the TCU
TCU_UPSCALES = (1, 2)
#: seeds that PyTorch takes
_SEEDS = (-(2**63), 2**64 - 1)
#: how the names of the identity classifier's parameters begin: training needs it, inference does not
IDENTITY_CLASSIFIER = "classifier."


class RFaceNetOutput(NamedTuple):
    """``bvp`` (B, T), without a unit; ``identity`` (B, K) class scores before the softmax, or None."""

    bvp: torch.Tensor
    identity: Optional[torch.Tensor]


class RFaceNet(nn.Module):
    """BVP and identity from a temporally normalised face clip.

    >>> import torch
    >>> out = RFaceNet(frames=128, subjects=10, fusion="stage3", contours="tcu")(torch.randn(2, 3, 128, 72, 72))
    >>> tuple(out.bvp.shape), tuple(out.identity.shape)
    ((2, 128), (2, 10))

    Table 3's rows are, from the top: ``fusion="none", contours="none"``; ``"stage3", "noise"``; ``"none", "tcu"``;
    and ``"stage1"``, ``"stage2"``, ``"stage3"`` with ``"tcu"``.

    Args:
        frames: T, frames of a clip; a multiple of 4.
        subjects: K, people among the training clips, each a class of the identity classifier; 0 leaves the classifier
            out, as inference does.
        fusion: after which stage the CTFC sits, one of :data:`FUSIONS`.
        contours: what feeds the CTFC, one of :data:`CONTOURS`.
        tcu_steps: time steps that the TCU keeps, 1 to ``frames``.
        noise_seed: seed of the one noise map that ``contours="noise"`` uses in evaluation mode.
        fusion_init: where alpha (of the identity map) and beta (of the rPPG map) of Eq. 2 start.
        tcu_upscale: factor of the interpolation after the TCU, one of :data:`TCU_UPSCALES`. With 1, the identity map
            has half of M3's height and width, and the CTFC up-samples it at every stage.
        ctfc_conv: what the CTFC's convolutions learn, one of :data:`~.ctfc.CTFC_CONVS`.
        norm: how the 3D branch normalises its feature maps, one of :data:`~.norms.NORMS`.

    Raises:
        ShapeError: a setting of another type, a size, or a combination of settings that the network cannot have.
    """

    def __init__(
        self,
        *,
        frames: int = 128,
        subjects: int = 10,
        fusion: str = "stage3",
        contours: str = "tcu",
        tcu_steps: int = 1,
        noise_seed: int = 0,
        fusion_init: Sequence[float] = (1.0, 1.0),
        tcu_upscale: int = 2,
        ctfc_conv: str = "full",
        norm: str = "batch",
    ) -> None:
        super().__init__()
        frames, subjects = _whole_number("frames", frames), _whole_number("subjects", subjects)
        tcu_steps, tcu_upscale = _whole_number("tcu_steps", tcu_steps), _whole_number("tcu_upscale", tcu_upscale)
        noise_seed = _whole_number("noise_seed", noise_seed)
        _check_settings(frames, subjects, fusion, contours)
        _check_tcu(frames, tcu_steps, tcu_upscale)
        if not _SEEDS[0] <= noise_seed <= _SEEDS[1]:
            raise ShapeError(f"noise_seed is {noise_seed}; expected a number of 64 bits, which PyTorch takes.")
        _check_ctfc(fusion_init, ctfc_conv)
        _check_norm(frames, norm)
        self.frames = frames
        self.fusion = fusion
        self.contours = contours
        self.noise_seed = noise_seed
        self.tcu_upscale = tcu_upscale
        self.pulse = PulseBranch(norm)
        if contours == "tcu":
            self.tcu = TemporalCompressorUnit(steps=tcu_steps, upscale=tcu_upscale)
            self.contour = ContourExtractor(in_channels=3 * tcu_steps)
        self.classifier: Optional[nn.Module] = None
        if contours == "tcu" and subjects:
            self.classifier = nn.Sequential(
                nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(ContourExtractor.channels, subjects)
            )
        self.ctfc: Optional[nn.Module] = None
        if fusion != "none":
            self.ctfc = CrossTaskFeatureCombiner(
                identity_channels=ContourExtractor.channels,
                pulse_channels=PulseBranch.channels,
                init=fusion_init,
                convolution=ctfc_conv,
            )

    def forward(self, clip: torch.Tensor, with_identity: bool = True) -> RFaceNetOutput:
        """(B, 3, T, H, W) of any H and W of 16 or more -> :class:`RFaceNetOutput`.

        T is ``frames``; in evaluation it may also be a larger multiple of 4.

        ``with_identity=False`` leaves out what the BVP does not need: the scores, and without fusion the contours too.
        """
        self._check_clip(clip)
        classifier = self.classifier if with_identity else None
        identity_map = None
        if self.ctfc is not None or classifier is not None:
            identity_map = self.identity_map(clip)
        features = clip
        for number, stage in enumerate((self.pulse.stage1, self.pulse.stage2, self.pulse.stage3), start=1):
            features = stage(features)
            if self.ctfc is not None and number == FUSIONS[self.fusion]:
                features = self.ctfc(identity_map, features)
        scores = None if classifier is None else classifier(identity_map)
        return RFaceNetOutput(bvp=self.pulse.predict(features), identity=scores)

    def identity_map(self, clip: torch.Tensor) -> torch.Tensor:
        """What the CTFC is fed with, of a clip (B, 3, T, H, W): (B, 64, h, w)."""
        if self.contours == "tcu":
            return self.contour(self.tcu(clip))
        return self.noise_map(clip)

    def noise_map(self, clip: torch.Tensor) -> torch.Tensor:
        """Noise of the identity map's shape: fresh in training, one map in evaluation."""
        batch = clip.shape[0]
        height, width = (side * self.tcu_upscale // ContourExtractor.halving for side in clip.shape[-2:])
        if self.training:
            return torch.randn(batch, ContourExtractor.channels, height, width).to(clip)
        # The same for every clip, so that a score does not depend on how clips are batched.
        generator = torch.Generator().manual_seed(self.noise_seed)
        noise = torch.randn(1, ContourExtractor.channels, height, width, generator=generator)
        return noise.to(clip).expand(batch, -1, -1, -1)

    def _check_clip(self, clip: torch.Tensor) -> None:
        if not isinstance(clip, torch.Tensor) or not clip.is_floating_point():
            kind = clip.dtype if isinstance(clip, torch.Tensor) else type(clip).__name__
            raise ShapeError(f"rFaceNet got a clip of {kind}; expected a tensor of floating-point numbers.")
        if not self.pulse.takes(clip.shape, self.frames):
            raise ShapeError(
                f"rFaceNet got a clip of shape {tuple(clip.shape)}; it takes (B, 3, {self.frames}, H, W), that is "
                f"batch, RGB, frames, height, width, with H and W of {self.pulse.smallest_side} or more. Set FRAME_NUM "
                f"to the clips' CHUNK_LENGTH and DATA_FORMAT to NCDHW, with one DATA_TYPE."
            )


def _whole_number(name: str, value: Any) -> int:
    try:
        if not isinstance(value, bool):
            return operator.index(value)  # of NumPy's and PyTorch's, too
    except TypeError:
        pass
    raise ShapeError(f"{name} is {value!r}; expected a whole number.")


def _check_word(name: str, value: Any, words: Collection[str]) -> None:
    if not isinstance(value, str) or value not in words:
        raise ShapeError(f"{name} is {value!r}; expected one of {', '.join(words)}.")


def _check_settings(frames: int, subjects: int, fusion: str, contours: str) -> None:
    _check_word("fusion", fusion, FUSIONS)
    _check_word("contours (IDENTITY in configs)", contours, CONTOURS)
    if fusion != "none" and contours == "none":
        raise ShapeError(
            f"fusion {fusion!r} has nothing to fuse with: contours (IDENTITY in configs) is 'none'. "
            f"Use 'tcu' or 'noise'."
        )
    if frames < 1 or frames % PulseBranch.time_factor:
        raise ShapeError(
            f"frames is {frames}; time is halved twice, so expected a multiple of {PulseBranch.time_factor}, "
            f"such as {max(1, frames // PulseBranch.time_factor) * PulseBranch.time_factor}."
        )
    if subjects < 0:
        raise ShapeError(f"subjects is {subjects}; expected the number of training subjects, or 0 for no classifier.")


def _check_tcu(frames: int, steps: int, upscale: int) -> None:
    if not 1 <= steps <= frames:
        raise ShapeError(f"tcu_steps is {steps}; expected 1 to {frames}, the frames of a clip.")
    if upscale not in TCU_UPSCALES:
        raise ShapeError(f"tcu_upscale is {upscale}; expected {' or '.join(map(str, TCU_UPSCALES))}.")


def _check_ctfc(init: Sequence[float], conv: str) -> None:
    if not hasattr(init, "__len__") or len(init) != 2 or not all(_is_finite_number(value) for value in init):
        raise ShapeError(f"fusion_init is {init!r}; expected two numbers, where alpha and beta of Eq. 2 start.")
    _check_word("ctfc_conv", conv, CTFC_CONVS)


def _check_norm(frames: int, norm: str) -> None:
    _check_word("norm", norm, NORMS)
    if frames < NORMS[norm]:
        raise ShapeError(f"frames is {frames}; norm {norm!r} takes clips of {NORMS[norm]} frames or more.")


def _is_finite_number(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
