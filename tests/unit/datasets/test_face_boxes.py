import cv2
import numpy as np
import pytest
from support.configs import CROPPED, MEDIAN_BOX, NOT_CROPPED, data_node, detected_every, resized
from support.recordings import face_frames, noise_frames

from rfacenet_toolbox.datasets import mtcnn
from rfacenet_toolbox.datasets.face_boxes import boxes_of, crop_and_resize, face_video
from rfacenet_toolbox.datasets.face_detectors import HaarDetector
from rfacenet_toolbox.datasets.mtcnn.cascade import Faces
from rfacenet_toolbox.datasets.settings import preprocess_settings
from rfacenet_toolbox.errors import ConfigError


def settings(*changes):
    return preprocess_settings(data_node("PURE", "", "", CROPPED, *changes))


@pytest.fixture
def white_squares(monkeypatch):
    """MTCNN without its weights: the face is what is white in a frame."""

    class WhiteSquares:
        def faces(self, frame, smallest):
            rows, columns, _ = np.nonzero(frame == 255)
            box = [[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]] if len(rows) else np.empty((0, 4))
            return Faces(np.array(box, float), np.ones(len(box)), np.zeros((len(box), 5, 2)))

    monkeypatch.setattr(mtcnn, "installed_cascade", WhiteSquares)


def white_frames(*positions):
    """Frames of 100x160 pixels with a white square of 20 pixels at (x, y) each; grey ones for None."""
    frames = np.full((len(positions), 100, 160, 3), 90, np.uint8)
    for frame, position in zip(frames, positions):
        if position is not None:
            x, y = position
            frame[y : y + 20, x : x + 20] = 255
    return frames


def boxes(frames, *changes):
    """The boxes of frames, and whether each look found a face."""
    small = {"PREPROCESS.CROP_FACE": {"BACKEND": "MTCNN", "USE_LARGE_FACE_BOX": False}}
    looks = []
    found = [list(box) for _, box in boxes_of(Opened(frames), settings(small, *changes), looks=looks)]
    return found, [one for _, one in looks]


class Opened:
    """A recording in memory that counts how often it is read."""

    def __init__(self, frames):
        self.frames, self.passes = frames, []

    def __call__(self, every=1):
        self.passes.append(every)
        return iter(self.frames[::every])


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


HERE, THERE, WHOLE = [30, 20, 20, 20], [60, 40, 20, 20], [0, 0, 160, 100]
SMOOTH = {"PREPROCESS.CROP_FACE.BACKEND": "MTCNN_SMOOTH"}


def test_one_box_serves_the_whole_video(white_squares):
    assert boxes(white_frames((30, 20), (60, 40), None)) == ([HERE] * 3, [True])


def test_where_the_first_frame_has_no_face_it_is_looked_for_once_a_second(white_squares):
    frames = white_frames(*[None] * 60, *[(30, 20)] * 10)
    assert boxes(frames) == ([HERE] * 70, [False, False, True])


def test_where_no_frame_has_a_face_the_whole_of_it_is_taken(white_squares):
    frames = white_frames(*[None] * 70)
    large = {"PREPROCESS.CROP_FACE": {"USE_LARGE_FACE_BOX": True, "LARGE_BOX_COEF": 1.5}}
    assert boxes(frames, large) == ([WHOLE] * 70, [False] * 3)
    for changes in ({}, MEDIAN_BOX, SMOOTH):
        assert boxes(frames, detected_every(30), changes, large)[0] == [WHOLE] * 70


def test_a_face_that_is_missed_for_a_while_keeps_its_box(white_squares):
    frames = white_frames(None, (30, 20), None, (60, 40), None)
    assert boxes(frames, detected_every(1)) == ([HERE] * 3 + [THERE] * 2, [False, True, True, False, True, False])


def test_the_median_is_that_of_the_faces_found(white_squares):
    frames = white_frames(None, None, (30, 20), (32, 20), (60, 40), None, None)
    assert boxes(frames, detected_every(1), MEDIAN_BOX)[0] == [[32, 20, 20, 20]] * 7


def test_a_smooth_box_is_the_mean_around_each_frame(white_squares):
    frames = white_frames(*[(30, 20)] * 40, *[None] * 10, *[(60, 40)] * 50)
    smooth, found = boxes(frames, detected_every(10), SMOOTH)
    assert found == [True] * 4 + [False] + [True] * 5 and len(smooth) == 100
    x = np.array(smooth)[:, 0]
    assert x[0] == 30 and x[99] == 60 and (np.diff(x) >= 0).all() and np.diff(x).max() <= 2
    assert {box[2] for box in smooth} == {20}
    times, seen = np.array([0, 10, 20, 30, 50, 60, 70, 80, 90]), np.array([30] * 4 + [60] * 5)
    weights = np.exp(-(((37 - times) / 10) ** 2) / 2)
    assert x[37] == round(float(weights @ seen / weights.sum()))


def test_a_smooth_box_goes_with_repeated_looks(white_squares):
    assert settings(detected_every(10), SMOOTH).backend == "MTCNN_SMOOTH"
    for wrong in ({}, {**detected_every(10), **MEDIAN_BOX}):
        with pytest.raises(ConfigError, match="MTCNN_SMOOTH.*DO_DYNAMIC_DETECTION: .*expected True and False"):
            settings(SMOOTH, wrong)


@pytest.mark.mtcnn
@pytest.mark.parametrize("changes", [{}, MEDIAN_BOX, SMOOTH])
def test_mtcnn_crops_to_a_drawn_face(changes):
    chosen = settings({"PREPROCESS.CROP_FACE.BACKEND": "MTCNN"}, detected_every(5), changes)
    frames = face_frames(12)
    video = face_video(Opened(frames), chosen)
    assert video.frames.shape == (12, 12, 12, 3) and video.faces_not_found == 0
    haar = [box for _, box in boxes_of(Opened(frames), settings(detected_every(5)))]
    ours = [box for _, box in boxes_of(Opened(frames), chosen)]
    assert np.abs(np.subtract(haar, ours)).max() < 20  # of 120 pixels
