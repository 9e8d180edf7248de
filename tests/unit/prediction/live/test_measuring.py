"""What the page is told while a recording is read, and at its end."""

import base64

import numpy as np
import pytest
from support.live_page import parts_until_end
from support.own_videos import Memory, at, face_frames, flat_frames

import rfacenet_toolbox
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.prediction import Camera
from rfacenet_toolbox.prediction.estimators import estimator
from rfacenet_toolbox.prediction.faces import detector
from rfacenet_toolbox.prediction.live import feed, measuring
from rfacenet_toolbox.prediction.live.board import Board
from rfacenet_toolbox.prediction.tracking import FaceTracker


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Recordings as fast as they can be computed, every frame of them, and a look at each."""
    monkeypatch.setattr(feed.Pace, "wait_s", lambda self, time_s: 0.0)
    monkeypatch.setattr(feed, "_MOST_FRAMES", 1000)
    monkeypatch.setattr(measuring, "_LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(measuring, "_REST", 0.0)


def measured(source, method="pos"):
    """``(parts, end)``."""
    parts = parts_until_end(source, FaceTracker(detector("HC")), estimator(method))
    return parts, parts[-1][1]


def readings(parts):
    return [content for name, content in parts if name == "reading"]


@pytest.fixture(scope="module")
def whole():
    """``(parts, end)`` of a video of 11 s; the looks at it are as far apart as they are in use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed.Pace, "wait_s", lambda self, time_s: 0.0)
        return measured(at(face_frames(), 30))


def test_the_result_is_that_of_predict(whole):
    parts, end = whole
    expected = rfacenet_toolbox.predict(at(face_frames(), 30), "pos", face_backend="HC").to_dict()
    del expected["windows"]
    assert parts[-1][0] == "end" and end == {"result": expected}
    assert end["result"]["heart_rate_bpm"] == pytest.approx(80, abs=3)


def test_it_tells_what_is_read_and_shows_every_frame_with_the_face(whole):
    parts, _ = whole
    assert parts[0] == (
        "about",
        {"source": "memory", "method": "pos", "is_camera": False, "length_s": None, "window_s": 10.0,
         "shortest_s": 5.0},
    )  # fmt: skip
    pictures = [content.to_dict() for name, content in parts if name == "picture"]
    assert [picture["time_s"] for picture in pictures] == pytest.approx(np.arange(330) / 30, abs=1e-3)
    assert all(0 <= edge <= 1 for edge in pictures[-1]["box"])


def test_readings_have_a_waveform_and_a_heart_rate_once_there_are_five_seconds():
    found = readings(measured(at(face_frames()[:400], 30))[0])
    assert found[0] == {"time_s": 0.0, "has_face": True}
    last = found[-1]
    assert last["heart_rate_bpm"] == pytest.approx(80, abs=4) and last["quality"] > 0.6
    assert 0 < last["expected_error_bpm"] < 10 and last["doubted"] == []
    wave = last["waveform"]
    assert wave["start_s"] + len(wave["values"]) / wave["fs_hz"] == pytest.approx(last["time_s"], abs=0.1)
    assert np.std(wave["values"]) == pytest.approx(1.0, abs=0.05)
    assert last["map"] is None


def test_the_last_reading_goes_to_the_end_however_long_the_looks_before_it_took(monkeypatch):
    monkeypatch.setattr(measuring, "_LOOK_EVERY_S", 1000.0)
    parts, _ = measured(at(face_frames()[:400], 30))
    first, last = readings(parts)
    wave = last["waveform"]
    assert first["time_s"] == 0.0 and last["time_s"] == pytest.approx(199 / 30)
    assert wave["start_s"] + len(wave["values"]) / wave["fs_hz"] == pytest.approx(last["time_s"], abs=0.1)


def test_a_heart_rate_of_noise_is_doubted_and_why_is_said():
    random = np.random.default_rng(1)
    still = face_frames()[0].astype(np.float32)
    frames = [np.uint8(np.clip(still * random.normal(1, 0.02), 0, 255)) for _ in range(180)]
    last = readings(measured(Memory(frames, np.arange(180) / 30))[0])[-1]
    assert last["expected_error_bpm"] > 5 and last["doubted"]


def test_where_the_face_is_gone_there_is_no_waveform_and_no_heart_rate():
    frames = face_frames()[:540:2] + flat_frames(150)
    parts, end = measured(Memory(frames, np.arange(len(frames)) / 30))
    last = readings(parts)[-1]
    assert last["has_face"] is False and "heart_rate_bpm" not in last
    assert last["waveform"]["values"][-1] is None and last["waveform"]["values"][0] is not None
    assert any("No face was seen in" in note for note in end["result"]["notes"])


def test_a_camera_that_disappears_leaves_the_result_of_what_it_gave():
    class Capture:
        """A camera that is unplugged after a while."""

        frames = face_frames()[::2]
        count = 0

        def isOpened(self):
            return True

        def read(self):
            self.count += 1
            return (True, self.frames[self.count - 1]) if self.count <= 300 else (False, None)

        def release(self):
            pass

    capture = Capture()
    camera = Camera(0, capture=lambda index: capture, clock=lambda: capture.count / 30)
    parts, end = measured(camera)
    assert parts[0][1]["is_camera"] and end["result"]["heart_rate_bpm"] == pytest.approx(80, abs=3)
    assert "The camera gave no more frames." in end["result"]["notes"]


def test_a_video_that_breaks_off_says_why():
    class Breaks(Memory):
        def frames(self):
            yield from super().frames()
            self.notes.append("A note.")
            raise DataError("It is damaged.")

    parts, end = measured(Breaks(flat_frames(5), np.arange(5) / 30))
    assert end == {"error": "It is damaged.", "notes": ["A note."]}


def test_one_that_is_too_short_says_so():
    _, end = measured(at(face_frames()[:60], 30))
    assert "a heart rate needs 5 s or more" in end["error"]


def test_an_error_that_nobody_thought_of_is_said_too(monkeypatch, capsys):
    monkeypatch.setattr(measuring.quality, "read_pulse", lambda *pulse: 1 / 0)
    _, end = measured(at(face_frames()[:400], 30))
    assert end["error"] == "The measuring broke off (ZeroDivisionError: division by zero)."
    assert "Traceback" in capsys.readouterr().err


def test_nothing_is_read_before_somebody_looks_and_it_can_be_ended_then():
    board = Board()
    one = measuring.Measuring(at(face_frames(), 30), FaceTracker(detector("HC")), estimator("pos"), board)
    one.start()
    one.join(0.3)
    assert list(board.news().parts) == ["about"]
    one.end()
    assert not one.is_alive() and list(board.news().parts) == ["about"]


def test_the_contour_branchs_map_comes_with_the_networks_waveform():
    pytest.importorskip("torch")
    parts, _ = measured(at(face_frames()[:306], 30), "rfacenet")
    found = [content for content in readings(parts) if content.get("map")]
    assert found and "waveform" in found[-1]
    shown = found[-1]["map"]
    assert shown["height"] == shown["width"] == 4 and len(base64.b64decode(shown["values"])) == 16
    assert all(0 <= edge <= 1 for edge in shown["box"])
