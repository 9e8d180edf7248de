"""What learners of grid maps have in common: the cached map, its windows, and heart rates in beats per frame."""

from ...errors import ShapeError
from ..heart_rate_learner import HeartRateLearner
from ..learner import ClipNeeds
from .images import as_images, min_max
from .windows import cut

#: Y, U, V
CHANNELS = 3


class GridMapLearner(HeartRateLearner):
    """A network that takes windows of the map of 5x5 blocks, each row and channel of a window brought to 0 to 1.

    Attributes:
        window: frames of a window.
        step_frames: from one window to the next, ``STEP_S`` at the clips' FS, one at least.

    Raises:
        ShapeError: windows that are too short, or no step from one to the next.
    """

    needs = ClipNeeds("NCDHW", map_types=("STMapGrid",))

    def __init__(self, settings, clips):
        if settings.FRAMES < 16 or settings.STEP_S <= 0:
            raise ShapeError(
                f"FRAMES is {settings.FRAMES} and STEP_S {settings.STEP_S}; expected 16 frames or more, and more than "
                f"0 s."
            )
        self.clips = clips
        self.window = settings.FRAMES
        self.step_frames = max(1, round(settings.STEP_S * clips.fs_hz))

    def windows(self, clips, starts):
        """Clips (B, 3, T, 25, 1) -> images of their windows (B * W, 3, 25, window), a clip's one after the other."""
        return min_max(cut(as_images(clips, CHANNELS), starts, self.window).flatten(0, 1))

    def rates_of_windows(self, fs_hz, count):
        """Frames per second (B,) of the clips -> of ``count`` windows each, (B * count,)."""
        return fs_hz.repeat_interleave(count)

    def true_bpm_of_windows(self, labels, starts, length, fs_hz, recorded=None):
        """True heart rates (B * W,) of windows of ``length`` frames: the clip's own, or Eq. 3 of the window's label."""
        if recorded is not None:
            own = recorded.heart_rates_bpm.repeat_interleave(len(starts))
            recorded = recorded._replace(heart_rates_bpm=own)
        parts = cut(labels, starts, length).flatten(0, 1)
        return self.true_bpm(parts, self.rates_of_windows(fs_hz, len(starts)), recorded)
