"""Maps of drawn faces: which colours land in which row, wherever the landmarks come from."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from rfacenet_toolbox.datasets import face_mesh, mtcnn
from rfacenet_toolbox.datasets.face_boxes import FaceVideo
from rfacenet_toolbox.datasets.recording import Recording
from rfacenet_toolbox.datasets.stmaps import MAP_TYPES, clip_size, landmarks, make, regions
from rfacenet_toolbox.datasets.stmaps.face_shape import MESH_68, SEETA_TO_68, SHAPE_5, SHAPE_68, placed
from rfacenet_toolbox.errors import DataError

FRAMES, SIDE = 70, 96
#: where the square of the face is in the frames
FACTOR, OFFSET = 64 * np.exp(0.1j), 14 + 8j


def settings(**changes):
    base = {"crop_face": True, "backend": "HC", "large_box_coef": 1.5, "detect_every": None}
    return SimpleNamespace(**{**base, **changes})


@pytest.fixture
def recording(tmp_path):
    dataset = SimpleNamespace(name="PURE")
    return Recording(dataset, "101", 1, str(tmp_path))


def pulse(count=FRAMES):
    return 20 * np.sin(2 * np.pi * 1.2 * np.arange(count) / 30)


def video(count=FRAMES, move=0.0):
    """Frames of noise whose green goes with the pulse inside the face's left half; ``move`` pixels a frame."""
    random = np.random.RandomState(0)
    still = random.randint(90, 110, (SIDE, SIDE, 3))
    corners = placed(np.array([(0, 0), (0.5, 0), (0.5, 1), (0, 1)]), np.array([FACTOR]), np.array([OFFSET]))[0]
    half = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillConvexPoly(half, np.round(corners).astype(np.int32), 1)
    frames = np.repeat(still[None], count, axis=0)
    frames[..., 1] += np.round(pulse(count)[:, None, None] * half).astype(int)
    if move:
        frames = np.stack([np.roll(frame, int(move * index), axis=1) for index, frame in enumerate(frames)])
    return FaceVideo(frames.astype(np.uint8), boxes=np.tile([0, 0, SIDE, SIDE], (count, 1)))


def points_of(count, frames=FRAMES, move=0.0):
    offset = np.full(frames, OFFSET) + np.floor(move * np.arange(frames))
    points = placed(SHAPE_5 if count == 5 else SHAPE_68, np.full(frames, FACTOR), offset)
    if count != 81:
        return points
    found = placed(np.full((81, 2), 0.5), np.full(frames, FACTOR), offset)
    found[:, list(SEETA_TO_68)] = points[:, list(SEETA_TO_68.values())]
    return found


def save(recording, count, **changes):
    np.save(f"{recording.path}/landmarks.npy", points_of(count, **changes))


def green_correlation(values, row, channel=1):
    return abs(np.corrcoef(values[:, row, channel], pulse(len(values)))[0, 1])


@pytest.mark.parametrize("map_type", MAP_TYPES)
@pytest.mark.parametrize("count", [5, 68, 81])
def test_maps_have_their_size_with_any_landmarks(recording, map_type, count):
    if count == 81 and map_type != "STMapGrid":
        pytest.skip("the drawn face has no 81 points")
    save(recording, count)
    features = make.MapFeatures(map_type, video(), settings(), recording, 30.0)
    size = MAP_TYPES[map_type]
    assert features.clip(10, 50).shape == (40, size.rows, 1, size.channels) and np.isfinite(features.values).all()
    assert features.values.min() >= 0 and features.values.max() <= 256
    assert features.notes == (("regions of the face", f"landmarks.npy, {count} points"),)


def test_blocks_of_the_grid_lie_on_the_turned_face(recording):
    save(recording, 5)
    values = make.MapFeatures("STMapGrid", video(), settings(), recording, 30.0).values
    assert all(green_correlation(values, 5 * row + column, 0) > 0.95 for row in range(5) for column in (0, 1))
    assert all(np.ptp(values[:, 5 * row + column, 0]) < 1 for row in range(5) for column in (3, 4))


def test_blocks_follow_a_face_that_moves(recording):
    save(recording, 5, move=0.2)
    values = make.MapFeatures("STMapGrid", video(move=0.2), settings(), recording, 30.0).values
    assert green_correlation(values, 11, 0) > 0.95 and np.ptp(values[:, 13, 0]) < 3


def test_rows_of_cvd_are_sets_of_regions(recording):
    save(recording, 68)
    features = make.MapFeatures("STMapRegions", video(), settings(), recording, 30.0)
    values = features.values.astype(np.float64)
    # rows 1, 2, 4 are the left cheek's two parts and the right cheek's upper one
    assert green_correlation(values, 0) > 0.95 and green_correlation(values, 1) > 0.95
    assert np.ptp(values[:, 3, 1]) < 1
    found = landmarks.find(video(), settings(), recording)
    totals, pixels = regions.sums(video().frames, regions.polygons(found, regions.CVD, "eyes"))
    both = (totals[:, 0] + totals[:, 2]) / (pixels[:, 0] + pixels[:, 2])[:, None]
    np.testing.assert_allclose(values[:, 0b101 - 1, :3], both, rtol=1e-5)
    np.testing.assert_allclose(values[:, -1, :3], totals.sum(axis=1) / pixels.sum(axis=1)[:, None], rtol=1e-5)
    red, green, blue, luma, u, v = np.moveaxis(values, -1, 0)
    np.testing.assert_allclose(luma, 0.299 * red + 0.587 * green + 0.114 * blue, rtol=1e-5)
    np.testing.assert_allclose(u, 128 - 0.168736 * red - 0.331264 * green + 0.5 * blue, rtol=1e-5)
    np.testing.assert_allclose(v, 128 + 0.5 * red - 0.418688 * green - 0.081312 * blue, rtol=1e-5)


def test_the_third_channel_of_nas_hr_is_a_pulse(recording):
    save(recording, 68)
    values = make.MapFeatures("STMapPos", video(), settings(), recording, 30.0).values
    np.testing.assert_allclose(values[:, 2].min(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(values[:, 2].max(axis=0), (0, 255, 255), atol=1e-3)  # red does not change
    middle = values[20:50, 2]
    assert abs(np.corrcoef(middle[:, 2], pulse()[20:50])[0, 1]) > 0.9


def test_lists_of_regions_pair_the_two_numberings():
    """Both of CVD's lists are public; NAS-HR's list of 68 is ours."""
    for lists in (regions.CVD, regions.NAS_HR):
        assert len(lists[68].polygons) == len(lists[81].polygons)
        for of_68, of_81 in zip(lists[68].polygons, lists[81].polygons):
            assert {SEETA_TO_68[one] for one in of_81 if one in SEETA_TO_68} <= set(of_68)


def test_a_backend_gives_the_landmarks_in_the_frames_it_looks_at(recording, monkeypatch):
    looks = []
    monkeypatch.setattr(mtcnn, "landmarks", lambda frame: looks.append(1) or points_of(5)[0])
    found = landmarks.find(video(), settings(backend="MTCNN_SMOOTH", detect_every=30), recording)
    assert len(looks) == 3 and found.source == "MTCNN's five points"
    np.testing.assert_allclose(found.factor, FACTOR)
    mesh = np.zeros((478, 2))
    mesh[list(MESH_68)] = points_of(68)[0]
    monkeypatch.setattr(face_mesh, "points", lambda frame: mesh)
    found = landmarks.find(video(), settings(backend="MP"), recording)
    np.testing.assert_allclose(found.points, points_of(68))


def test_points_move_with_the_crop(recording, monkeypatch):
    """The crop jumps by 6 pixels at frame 30; the face stays where it is in the frame."""
    cut = video()
    cut.boxes[30:] += np.array([6, 0, 6, 0])
    monkeypatch.setattr(mtcnn, "landmarks", lambda frame: points_of(5)[0])
    found = landmarks.find(cut, settings(backend="MTCNN"), recording)
    np.testing.assert_allclose(found.offset[[0, 29, 30]], [OFFSET, OFFSET, OFFSET - 6])


def test_without_landmarks_regions_are_shares_of_the_box_and_said_so(recording, monkeypatch):
    monkeypatch.setattr(mtcnn, "landmarks", lambda frame: None)
    for backend in ("HC", "MTCNN"):
        found = landmarks.find(video(), settings(backend=backend), recording)
        assert found.points is None and found.source.startswith("no landmarks: fixed shares")
    whole = landmarks.find(video(), settings(crop_face=False), recording)
    assert abs(whole.factor[0]) == pytest.approx(1.5 * abs(found.factor[0]))
    for map_type in MAP_TYPES:
        make.MapFeatures(map_type, video(), settings(), recording, 30.0)


def test_a_csv_file_with_frames_without_a_face(recording):
    points = points_of(5).reshape(FRAMES, 10)
    lines = [",".join(f"{value:.3f}" for value in row) for row in points]
    lines[10:20] = [",".join([""] * 10)] * 10
    with open(f"{recording.path}/landmarks.csv", "w") as file:
        file.write("\n".join(lines) + "\n")
    found = landmarks.find(video(), settings(), recording)
    assert found.source == "landmarks.csv, 5 points"
    np.testing.assert_allclose(found.points, points_of(5), atol=1e-3)


@pytest.mark.parametrize(
    "points, message",
    [
        (np.zeros((FRAMES, 6, 2)), r"have shape \(70, 6, 2\)"),
        (np.zeros((FRAMES - 1, 5, 2)), "are of 69 frames, and the video has 70"),
        (np.full((FRAMES, 5, 2), np.nan), "no frame with a face"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(recording, points, message):
    np.save(f"{recording.path}/landmarks.npy", points)
    with pytest.raises(DataError, match=message) as refused:
        landmarks.find(video(), settings(), recording)
    assert "x and y of 5, 68 or 81 points in every frame" in str(refused.value)


def test_regions_outside_of_the_crop_are_refused(recording):
    np.save(f"{recording.path}/landmarks.npy", points_of(68) + 200)
    with pytest.raises(DataError, match="outside of its cropped frames throughout .* Enlarge"):
        make.MapFeatures("STMapRegions", video(), settings(), recording, 30.0)


def test_a_region_that_leaves_the_frame_keeps_its_colour():
    totals, pixels = np.ones((4, 1, 3)), np.ones((4, 1))
    totals[:, 0, 0] = 2, 3, 0, 5
    pixels[2] = 0
    assert regions.means(totals, pixels)[:, 0, 0].tolist() in ([2, 3, 3, 5], [2, 3, 5, 5])


def test_sizes_of_clips():
    node = SimpleNamespace(DATA_TYPE=["STMapRegions"], RESIZE=SimpleNamespace(H=128, W=128))
    assert clip_size(node) == (63, 1, 6)
    node.DATA_TYPE = ["DiffNormalized", "Standardized"]
    assert clip_size(node) == (128, 128, 6)
