"""The face's box: steady while the face is, gliding after it, gone when it is gone."""

import numpy as np
import pytest
from support import own_videos

from rfacenet_toolbox import predict
from rfacenet_toolbox.datasets import face_mesh, mtcnn
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.prediction import faces
from rfacenet_toolbox.prediction.faces import Box, FaceTracker, HaarFaces

IMAGE = np.zeros((480, 640, 3), np.uint8)


class Scripted:
    """Finds what a function of the number of looks says."""

    def __init__(self, script):
        self.script, self.looks = script, 0

    def find(self, image, near=None):
        self.looks += 1
        return self.script(self.looks)


def track(script, seconds=4.0, fps_hz=30):
    tracker = FaceTracker(Scripted(script))
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


def test_the_cascade_finds_the_face_in_the_whole_and_near_where_it_was():
    image, detector = own_videos.face_frames()[0], HaarFaces()
    (whole,) = detector.find(image)
    (near,) = detector.find(image, whole)
    assert whole.overlap(near) > 0.7
    assert detector.find(own_videos.flat_frames(1)[0]) == []


@pytest.mark.mediapipe
def test_mediapipe_finds_the_face_in_the_whole_and_near_where_it_was():
    image, detector = own_videos.face_frames()[0], faces.detector("MP")
    (whole,), (haar,) = detector.find(image), HaarFaces().find(image)
    (near,) = detector.find(image, whole)
    assert whole.overlap(near) > 0.8 and whole.overlap(haar) > 0.4
    assert detector.find(own_videos.flat_frames(1)[0]) == []


@pytest.mark.mtcnn
def test_mtcnn_finds_the_face_in_the_whole_and_near_where_it_was():
    image, detector = own_videos.face_frames()[0], faces.detector("mtcnn")
    (whole,), (haar,) = detector.find(image), HaarFaces().find(image)
    (near,) = detector.find(image, whole)
    assert whole.overlap(near) > 0.8 and whole.overlap(haar) > 0.7
    assert detector.find(own_videos.flat_frames(1)[0]) == []
    assert detector.find(own_videos.flat_frames(1)[0], whole) == []


@pytest.mark.mtcnn
def test_the_heart_rate_of_a_face_that_mtcnn_follows():
    found = predict(own_videos.at(own_videos.face_frames(), 30), "pos", face_backend="MTCNN")
    assert found.heart_rate_bpm == pytest.approx(80, abs=3) and found.face_share == 1


@pytest.mark.mediapipe
def test_the_heart_rate_of_a_face_that_mediapipe_follows():
    found = predict(own_videos.at(own_videos.face_frames(), 30), "pos", face_backend="mp")
    assert found.heart_rate_bpm == pytest.approx(80, abs=3) and found.face_share == 1


def test_a_face_backend_that_is_not_there_is_refused_before_anything_is_read(monkeypatch):
    monkeypatch.setattr(face_mesh.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"MediaPipe is not installed.*pip install 'rfacenet-toolbox\[mediapipe\]'"):
        predict("does_not_exist.mp4", "pos", face_backend="mp")
    with pytest.raises(ConfigError, match=r"MTCNN's weights are not installed.*pip install --no-deps facenet-pytorch"):
        monkeypatch.setattr(mtcnn, "_cascade", mtcnn._cascade.__wrapped__)
        predict("does_not_exist.mp4", "pos", face_backend="mtcnn")
    with pytest.raises(ConfigError, match="The face backend is 'RF', which is unknown. There are: HC, MP, MTCNN."):
        predict("does_not_exist.mp4", "pos", face_backend="RF")


def test_a_box_beyond_the_frame_is_cut_to_it():
    assert Box(-50, -50, 100, 100).cut(IMAGE).shape == (50, 50, 3)
    assert Box(600, 440, 100, 100).cut(IMAGE).shape == (40, 40, 3)
    assert Box(900, 900, 10, 10).cut(IMAGE).size > 0
    assert Box(10, 10, 100, 50).scaled(0.5).middle == Box(10, 10, 100, 50).middle
