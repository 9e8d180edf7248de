"""All faces in the picture, each followed by itself."""

import numpy as np

from .faces import Finder
from .tracking import FaceTracker

_LOOK_FOR_NEW_EVERY_S = 0.5
#: farthest that a face may have gone since it was seen, in face widths, and by how much it may have grown
_FARTHEST, _GROWTH = 1.0, 1.6
_PART = 0.3  # share of the smaller of two boxes in which they overlap: they are of one face


class PeopleTracker:
    """The boxes of all faces, each with a number that it keeps.

    Every person has a :class:`~.tracking.FaceTracker`, which is shown those faces alone that can be this person's: they
    lie near where it was last seen, and no one else's face is nearer. A face that returns to where it was lost keeps
    its number; one that appears elsewhere gets a new one. Of one face in the picture the boxes are those that a
    :class:`~.tracking.FaceTracker` alone would give.

    Args:
        detector: a :class:`~.faces.Finder`.
    """

    def __init__(self, detector):
        self._detector = detector
        self._people = {}
        self._next_s = -np.inf
        self._found = {}  # in the whole of this frame: whether thoroughly -> faces, what found them

    def track(self, time_s, image):
        """``{number: box}`` of all people so far; the :class:`~.box.Box` is None where a face is not there now."""
        self._found = {}
        boxes = {number: person.track(time_s, image) for number, person in self._people.items()}
        if time_s >= self._next_s:
            for face in self._new_faces(image):
                number = len(self._people) + 1
                self._people[number] = _Person(self, face)
                boxes[number] = self._people[number].track(time_s, image)
            self._next_s = time_s + _LOOK_FOR_NEW_EVERY_S
        return boxes

    def notes(self, number):
        """What is worth knowing about how a person's face was found, a sentence each."""
        return self._people[number].tracker.notes() if number in self._people else []

    def find(self, image, near, thorough):
        """``(faces, found_by)`` of the detector; the whole frame is searched once, whoever asks."""
        if near is not None:
            return self._detector.find(image, near, thorough), self._detector.found_by
        if thorough not in self._found:
            self._found[thorough] = self._detector.find(image, None, thorough), self._detector.found_by
        return self._found[thorough]

    def of(self, person, faces):
        """Those of ``faces`` that can be this person's."""
        others = [other for other in self._people.values() if other is not person]
        return [
            face
            for face in faces
            if person.may_be(face) and not any(other.goes_before(person, face, faces) for other in others)
        ]

    def _new_faces(self, image):
        faces, _ = self.find(image, None, False)
        people = self._people.values()
        if not faces and not any(person.is_visible for person in people):
            faces, _ = self.find(image, None, True)
        return [face for face in faces if not any(person.has(face, faces) for person in people)]


class _Person(Finder):
    """One person's tracker, and the detector that shows it this person's face alone."""

    def __init__(self, people, face):
        self._people = people
        self._place = face  # where it was last seen
        self.tracker = FaceTracker(self)

    def track(self, time_s, image):
        box = self.tracker.track(time_s, image)
        self._place = self.tracker.target or self._place
        return box

    def find(self, image, near=None, thorough=False):
        faces, self.found_by = self._people.find(image, near, thorough)
        return self._people.of(self, faces)

    @property
    def is_visible(self):
        return self.tracker.target is not None

    def may_be(self, face):
        """Whether a face can be this person's, by its place and size."""
        grown = face.width / self._place.width
        return self._distance(face) <= _FARTHEST * self._place.width and 1 / _GROWTH <= grown <= _GROWTH

    def has(self, face, faces):
        """Whether a face of ``faces`` is this person's, or a part of it."""
        if not self.is_visible:
            return self.may_be(face)
        return self._place.covers(face) > _PART or (self.may_be(face) and self._is_nearest(face, faces))

    def goes_before(self, other, face, faces):
        """Whether ``face`` is this person's rather than the other's, whose it can be, too."""
        if not self.may_be(face) or self.is_visible < other.is_visible:
            return False
        if self.is_visible and not other.is_visible:
            return self._is_nearest(face, faces)
        return self._distance(face) < other._distance(face)

    def _is_nearest(self, face, faces):
        return all(self._distance(face) <= self._distance(another) for another in faces)

    def _distance(self, face):
        return np.hypot(*np.subtract(face.middle, self._place.middle))
