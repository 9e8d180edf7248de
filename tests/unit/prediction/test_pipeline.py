"""``predict()`` from end to end on synthetic faces: right answers, plain answers, plain errors."""

import json
import weakref

import cv2
import numpy as np
import pytest
import torch
from support import own_videos, recordings

import rfacenet_toolbox
from rfacenet_toolbox.errors import CheckpointError, ConfigError, DataError
from rfacenet_toolbox.methods.rfacenet import PulseBranch, RFaceNet
from rfacenet_toolbox.prediction import pipeline, signal_estimator
from rfacenet_toolbox.prediction.estimators import maker
from rfacenet_toolbox.prediction.faces import detector
from rfacenet_toolbox.prediction.frames import Frame
from rfacenet_toolbox.prediction.one_pass import Pass
from rfacenet_toolbox.prediction.tracking import FaceTracker
from rfacenet_toolbox.runtime import weights_path

TRUE_BPM = 80.0


def predict(source, method="pos", **settings):
    return rfacenet_toolbox.predict(source, method, **settings)


def test_the_heart_rate_of_a_video_file(tmp_path):
    found = predict(recordings.write_video(tmp_path / "me.avi", own_videos.face_frames()[::2]))
    assert found.heart_rate_bpm == pytest.approx(TRUE_BPM, abs=3)
    assert found.quality > 0.6 and found.face_share == 1 and found.notes == []
    assert [window.heart_rate_bpm for window in found.windows] == pytest.approx([TRUE_BPM] * 2, abs=3)
    assert len(found.times_s) == len(found.bvp) == found.frames == 330
    assert found.times_s == pytest.approx(np.arange(330) / 30) and np.isfinite(found.bvp).all()
    assert (found.method, found.weights, found.source) == ("pos", None, "me.avi")
    assert found.hrv is None and "it needs 60 s" in found.hrv_reason


@pytest.mark.parametrize("fps_hz", [10, 15, 20, 60])
def test_other_frame_rates_give_the_same_heart_rate(fps_hz):
    found = predict(own_videos.at(own_videos.face_frames(), fps_hz))
    assert found.heart_rate_bpm == pytest.approx(TRUE_BPM, abs=3)
    assert found.fps_hz == pytest.approx(fps_hz)
    assert any("flatten a fast pulse" in note for note in found.notes) == (fps_hz < 20)


def test_a_variable_frame_rate_is_read_by_its_time_stamps(tmp_path):
    frames = own_videos.face_frames()
    # Sparse, then dense, so that frame numbers alone would give one rate in the first half and another in the second.
    random = np.random.default_rng(2)
    kept = [index for index in range(len(frames)) if random.random() < (0.3 if index < 330 else 0.8)]
    times_s = np.array(kept) / own_videos.FINE_HZ
    folder = recordings.write_images(tmp_path / "uneven", [frames[index] for index in kept], times_s)
    found = predict(folder, window_s=5.0)
    rates = [window.heart_rate_bpm for window in found.windows]
    assert found.heart_rate_bpm == pytest.approx(TRUE_BPM, abs=3)
    assert rates[0] == pytest.approx(TRUE_BPM, abs=4) and rates[-1] == pytest.approx(TRUE_BPM, abs=4)
    assert found.times_s == pytest.approx(times_s - times_s[0], abs=1e-6)


def test_a_face_that_leaves_is_left_out():
    frames = own_videos.face_frames()[::2] + own_videos.flat_frames(300)
    found = predict(own_videos.Memory(frames, np.arange(len(frames)) / 30), window_s=8.0)
    assert found.heart_rate_bpm == pytest.approx(TRUE_BPM, abs=3)
    assert 0.5 < found.face_share < 0.6
    assert found.windows[0].heart_rate_bpm and found.windows[-1].heart_rate_bpm is None
    assert np.isnan(found.bvp[-200:]).all() and np.isfinite(found.bvp[:300]).all()
    assert any("No face was seen in 4" in note for note in found.notes)


def test_of_two_faces_the_larger_is_taken_and_that_is_said():
    large = own_videos.face_frames()[::2]
    small = [cv2.resize(frame, None, fx=0.75, fy=0.75) for frame in own_videos.face_frames(subject=5)[::2]]
    frames = [np.concatenate([one, cv2.copyMakeBorder(two, 0, 38, 0, 0, 1)], axis=1) for one, two in zip(large, small)]
    found = predict(own_videos.Memory(frames, np.arange(len(frames)) / 30))
    assert found.notes == ["Up to 2 faces are in the picture; the largest was taken."]
    assert found.heart_rate_bpm == pytest.approx(TRUE_BPM, abs=3)


def test_a_window_longer_than_the_recording_is_all_of_it_and_that_is_said():
    found = predict(own_videos.at(own_videos.face_frames(), 30), window_s=1000)
    (window,) = found.windows
    assert window.seconds == pytest.approx(11) and window.heart_rate_bpm == pytest.approx(TRUE_BPM, abs=3)
    assert found.notes == ["The recording is shorter than the window of 1000 s; its only window is all of it."]


def test_a_picture_that_does_not_change_has_no_heart_rate():
    frames = own_videos.face_frames()[:1] * 300
    found = predict(own_videos.Memory(frames, np.arange(300) / 30))
    assert found.heart_rate_bpm is None and found.quality is None
    assert "nothing changes in the face that pos could use" in found.notes[-1]
    json.dumps(found.to_dict(), allow_nan=False)
    assert "no heart rate" in str(found)


@pytest.mark.parametrize(
    "frames, fps_hz, said",
    [
        (lambda: own_videos.flat_frames(300), 30, "No face was found in the 300 frames of memory"),
        (lambda: own_videos.flat_frames(300, level=0), 30, "memory is black"),
        (lambda: own_videos.face_frames()[:180:2], 30, "90 frames in 2.97 s; a heart rate needs 5 s"),
        (lambda: own_videos.face_frames()[::10], 6, "6.0 frames per second; a pulse needs 8"),
        (lambda: [], 30, "0 frames in 0.00 s"),
    ],
)
def test_what_no_heart_rate_can_be_read_from_is_said_plainly(frames, fps_hz, said):
    images = frames()
    with pytest.raises(DataError, match=said):
        predict(own_videos.Memory(images, np.arange(len(images)) / fps_hz))


@pytest.mark.parametrize(
    "method, settings, error, said",
    [
        ("poss", {}, ConfigError, "The method is 'poss', which is unknown. Did you mean 'pos'"),
        ("pos", {"weights": "w.pth"}, ConfigError, "The method pos has no weights"),
        ("physnet", {}, CheckpointError, "The method physnet needs trained weights"),
        ("rfacenet", {"weights": "none.pth"}, CheckpointError, "no weights file at none.pth"),
        ("pos", {"window_s": 2}, ConfigError, "The window is 2 s"),
        ("pos", {"window_s": float("nan")}, ConfigError, "The window is nan s"),
        ("pos", {"window_s": float("inf")}, ConfigError, "The window is inf s"),
        ("pos", {"window_s": "10"}, ConfigError, "The window is '10' s with a step of 1 s; expected numbers"),
        ("pos", {"step_s": 1e-9}, ConfigError, "a step of 1e-09 s; expected .* a step of 0.01 s or more"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_read(method, settings, error, said):
    with pytest.raises(error, match=said):
        predict("does_not_exist.mp4", method, **settings)


def test_without_shipped_weights_rfacenet_names_the_alternatives(monkeypatch, tmp_path):
    monkeypatch.setattr(weights_path, "SHIPPED", tmp_path / "none.safetensors")
    with pytest.raises(CheckpointError, match="--method pos, chrom or green"):
        predict("does_not_exist.mp4", "rfacenet")


class Counted(own_videos.Memory):
    """Copies each frame, and counts the copies that live at once."""

    most = 0

    def frames(self):
        alive = weakref.WeakValueDictionary()
        for index, frame in enumerate(super().frames()):
            image = frame.image.copy()
            alive[index] = image
            self.most = max(self.most, len(alive))
            yield Frame(frame.time_s, image)
            del image, frame


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Untrained weights of a PhysNet, whose waveforms mean nothing."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "physnet.pth"
    torch.save(PulseBranch().state_dict(), path)
    return path


def test_no_more_than_three_full_frames_are_held(weights):
    for method, file in (("pos", None), ("physnet", weights)):
        source = Counted(own_videos.face_frames()[::2], np.arange(330) / 30)
        predict(source, method, weights=file)
        assert source.most <= 3


def test_a_network_gives_a_waveform_for_every_frame(weights):
    found = predict(own_videos.at(own_videos.face_frames(), 20), "physnet", weights=weights)
    assert len(found.bvp) == 220 and np.isfinite(found.bvp).all() and np.ptp(found.bvp) > 0
    assert (found.method, found.weights) == ("physnet", str(weights))


def test_a_network_says_when_the_face_is_there_too_briefly(weights):
    frames = own_videos.flat_frames(120) + own_videos.face_frames()[:200:2]
    with pytest.raises(DataError, match=r"The face is visible for 3\.\d s, and physnet needs 4\.3 s"):
        predict(own_videos.Memory(frames, np.arange(len(frames)) / 30), "physnet", weights=weights)


def test_weights_of_the_other_network_are_told(weights, tmp_path):
    with pytest.raises(CheckpointError, match="Predict with the method physnet"):
        predict("x.mp4", "rfacenet", weights=weights)
    torch.save(RFaceNet(frames=128, subjects=0).state_dict(), tmp_path / "rfacenet.pth")
    with pytest.raises(CheckpointError, match="is of another model"):
        predict("x.mp4", "physnet", weights=tmp_path / "rfacenet.pth")


def test_a_live_source_gives_running_estimates_and_ends_by_hand():
    frames = own_videos.face_frames()[::2]
    moments = []
    source = own_videos.Memory(frames, np.arange(330) / 30, is_live=True, stop=300)
    found = predict(source, on_second=lambda time_s, reading: moments.append((time_s, reading)))
    assert [round(time_s) for time_s, _ in moments] == list(range(10))
    assert moments[3][1] is None and moments[-1][1].heart_rate_bpm == pytest.approx(TRUE_BPM, abs=4)
    assert found.frames == 300 and "Stopped by hand." in found.notes
    assert found.heart_rate_bpm == pytest.approx(TRUE_BPM, abs=3)


def test_a_live_network_gives_running_estimates_too(weights):
    source = own_videos.at(own_videos.face_frames(), 30, is_live=True)
    readings = []
    predict(source, "physnet", weights=weights, on_second=lambda time_s, reading: readings.append(reading))
    assert readings[0] is None and readings[-1] is not None


@pytest.mark.parametrize("method", ["pos", "physnet"])
def test_looking_at_the_waveform_while_it_is_read_does_not_change_the_result(method, weights):
    file = weights if method == "physnet" else None
    expected = predict(own_videos.at(own_videos.face_frames(), 30), method, weights=file)
    tracker, seen = FaceTracker(detector("auto")), []
    one_pass = Pass(lambda time_s, image: {1: tracker.track(time_s, image)}, maker(method, weights=file), False)

    def look(frame, boxes):
        if round(30 * frame.time_s) % 60 == 59:
            seen.append((frame.time_s, boxes[1], one_pass.running_waveform(6.0)))

    one_pass.read(own_videos.at(own_videos.face_frames(), 30), None, 10.0, on_frame=look)
    assert one_pass.result(1, [], 10.0, 1.0).bvp.tolist() == expected.bvp.tolist()
    assert [running is None for _, _, running in seen] == [True, True, False, False, False]
    for time_s, box, running in seen[2:]:
        assert box is not None and 170 <= len(running.bvp) <= 181
        assert running.times_s[-1] == pytest.approx(time_s, abs=0.05) and running.known.all()


def test_a_file_that_is_interrupted_is_not_taken_for_finished():
    with pytest.raises(KeyboardInterrupt):
        predict(own_videos.at(own_videos.face_frames(), 30, stop=250))


def test_a_long_recording_is_done_in_stretches_with_the_same_result(monkeypatch):
    source = own_videos.at(own_videos.face_frames(), 30)
    whole = predict(source)
    monkeypatch.setattr(signal_estimator, "_STRETCH_S", 6.0)
    monkeypatch.setattr(signal_estimator, "_SHARED_S", 2.0)
    pieces = predict(source)
    assert np.corrcoef(whole.bvp, pieces.bvp)[0, 1] > 0.98
    assert pieces.heart_rate_bpm == pytest.approx(whole.heart_rate_bpm, abs=1)


def test_the_sources_are_closed_whatever_happens(monkeypatch):
    closed = []
    monkeypatch.setattr(own_videos.Memory, "close", lambda self: closed.append(self))
    predict(own_videos.at(own_videos.face_frames(), 30))
    monkeypatch.setattr(pipeline.FaceTracker, "track", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        predict(own_videos.at(own_videos.face_frames(), 30))
    assert len(closed) == 2
