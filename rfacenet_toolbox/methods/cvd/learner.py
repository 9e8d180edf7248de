"""How CVD is trained: networks, loss, flipped maps in the first epochs, and what the epoch log tells of them."""

import torch

from ...errors import ShapeError
from ..heart_rate_learner import HeartRateLearner, HeartRateStep, start_at
from ..learner import ClipNeeds
from ..maps.images import as_images, min_max, moving_mean
from .loss import CVDLoss, swap
from .network import CHANNELS, CVD

#: in so many epochs from the first, half of the training maps are turned upside down
FLIPPED_EPOCHS = 20
#: rows are smoothed over so many frames before they are brought to 0 to 1
SMOOTHED_FRAMES = 3
_TERMS = ("bvp", "spectrum", "image", "cross_beats", "cross_physiological", "cross_noise")


class CVDLearner(HeartRateLearner):
    """CVD on maps of 63 rows and six channels; the paper's have 300 frames.

    The network counts heart beats within a map, whatever the frame rate: ``beats = bpm / 60 * T / fps``.
    """

    needs = ClipNeeds("NCDHW", map_types=("STMapRegions",))
    log_columns = _TERMS
    selection_column = "heart_rate_mae_bpm"

    def __init__(self, settings, clips, num_subjects=0):
        self.clips = clips
        self.model = CVD(clips.frames, settings.SIDE)
        start_at(self.model.physiological.backbone.fc, settings.START_BPM, 60 * clips.fs_hz / clips.frames)
        self.loss = CVDLoss(settings.WEIGHTS, is_derivative=clips.is_derivative)
        self.flips = False

    @classmethod
    def check(cls, settings, clips, training):
        super().check(settings, clips, training)
        if clips.frames < 2 * SMOOTHED_FRAMES:
            raise ShapeError(f"CHUNK_LENGTH is {clips.frames}; expected many more frames, such as the paper's 300.")

    def start_epoch(self, epoch, epochs):
        """Maps are flipped in the first 20 epochs alone."""
        self.flips = epoch < FLIPPED_EPOCHS

    def predict(self, clips, fs_hz=None):
        """Maps (B, 6, T, rows, 1) -> heart rates (B,) in beats per minute."""
        return self._bpm(self.model(self._images(clips)).beats, clips, fs_hz)

    def heart_rate_step(self, clips, labels, fs_hz, recorded=None):
        truth = self.true_bpm(labels, fs_hz, recorded)
        beats = truth / 60 * clips.shape[2] / fs_hz
        images = self._images(clips)
        if self.flips and self.model.training:
            images = _some_upside_down(images)
        read, noise = self.model.physiological(images), self.model.noise(images)
        rebuilt = self.model.decoder(read.features, noise)
        swapped = swap(self.model, read.features, noise, beats)
        with torch.autocast(clips.device.type, enabled=False):
            terms = self.loss(read.float(), images, rebuilt.float(), swapped.float(), labels, beats, fs_hz)
        estimate = self._bpm(read.beats.detach(), clips, fs_hz)
        return HeartRateStep(terms.total, estimate, truth, {name: getattr(terms, name) for name in _TERMS})

    def _images(self, clips):
        return self.model.stretched(min_max(moving_mean(as_images(clips, CHANNELS), SMOOTHED_FRAMES)))

    def _bpm(self, beats, clips, fs_hz):
        return beats.float() * 60 * self.rates(clips, fs_hz) / clips.shape[2]


def _some_upside_down(images):
    """Half of the images, drawn from torch's generator, with their rows in reverse order; time is as it was."""
    turned = torch.rand(len(images)) < 0.5
    return torch.where(turned.to(images.device)[:, None, None, None], images.flip(2), images)
