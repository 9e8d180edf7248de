"""A map made while frames come in has the numbers of the one that the data sets cache."""

from types import SimpleNamespace

import numpy as np
import pytest

from rfacenet_toolbox.datasets import mtcnn
from rfacenet_toolbox.datasets.face_boxes import FaceVideo
from rfacenet_toolbox.datasets.stmaps import MAP_TYPES, make, stream
from rfacenet_toolbox.datasets.stmaps.face_shape import SHAPE_5

FRAMES, SIDE = 100, 48


@pytest.fixture
def video():
    """Frames of noise, cut out of frames twice as large by a box that moves."""
    frames = np.random.RandomState(0).randint(80, 120, (FRAMES, SIDE, SIDE, 3)).astype(np.uint8)
    left = 10 + np.arange(FRAMES) // 25
    return FaceVideo(frames, boxes=np.stack([left, left + 3, left + 2 * SIDE, left + 3 + 2 * SIDE], axis=1))


def of_data_set(map_type, video, backend, every):
    settings = SimpleNamespace(crop_face=True, backend=backend, large_box_coef=1.5, detect_every=every)
    return make.MapFeatures(map_type, video, settings, None, 30.0)


def streamed(map_type, video, *how):
    made = stream.MapStream(map_type, *how)
    for frame, box in zip(video.frames, video.boxes):
        made.add(frame, box, 1.5)
    return made


def found_at(monkeypatch, video, missed=()):
    """MTCNN finds a face that wanders about, but for some frames."""

    def landmarks(frame):
        number = next(index for index, one in enumerate(video.frames) if one is frame or np.shares_memory(one, frame))
        return None if number in missed else SHAPE_5 * 30 + 8 + number / 20

    monkeypatch.setattr(mtcnn, "landmarks", landmarks)


@pytest.mark.parametrize("map_type", MAP_TYPES)
def test_without_landmarks(video, map_type):
    expected = of_data_set(map_type, video, "HC", None)
    made = streamed(map_type, video)
    np.testing.assert_array_equal(made.values(30.0), expected.values)
    assert (made.looks, made.found) == (0, 0) and made.values(30.0).dtype == np.float32


@pytest.mark.parametrize("missed", [(), (0,), (30, 60), tuple(range(FRAMES))])
@pytest.mark.parametrize("map_type", ["STMapGrid", "STMapRegions"])
def test_landmarks_lie_on_lines_between_looks(monkeypatch, video, map_type, missed):
    found_at(monkeypatch, video, missed)
    expected = of_data_set(map_type, video, "MTCNN", 30)
    made = streamed(map_type, video, "MTCNN", 30)
    np.testing.assert_allclose(made.values(30.0), expected.values, atol=1e-4)
    assert made.looks == 4 and made.found == 4 - len([one for one in missed if one % 30 == 0])


def test_landmarks_of_the_first_frame_hold_for_good(monkeypatch, video):
    video.boxes[:] = video.boxes[0]
    found_at(monkeypatch, video)
    expected = of_data_set("STMapGrid", video, "MTCNN_SMOOTH", None)
    made = streamed("STMapGrid", video, "MTCNN", None)
    np.testing.assert_array_equal(made.values(30.0), expected.values)
    assert made.looks == 1


def test_where_the_first_frame_has_none_later_ones_are_looked_at(monkeypatch, video):
    found_at(monkeypatch, video, (0,))
    expected = of_data_set("STMapGrid", video, "MTCNN", None)
    np.testing.assert_allclose(streamed("STMapGrid", video, "MTCNN", None).values(30.0), expected.values, atol=1e-4)


def test_frames_without_a_face_repeat_the_last_one_and_landmarks_are_looked_for_anew(monkeypatch, video):
    found_at(monkeypatch, video)
    made = stream.MapStream("STMapGrid", "MTCNN", 30)
    for index in range(FRAMES):
        if 40 <= index < 50:
            made.repeat()
        else:
            made.add(video.frames[index], video.boxes[index], 1.5)
    values = made.values(30.0)
    assert values.shape == (FRAMES, 25, 3) and made.looks == 2 + 2
    np.testing.assert_array_equal(values[40:50], np.repeat(values[39:40], 10, axis=0))
    assert not np.array_equal(values[50], values[49])


def test_few_frames_wait_for_landmarks(monkeypatch, video):
    monkeypatch.setattr(stream, "_LONGEST_WAIT", 40)
    found_at(monkeypatch, video, (0, 30))
    measured, counts = stream.make.measured, []
    monkeypatch.setattr(
        stream.make, "measured", lambda kind, frames, found: counts.append(len(frames)) or measured(kind, frames, found)
    )
    made = streamed("STMapGrid", video, "MTCNN", 30)
    assert max(counts) == 40
    by_box = of_data_set("STMapGrid", video, "HC", None).values
    np.testing.assert_array_equal(made.values(30.0)[:40], by_box[:40])
    assert not np.array_equal(made.values(30.0)[40:60], by_box[40:60])


def test_a_region_outside_of_all_frames_is_told(video):
    made = stream.MapStream("STMapRegions")
    for frame, box in zip(video.frames, video.boxes):
        made.add(frame, box, 0.3)  # the face reaches far beyond its crop
    assert made.values(30.0) is None
