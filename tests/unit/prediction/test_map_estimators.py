"""Networks of maps, and of heart rates: the map is the data set's, and what a heart rate does not tell is absent."""

import json

import numpy as np
import pytest
import torch
from support import own_videos
from support.recordings import face_frames

import rfacenet_toolbox
from rfacenet_toolbox.datasets import mtcnn
from rfacenet_toolbox.datasets.face_boxes import face_video
from rfacenet_toolbox.datasets.face_detectors import MtcnnDetector
from rfacenet_toolbox.datasets.settings import PreprocessSettings
from rfacenet_toolbox.datasets.stmaps import make
from rfacenet_toolbox.errors import CheckpointError, ConfigError, DataError
from rfacenet_toolbox.evaluation import HEART_RATE
from rfacenet_toolbox.methods.heart_rate_learner import HeartRateLearner
from rfacenet_toolbox.methods.learner import ClipNeeds, Learner
from rfacenet_toolbox.prediction import estimators, learner_model, live, rate_estimators, signal_estimator
from rfacenet_toolbox.prediction.box import Box
from rfacenet_toolbox.prediction.map_estimators import MapEstimator, MapWaveformEstimator
from rfacenet_toolbox.prediction.rate_estimators import ClipRateEstimator, MapRateEstimator
from rfacenet_toolbox.training import exported_learners
from rfacenet_toolbox.training.weights_metadata import ClipSettings

FRAMES, SIDE = 90, 24


class GreenRate(HeartRateLearner):
    """The largest peak of the mean over rows of a map's first channel, or of a clip's green: a known answer."""

    needs = ClipNeeds("NCDHW", map_types=("STMapGrid",))

    def __init__(self):
        self.model = torch.nn.Identity()

    def predict(self, clips, fs_hz=None):
        line = clips[:, 0 if clips.shape[-1] == 1 else 1].mean(dim=(2, 3)).double()
        power = torch.fft.rfft((line - line.mean(dim=1, keepdim=True)) * torch.hann_window(line.shape[1]), 8192).abs()
        frequencies = torch.fft.rfftfreq(8192)
        power[:, (frequencies < 0.7 / 30) | (frequencies > 3 / 30)] = 0
        return 60 * fs_hz * frequencies[power.argmax(dim=1)]


class GreenWave(Learner):
    needs = ClipNeeds("NCDHW", map_types=("STMapGrid",))

    def __init__(self):
        self.model = torch.nn.Identity()

    def predict(self, clips):
        return -clips[:, 0].mean(dim=(2, 3))  # light falls with each beat


def model(learner, data_type="STMapGrid", landmarks="box", every=None, frames=FRAMES):
    kept_hz = (15.0, 30.0)
    settings = ClipSettings(frames, SIDE, 30.0, kept_hz, (data_type,), False, landmarks, every)
    return learner_model.LearnerModel(learner, settings, "w.safetensors")


def of_data_set(frames, backend, every, crop_face=True):
    settings = PreprocessSettings(
        ("STMapGrid",), "Raw", None, SIDE, SIDE, crop_face, backend, 1.5 if crop_face else None, every, False, 30.0
    )
    video = face_video(lambda every=1: iter(frames[::every]), settings)
    return video, make.MapFeatures("STMapGrid", video, settings, None, 30.0).values


def added(running, frames, boxes):
    for index, (frame, box) in enumerate(zip(frames, boxes)):
        running.add(index / 30, np.ascontiguousarray(frame[..., ::-1]), box)
    return running


def test_the_map_of_a_whole_picture_is_the_data_sets():
    frames = face_frames(100, 60, 80)
    _, expected = of_data_set(frames, "HC", None, crop_face=False)
    running = added(MapRateEstimator("green", model(GreenRate()), 1.0), frames, [Box(0, 0, 80, 60)] * 100)
    colours, known = running.whole_map()
    np.testing.assert_array_equal(colours, expected)
    assert known.all() and running.notes == []


def test_the_map_of_the_data_sets_boxes_is_the_data_sets(monkeypatch):
    frames = face_frames(100)
    monkeypatch.setattr(MtcnnDetector, "check_available", staticmethod(lambda: None))
    faces = np.array([[50 + 2 * (index // 50), 24, 60, 60] for index in range(100)])
    looked = iter(faces[::25])

    class Found:
        def __init__(self, square):
            self.squares = [square]

    monkeypatch.setattr(mtcnn, "faces", lambda frame: Found(next(looked)))
    monkeypatch.setattr(
        mtcnn, "landmarks", lambda frame: np.array([(8, 9), (16, 9), (12, 12), (9, 16), (15, 16)]) * 1.0
    )
    video, expected = of_data_set(frames, "MTCNN", 25)
    estimator = MapEstimator("green", model(GreenRate(), landmarks="MTCNN", every=25))
    colours, _ = added(estimator, frames, [Box(*map(float, face)) for face in faces]).whole_map()
    assert video.boxes.tolist() == [[x - 15, y - 15, x + 75, y + 75] for x, y, _, _ in faces.tolist()]
    np.testing.assert_allclose(colours, expected, atol=1e-3)


def test_the_heart_rate_of_each_window_and_over_all(tmp_path, monkeypatch):
    monkeypatch.setattr(learner_model, "load", lambda method, weights: model(GreenRate(), frames=150))
    found = rfacenet_toolbox.predict(own_videos.at(own_videos.face_frames(), 30), "RhythmNet", "w", step_s=2.0)
    assert (found.gives, found.method) == ("heart_rate", "rhythmnet")
    assert found.heart_rate_bpm == pytest.approx(80, abs=4)
    assert [one.start_s for one in found.windows] == pytest.approx([0, 2, 4, 6])
    assert all(one.seconds == pytest.approx(5) for one in found.windows)
    assert [one.heart_rate_bpm for one in found.windows] == pytest.approx([80] * 4, abs=6)
    nothing = found.quality, found.expected_error_bpm, found.hrv, found.respiration, found.spectrum
    assert nothing == (None,) * 5 and found.doubted == [] and found.bvp.shape == (0,)
    assert "no waveform" in found.hrv_reason and "no waveform" in found.respiration_reason
    assert any(
        "rhythmnet gives the heart rate of each window of 5.0 s, and no waveform" in note for note in found.notes
    )
    assert "rhythmnet" in str(found) and "quality 0" not in str(found) and "variability over" not in str(found)
    paths = found.save(tmp_path, "me")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["me.json", "me.png", "me_heart_rates.csv"]
    content = json.loads((tmp_path / "me.json").read_text())
    assert content["gives"] == "heart_rate" and content["windows"][0]["quality"] is None and len(paths) == 3
    lines = (tmp_path / "me_heart_rates.csv").read_text().splitlines()
    assert lines[0] == "start_s,stop_s,heart_rate_bpm" and len(lines) == 5
    with pytest.raises(ConfigError, match=r"The window is 8 s, and rhythmnet gives .* Leave --window"):
        rfacenet_toolbox.predict(own_videos.at(own_videos.face_frames(), 30), "rhythmnet", "w", window_s=8.0)
    with pytest.raises(ConfigError, match="rhythmnet gives none before its end. Take another method, or use rfacenet"):
        live.run(own_videos.at([], 30), "rhythmnet", "w")


def test_every_face_has_heart_rates_of_its_own(monkeypatch):
    monkeypatch.setattr(learner_model, "load", lambda method, weights: model(GreenRate(), frames=150))
    one = np.stack(own_videos.face_frames()[::2])
    other = np.stack(own_videos.face_frames(heart_rate_bpm=110.0, subject=2)[::2])
    both = list(np.concatenate([one, other], axis=2))
    found = rfacenet_toolbox.predict_all(own_videos.Memory(both, np.arange(len(both)) / 30), "rhythmnet", "w")
    assert sorted(each.heart_rate_bpm for each in found) == pytest.approx([80, 110], abs=5)


def test_a_window_without_a_face_has_no_heart_rate():
    frames, boxes = face_frames(300, 60, 80), [Box(20, 10, 40, 40)] * 300
    boxes[120:200] = [None] * 80
    windows = added(MapRateEstimator("green", model(GreenRate()), 1.0), frames, boxes).finish()
    given = [window.heart_rate_bpm is not None for window in windows]
    assert given == [True] * 2 + [False] * 5 + [True]
    with pytest.raises(DataError, match="The face is visible for 2.0 s, and green needs 3.0 s"):
        added(MapRateEstimator("green", model(GreenRate()), 1.0), frames[:60], boxes[:60]).finish()


def test_a_still_picture_has_no_heart_rate():
    frames = np.repeat(face_frames(1, 60, 80), 100, axis=0)
    boxes = [Box(20, 10, 40, 40)] * 100
    for estimator in (MapRateEstimator("green", model(GreenRate()), 1.0), clip_rates()):
        assert {window.heart_rate_bpm for window in added(estimator, frames, boxes).finish()} == {None}
    waveform = added(MapWaveformEstimator("green", model(GreenWave())), frames, boxes).finish()
    assert not waveform.bvp.any()


def clip_rates(step_s=1.0):
    return ClipRateEstimator("green", model(GreenRate(), "Raw"), step_s)


def test_clips_of_frames_begin_with_every_step():
    frames, boxes = face_frames(200, 60, 80), [Box(20, 10, 40, 40)] * 200
    windows = added(clip_rates(2.0), frames, boxes).finish()
    assert [window.start_s for window in windows] == pytest.approx([0, 2])
    assert all(window.seconds == pytest.approx(3) and window.heart_rate_bpm > 40 for window in windows)
    (only,) = added(clip_rates(), frames[:90], boxes[:90]).finish()  # which lacks the frame after the last
    assert only.heart_rate_bpm > 40


def test_a_network_gives_the_waveform_of_a_map(monkeypatch):
    monkeypatch.setattr(learner_model, "load", lambda method, weights: model(GreenWave()))
    found = rfacenet_toolbox.predict(own_videos.at(own_videos.face_frames(), 30), "dual-gan", "w")
    assert found.heart_rate_bpm == pytest.approx(80, abs=4) and found.gives == "waveform"
    assert len(found.bvp) == found.frames and found.quality > 0.3 and found.expected_error_bpm is not None


def test_what_lacks_is_told_before_anything_is_read(tmp_path, monkeypatch):
    with pytest.raises(CheckpointError, match="The method cvd needs trained weights: give --weights"):
        estimators.maker("CVD")
    with pytest.raises(CheckpointError, match=r"x.onnx is ONNX, and the method nashr is computed by PyTorch alone"):
        estimators.maker("NAS-HR", "x.onnx")

    def missing():
        raise ConfigError("MTCNN's weights are not installed. Run this.")

    monkeypatch.setattr(mtcnn, "check_available", missing)
    settings = ClipSettings(FRAMES, SIDE, 30.0, (30.0, 30.0), ("STMapGrid",), False, "MTCNN", None)
    monkeypatch.setattr(exported_learners, "read", lambda method, path: (GreenRate(), settings, path))
    with pytest.raises(ConfigError, match="w was trained on maps whose landmarks MTCNN found.* Run this"):
        estimators.maker("RhythmNet", "w")


def test_a_note_says_that_no_landmarks_were_found(monkeypatch):
    monkeypatch.setattr(mtcnn, "landmarks", lambda frame: None)
    running = MapRateEstimator("green", model(GreenRate(), landmarks="MTCNN", every=30), 1.0)
    added(running, face_frames(100, 60, 80), [Box(20, 10, 40, 40)] * 100).finish()
    (note,) = running.notes
    assert "MTCNN found no landmarks in the face (4 looks)" in note


def test_estimators_say_what_they_give():
    assert MapRateEstimator.gives == ClipRateEstimator.gives == HEART_RATE
    assert rate_estimators.MapRateEstimator.runs_live is False and signal_estimator.SignalEstimator.runs_live
