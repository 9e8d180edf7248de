"""``MODEL.RFACENET`` -> the network: the one place where settings become an :class:`~.network.RFaceNet`."""

from typing import Any

from .network import RFaceNet


def build_rfacenet(settings: Any, num_subjects: int) -> RFaceNet:
    """The network of a ``MODEL.RFACENET`` node.

    Args:
        settings: the node, read by attribute.
        num_subjects: K, classes of the identity classifier; 0 for inference. Without ``identity`` among ``LOSS.TASKS``
            nothing would teach the classifier, so there is none.

    Raises:
        ShapeError: a size or a combination of settings that the network cannot have.
    """
    return RFaceNet(
        frames=settings.FRAME_NUM,
        subjects=num_subjects if "identity" in settings.LOSS.TASKS else 0,
        fusion=settings.FUSION,
        contours=settings.IDENTITY,
        tcu_steps=settings.TCU_STEPS,
        noise_seed=settings.NOISE_SEED,
        fusion_init=settings.FUSION_INIT,
        tcu_upscale=settings.TCU_UPSCALE,
        ctfc_conv=settings.CTFC_CONV,
        norm=settings.NORM,
    )
