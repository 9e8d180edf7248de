"""Frames at their own pace, ahead of the computing."""

import threading

import numpy as np
import pytest
from support.live_page import wait_until
from support.own_videos import Memory, flat_frames

from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.prediction.live import feed
from rfacenet_toolbox.prediction.live.feed import Feed


class Breaks(Memory):
    """A source that is damaged after some frames."""

    def frames(self):
        yield from super().frames()
        raise DataError("It is damaged.")


def short(count=5, kind=Memory, **settings):
    return kind(flat_frames(count), np.arange(count) / 1000, **settings)


def test_every_frame_is_shown_and_handed_on_in_order():
    shown = []
    source = Feed(short(), shown.append)
    handed_on = list(source.frames())
    assert [frame.time_s for frame in handed_on] == [0.0, 0.001, 0.002, 0.003, 0.004]
    assert [frame.time_s for frame in shown] == [frame.time_s for frame in handed_on]
    assert source.name == "memory" and not source.is_live
    source.close()


def test_an_error_of_the_source_is_raised_after_its_frames():
    seen = []
    with pytest.raises(DataError, match="damaged"):
        for frame in Feed(short(kind=Breaks), lambda frame: None).frames():
            seen.append(frame)
    assert len(seen) == 5


def test_notes_are_the_sources_own():
    source = short()
    one = Feed(source, lambda frame: None)
    source.notes.append("said at the end")
    assert one.notes == ["said at the end"]


def test_a_video_waits_for_slow_computing(monkeypatch):
    monkeypatch.setattr(feed, "_MOST_FRAMES", 2)
    shown = []
    frames = Feed(short(6), shown.append).frames()
    next(frames)
    wait_until(lambda: len(shown) >= 4)  # the first was taken, two wait, one is in hand
    assert len(shown) <= 4
    assert len(list(frames)) == 5 and len(shown) == 6


def test_a_camera_leaves_out_what_the_computing_is_too_slow_for(monkeypatch):
    monkeypatch.setattr(feed, "_MOST_FRAMES", 2)
    shown = []
    source = Feed(short(6, is_live=True), shown.append)
    frames = source.frames()
    taken = [next(frames)]
    wait_until(lambda: len(shown) == 6)
    taken += frames
    left_out = 6 - len(taken)
    assert left_out in (3, 4)
    assert source.notes[0].startswith(f"{left_out} frames of the camera were left out")


def test_it_ends_when_it_is_stopped_in_the_middle():
    source = Feed(Memory(flat_frames(3), [0.0, 1000.0, 2000.0]), lambda frame: None)
    frames = source.frames()
    next(frames)
    threading.Timer(0.1, source.stop).start()
    assert list(frames) == []
    source.close()


def test_the_pace_is_the_videos_own():
    now_s = [100.0]
    pace = feed.Pace(lambda: now_s[0])
    assert pace.wait_s(5.0) == 0.0  # a part that begins later begins at once
    assert pace.wait_s(5.5) == pytest.approx(0.5)
    now_s[0] += 0.6
    assert pace.wait_s(5.5) == 0.0
    assert pace.wait_s(6.0) == pytest.approx(0.4)  # a little late: made up for


def test_a_video_that_was_held_up_does_not_hurry_and_a_long_pause_is_not_waited_for():
    now_s = [0.0]
    pace = feed.Pace(lambda: now_s[0])
    pace.wait_s(0.0)
    now_s[0] = 10.0
    assert pace.wait_s(1.0) == 0.0
    assert pace.wait_s(1.5) == pytest.approx(0.5)
    assert pace.wait_s(1000.0) == 2.0
    now_s[0] += 2.0
    assert pace.wait_s(1000.1) == pytest.approx(0.1)
