import cv2
import numpy as np
import pytest
from support.configs import CROPPED, MEDIAN_BOX, NOT_CROPPED, data_node, detected_every, resized
from support.recordings import face_frames, noise_frames

from rfacenet_toolbox.datasets.face_boxes import HaarDetector, boxes_of, check_backend, crop_and_resize, face_video
from rfacenet_toolbox.datasets.settings import preprocess_settings
from rfacenet_toolbox.errors import ConfigError


def settings(*changes):
    return preprocess_settings(data_node("PURE", "", "", CROPPED, *changes))


class Opened:
    """A recording in memory that counts how often it is read."""

    def __init__(self, frames):
        self.frames, self.passes = frames, []

    def __call__(self, every=1):
        self.passes.append(every)
        return iter(self.frames[::every])


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


def test_without_a_face_it_is_counted_and_the_left_of_the_frame_is_kept():
    frames = noise_frames(3, 60, 90)
    video = face_video(Opened(frames), settings({"PREPROCESS.CROP_FACE.USE_LARGE_FACE_BOX": False}))
    assert (video.detections, video.faces_not_found) == (1, 1)
    left = cv2.resize(frames[2][:, :60], (12, 12), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(video.frames[2], left)


def test_without_cropping_the_whole_frame_is_resized_to_width_by_height():
    frames = noise_frames(3, 60, 90)
    video = face_video(Opened(frames), settings(NOT_CROPPED, resized(20, 10)))
    assert video.frames.shape == (3, 10, 20, 3) and video.frames.dtype == np.uint8 and video.detections == 0
    np.testing.assert_array_equal(video.frames[1], cv2.resize(frames[1], (20, 10), interpolation=cv2.INTER_AREA))


def test_one_pass_and_a_detection_every_so_many_frames():
    opened = Opened(face_frames(15))
    video = face_video(opened, settings(detected_every(7)))
    assert video.detections == 3 and video.faces_not_found == 0 and opened.passes == [1]


@pytest.mark.parametrize("changes", [{}, NOT_CROPPED, {**MEDIAN_BOX, **resized(30, 20)}])
def test_bgr_frames_give_the_same_video(changes):
    frames, chosen = face_frames(10), settings(detected_every(4), changes)
    rgb = face_video(Opened(frames), chosen)
    bgr = face_video(Opened(np.ascontiguousarray(frames[..., ::-1])), chosen, bgr=True)
    np.testing.assert_array_equal(bgr.frames, rgb.frames)
    assert (bgr.detections, bgr.faces_not_found) == (rgb.detections, rgb.faces_not_found)


def test_a_median_box_crops_all_frames_alike_and_needs_a_second_pass():
    frames = face_frames(40)
    opened = Opened(frames)
    video = face_video(opened, settings(detected_every(10), MEDIAN_BOX))
    assert opened.passes == [10, 1] and video.detections == 4
    boxes = [HaarDetector(1.5).box(frame)[0] for frame in frames[::10]]
    x, y, width, height = (int(value) for value in np.median(boxes, axis=0))
    expected = cv2.resize(frames[-1][y : y + height, x : x + width], (12, 12), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(video.frames[-1], expected)


@pytest.mark.parametrize("changes", [{}, NOT_CROPPED, MEDIAN_BOX])
def test_frames_cut_to_their_boxes_are_the_videos(changes):
    chosen = settings(detected_every(4), changes)
    opened = Opened(face_frames(10))
    cut = [crop_and_resize(frame, box, chosen) for frame, box in boxes_of(opened, chosen)]
    np.testing.assert_array_equal(cut, face_video(opened, chosen).frames)


@pytest.mark.parametrize("name", ["Y5F", "RF", "hc"])
def test_a_backend_that_is_not_here_is_refused_by_name(name):
    with pytest.raises(ConfigError, match=f"'{name}'.*It has: HC"):
        check_backend(name)


def test_opencv_without_the_cascade_is_said_plainly(monkeypatch):
    monkeypatch.delattr(cv2, "CascadeClassifier")
    with pytest.raises(ConfigError, match="no CascadeClassifier; OpenCV 4 has"):
        check_backend("HC")
