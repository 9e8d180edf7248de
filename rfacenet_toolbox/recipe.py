"""What a model brings to the trainer. The trainer drives any object with this class's methods."""
from typing import Dict, NamedTuple, Tuple

import torch

from .identity import UNKNOWN
from .network import RFaceNet
from .objective import MultiTaskLoss

#: the classifier of people: training needs it, inference does not, and weights files leave it out unless asked
IDENTITY_HEAD = "classifier."


class Step(NamedTuple):
    """One batch through model and loss.

    ``log`` maps a column of the epoch log to (sum, count); the epoch's figure is the sum of sums over counts.
    """

    loss: torch.Tensor
    bvp: torch.Tensor
    log: Dict[str, Tuple[float, int]]


class RFaceNetRecipe:
    """rFaceNet and its multi-task loss (paper section 3).

    Args:
        config: the whole tree.
        identities: the training subjects' :class:`~rfacenet_toolbox.identity.IdentityMap`, or None for inference.
    """

    #: parameter names that a weights file may lack
    optional_weights = (IDENTITY_HEAD,)
    #: the epoch with the smallest figure in this column is the best
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
        """Model and loss of one batch. ``classes`` (B,) integers, :data:`UNKNOWN` for unseen subjects."""
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
        """The parameters that a weights file holds."""
        state = self.model.state_dict()
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
