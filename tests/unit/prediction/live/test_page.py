"""The page in a real browser: what it shows of a video, that it fits a phone, and that only this machine is asked."""

import threading
from urllib.parse import urlsplit

import numpy as np
import pytest
from support.live_page import PATIENCE_S, served, viewer
from support.own_videos import Memory, at, face_frames

from rfacenet_toolbox.prediction.estimators import estimator
from rfacenet_toolbox.prediction.faces import detector
from rfacenet_toolbox.prediction.live import feed
from rfacenet_toolbox.prediction.live.board import Board
from rfacenet_toolbox.prediction.live.measuring import Measuring
from rfacenet_toolbox.prediction.tracking import FaceTracker

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATUS = "document.getElementById('status').textContent"
HAS_ENDED = "document.body.dataset.status === 'ended'"
#: whether something is drawn on a canvas, by its pixels' spread
DRAWN = """(() => {{
  const canvas = document.getElementById("{0}");
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return new Set(pixels).size > 8;
}})()"""


@pytest.fixture(scope="module")
def browser_tab(tmp_path_factory):
    from support.chromium import tab

    with tab(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture
def shown(monkeypatch):
    """Show a source: its board and the measuring, which waits for a viewer."""
    monkeypatch.setattr(feed.Pace, "wait_s", lambda self, time_s: 0.0)
    started = []

    def show(source):
        board = Board()
        started.append(Measuring(source, FaceTracker(detector("HC")), estimator("pos"), board))
        started[-1].start()
        return board

    yield show
    for measuring in started:
        measuring.end()


def test_a_video_to_its_end_on_a_screen_and_on_a_phone(shown, browser_tab):
    board = shown(at(face_frames(), 30))
    browser_tab.asked.clear()
    browser_tab.faults.clear()
    with served(board) as address:
        browser_tab.resize(1300)
        browser_tab.visit(address)
        browser_tab.until(HAS_ENDED)
        with viewer(address) as other:
            result = other.next()[0]["end"]["result"]
        assert result["heart_rate_bpm"] == pytest.approx(80, abs=3)
        assert browser_tab.value(STATUS) == "The video is over."
        assert browser_tab.value("document.getElementById('rate').textContent") == f"{result['heart_rate_bpm']:.0f}"
        assert f"{result['heart_rate_bpm']:.1f} bpm" in browser_tab.value("document.getElementById('end').innerText")
        for width in (1300, 400):
            browser_tab.resize(width)
            assert browser_tab.value("innerWidth") == width
            assert browser_tab.value("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
            for canvas in ("picture", "wave"):
                browser_tab.until(DRAWN.format(canvas))
        port = urlsplit(address).port
        hosts = {urlsplit(url).netloc for url in browser_tab.asked if not url.startswith(("data:", "about:"))}
        assert hosts == {f"127.0.0.1:{port}"} and any(url.startswith("ws://") for url in browser_tab.asked)
        assert browser_tab.faults == []
        browser_tab.visit("about:blank")


class Held(Memory):
    """Stops in the middle until ``go_on`` is set."""

    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.go_on = threading.Event()

    def frames(self):
        for index, frame in enumerate(super().frames()):
            if index == 60:
                self.go_on.wait(PATIENCE_S)
            yield frame


def test_a_page_that_is_closed_in_the_middle_and_opened_again(shown, browser_tab):
    frames = face_frames()[:240:2]
    held = Held(frames, np.arange(len(frames)) / 30, is_live=True)
    board = shown(held)
    with served(board) as address, viewer(address) as other:
        browser_tab.visit(address)
        browser_tab.until("document.body.dataset.status === 'open'")
        browser_tab.visit("about:blank")
        held.go_on.set()
        while "end" not in other.next()[0]:
            pass
        browser_tab.visit(address)
        browser_tab.until(HAS_ENDED)
        assert browser_tab.value(STATUS) == "It was broken off. Why stands below."
        assert "a heart rate needs 5 s or more" in browser_tab.value("document.getElementById('end').innerText")
        browser_tab.visit("about:blank")


def test_two_tabs_show_the_same_and_one_that_is_closed_does_not_end_the_other(shown, browser_tab):
    from support.chromium import another

    frames = face_frames()
    held = Held(frames, np.arange(len(frames)) / 30, is_live=True)
    board = shown(held)
    is_open, rate = "document.body.dataset.status === 'open'", "document.getElementById('rate').textContent"
    with served(board) as address, another(browser_tab) as kept:
        with another(browser_tab) as closed:
            for one in (browser_tab, kept, closed):
                one.visit(address)
                one.until(is_open)
                one.until(DRAWN.format("picture"))
        held.go_on.set()
        for one in (browser_tab, kept):
            one.until(HAS_ENDED)
        assert browser_tab.value(rate) == kept.value(rate) != ""
        assert kept.faults == []
        browser_tab.visit("about:blank")


def test_a_server_that_ends_is_said(browser_tab):
    board = Board()
    with served(board) as address:
        browser_tab.visit(address)
        browser_tab.until("document.body.dataset.status === 'open'")
    browser_tab.until("document.body.dataset.status === 'closed'")
    assert "It was stopped" in browser_tab.value(STATUS)
    browser_tab.visit("about:blank")


def test_words_from_outside_are_text_and_nothing_else(browser_tab):
    board = Board()
    name = "<img src=x onerror=document.title='run'>"
    board.put("about", {"source": name, "method": "pos"})
    board.put("end", {"error": name, "notes": [name]})
    with served(board) as address:
        browser_tab.visit(address)
        browser_tab.until(HAS_ENDED)
        assert browser_tab.value("document.images.length") == 0
        assert browser_tab.value("document.getElementById('end-notes').textContent") == name * 2
        browser_tab.visit("about:blank")
