"""Cache the clips of many runs before the first of them begins.

Two runs at a time must not preprocess the same recording into the same cache. A run that finds all its clips there
leaves them alone, so each distinct setting is preprocessed once, here, one after the other. Clips and file lists are
the toolbox's own, so runs in a checkout read these too, and both hosts divide a data set in the same way.
"""

from ..config.splits_used import splits_used
from ..datasets import splits
from ..errors import OutputError, RFaceNetError


def cache_shared_clips(runs):
    """Preprocess each distinct setting of the runs that are not done yet.

    Returns:
        {folder of a run: why its clips are not there}, empty if all went well.

    Raises:
        OutputError: a clip cannot be written.
    """
    wanted = {}
    for run in runs:
        if not run.done:
            for split in splits_used(run.config):
                data = run.config[split].DATA
                if data.DO_PREPROCESS:
                    wanted.setdefault(_setting(data), (split, data, []))[2].append(run)
    failures = {}
    for split, data, its_runs in wanted.values():
        try:  # whether recordings are resampled is part of CACHED_PATH, so that it is the same in all
            splits.load_split(split, data, resample=its_runs[0].config.MODEL.RFACENET.RESAMPLE)
        except OutputError:  # the disk is full, and not for these runs alone
            raise
        except RFaceNetError as error:
            failures.update((run.folder, f"its clips could not be prepared: {error}") for run in its_runs)
    return failures


def _setting(data):
    return data.DATASET, data.DATA_PATH, data.CACHED_PATH, data.FILE_LIST_PATH, repr(data.PREPROCESS), data.FS
