"""What became of recordings that were preprocessed, for the log and for a later run."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Optional, Tuple

#: recordings that a line of the log names
_NAMED = 10


@dataclass(frozen=True)
class RecordingReport:
    """What became of one recording.

    Attributes:
        name: of the recording.
        frames: frames decoded.
        clips: clips cached.
        dropped_frames: frames at the end that do not fill a clip or have no label.
        detections, faces_not_found: frames in which the face was looked for, and those without one.
        notes: (kind, detail) of what is worth saying about its files.
        left_out: why it has no clips; None for a recording that has.
        reused: whether the clips are those of an earlier run.
    """

    name: str
    frames: int
    clips: int
    dropped_frames: int
    detections: int
    faces_not_found: int
    notes: Tuple[Tuple[str, str], ...] = ()
    left_out: Optional[str] = None
    reused: bool = False

    def content(self):
        """As the recording's marker has it, for a later run."""
        content = asdict(self)
        del content["reused"]
        for key in ("notes", "left_out"):
            if not content[key]:
                del content[key]
        return content


@dataclass(frozen=True)
class PreprocessReport:
    """What became of all recordings; ``str()`` tells it in a few lines."""

    recordings: Tuple[RecordingReport, ...]

    def __str__(self):
        done = self.recordings
        total = {key: sum(getattr(one, key) for one in done) for key in ("frames", "clips", "dropped_frames")}
        lines = [
            f"{len(done)} recordings ({sum(one.reused for one in done)} of them cached before), {total['frames']} "
            f"frames, {total['clips']} clips; {total['dropped_frames']} frames at the ends do not fill a clip."
        ]
        for one in done:
            if one.faces_not_found:
                lines.append(
                    f"Warning: no face found in {one.faces_not_found} of the {one.detections} frames of {one.name} in "
                    f"which it was looked for; docs/faces.md says how such frames are cropped."
                )
        return "\n".join(lines + _noted(done) + left_out_lines(done))


def _noted(reports):
    """A line for each kind of note, with the recordings that have it."""
    kinds = defaultdict(list)
    for one in reports:
        for kind, detail in one.notes:
            kinds[kind].append(f"{one.name} ({detail})")
    lines = []
    for kind, names in kinds.items():
        more = f", and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        recordings = f"{len(names)} recording{'s' if len(names) > 1 else ''}"
        lines.append(f"Note: {kind}, in {recordings}: {', '.join(names[:_NAMED])}{more}.")
    return lines


def left_out_lines(reports):
    """How many recordings are left out, and a line for each with its reason; nothing where none is."""
    left_out = [one.left_out for one in reports if one.left_out]
    if not left_out:
        return []
    return [f"Warning: {len(left_out)} of {len(reports)} recordings are left out:"] + [f"- {why}" for why in left_out]
