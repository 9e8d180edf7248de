"""Loaders of training clips: shuffled, shared among processes, and with clips held back to score identity on."""

import math
import zlib
from collections import defaultdict

import torch
from torch.utils.data import Subset

from ..datasets.clip_cache import label_path
from ..datasets.clips import recording_of
from ..datasets.own_rates import of_inputs
from ..datasets.subjects import subject_of
from ..errors import DataError
from ..methods.learner import Recorded
from ..runtime import processes

#: of each subject, one clip in so many is held back
HOLDOUT_EVERY = 5


def training_loader(make, dataset, batch_size, generator, **workers):
    """A shuffling loader of class ``make``; where several processes train, of this one's share of each batch."""
    if processes.size() > 1:
        batches = processes.SharedBatches(dataset, batch_size, generator)
        return make(dataset, batch_sampler=batches, generator=generator, **workers)
    return make(dataset, batch_size=batch_size, shuffle=True, generator=generator, **workers)


def workers_of(loader):
    """How a loader's worker processes are started, as arguments for another loader."""
    return {"num_workers": loader.num_workers, "worker_init_fn": loader.worker_init_fn}


def clip_paths(dataset):
    """The path of each clip of a toolbox-like data set or a Subset of one."""
    if isinstance(dataset, Subset):
        paths = clip_paths(dataset.dataset)
        return [paths[index] for index in dataset.indices]
    return list(dataset.inputs)


def clip_names(dataset):
    """The recording of each clip of :func:`clip_paths`, without reading a clip."""
    return [recording_of(path) for path in clip_paths(dataset)]


def own_rates(dataset):
    """``{recording: OwnRates}`` of the recordings that have any; of a Subset, those of the whole data set."""
    return of_inputs(_whole(dataset).inputs)


def recorded(rates, names, chunks, fs_hz, heart_rates_bpm=None):
    """The :class:`~rfacenet_toolbox.methods.learner.Recorded` of a batch; None where no recording has rates.

    Args:
        rates: of :func:`own_rates`.
        names, chunks: of the batch's clips.
        fs_hz: of recordings without a rate of their own.
        heart_rates_bpm: (B,), where the clips are not as they were recorded; None takes those of the recordings.
    """
    if not any(name in rates for name in names):
        return None
    found = [(rates.get(name), int(chunk)) for name, chunk in zip(names, chunks)]
    if heart_rates_bpm is None:
        heart_rates_bpm = [
            one.clip_heart_rates_bpm[chunk] if one is not None and chunk < len(one.clip_heart_rates_bpm) else math.nan
            for one, chunk in found
        ]
    return Recorded(
        torch.tensor([fs_hz if one is None else one.fs_hz for one, _ in found], dtype=torch.float64),
        torch.as_tensor(heart_rates_bpm, dtype=torch.float32),
    )


def label_checksum(dataset):
    """A checksum of the labels of all clips, of a Subset those of the whole data set; None where none is on disk."""
    checksum = 0
    try:
        for path in sorted(_whole(dataset).inputs):
            with open(label_path(path), "rb") as file:
                checksum = zlib.crc32(file.read(), checksum)
    except FileNotFoundError:
        return None
    return checksum


def split_holdout(loader, dataset, batch_size):
    """Hold back every fifth clip of each subject.

    Args:
        loader: of the training clips.
        dataset: name of their data set, which tells the subject of a clip.
        batch_size: of both loaders that come of it.

    Returns:
        ``(train, holdout)``: a shuffling loader of the clips that are kept, and one of those that are held back.

    Raises:
        DataError: no subject has five clips.
    """
    kept, held, seen = [], [], defaultdict(int)
    for index, name in enumerate(clip_names(loader.dataset)):
        subject = subject_of(dataset, name)
        seen[subject] += 1
        (held if seen[subject] % HOLDOUT_EVERY == 0 else kept).append(index)
    if not held:
        raise DataError(
            f"IDENTITY_HOLDOUT holds back every fifth clip of a subject, and none of {len(seen)} subjects has "
            f"five clips. Turn it off, or train on longer recordings."
        )
    make, workers = type(loader), workers_of(loader)
    train = training_loader(make, Subset(loader.dataset, kept), batch_size, loader.generator, **workers)
    return train, make(Subset(loader.dataset, held), batch_size=batch_size, shuffle=False, **workers)


def _whole(dataset):
    return _whole(dataset.dataset) if isinstance(dataset, Subset) else dataset
