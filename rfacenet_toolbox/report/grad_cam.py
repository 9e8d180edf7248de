"""Where the pulse branch looks: Grad-CAM (Selvaraju et al., ICCV 2017; the paper's Fig. 1) for a BVP, and its share
inside the face.

Grad-CAM asks for one number that the network gives. A classifier has the score of a class; a BVP is a whole signal. The
number taken here is its energy, half the sum of its squares after the mean is removed. Its gradient weighs every moment
by the predicted pulse itself, so the map shows what carries the prediction. A correlation with the label would not do:
for a good prediction its gradient is the error that is left, and a fingertip's label lags behind the face.

The gradient of an oscillating signal oscillates as well, and averaged over time, as over space, it would cancel. So
channels are weighed anew at each time step, and only the finished maps are averaged over time.
"""

import torch
from torch.nn import functional as F

from ..errors import ShapeError


def predictor_input(model):
    """The module of an RFaceNet whose output enters the BVP predictor: the CTFC at stage 3, or the end of stage 3."""
    return model.ctfc if model.fusion == "stage3" else stage3(model)


def stage3(model):
    """The module of an RFaceNet that ends stage 3 (M3 of Fig. 5): before the CTFC where that sits at stage 3."""
    return model.pulse.ConvBlock7


def grad_cam(model, clips, layers):
    """Attention maps of a network that predicts a BVP.

    Args:
        model: a network in evaluation mode whose result is the BVP (B, T), or has it as ``.bvp``.
        clips: (B, 3, T, H, W).
        layers: modules of it, each with an output (B, C, t, h, w) on the way to the BVP.

    Returns:
        A (B, H, W) float32 tensor for each layer: 0 or more, every map divided by its own maximum; all zeros where
        nothing speaks for the prediction.

    Raises:
        ShapeError: a layer's output is no such map, or the BVP does not depend on it.
    """
    kept = [None] * len(layers)

    def keep(place):
        return lambda module, inputs, output: kept.__setitem__(place, output)

    handles = [layer.register_forward_hook(keep(place)) for place, layer in enumerate(layers)]
    try:
        with torch.enable_grad():
            # Without a gradient on its way in, a network with frozen parameters would leave no graph.
            result = model(clips.detach().requires_grad_())
            gradients = _gradients(getattr(result, "bvp", result), kept)
    finally:
        for handle in handles:
            handle.remove()
    return [_map(maps.detach(), gradient, clips.shape[-2:]) for maps, gradient in zip(kept, gradients)]


def inside_share(attention, mask):
    """The share of the attention that lies inside the face.

    Args:
        attention: (H, W), 0 or more.
        mask: (H, W) bool, or the share of the time that a pixel is inside, 0 to 1.

    Returns:
        0 to 1, or None for a map that is zero everywhere. An even map has the mask's own mean: compare with it.

    Raises:
        ShapeError: map and mask differ in size.
    """
    attention, mask = torch.as_tensor(attention).double(), torch.as_tensor(mask).double()
    if attention.shape != mask.shape or attention.dim() != 2:
        raise ShapeError(
            f"the attention is {tuple(attention.shape)} and the mask {tuple(mask.shape)}; expected one (H, W) for both."
        )
    total = float(attention.sum())
    return float((attention * mask).sum()) / total if total > 0 else None


def _gradients(bvp, kept):
    for maps in kept:
        if maps is None or maps.dim() != 5 or not maps.requires_grad:
            found = "was never run" if maps is None else f"gave {tuple(maps.shape)}"
            raise ShapeError(f"the layer {found}; expected a feature map (B, C, t, h, w) that the BVP is made from.")
    centred = bvp.float() - bvp.float().mean(dim=-1, keepdim=True)
    gradients = torch.autograd.grad(0.5 * centred.square().sum(), kept, allow_unused=True)
    if any(gradient is None for gradient in gradients):
        raise ShapeError("the BVP does not depend on a layer; name one on the way from the clip to the BVP.")
    return gradients


def _map(maps, gradient, size):
    weights = gradient.mean(dim=(3, 4), keepdim=True)
    attention = F.relu((weights * maps).sum(dim=1)).mean(dim=1, keepdim=True).float()
    attention = F.interpolate(attention, size=tuple(size), mode="bilinear", align_corners=False).squeeze(1)
    peak = attention.amax(dim=(1, 2), keepdim=True)
    return torch.where(peak > 0, attention / peak.clamp_min(1e-30), torch.zeros_like(attention))
