"""Training clips that differ from epoch to epoch: ``MODEL.RFACENET.AUGMENT``.

What is drawn for a clip depends on ``RUNTIME.SEED``, the epoch and the clip's name alone. So it is the same after a
resumption, in whatever order clips are read, and with any number of processes.
"""

import zlib

import numpy as np
from torch.utils.data import Dataset, Sampler

from ..config.node import rfacenet_node
from ..config.tree import plain
from ..datasets.clips import clip_name
from ..methods.rfacenet.heart_rate import heart_rate_bpm
from . import augment
from .loaders import own_rates, training_loader, workers_of
from .stretches import Stretches

#: channels of a DATA_TYPE
_CHANNELS = 3


def augmented(loader, config):
    """A loader of a training loader's clips, augmented; the loader itself where ``AUGMENT`` asks for nothing.

    The clips come in the same order. :func:`set_epoch` is to be called before each epoch.

    Args:
        loader: of clips as the toolbox's data sets give them, or of a Subset of them.
        config: the whole tree.
    """
    if plain(config.MODEL.RFACENET.AUGMENT) == plain(rfacenet_node().AUGMENT):
        return loader
    clips = AugmentedClips(loader.dataset, config)
    result = training_loader(type(loader), clips, config.TRAIN.BATCH_SIZE, loader.generator, **workers_of(loader))
    result.batch_sampler.sampler = _WithEpoch(result.batch_sampler.sampler)
    return result


def set_epoch(loader, epoch):
    """Tell a loader of :func:`augmented` the epoch; nothing is done to any other."""
    if isinstance(loader.dataset, AugmentedClips):
        loader.batch_sampler.sampler.epoch = epoch


class _WithEpoch(Sampler):
    """A sampler's indices, each with the epoch, so that loader processes that live on are told of it."""

    def __init__(self, sampler):
        self.sampler, self.epoch = sampler, 0

    def __iter__(self):
        return ((index, self.epoch) for index in self.sampler)

    def __len__(self):
        return len(self.sampler)


class AugmentedClips(Dataset):
    """Clips of the training set, each a stretch of its recording, augmented.

    Item ``(i, epoch)`` is ``(clip, label, filename, chunk_id, heart_rate_bpm)``: the first four as the data set has
    them, and the heart rate of what the clip shows now, as far as the recording came with one; else NaN.

    Args:
        clips: a toolbox-like data set in which the clips of a recording follow each other without a gap, or a Subset.
        config: the whole tree.

    Attributes:
        inputs: the clips' paths.
    """

    def __init__(self, clips, config):
        data = config.TRAIN.DATA
        self.stretches = Stretches(clips, data.DATA_FORMAT)
        self.inputs = self.stretches.inputs
        self.settings = config.MODEL.RFACENET.AUGMENT
        self.seed = config.MODEL.RFACENET.RUNTIME.SEED
        self.fs_hz = data.FS
        self.is_derivative = data.PREPROCESS.LABEL_TYPE == "DiffNormalized"
        self.are_differences = [one == "DiffNormalized" for one in data.PREPROCESS.DATA_TYPE]
        self.rates = own_rates(clips)

    def __len__(self):
        return len(self.inputs)

    def __getitem__(self, item):
        index, epoch = item
        frames, label, name, chunk = self.stretches.read(index)
        rng = np.random.default_rng([self.seed, epoch, zlib.crc32(f"{name} {chunk}".encode())])
        run, count = self.stretches.runs[index], len(label)
        factor = self._factor(rng, label, name, int(chunk), longest=len(run))
        length = augment.samples_needed(count, factor)
        start = self._start(rng, run.index(index), len(run), count, length)
        if (start, length) != (run.index(index) * count, count):
            frames, label = self.stretches.cut(run, start, length, count)
        label = augment.at_speed(label, count, factor, 0, self.is_derivative)
        movement = self._movement(rng)
        frames = [
            self._changed(rng, augment.at_speed(part, count, factor, 1, is_difference), is_difference, movement)
            for part, is_difference in zip(_parts(frames, len(self.are_differences)), self.are_differences)
        ]
        if self.settings.ERASE and rng.random() < self.settings.ERASE:
            box = augment.random_box(frames[0].shape[1:], rng)
            frames = [augment.erased(part, box) for part in frames]
        frames = self.stretches.as_given(np.concatenate(frames) if len(frames) > 1 else frames[0])
        bpm = self._recorded_bpm(name, [int(clip_name(self.inputs[one])[1]) for one in run], start, length, count)
        return np.ascontiguousarray(frames), label, name, chunk, bpm * factor

    def _start(self, rng, position, clips, count, length):
        """The first frame of a clip's stretch in a run of so many clips.

        A run's frames are divided evenly among its clips, so that each epoch sees all parts of it equally often.
        """
        starts = clips * count - length + 1
        if not self.settings.RANDOM_START:
            return min(position * count, starts - 1)
        first = position * starts // clips
        return int(rng.integers(first, max(first + 1, (position + 1) * starts // clips)))

    def _factor(self, rng, label, name, chunk, longest):
        """By how much the clip is made faster. A factor that needs more clips than ``longest`` is not drawn."""
        low, high = self.settings.SPEED
        halve_or_double = self.settings.HALVE_OR_DOUBLE
        if low == high == 1 and not halve_or_double:
            return 1.0
        drawn = rng.random()
        bpm = self._heart_rate_bpm(label, name, chunk)
        lowest, highest = augment.BAND_BPM[0] / bpm, min(augment.BAND_BPM[1] / bpm, longest)
        if halve_or_double:
            factor = 0.5 if bpm > augment.DOUBLED_UP_TO_BPM else 2.0
            return factor if drawn < halve_or_double and lowest <= factor <= highest else 1.0
        low, high = max(low, lowest), min(high, highest)
        return float(low * (high / low) ** drawn) if low <= high else 1.0

    def _heart_rate_bpm(self, label, name, chunk):
        recorded = self.rates[name].clip_heart_rates_bpm if name in self.rates else ()
        if chunk < len(recorded):
            return recorded[chunk]
        fs_hz = self.rates[name].fs_hz if name in self.rates else self.fs_hz
        return float(heart_rate_bpm(label, fs_hz, is_derivative=self.is_derivative))

    def _recorded_bpm(self, name, chunks, start, length, count):
        """The mean over a stretch's frames, as far as the means over the clips tell it."""
        recorded = self.rates[name].clip_heart_rates_bpm if name in self.rates else ()
        first, last = start // count, (start + length - 1) // count
        chunks = chunks[first : last + 1]
        if max(chunks) >= len(recorded):
            return float("nan")
        inside = [min(start + length, (one + 1) * count) - max(start, one * count) for one in range(first, last + 1)]
        return float(np.average([recorded[chunk] for chunk in chunks], weights=inside))

    def _movement(self, rng):
        settings = self.settings
        zoom = 1 + settings.ZOOM * rng.random()
        reach = (1 - 1 / zoom) / 2 + settings.SHIFT
        down, right = reach * rng.uniform(-1, 1, size=2)
        return {"zoom": zoom, "down": down, "right": right, "flip": bool(rng.random() < settings.FLIP)}

    def _changed(self, rng, frames, is_difference, movement):
        settings = self.settings
        frames = augment.moved(frames, **movement)
        if not is_difference and (settings.BRIGHTNESS or settings.CONTRAST):
            brightness, contrast = rng.uniform(-1, 1, size=2)
            frames = augment.lit(frames, brightness * settings.BRIGHTNESS, (1 + settings.CONTRAST) ** contrast)
        return augment.noisy(frames, settings.NOISE, rng) if settings.NOISE else frames


def _parts(frames, count):
    """The three channels of each of ``count`` data types."""
    return [frames[one * _CHANNELS : (one + 1) * _CHANNELS] for one in range(count)]
