"""The computing behind the page, in a thread of its own: a recording from its first frame to the result."""

import base64
import threading
import time
import traceback
from collections import deque

import numpy as np

from ...errors import RFaceNetError
from .. import confidence, quality
from ..faces import LARGE_BOX_COEF
from ..one_pass import Pass
from ..person import SHORTEST_S
from ..waveform import Window
from .board import Picture, shares
from .feed import Feed

#: length of the running window, of its steps in the result, and the time between two looks at it
WINDOW_S, _STEP_S, _LOOK_EVERY_S = 10.0, 1.0, 0.5
#: earlier windows, 1 s apart, that a heart rate is held against
_NEIGHBOURS = 30
#: by which a network's waveform may end before the newest frame
_LAG_S = 1.0
#: a look that takes long is followed by this many times its length without one
_REST = 3.0


class Measuring(threading.Thread):
    """Puts what becomes of a recording on the board.

    Parts: ``about`` at once; ``picture`` for each frame; ``reading`` about twice per second, and once more at
    the end; ``end`` when it is over.

    Args:
        source: :class:`~rfacenet_toolbox.prediction.frames.Source`; it is closed at the end.
        tracker, running: the face tracker and the estimator of this recording.
        board: :class:`~.board.Board`.
    """

    def __init__(self, source, tracker, running, board):
        super().__init__(name="measuring", daemon=True)
        self._board, self._ends = board, threading.Event()
        self._feed = Feed(source, self._show)
        self._tracker, self._estimator = tracker, running
        self._pass = Pass(lambda time_s, image: {1: tracker.track(time_s, image)}, lambda: running, False)
        self._box = self._newest = None
        self._next_look_s = 0.0
        self._windows = deque(maxlen=_NEIGHBOURS)
        board.put(
            "about",
            {"source": source.name, "method": running.name, "is_camera": source.is_live, "length_s": source.length_s,
             "window_s": WINDOW_S, "shortest_s": SHORTEST_S},
        )  # fmt: skip

    def run(self):
        """Measure, from the moment at which somebody looks."""
        while not self._board.watched.wait(0.1) and not self._ends.is_set():
            pass
        try:
            self._pass.read(self._feed, None, WINDOW_S, on_frame=self._look)
            if not self._ends.is_set():
                if self._newest is not None:  # the waveform that stays on the page goes to the end
                    self._board.put("reading", self._reading(self._newest))
                self._board.put("end", {"result": self._result()})
        except RFaceNetError as error:
            self._board.put("end", self._failure(str(error)))
        except Exception as error:
            traceback.print_exc()
            self._board.put("end", self._failure(f"The measuring broke off ({type(error).__name__}: {error})."))
        finally:
            self._feed.close()

    def end(self):
        """Stop, and wait a moment for it."""
        self._ends.set()
        self._feed.stop()
        if self.is_alive():
            self.join(2.0)

    def _show(self, frame):
        self._board.put("picture", Picture(frame.time_s, frame.image, self._box))

    def _look(self, frame, boxes):
        """Put the last seconds' waveform and heart rate on the board, if it is time to."""
        self._box, self._newest = boxes[1], frame
        before_s = time.monotonic()
        if before_s < self._next_look_s:
            return
        self._board.put("reading", self._reading(frame))
        now_s = time.monotonic()
        self._next_look_s = max(before_s + _LOOK_EVERY_S, now_s + _REST * (now_s - before_s))

    def _reading(self, frame):
        content = {"time_s": frame.time_s, "has_face": self._box is not None}
        recent = self._pass.running_waveform(WINDOW_S)
        if recent is None:
            return content
        content["waveform"] = {"start_s": recent.start_s, "fs_hz": recent.fs_hz, "values": _drawn(recent)}
        content["map"] = self._map(frame)
        found = quality.read_pulse(recent.bvp, recent.fs_hz) if recent.has_face(slice(None)) else None
        if found is not None:
            content["heart_rate_bpm"], content["quality"] = found
            content["expected_error_bpm"], content["doubted"] = self._judge(recent, found)
        return content

    def _judge(self, recent, found):
        """``(expected_error_bpm, doubted)`` of a reading of the last seconds."""
        signals = self._estimator.face_signals
        window = Window(recent.start_s, recent.start_s + len(recent.bvp) / recent.fs_hz, *found)
        even = signals.even(WINDOW_S + _LAG_S)
        judged = confidence.judge_last(window, self._windows, even, self._estimator.name)
        if not self._windows or window.start_s - self._windows[-1].start_s >= _STEP_S:
            self._windows.append(window)
        return judged

    def _map(self, frame):
        """The contour branch's map and where it lies; None without one."""
        strength = self._estimator.identity_map
        if strength is None or self._box is None:
            return None
        grey = np.rint(255 * strength).astype(np.uint8)
        return {
            "height": grey.shape[0], "width": grey.shape[1], "values": base64.b64encode(grey.tobytes()).decode("ascii"),
            "box": shares(self._box.scaled(LARGE_BOX_COEF), frame.image),
        }  # fmt: skip

    def _result(self):
        content = self._pass.result(1, self._tracker.notes(), WINDOW_S, _STEP_S).to_dict()
        del content["windows"]
        return content

    def _failure(self, error):
        return {"error": error, "notes": list(self._feed.notes)}


def _drawn(waveform):
    """The waveform as the page draws it: in standard deviations, None where no face was seen."""
    spread = waveform.bvp[waveform.known].std() if waveform.known.any() else 0.0
    scored = waveform.bvp / spread if spread > 0 else waveform.bvp
    return [round(float(value), 2) if known else None for value, known in zip(scored, waveform.known)]
