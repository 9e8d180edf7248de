"""How test clips pass through a network: ``MODEL.RFACENET.TEST``."""

import torch

from ..config.method import trained_frames
from ..errors import DataError
from ..evaluation import HEART_RATE
from ..evaluation.segments import segment_bounds
from ..methods.long_clips import in_segments, joined


def predictor(config, learner, rates=None):
    """A function ``(clips (B, ...), names of their recordings) -> a BVP for each``, or a heart rate.

    A clip that is no multiple of the frames that the network takes loses its last few; the BVP is then shorter.

    Args:
        config: the whole tree.
        learner: a :class:`~rfacenet_toolbox.methods.learner.Learner`.
        rates: :class:`~rfacenet_toolbox.datasets.own_rates.OwnRates` by recording, of those that do not have FS.

    Raises (the function):
        DataError: a clip is shorter than those that the network was trained on, or longer where none may be.
    """
    settings = config.MODEL.RFACENET.TEST
    frames, factor = trained_frames(config), learner.needs.frames_multiple_of
    rates = rates or {}

    def predict_as_trained(clips, names):
        if learner.needs.frames_setting and clips.shape[2] != frames and not settings.CONTEXT:
            raise DataError(
                f"the test clips of {', '.join(dict.fromkeys(names))} have {clips.shape[2]} frames, and "
                f"{config.MODEL.NAME} was trained on {frames}. Make them again with DO_PREPROCESS True, or set "
                f"MODEL.RFACENET.TEST.CLIPS to segments or joined."
            )
        if learner.gives == HEART_RATE:
            return learner.predict(clips, torch.tensor([fs_of(name) for name in names]))
        return learner.predict(clips)

    def fs_of(name):
        return float(rates[name].fs_hz if name in rates else config.TEST.DATA.FS)

    def predict(clip, name):
        length = clip.shape[1]
        if length < frames:
            raise DataError(
                f"a test clip of {name} has {length} frames, and {config.MODEL.NAME} was trained on {frames}. Leave "
                f"the recording out, or set MODEL.RFACENET.TEST.CLIPS to as_trained."
            )
        if settings.CLIPS == "joined":
            return joined(learner.predict, clip, frames)
        length = length // factor * factor
        fs_hz = fs_of(name)
        # Equal parts may be a quarter shorter than asked for. None is shorter than the clips of the training.
        segment_s = max(settings.SEGMENT_S, 4 / 3 * frames / fs_hz)
        bounds = segment_bounds(length, fs_hz, segment_s)
        return in_segments(learner.predict, clip[:, :length], bounds, factor)

    if settings.CLIPS == "as_trained":
        return predict_as_trained
    return lambda clips, names: [predict(clip, name) for clip, name in zip(clips, names)]
