"""What this package raises.

Every error that a user can cause derives from :class:`RFaceNetError`, and its message says what was found, what was
expected, and what to do next. Both hosts print the message alone, without a traceback.
"""


class RFaceNetError(Exception):
    """Base of all errors of this package."""


class ConfigError(RFaceNetError, ValueError):
    """A setting is unknown, misspelt, or does not fit another."""


class ShapeError(RFaceNetError, ValueError):
    """A size or a tensor's shape that the network, the loss or a metric cannot take."""


class DataError(RFaceNetError):
    """Recordings, ground truth or cached clips that are missing, damaged or too short."""


class CheckpointError(RFaceNetError):
    """A weights or state file that is missing, damaged, or belongs to another model."""


class InstallError(RFaceNetError):
    """A directory that is no rPPG-Toolbox checkout, or one that cannot be changed safely."""


class NotFiniteError(RFaceNetError, ArithmeticError):
    """A loss or a prediction became NaN or infinite; the message names the clips of the batch."""


class EvaluationError(RFaceNetError, ValueError):
    """Signals that cannot be scored: empty, not finite, or of lengths that do not match."""
