"""Frames at the pace at which they are to be seen, read ahead of the computing."""

import queue
import threading
import time

from ..frames import Source

#: what may wait for the computing: about a second, of HD too
_MOST_FRAMES, _MOST_BYTES = 32, 200_000_000
#: a video that is later than this does not hurry to catch up
_LATE_S = 0.25
#: a pause in a video is not waited for longer
_LONGEST_WAIT_S = 2.0


class _End:
    """What the reading ended with: an ``error``, or None."""

    def __init__(self, error=None):
        self.error = error


class Feed(Source):
    """Another source, read in a thread of its own: a camera as it comes, a video at its own pace.

    A network computes for a while at a time. Meanwhile the picture goes on, and frames wait. Where the computing is too
    slow for good, a video is held up, and a camera's frames are left out, which a note counts.

    Args:
        source: what is read.
        show: called with each :class:`~rfacenet_toolbox.prediction.frames.Frame` when it is to be seen, in the reading
            thread.
    """

    def __init__(self, source, show):
        super().__init__(source.name)
        self.is_live, self.length_s, self.notes = source.is_live, source.length_s, source.notes
        self._source, self._show, self._stop = source, show, threading.Event()
        self._waiting = queue.Queue()
        self._reader = threading.Thread(target=self._read, name="reading", daemon=True)
        self._left_out = 0

    def frames(self):
        """Yield the source's frames, until it ends or is stopped; an error of its reading is raised here."""
        self._reader.start()
        while not self._stop.is_set():
            try:
                item = self._waiting.get(timeout=0.1)
            except queue.Empty:
                continue
            if isinstance(item, _End):
                self._note_left_out()
                if item.error is not None:
                    raise item.error
                return
            yield item

    def stop(self):
        """End the frames, from any thread."""
        self._stop.set()

    def close(self):
        """Close the source, once its frame at hand is read."""
        self.stop()
        if self._reader.is_alive():
            self._reader.join(1.0)
        if not self._reader.is_alive():  # a capture that is released while it reads brings the process down
            self._source.close()

    def _read(self):
        end = _End()
        try:
            pace = Pace()
            for frame in self._source.frames():
                if not self.is_live:
                    self._stop.wait(pace.wait_s(frame.time_s))
                if self._stop.is_set():
                    return
                self._show(frame)
                self._hand_on(frame)
        except Exception as error:  # of any kind: it is raised where the frames are taken
            end = _End(error)
        finally:
            self._waiting.put(end)

    def _hand_on(self, frame):
        most = max(1, min(_MOST_FRAMES, _MOST_BYTES // frame.image.nbytes))
        while self._waiting.qsize() >= most:
            if self.is_live:
                self._left_out += 1
                return
            if self._stop.wait(0.01):
                return
        self._waiting.put(frame)

    def _note_left_out(self):
        if self._left_out:
            self.notes.append(
                f"{self._left_out} frames of the camera were left out, because the computing was too slow for them. A "
                f"signal method, such as pos, is faster."
            )


class Pace:
    """How long to wait before a frame is shown, by its time and the clock."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._start_s = None

    def wait_s(self, time_s):
        """Seconds to wait before the frame of this time."""
        now_s = self._clock()
        if self._start_s is None:
            self._start_s = now_s - time_s
        wait_s = self._start_s + time_s - now_s
        if wait_s < -_LATE_S:
            self._start_s -= wait_s
        elif wait_s > _LONGEST_WAIT_S:
            self._start_s -= wait_s - _LONGEST_WAIT_S
        return min(max(wait_s, 0.0), _LONGEST_WAIT_S)
