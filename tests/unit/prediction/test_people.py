"""Several faces: each keeps its number, whatever the others do."""

import numpy as np
import pytest
from support import own_videos

import rfacenet_toolbox
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.prediction.faces import Box, Finder
from rfacenet_toolbox.prediction.people import PeopleTracker
from rfacenet_toolbox.prediction.tracking import FaceTracker

IMAGE = np.zeros((480, 640, 3), np.uint8)
FPS_HZ = 30


class Scene(Finder):
    """Finds the faces that a function of the time gives, those near the box where one is given."""

    def __init__(self, script):
        self.script, self.time_s = script, 0.0

    def find(self, image, near=None, thorough=False):
        faces = sorted(self.script(self.time_s), key=lambda box: -box.width)
        return [face for face in faces if near is None or near.scaled(2.0).covers(face) > 0.9]


class Hidden(Scene):
    """Finds them by a thorough search alone."""

    def find(self, image, near=None, thorough=False):
        return super().find(image, near) if thorough else []


def follow(script, seconds, scene=Scene):
    """``{number: [box or None for each frame]}``, frames before a face's first one left out."""
    scene = scene(script)
    tracker, courses = PeopleTracker(scene), {}
    for index in range(int(seconds * FPS_HZ)):
        scene.time_s = index / FPS_HZ
        for number, box in tracker.track(scene.time_s, IMAGE).items():
            courses.setdefault(number, []).append(box)
    return courses


def middles(course):
    return np.array([box.middle[0] for box in course])


def test_two_faces_are_numbered_by_size_and_keep_to_themselves():
    courses = follow(lambda time_s: [Box(100, 100, 100, 100), Box(400, 100, 130, 130)], 6)
    assert {number: set(boxes) for number, boxes in courses.items()} == {
        1: {Box(400, 100, 130, 130)},
        2: {Box(100, 100, 100, 100)},
    }


def test_of_one_face_the_boxes_are_those_without_numbers():
    def script(time_s):
        random = np.random.default_rng(int(10 * time_s))
        tremble = random.uniform(-9, 9, 3)
        away = 4 < time_s < 6.5
        return (
            [] if away else [Box(200 + 20 * time_s + tremble[0], 150 + tremble[1], 120 + tremble[2], 120 + tremble[2])]
        )

    scene = Scene(script)
    tracker, alone = FaceTracker(scene), []
    for index in range(12 * FPS_HZ):
        scene.time_s = index / FPS_HZ
        alone.append(tracker.track(scene.time_s, IMAGE))
    assert follow(script, 12) == {1: alone}
    assert None in alone and alone[-1] is not None


def test_faces_are_searched_for_thoroughly_where_there_are_none():
    courses = follow(lambda time_s: [Box(100, 100, 100, 100)] if time_s > 1 else [], 3, Hidden)
    assert list(courses) == [1] and set(courses[1]) == {Box(100, 100, 100, 100)}


def test_a_face_that_is_missed_does_not_take_its_neighbours():
    def script(time_s):
        left, right = Box(200, 100, 100, 100), Box(310, 100, 110, 110)
        return [left] if 2 < time_s < 6 else [left, right]

    courses = follow(script, 9)
    assert sorted(courses) == [1, 2]
    assert set(courses[2]) == {Box(200, 100, 100, 100)}
    assert courses[1][5 * FPS_HZ] is None and {box for box in courses[1] if box} == {Box(310, 100, 110, 110)}


def test_two_people_who_pass_each_other_keep_their_numbers():
    def script(time_s):  # the first walks to the right in front of the second, whose face is hidden meanwhile
        first = Box(100 + 30 * time_s, 100, 120, 120)
        second = Box(280, 110, 90, 90)
        return [first] if first.covers(second) > 0.4 else [first, second]

    courses = follow(script, 12)
    assert sorted(courses) == [1, 2]
    assert np.diff(middles(courses[1])).min() >= 0 and middles(courses[1])[-1] == pytest.approx(510, abs=30)
    assert {box for box in courses[2] if box} == {Box(280, 110, 90, 90)} and courses[2][-1] is not None


def test_a_face_that_returns_where_it_left_is_known_and_one_elsewhere_is_new():
    def script(time_s):
        return [] if 2 < time_s < 5 else [Box(100 if time_s < 8 else 450, 100, 120, 120)]

    courses = follow(script, 12)
    assert sorted(courses) == [1, 2]
    assert courses[1][4 * FPS_HZ] is None and courses[1][7 * FPS_HZ] is not None and courses[1][-1] is None
    assert set(courses[2]) == {Box(450, 100, 120, 120)}


def side_by_side(left, right):
    return [np.concatenate(both, axis=1) for both in zip(left, right)]


def test_two_people_have_their_own_heart_rates():
    left = own_videos.face_frames()[::2]
    right = own_videos.face_frames(heart_rate_bpm=105.0, subject=5)[::2]
    frames = side_by_side(left, right)
    found = rfacenet_toolbox.predict_all(own_videos.Memory(frames, np.arange(len(frames)) / 30), "pos")
    by_place = sorted(found, key=lambda one: one.face_box[0])
    assert [one.heart_rate_bpm for one in by_place] == pytest.approx([80, 105], abs=2)
    assert sorted(one.face for one in found) == [1, 2]
    assert found[0].face_box[2] >= found[1].face_box[2]
    assert all(one.face_share == 1 and one.notes == [] for one in found)
    assert by_place[1].to_dict()["face_box"][0] > 200 and f"face {by_place[1].face} (" in str(by_place[1])


def test_one_face_has_the_numbers_that_it_has_without_asking_for_all():
    source = own_videos.face_frames()[::2]
    alone = rfacenet_toolbox.predict(own_videos.Memory(source, np.arange(len(source)) / 30), "pos")
    (same,) = rfacenet_toolbox.predict_all(own_videos.Memory(source, np.arange(len(source)) / 30), "pos")
    assert same.face == 1 and alone.face is None
    assert {**same.to_dict(), "face": None} == alone.to_dict()
    assert np.array_equal(same.bvp, alone.bvp)


def test_a_face_that_comes_later_has_its_waveform_from_then_on_and_a_brief_one_is_left_out():
    face, other = own_videos.face_frames()[::2], own_videos.face_frames(heart_rate_bpm=105.0, subject=5)[::2]
    empty = own_videos.flat_frames(330)
    late = side_by_side(face, empty[:90] + other[90:])
    first, second = rfacenet_toolbox.predict_all(own_videos.Memory(late, np.arange(330) / 30), "pos")
    assert np.isfinite(first.bvp).all() and np.isnan(second.bvp[:85]).all() and np.isfinite(second.bvp[110:]).all()
    assert second.heart_rate_bpm == pytest.approx(105, abs=4) and 0.7 < second.face_share < 0.75
    brief = side_by_side(face, other[:90] + empty[90:])
    assert [one.face for one in rfacenet_toolbox.predict_all(own_videos.Memory(brief, np.arange(330) / 30), "pos")]


def test_a_recording_without_a_face_is_refused():
    with pytest.raises(DataError, match="No face was found in the 200 frames of memory"):
        rfacenet_toolbox.predict_all(own_videos.Memory(own_videos.flat_frames(200), np.arange(200) / 30), "pos")
