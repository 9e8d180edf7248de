"""Cached clips as mean colours: all that the signal methods take from them."""

from torch.utils.data import Dataset

from ..methods.signal import mean_rgb


class ColourTraces(Dataset):
    """The mean colours of each frame of a data set's clips.

    Reading and averaging then happen in a loader's processes, and what passes between them is small.

    Args:
        clips: :class:`~.clips.ClipDataset`, or a data set of the toolbox, with ``DATA_FORMAT: NDHWC``.

    Item ``i`` is ``(rgb, label, filename, chunk_id)``: mean colours (T, 3), and the rest as the clips have it.
    """

    def __init__(self, clips):
        self.clips = clips
        self.inputs = clips.inputs

    def __len__(self):
        return len(self.clips)

    def __getitem__(self, index):
        frames, *rest = self.clips[index]
        return (mean_rgb(frames), *rest)
