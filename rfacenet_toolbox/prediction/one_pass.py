"""One pass over a recording: every face in it, from the first frame to the last."""

from array import array
from typing import Callable, Dict, List, Optional

import cv2
import numpy as np
from numpy.typing import NDArray

from ..datasets.times import SLOWEST_HZ
from ..errors import DataError
from . import quality, waveform
from .base import Estimator
from .box import Box
from .frames import Frame, Source
from .person import SHORTEST_S, Person
from .resample import frame_rate_hz
from .result import Prediction

_BLACK = 8.0  # mean grey level below which no face can be found

Track = Callable[[float, NDArray[np.uint8]], Dict[int, Optional[Box]]]
OnSecond = Callable[[float, Optional[quality.Reading]], object]
OnFrame = Callable[[Frame, Dict[int, Optional[Box]]], object]


class Pass:
    """One pass over a source; :func:`.predict` and the page of ``rfacenet live`` are made of it.

    Args:
        track: ``(time_s, image) -> {number: box or None}`` of all people so far.
        new_estimator: gives a fresh estimator.
        wants_pictures: keep a small picture of each face.
    """

    def __init__(self, track: Track, new_estimator: Callable[[], Estimator], wants_pictures: bool) -> None:
        self._track, self._new_estimator = track, new_estimator
        self._wants_pictures = wants_pictures
        self._people: Dict[int, Person] = {}
        self._times_s = array("d")
        self._brightest = 0.0

    def read(
        self, source: Source, on_second: Optional[OnSecond], window_s: float, on_frame: Optional[OnFrame] = None
    ) -> None:
        """Read the source to its end, and close it; ``on_frame`` is called after each frame with it and the boxes."""
        self._source = source
        try:
            self._read(on_second, window_s, on_frame)
        except KeyboardInterrupt:
            if not source.is_live:
                raise
            source.notes.append("Stopped by hand.")
        finally:
            source.close()

    def _read(self, on_second: Optional[OnSecond], window_s: float, on_frame: Optional[OnFrame]) -> None:
        next_s = -np.inf
        for time_s, image in self._source.frames():
            boxes = self._add(time_s, image)
            if time_s >= next_s:
                next_s = time_s + 1.0
                self._brightest = max(self._brightest, *cv2.mean(image)[:3])
                if on_second is not None:
                    on_second(time_s, self._running_estimate(window_s))
            if on_frame is not None:
                on_frame(Frame(time_s, image), boxes)

    def _add(self, time_s: float, image: NDArray[np.uint8]) -> Dict[int, Optional[Box]]:
        boxes = self._track(time_s, image)
        for number in boxes.keys() - self._people.keys():
            self._people[number] = Person(self._new_estimator(), self._wants_pictures)
            for earlier_s in self._times_s:
                self._people[number].add(earlier_s, None, None)
        for number, person in self._people.items():
            person.add(time_s, image, boxes[number])
        self._times_s.append(time_s)
        return boxes

    def running_waveform(self, window_s: float) -> Optional[waveform.Waveform]:
        """While the source is read: :meth:`.Person.up_to_date` of the first face; None where there is none yet."""
        if not self._people or self._times_s[-1] - self._times_s[0] < SHORTEST_S:
            return None
        return self._people[1].up_to_date(window_s)

    def _running_estimate(self, window_s: float) -> Optional[quality.Reading]:
        """The last window's :class:`~.quality.Reading` of the first face, for a camera; None where there is none."""
        if not self._source.is_live or not self._people or self._times_s[-1] - self._times_s[0] < SHORTEST_S:
            return None
        return self._people[1].recent(window_s)

    def long_enough(self) -> List[int]:
        """The numbers of the faces that were there for 5 s, or of the one that was there the longest."""
        seen_s = {number: person.seen_s(self._times_s) for number, person in self._people.items()}
        longest = max(seen_s, key=seen_s.__getitem__, default=1)
        return [number for number in seen_s if seen_s[number] >= SHORTEST_S] or [longest]

    def result(self, number: int, notes: List[str], window_s: float, step_s: float) -> Prediction:
        """Of one face; ``notes`` say how it was found.

        Raises:
            DataError: no heart rate can be read from what the source gave.
        """
        times_s = np.array(self._times_s)
        self._check(times_s, number in self._people and self._people[number].was_seen)
        return self._people[number].result(self._source, times_s, notes, window_s, step_s)

    def _check(self, times_s: NDArray[np.float64], has_face: bool) -> None:
        """Refuse a recording that no heart rate can be read from."""
        name = self._source.name
        seconds = times_s[-1] - times_s[0] if len(times_s) else 0.0
        if seconds < SHORTEST_S:
            raise DataError(
                f"{name} has {len(times_s)} frames in {seconds:.2f} s; a heart rate needs {SHORTEST_S:g} s or more. "
                f"Take a longer recording, or a longer part of this one."
            )
        fps_hz = frame_rate_hz(times_s)
        if fps_hz < SLOWEST_HZ:
            raise DataError(
                f"{name} has {fps_hz:.1f} frames per second; a pulse needs {SLOWEST_HZ:g} or more, and 25 to 30 are "
                f"better. Record it again at a higher rate."
            )
        if self._brightest < _BLACK:
            raise DataError(f"{name} is black (grey level {self._brightest:.0f} of 255). Record it with more light.")
        if not has_face:
            raise DataError(
                f"No face was found in the {len(times_s)} frames of {name}. The face should look at the camera, "
                f"upright, lit from the front, and fill an eighth of the picture's height or more. If the picture "
                f"holds nothing but the face, take the face backend 'whole'."
            )
