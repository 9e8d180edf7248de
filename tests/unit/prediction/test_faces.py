"""What finds faces: the backends, and the thorough search."""

import cv2
import numpy as np
import pytest
from support import own_videos

from rfacenet_toolbox import predict
from rfacenet_toolbox.datasets import face_mesh, mtcnn
from rfacenet_toolbox.errors import ConfigError, DataError
from rfacenet_toolbox.prediction import faces
from rfacenet_toolbox.prediction.faces import AnyFaces, Box, HaarFaces


def test_the_cascade_finds_the_face_in_the_whole_and_near_where_it_was():
    image, detector = own_videos.face_frames()[0], HaarFaces()
    (whole,) = detector.find(image)
    (near,) = detector.find(image, whole)
    assert whole.overlap(near) > 0.7
    assert detector.find(own_videos.flat_frames(1)[0]) == []


def turned(image, degrees):
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize("degrees, side", [(32, "left"), (-32, "right")])
def test_a_thorough_search_finds_a_tilted_face_in_the_whole_and_near_where_it_was(degrees, side):
    image, finder = own_videos.face_frames()[0], AnyFaces(with_mtcnn=False)
    (upright,) = finder.find(image, thorough=True)
    assert finder.found_by is None and HaarFaces().find(image) == [upright]
    tilted = turned(image, degrees)
    assert finder.find(tilted) == []
    (whole,) = finder.find(tilted, thorough=True)
    assert finder.found_by == f"the cascade, for a face tilted to the {side}"
    (near,) = finder.find(tilted, whole, thorough=True)
    assert whole.overlap(near) > 0.7 and whole.overlap(upright) > 0.5


def test_what_the_mirrored_picture_does_not_confirm_does_not_count(monkeypatch):
    tilted, finder = turned(own_videos.face_frames()[0], 32), AnyFaces(with_mtcnn=False)
    (face,) = finder.find(tilted, thorough=True)
    monkeypatch.setattr(HaarFaces, "confirms", lambda *_: False)
    assert finder.find(tilted, thorough=True) == [] and finder.find(tilted, face, thorough=True) != []


@pytest.mark.parametrize("seen_at, confirmed", [((30, -20, -40), True), ((30,), False), ((-20, -40), False)])
def test_a_tilted_face_is_confirmed_by_the_mirror_and_by_a_picture_turned_further(seen_at, confirmed, monkeypatch):
    tilted, finder = turned(own_videos.face_frames()[0], 32), HaarFaces(-30)
    face, find = finder.find(tilted)[0], HaarFaces._find
    monkeypatch.setattr(HaarFaces, "_find", lambda self, *args: find(self, *args) if args[-1] in seen_at else [])
    assert finder.confirms(tilted, face) == confirmed


def test_a_thorough_search_finds_no_face_where_there_is_none():
    assert AnyFaces(with_mtcnn=False).find(own_videos.flat_frames(1)[0], thorough=True) == []


def test_the_heart_rate_of_a_tilted_face_and_how_it_was_found():
    frames = [turned(frame, 32) for frame in own_videos.face_frames()[::2]]
    found = predict(own_videos.Memory(frames, np.arange(len(frames)) / 30), "pos", face_backend="auto")
    assert found.heart_rate_bpm == pytest.approx(80, abs=3) and found.face_share == 1
    assert any("found by" in note for note in found.notes)
    with pytest.raises(DataError, match="No face was found"):
        predict(own_videos.Memory(frames[:200], np.arange(200) / 30), "pos", face_backend="HC")


def test_the_whole_picture_is_the_face_where_that_is_said():
    face = HaarFaces().find(own_videos.face_frames()[0])[0].scaled(0.8)
    crops = [face.cut(frame) for frame in own_videos.face_frames()[::2]]
    height, width = crops[0].shape[:2]
    assert faces.detector("whole").find(crops[0]) == [Box(0, 0, width, height)]
    found = predict(own_videos.Memory(crops, np.arange(len(crops)) / 30), "pos", face_backend="whole")
    assert found.heart_rate_bpm == pytest.approx(80, abs=3)
    assert found.face_box == [0, 0, width, height]


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
        monkeypatch.setattr(mtcnn, "installed_cascade", mtcnn.installed_cascade.__wrapped__)
        predict("does_not_exist.mp4", "pos", face_backend="mtcnn")
    with pytest.raises(
        ConfigError, match="The face backend is 'RF', which is unknown. Available: auto, HC, MP, MTCNN, whole."
    ):
        predict("does_not_exist.mp4", "pos", face_backend="RF")
