"""How rFaceNet is trained: its network, the multi-task loss, and what the epoch log tells of them."""

import torch

from ...errors import ShapeError
from ..learner import UNKNOWN_SUBJECT, ClipNeeds, Learner, Step, means_log
from .build import build_rfacenet
from .extractors import PulseBranch
from .heart_rate import heart_rate_bpm
from .loss import LARGEST_SHARPNESS, MultiTaskLoss
from .network import IDENTITY_CLASSIFIER

#: where the true heart rate of a training clip comes from: Eq. 3 of its label, or the recording itself
HEART_RATE_TARGETS = ("label", "recorded")


class RFaceNetLearner(Learner):
    """rFaceNet and its multi-task loss (paper section 3)."""

    needs = ClipNeeds(
        "NCDHW",
        smallest_side=PulseBranch.smallest_side,
        frames_multiple_of=PulseBranch.time_factor,
        frames_setting="FRAME_NUM",
    )
    optional_weights = (IDENTITY_CLASSIFIER,)
    selection_column = "bvp"
    uses_recorded = True

    def __init__(self, settings, clips, num_subjects=0):
        self.exports_classifier = settings.EXPORT_IDENTITY_HEAD
        self.model = build_rfacenet(settings, num_subjects)
        self.takes_recorded_heart_rates = settings.LOSS.HEART_RATE_TARGET == "recorded"
        self.sharpness = _checked_sharpness(settings.LOSS.SHARPNESS)
        self.loss = MultiTaskLoss(
            clips.fs_hz,
            is_derivative=clips.is_derivative,
            heart_rate_unit=settings.LOSS.HEART_RATE_UNIT,
            tasks=settings.LOSS.TASKS,
            bvp_error=settings.LOSS.BVP_ERROR,
            heart_rate_term=settings.LOSS.HEART_RATE_TERM,
            sharpness=self.sharpness[0],
            heart_rate_gradient_cap=settings.LOSS.HEART_RATE_GRADIENT_CAP,
            sigma_init=settings.LOSS.SIGMA_INIT,
            sigma_update=settings.LOSS.SIGMA_UPDATE,
            sigma_floor=settings.LOSS.SIGMA_FLOOR,
            sigma_hold=settings.LOSS.SIGMA_HOLD,
        )

    @classmethod
    def check(cls, settings, clips, training):
        if not -(2**63) <= settings.NOISE_SEED < 2**64:
            raise ShapeError(f"NOISE_SEED is {settings.NOISE_SEED}; expected a number of 64 bits, which PyTorch takes.")
        _check_target(settings.LOSS.HEART_RATE_TARGET, clips, training)
        super().check(settings, clips, training)
        if training and "heart_rate" in settings.LOSS.TASKS:
            try:
                heart_rate_bpm(torch.zeros(settings.FRAME_NUM), clips.fs_hz)
            except ShapeError as error:
                raise ShapeError(
                    f"FRAME_NUM is {settings.FRAME_NUM}, too few for the heart_rate term of LOSS.TASKS: {error}"
                ) from error

    @classmethod
    def learns_subjects(cls, settings):
        """Wherever there are contours to tell people by; the log counts unseen subjects without the task too."""
        return settings.IDENTITY == "tcu"

    @classmethod
    def without_effect(cls, settings):
        identity, found = f"IDENTITY is {settings.IDENTITY}", {}
        if settings.IDENTITY != "tcu":
            found.update(dict.fromkeys(("TCU_STEPS", "IDENTITY_HOLDOUT", "EXPORT_IDENTITY_HEAD"), identity))
        if settings.IDENTITY == "none":
            found["TCU_UPSCALE"] = identity
        if settings.IDENTITY != "noise":
            found["NOISE_SEED"] = identity
        if settings.FUSION == "none":
            found.update(dict.fromkeys(("FUSION_INIT", "CTFC_CONV"), "FUSION is none"))
        if "heart_rate" not in settings.LOSS.TASKS:
            keys = ("HEART_RATE_UNIT", "HEART_RATE_TERM", "SHARPNESS", "HEART_RATE_GRADIENT_CAP", "SIGMA_FLOOR")
            found.update((f"LOSS.{key}", "LOSS.TASKS is without heart_rate") for key in keys)
        return found

    def start_epoch(self, epoch, epochs):
        """The sharpness goes from its first value to its second in equal ratios."""
        first, last = self.sharpness
        self.loss.sharpness = first * (last / first) ** (epoch / max(1, epochs - 1))

    def predict(self, clips):
        """(B, 3, T, H, W) -> BVP (B, T)."""
        return self.model(clips, with_identity=False).bvp

    def step(self, clips, labels, subjects, recorded=None):
        out = self.model(clips)
        fs_hz = heart_rates_bpm = None
        if recorded is not None:
            fs_hz = recorded.fs_hz
            heart_rates_bpm = recorded.heart_rates_bpm if self.takes_recorded_heart_rates else None
        with torch.autocast(clips.device.type, enabled=False):
            terms = self.loss(out.bvp, labels, out.identity, subjects, fs_hz, heart_rates_bpm)
        log = means_log(
            len(labels),
            loss=terms.total,
            bvp=terms.bvp,
            heart_rate=terms.heart_rate,
            heart_rate_mae_bpm=terms.heart_rate_mae_bpm,
        )
        if out.identity is not None:
            log.update(_identity_log(out.identity.detach(), subjects, terms.identity))
        return Step(terms.total, out.bvp, log)

    def epoch_columns(self):
        """The sigmas of Eq. 4, alpha and beta of Eq. 2."""
        columns = dict(zip(("sigma_bvp", "sigma_heart_rate", "sigma_identity"), self.loss.sigmas))
        if self.model.ctfc is not None:
            columns["alpha"] = float(self.model.ctfc.alpha.detach())
            columns["beta"] = float(self.model.ctfc.beta.detach())
        return columns

    def weights(self):
        """All parameters; those of the identity classifier only if ``EXPORT_IDENTITY_HEAD`` asks for them."""
        weights = super().weights()
        if self.exports_classifier:
            return weights
        return {name: value for name, value in weights.items() if not name.startswith(IDENTITY_CLASSIFIER)}


def _check_target(target, clips, training):
    if target not in HEART_RATE_TARGETS:
        raise ShapeError(f"LOSS.HEART_RATE_TARGET is {target!r}; expected {' or '.join(HEART_RATE_TARGETS)}.")
    if target == "recorded" and training and not clips.has_own_rates:
        raise ShapeError(
            "LOSS.HEART_RATE_TARGET is 'recorded', and the recordings of this training set come with no heart rate of "
            "their own. 'label' reads it from the BVP; VIPL-HR has both."
        )


def _checked_sharpness(sharpness):
    numbers = all(isinstance(value, (int, float)) for value in sharpness)
    if len(sharpness) != 2 or not numbers or not all(0 < value <= LARGEST_SHARPNESS for value in sharpness):
        raise ShapeError(
            f"LOSS.SHARPNESS is {sharpness}; expected two numbers above 0 and up to {LARGEST_SHARPNESS:g}, of the "
            f"first epoch and of the last."
        )
    return tuple(float(value) for value in sharpness)


def _identity_log(scores, subjects, term):
    known = subjects != UNKNOWN_SUBJECT
    correct = (scores.argmax(dim=-1) == subjects) & known
    count = int(known.sum())
    log = {"identity_accuracy": (int(correct.sum()), count), "identity_unseen": (len(subjects) - count, None)}
    return {**log, **means_log(count, identity=term)}
