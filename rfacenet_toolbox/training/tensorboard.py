"""The epoch log as TensorBoard scalars, for ``RUNTIME.TENSORBOARD``."""

import contextlib
import math
import os

from ..runtime import processes

FOLDER = "tensorboard"


@contextlib.contextmanager
def scalars(config, first_epoch):
    """Give a function that takes a row of the epoch log and writes it below ``LOG.PATH/tensorboard``.

    Of several processes, one writes. What an interrupted run wrote of ``first_epoch`` and later is not shown any more.
    """
    if not config.MODEL.RFACENET.RUNTIME.TENSORBOARD or not processes.is_writer():
        yield lambda row: None
        return
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(os.path.join(config.LOG.PATH, FOLDER), purge_step=first_epoch) as writer:
        yield lambda row: _write(writer, row)


def _write(writer, row):
    for column, value in row.items():
        if column != "epoch" and value is not None and math.isfinite(value):
            writer.add_scalar(_tag(column), value, row["epoch"])
    writer.flush()


def _tag(column):
    """``valid_bvp`` stands beside ``bvp``: TensorBoard groups by what is before the slash."""
    for prefix in ("valid_", "holdout_"):
        if column.startswith(prefix):
            return f"{column[len(prefix) :]}/{prefix[:-1]}"
    return f"{column}/train"
