"""What a model brings to the trainer: :class:`Recipe`, and rFaceNet's."""

from typing import Dict, NamedTuple, Sequence, Tuple

import torch

from ..datasets.subjects import UNKNOWN
from ..methods.rfacenet import MultiTaskLoss, RFaceNet

#: the classifier of people: training needs it, inference does not, and weights files leave it out unless asked
IDENTITY_HEAD = "classifier."


class Step(NamedTuple):
    """One batch through model and loss.

    ``bvp`` has one prediction for each clip, in order. ``log`` maps a column of the epoch log to (sum, count); the
    epoch's figure is the sum of sums over counts.
    """

    loss: torch.Tensor
    bvp: Sequence[torch.Tensor]
    log: Dict[str, Tuple[float, int]]


class Recipe:
    """A model, its loss, and what is logged of them. The trainer drives any of these.

    Attributes:
        model, loss: modules; the parameters of both are learned.
    """

    #: the training subjects' :class:`~rfacenet_toolbox.datasets.subjects.SubjectClasses`, or None
    identities = None
    #: the node below ``MODEL`` that holds the model's settings, or None
    settings = None
    #: parameter names that a weights file may lack
    optional_weights = ()
    #: what stands before every name in the weights files that the toolbox's trainer of this model writes
    weights_prefix = ""
    #: the epoch with the smallest figure in this column is the best
    selection_column = "loss"

    def predict(self, clips):
        """Clips in the model's ``DATA_FORMAT`` -> a BVP (T,) for each, as a sequence or a tensor (B, T)."""
        raise NotImplementedError

    def step(self, clips, labels, classes):
        """Model and loss of one batch: a :class:`Step`. ``classes`` (B,) integers, :data:`UNKNOWN` for unseen
        subjects.
        """
        raise NotImplementedError

    def epoch_columns(self):
        """Learned scalars, for the epoch log."""
        return {}

    def weights(self):
        """The parameters that a weights file holds."""
        return {f"{self.weights_prefix}{name}": value for name, value in self.model.state_dict().items()}


class RFaceNetRecipe(Recipe):
    """rFaceNet and its multi-task loss (paper section 3).

    Args:
        config: the whole tree.
        identities: the training subjects' :class:`~rfacenet_toolbox.datasets.subjects.SubjectClasses`, or None for
            inference.
    """

    settings = "RFACENET"
    optional_weights = (IDENTITY_HEAD,)
    selection_column = "bvp"

    def __init__(self, config, identities=None):
        node = config.MODEL.RFACENET
        self.identities = identities
        self.exports_head = node.EXPORT_IDENTITY_HEAD
        has_classifier = identities is not None and "identity" in node.LOSS.TASKS
        self.model = RFaceNet(
            node.FRAME_NUM,
            len(identities) if has_classifier else 0,
            node.FUSION,
            node.IDENTITY,
            tcu_steps=node.TCU_STEPS,
            noise_seed=node.NOISE_SEED,
            fusion_init=node.FUSION_INIT,
        )
        if node.RUNTIME.CHANNELS_LAST:
            self.model.use_channels_last()
        data = config.TRAIN.DATA if config.TOOLBOX_MODE == "train_and_test" else config.TEST.DATA
        self.loss = MultiTaskLoss(
            data.FS,
            is_derivative=data.PREPROCESS.LABEL_TYPE == "DiffNormalized",
            heart_rate_unit=node.LOSS.HEART_RATE_UNIT,
            sigma_init=node.LOSS.SIGMA_INIT,
            tasks=node.LOSS.TASKS,
        )

    def predict(self, clips):
        """(B, 3, T, H, W) -> BVP (B, T)."""
        return self.model(clips, with_identity=False).bvp

    def step(self, clips, labels, classes):
        out = self.model(clips)
        with torch.autocast(clips.device.type, enabled=False):
            terms = self.loss(out.bvp, labels, out.identity, classes)
        count = len(labels)
        log = {"loss": (float(terms.total.detach()) * count, count), "bvp": (float(terms.bvp.detach()) * count, count)}
        if terms.heart_rate is not None:
            log["heart_rate"] = (float(terms.heart_rate.detach()) * count, count)
        log["heart_rate_mae_bpm"] = (float(terms.heart_rate_mae_bpm) * count, count)
        if out.identity is not None:
            log.update(_identity_log(out.identity.detach(), classes, terms.identity))
        return Step(terms.total, out.bvp, log)

    def epoch_columns(self):
        """Learned scalars, for the epoch log: the sigmas of Eq. 4, alpha and beta of Eq. 2."""
        columns = dict(zip(("sigma_bvp", "sigma_heart_rate", "sigma_identity"), self.loss.sigmas))
        if self.model.ctfc is not None:
            columns["alpha"] = float(self.model.ctfc.alpha.detach())
            columns["beta"] = float(self.model.ctfc.beta.detach())
        return columns

    def weights(self):
        """All parameters, but the classifier's only if asked for."""
        state = super().weights()
        if not self.exports_head:
            state = {name: value for name, value in state.items() if not name.startswith(IDENTITY_HEAD)}
        return state


def _identity_log(scores, classes, term):
    known = classes != UNKNOWN
    correct = (scores.argmax(dim=-1) == classes) & known
    count = int(known.sum())
    log = {"identity_accuracy": (int(correct.sum()), count), "identity_unseen": (len(classes) - count, 1)}
    if term is not None:
        log["identity"] = (float(term.detach()) * count, count)
    return log
