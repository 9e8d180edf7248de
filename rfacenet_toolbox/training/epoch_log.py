"""What an epoch's log is made of: sums and counts over its batches, {column: [sum, count]}."""

from collections import defaultdict


def add(sums, log):
    """Add a batch's :attr:`~rfacenet_toolbox.methods.learner.Step.log` to the sums of an epoch."""
    for column, (total, count) in log.items():
        sums[column][0] += total
        sums[column][1] = None if count is None else sums[column][1] + count


def added(all_sums):
    """The sums of several processes as one."""
    sums = defaultdict(lambda: [0, 0])
    for one in all_sums:
        add(sums, one)
    return sums


def means(sums):
    """{column: mean}, or the sum of a column that has no counts."""
    return {column: total / count if count else total for column, (total, count) in sums.items() if count != 0}


def prefixed(prefix, columns):
    """Columns under longer names."""
    return {f"{prefix}{column}": value for column, value in columns.items()}


def summary(row):
    """What is printed of an epoch."""
    shown = (
        "loss", "bvp", "heart_rate_mae_bpm", "identity_accuracy", "valid_loss", "valid_bvp", "valid_heart_rate_mae_bpm",
    )  # fmt: skip
    values = ", ".join(f"{column} {row[column]:.3f}" for column in shown if column in row)
    return f"Epoch {row['epoch']}: {values} ({row['seconds']:.0f} s)"
