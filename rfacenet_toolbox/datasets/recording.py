"""One recording of a data set: what it is called, whom it shows and where it lies."""

from dataclasses import dataclass

from ..errors import DataError

#: A video and its ground truth may differ by this much before the recording is refused.
TOLERANCE_S = 1.0


@dataclass(frozen=True)
class Recording:
    """A video with its ground truth.

    Attributes:
        dataset: name in configs, e.g. ``"PURE"``.
        name: the toolbox's name for it, with which clip files begin, e.g. ``"102"`` or ``"subject7"``.
        subject: number of the person.
        path: the recording's folder.
    """

    dataset: str
    name: str
    subject: int
    path: str

    def error(self, what):
        """A :class:`DataError` that names the recording; ``what`` says found, expected and next, with no full stop."""
        return DataError(f"{self.dataset} recording {self.name} ({self.path}): {what}.")
