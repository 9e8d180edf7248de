import importlib.metadata
import importlib.util
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from support.configs import CROPPED, data_node
from support.paths import REAL_VIDEO, ROOT
from support.recordings import face_frames, noise_frames, write_pure

from rfacenet_toolbox.datasets import face_mesh
from rfacenet_toolbox.datasets.clip_cache import experiment_name
from rfacenet_toolbox.datasets.face_detectors import HaarDetector, MeshDetector
from rfacenet_toolbox.datasets.preprocess import preprocess
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.datasets.splits import check_split
from rfacenet_toolbox.errors import ConfigError

MEDIAPIPE = {"PREPROCESS.CROP_FACE.BACKEND": "MP"}


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """MediaPipe as it looks to :func:`check_available`; gives its folder, and the versions of what is installed."""
    spec = importlib.util.spec_from_loader("mediapipe", loader=None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    versions = {"mediapipe": "0.10.33", "opencv-python-headless": "4.11.0.86"}

    def version(name):
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(face_mesh.importlib.util, "find_spec", lambda name: spec)
    monkeypatch.setattr(importlib.metadata, "version", version)
    return tmp_path, versions


def add_models(folder):
    path = folder / "modules" / "face_landmark"
    path.mkdir(parents=True)
    (path / "face_landmark.tflite").write_bytes(b"")


def test_without_mediapipe_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(face_mesh.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(face_mesh, "_face_mesh", face_mesh._face_mesh.__wrapped__)
    expected = r"MediaPipe is not installed.*pip install 'rfacenet-toolbox\[mediapipe\]'"
    with pytest.raises(ConfigError, match=expected):
        face_mesh.outline(face_frames(1)[0])
    with pytest.raises(ConfigError, match="TRAIN.DATA: PREPROCESS.CROP_FACE.BACKEND is 'MP'. " + expected):
        check_split("TRAIN", data_node("PURE", "", "", CROPPED, MEDIAPIPE))


def test_a_mediapipe_without_models_is_refused(installed):
    with pytest.raises(ConfigError, match="MediaPipe 0.10.33 has no face models; releases up to 0.10.21"):
        face_mesh.check_available()


def test_two_opencvs_must_be_one_release(installed):
    folder, versions = installed
    add_models(folder)
    face_mesh.check_available()
    versions["opencv-contrib-python"] = "4.11.0.86"
    face_mesh.check_available()
    versions["opencv-contrib-python"] = "4.9.0.80"
    mend = "pip install --no-deps --force-reinstall opencv-python-headless==4.11.0.86"
    with pytest.raises(ConfigError, match=f"headless 4.11.0.86 and opencv-contrib-python 4.9.0.80 .*{mend}"):
        face_mesh.check_available()


def test_the_mask_is_the_convex_hull():
    angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    contour = np.stack([30 + 12 * np.cos(angles), 40 + 20 * np.sin(angles)], axis=1)
    mask = face_mesh.contour_mask(contour, 90, 50)
    assert mask.shape == (90, 50) and mask.dtype == bool
    y, x = np.mgrid[:90, :50] + 0.5
    radius = np.hypot((x - 30) / 12, (y - 40) / 20)
    assert mask[radius < 0.94].all() and not mask[radius > 1.06].any()
    assert not face_mesh.contour_mask(contour + (100, 0), 90, 50).any()
    dented = np.concatenate([contour, [[30, 40]]])
    np.testing.assert_array_equal(face_mesh.contour_mask(dented, 90, 50), mask)


def test_what_is_not_chatter_reaches_stderr(capfd):
    with face_mesh.quiet():
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        os.write(2, b"W0000 00:00:1795344913.626534    2687 inference_feedback_manager.cc:114] Feedback manager\n")
        os.write(2, b"F0000 00:00:1795344913.626534    2687 calculator.cc:1] out of memory\n")
    assert capfd.readouterr().err.endswith("] out of memory\n")
    with face_mesh.quiet():
        os.write(2, b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"


@pytest.mark.mediapipe
def test_the_outline_goes_round_the_face():
    contour = face_mesh.outline(face_frames(1)[0])  # a drawn face: an ellipse of 60x80 pixels round (80, 60)
    assert contour.shape == (36, 2) and contour.dtype == np.float64
    radius = np.hypot((contour[:, 0] - 80) / 30, (contour[:, 1] - 60) / 40)
    assert radius.min() > 0.7 and radius.max() < 1.15
    turns = np.unwrap(np.arctan2(contour[:, 1] - 60, contour[:, 0] - 80))
    assert (np.diff(turns) > 0).all() and turns[-1] - turns[0] < 2 * np.pi


@pytest.mark.mediapipe
def test_the_outline_does_not_depend_on_earlier_frames():
    frames = face_frames(20)
    alone = face_mesh.outline(frames[19])
    face_mesh.outline(frames[0])
    np.testing.assert_array_equal(face_mesh.outline(frames[19]), alone)


@pytest.mark.mediapipe
def test_the_box_is_the_square_round_the_outline():
    frame = face_frames(1)[0]
    contour = face_mesh.outline(frame)
    (x, y, width, height), found = MeshDetector().box(frame)
    assert found and width == height == int(np.ptp(contour, axis=0).max())
    assert x <= contour[:, 0].min() and contour[:, 0].max() < x + width + 2
    assert y <= contour[:, 1].min() and contour[:, 1].max() < y + height + 2
    enlarged, _ = MeshDetector(1.5).box(frame)
    assert enlarged == [int(x - 0.25 * width), int(max(0, y - 0.25 * height)), int(1.5 * width), int(1.5 * height)]


@pytest.mark.mediapipe
def test_without_a_face_there_is_no_outline_and_the_toolboxs_substitute():
    frame = np.full((60, 90, 3), 128, np.uint8)
    assert face_mesh.outline(frame) is None
    assert MeshDetector(1.5).box(frame) == ([0, 0, 90, 135], False)


@pytest.mark.mediapipe
def test_workers_crop_to_the_face(tmp_path):
    write_pure(tmp_path / "raw", "01-01", face_frames(16))
    write_pure(tmp_path / "raw", "01-02", noise_frames(16, 60, 80))
    clips = {}
    for workers in (1, 2):
        node = data_node("PURE", tmp_path / "raw", tmp_path / f"cache{workers}", CROPPED, MEDIAPIPE)
        recordings = find_recordings("PURE", node.DATA_PATH)
        files, report = preprocess(recordings, node, node.CACHED_PATH, workers=workers, progress=False)
        assert [one.faces_not_found for one in report.recordings] == [0, 1]
        clips[workers] = [np.load(file) for file in files]
    np.testing.assert_array_equal(clips[1], clips[2])
    assert "_BackendMP_" in experiment_name(node, "TRAIN")


@pytest.mark.mediapipe
def test_it_is_quiet():
    command = (
        "from support.recordings import face_frames; from rfacenet_toolbox.datasets.face_mesh import outline; "
        "print(len(outline(face_frames(1)[0])))"
    )
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
    done = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("36\n", "")


@pytest.mark.mediapipe
@pytest.mark.real_data
def test_a_real_face_is_found_in_every_frame():
    video = cv2.VideoCapture(str(REAL_VIDEO / "sample_video_1.mp4"))
    frames = [cv2.cvtColor(video.read()[1], cv2.COLOR_BGR2RGB) for _ in range(90)][::15]
    for frame in frames:
        contour = face_mesh.outline(frame)
        (x, y, width, height), found = HaarDetector().box(frame)
        mask = face_mesh.contour_mask(contour, *frame.shape[:2])
        assert found and mask[y : y + height, x : x + width].sum() > 0.9 * mask.sum()
        assert 0.4 < mask.sum() / (width * height) < 0.8
        box, _ = MeshDetector().box(frame)
        assert np.abs(np.subtract(box, [x, y, width, height])).max() < 0.25 * width
