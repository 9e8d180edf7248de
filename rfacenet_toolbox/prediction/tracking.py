"""Faces followed from frame to frame: searched for now and then, and moved smoothly between."""

from collections import Counter

import numpy as np

from .box import Box

_DETECT_EVERY_S = 0.5
_SEARCH_ALL_EVERY_S = 5.0  # the whole frame; in between only the surroundings of the face
_RETRY_EVERY_S = 0.2
_PATIENCE_S = 1.0  # a turned head is missed for a moment and is still there
_DEAD_ZONE, _SIZE_DEAD_ZONE = 0.12, 0.2  # of the width: smaller moves leave the box where it is
_GLIDE_S = 0.3
_SAME_FACE = 0.2  # least overlap of a face's boxes in two looks


class FaceTracker:
    """The face's box in frame after frame.

    The box stays where it is while the face moves little, because a box that jitters with the detector would carry its
    jitter into the signal; beyond that it glides after the face. Of several faces the largest is taken, and kept.

    The detector searches thoroughly where it would otherwise be said that there is no face, and for as long as it finds
    the face in no other way.

    Args:
        detector: a :class:`~.faces.Finder`.

    Attributes:
        frames: how many.
        most_faces: the largest number of faces seen in one frame.
        target: the face's :class:`~.box.Box` where it was last found; None where there is none.
        thorough_frames: in how many frames the face was found by a thorough search, by what found it.
    """

    def __init__(self, detector):
        self._detector = detector
        self.frames = self.most_faces = 0
        self.thorough_frames = Counter()
        self._box = self.target = None
        self._gliding = False
        self._found_by = None  # what, where it took a thorough search
        self._frame_s = self._seen_s = self._searched_all_s = -np.inf
        self._next_s = -np.inf

    def track(self, time_s, image):
        """The :class:`~.box.Box` of the face in this frame, None where there is none."""
        if time_s >= self._next_s:
            self._look(time_s, image)
        if self._box is not None and self._gliding:
            self._glide(time_s - self._frame_s)
        self._frame_s = time_s
        self.frames += 1
        if self._box is not None and self._found_by is not None:
            self.thorough_frames[self._found_by] += 1
        return self._box

    def _look(self, time_s, image):
        everywhere = self._box is None or time_s - self._searched_all_s >= _SEARCH_ALL_EVERY_S
        faces = [] if everywhere else self._detector.find(image, self.target, self._found_by is not None)
        if not faces:
            faces = self._detector.find(image)
            self._searched_all_s = time_s
            self.most_faces = max(self.most_faces, len(faces))
        is_missed = time_s - self._seen_s > _PATIENCE_S
        if not faces and (self._box is None or is_missed or self._found_by is not None):
            faces = self._detector.find(image, None, True)
        if faces:
            self._seen_s, self._found_by = time_s, self._detector.found_by
            self._aim(self._same_face(faces))
        elif is_missed:
            self._box = self.target = None
        self._next_s = time_s + (_DETECT_EVERY_S if faces or self._box is None else _RETRY_EVERY_S)

    def _same_face(self, faces):
        if self.target is None:
            return faces[0]
        best = max(faces, key=self.target.overlap)
        return best if self.target.overlap(best) > _SAME_FACE else faces[0]

    def _aim(self, face):
        if self._box is None:
            self._box = self.target = face
            return
        moved = np.hypot(face.middle[0] - self.target.middle[0], face.middle[1] - self.target.middle[1])
        grown = abs(face.width / self.target.width - 1.0)
        if moved > _DEAD_ZONE * self.target.width or grown > _SIZE_DEAD_ZONE:
            self.target, self._gliding = face, True

    def _glide(self, seconds):
        share = 1.0 - np.exp(-seconds / _GLIDE_S)
        self._box = Box(*(old + share * (new - old) for old, new in zip(self._box, self.target)))
        far = max(abs(old - new) for old, new in zip(self._box, self.target))
        self._gliding = far > 0.01 * self.target.width

    def notes(self):
        """What is worth knowing about how the face was found, a sentence each."""
        notes = []
        if self.most_faces > 1:
            notes.append(f"Up to {self.most_faces} faces are in the picture; the largest was taken.")
        for found_by, frames in self.thorough_frames.most_common():
            notes.append(f"In {frames / self.frames:.0%} of the frames the face was found by {found_by} alone.")
        return notes
