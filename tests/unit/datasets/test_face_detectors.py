import cv2
import numpy as np
import pytest
from support.configs import CROPPED, data_node
from support.recordings import face_frames

from rfacenet_toolbox.datasets.face_detectors import HaarDetector, MtcnnDetector, check_backend, face_detector
from rfacenet_toolbox.datasets.settings import preprocess_settings
from rfacenet_toolbox.errors import ConfigError


def test_the_box_is_round_the_face():
    (x, y, width, height), found = HaarDetector().box(face_frames(1)[0])
    assert found
    assert abs(x + width / 2 - 80) < 8 and abs(y + height / 2 - 60) < 12 and 50 < width < 110


def test_the_enlarged_box_is_truncated_to_whole_pixels():
    frame = face_frames(1)[0]
    (x, y, width, height), _ = HaarDetector().box(frame)
    large, _ = HaarDetector(1.5).box(frame)
    expected = [max(0, x - 0.25 * width), max(0, y - 0.25 * height), 1.5 * width, 1.5 * height]
    assert large == [int(value) for value in expected]


def test_without_a_face_width_and_height_are_exchanged():
    frame = np.full((60, 90, 3), 128, np.uint8)
    assert HaarDetector().box(frame) == ([0, 0, 60, 90], False)
    assert HaarDetector(1.5).box(frame) == ([0, 0, 90, 135], False)


@pytest.mark.parametrize("name", ["Y5F", "RF", "hc"])
def test_a_backend_that_is_not_here_is_refused_by_name(name):
    with pytest.raises(ConfigError, match=f"'{name}'.*It has HC"):
        check_backend(name)


def test_opencv_without_the_cascade_is_said_plainly(monkeypatch):
    monkeypatch.delattr(cv2, "CascadeClassifier")
    with pytest.raises(ConfigError, match="no CascadeClassifier; OpenCV 4 has"):
        check_backend("HC")


def test_a_backend_of_cached_clips_is_refused_where_a_face_is_looked_for():
    made_elsewhere = {"PREPROCESS.CROP_FACE.BACKEND": "Y5F", "DO_PREPROCESS": False}
    chosen = preprocess_settings(data_node("PURE", "", "", CROPPED, made_elsewhere))
    with pytest.raises(ConfigError, match="'Y5F'.*It has HC"):
        face_detector(chosen)


@pytest.mark.mtcnn
def test_mtcnns_box_is_square_and_like_haars():
    frame = face_frames(1)[0]
    (x, y, width, height), found = MtcnnDetector().box(frame)
    assert found and width == height
    (*corner, side, _), _ = HaarDetector().box(frame)
    assert np.abs(np.subtract((x, y, width), (*corner, side))).max() < 12
    np.testing.assert_array_equal(
        MtcnnDetector().box(np.ascontiguousarray(frame[..., ::-1]), bgr=True)[0], [x, y, width, height]
    )
    enlarged, _ = MtcnnDetector(1.5).box(frame)
    assert enlarged == [int(x - 0.25 * width), int(max(0, y - 0.25 * height)), int(1.5 * width), int(1.5 * height)]


@pytest.mark.mtcnn
def test_without_a_face_mtcnn_gives_the_whole_frame():
    assert MtcnnDetector(1.5).box(np.full((60, 90, 3), 128, np.uint8)) == ([0, 0, 90, 60], False)
