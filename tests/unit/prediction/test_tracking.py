"""The face's box: steady while the face is, gliding after it, gone when it is gone."""

import numpy as np
import pytest

from rfacenet_toolbox.prediction.faces import Box, Finder
from rfacenet_toolbox.prediction.tracking import FaceTracker

IMAGE = np.zeros((480, 640, 3), np.uint8)


class Scripted(Finder):
    """Finds what a function of the number of looks says; a thorough search finds ``hidden``."""

    def __init__(self, script, hidden=()):
        self.script, self.hidden, self.looks, self.thorough_looks = script, list(hidden), 0, 0

    def find(self, image, near=None, thorough=False):
        self.looks += not thorough
        self.thorough_looks += thorough
        faces = self.hidden if thorough else self.script(self.looks)
        self.found_by = "a thorough search" if thorough and faces else None
        return faces


def track(script, seconds=4.0, fps_hz=30, hidden=()):
    tracker = FaceTracker(Scripted(script, hidden))
    return tracker, [tracker.track(index / fps_hz, IMAGE) for index in range(int(seconds * fps_hz))]


def test_a_trembling_detection_leaves_the_box_alone():
    random = np.random.default_rng(0)
    _, boxes = track(lambda look: [Box(100 + random.uniform(-8, 8), 100, 120 + random.uniform(-8, 8), 120)])
    assert len(set(boxes)) == 1


def test_the_box_glides_after_a_face_that_moves():
    _, boxes = track(lambda look: [Box(100 if look < 3 else 200, 100, 120, 120)])
    steps = np.diff([box.x for box in boxes])
    assert boxes[0].x == 100 and boxes[-1].x == pytest.approx(200, abs=2)
    assert steps.min() >= 0 and steps.max() < 15


def test_a_look_that_misses_is_forgiven_and_a_face_that_leaves_is_not():
    tracker, boxes = track(lambda look: [] if look == 2 else [Box(100, 100, 120, 120)])
    assert None not in boxes and tracker.frames == 120
    _, boxes = track(lambda look: [Box(100, 100, 120, 120)] if look < 4 else [])
    assert boxes[59] is not None and boxes[-1] is None


def test_the_largest_face_is_taken_and_kept_when_another_grows():
    def script(look):
        near, far = Box(100, 100, 120, 120), Box(400, 100, 100 if look < 3 else 150, 100)
        return sorted([near, far], key=lambda box: -box.width)

    tracker, boxes = track(script)
    assert {box.x for box in boxes} == {100}
    assert tracker.most_faces == 2


def test_faces_are_looked_for_twice_a_second():
    detector = Scripted(lambda look: [Box(100, 100, 120, 120)])
    tracker = FaceTracker(detector)
    for index in range(60 * 4):
        tracker.track(index / 60, IMAGE)
    assert 7 <= detector.looks <= 9


def test_a_face_that_is_found_is_never_searched_for_thoroughly():
    detector = Scripted(lambda look: [] if look % 3 == 0 else [Box(100, 100, 120, 120)], [Box(0, 0, 50, 50)])
    tracker = FaceTracker(detector)
    assert {tracker.track(index / 30, IMAGE) for index in range(300)} == {Box(100, 100, 120, 120)}
    assert detector.thorough_looks == 0 and tracker.notes() == []


def test_a_thorough_search_finds_a_face_where_there_would_be_none_and_that_is_said():
    hidden = Box(300, 200, 90, 90)
    tracker, boxes = track(lambda look: [], hidden=[hidden])
    assert set(boxes) == {hidden}
    assert tracker.notes() == ["In 100% of the frames the face was found by a thorough search alone."]
    tracker, boxes = track(lambda look: [Box(300, 200, 100, 100)] if look < 4 else [], seconds=8.0, hidden=[hidden])
    assert None not in boxes
    assert tracker.notes()[0].startswith("In 6") or tracker.notes()[0].startswith("In 7")
