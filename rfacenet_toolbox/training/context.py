"""Test clips with frames of their neighbours at either side: ``MODEL.RFACENET.TEST.CONTEXT``.

PhysFormer's authors test so: windows of 220 frames, of whose outputs the middle 160 are kept.
"""

import numpy as np
from torch.utils.data import Dataset

from ..datasets.clips import clip_name
from .loaders import workers_of
from .stretches import Stretches


def in_context(loader, config):
    """A loader of a test loader's clips with ``TEST.CONTEXT`` frames at either side; the loader itself where that is 0.

    Its batches have a fifth part: where in each window its clip begins. :func:`own_frames` takes it.

    Args:
        loader: of clips as the toolbox's data sets give them.
        config: the whole tree.
    """
    settings = config.MODEL.RFACENET.TEST
    if not settings.CONTEXT:
        return loader
    data = config.TEST.DATA
    clips = ClipsInContext(loader.dataset, data.DATA_FORMAT, data.PREPROCESS.CHUNK_LENGTH, settings.CONTEXT)
    batches = clips.batches(config.INFERENCE.BATCH_SIZE)
    return type(loader)(clips, batch_sampler=batches, generator=loader.generator, **workers_of(loader))


def own_frames(outputs, begins, count):
    """The ``count`` outputs of each window that are its clip's; all of them where there are no windows."""
    if not begins:
        return outputs
    return [output[begin : begin + count] for output, begin in zip(outputs, begins[0].tolist())]


class ClipsInContext(Dataset):
    """Windows around clips.

    A window at an end of its recording is moved inside, and is the whole recording where that is shorter.

    Item ``i`` is ``(window, label, filename, chunk_id, begin)``: the label is the clip's own, which begins at frame
    ``begin`` of the window.

    Args:
        clips: a toolbox-like data set.
        data_format: NCDHW or NDCHW.
        count: frames of a clip.
        context: frames at either side.
    """

    def __init__(self, clips, data_format, count, context):
        self.stretches = Stretches(clips, data_format)
        self.inputs = self.stretches.inputs
        self.count, self.context = count, context

    def __len__(self):
        return len(self.inputs)

    def __getitem__(self, index):
        run, length = self.stretches.runs[index], self._length(index)
        own = run.index(index) * self.count
        start = min(max(0, own - self.context), len(run) * self.count - length)
        begin = own - start
        frames, label = self.stretches.cut(run, start, length, self.count)
        frames = np.ascontiguousarray(self.stretches.as_given(frames))
        return (frames, label[begin : begin + self.count], *clip_name(self.inputs[index]), begin)

    def batches(self, size):
        """Lists of up to ``size`` indices, in order, whose windows have one length."""
        found = []
        for index in range(len(self)):
            if not found or len(found[-1]) == size or self._length(found[-1][0]) != self._length(index):
                found.append([])
            found[-1].append(index)
        return found

    def _length(self, index):
        return min(self.count + 2 * self.context, len(self.stretches.runs[index]) * self.count)
