"""PURE (Stricker et al. 2014): PNG frames at 30 fps and a JSON file with the pulse oximeter at 60 Hz."""

import os
import re

import cv2
import numpy as np

from ..runtime.json_files import read_json
from . import image_names
from .dataset import Dataset
from .times import RecordedTimes, apart

PPG_HZ = 60.0


class Pure(Dataset):
    """Recording ``01-02``, of subject 1 and scenario 2: the folder ``01-02/01-02/*.png`` beside ``01-02/01-02.json``.

    In the JSON, ``/FullPackage`` lists the oximeter's samples and ``/Image`` the frames, each with a ``Timestamp`` in
    ns; the frame with a timestamp is the file ``Image<timestamp>.png``.
    """

    name = "PURE"
    layout = "folders DATA_PATH/01-01 ... 10-06, each with 01-01/*.png and 01-01.json inside (subject-scenario)"

    def recording_name(self, entry):
        """``"01-02"`` -> ``"102"``, as the toolbox's ``PURELoader`` names it."""
        if "-" not in entry or entry.startswith("."):
            return None
        if not re.match(r"^\d{2}-\d{2}$", entry):
            raise ValueError("its name is not two digits, a dash and two digits")
        return str(int(entry.replace("-", "")))

    def subject_of_clip(self, name):
        """``"102"`` -> 1."""
        if not re.match(r"^\d+$", name):
            raise ValueError("expected digits, subject then two for the scenario, such as 102")
        return int(name) // 100

    def sources(self, recording):
        """The folder of frames and the JSON file."""
        folder = os.path.basename(recording.path)
        return [os.path.join(recording.path, folder), os.path.join(recording.path, folder + ".json")]

    def frames(self, recording, every=1):
        """Decode the PNG files in the order of their names, after checking that none is missing."""
        shape = None
        for path in self._frame_paths(recording)[::every]:
            image = cv2.imread(path)
            if image is None:
                raise recording.error(
                    f"{os.path.basename(path)} is no readable image ({os.path.getsize(path)} bytes). Copy the frame "
                    f"again from the data set"
                )
            shape = shape or image.shape
            if image.shape != shape:
                raise recording.error(
                    f"{os.path.basename(path)} is {image.shape[1]}x{image.shape[0]}, but the first frame is "
                    f"{shape[1]}x{shape[0]}; expected one size throughout. Copy the frames again from the data set"
                )
            yield image

    def _frame_names(self, recording):
        folder = self.sources(recording)[0]
        there = os.listdir(folder) if os.path.isdir(folder) else []
        names = sorted(name for name in there if name.endswith(".png") and not name.startswith("."))
        if not names:
            raise recording.error(f"there are no PNG frames in {folder}. Expected {self.layout}. Copy the frames there")
        return names

    def _frame_paths(self, recording):
        names = self._frame_names(recording)
        present = set(names)
        expected = [f"Image{stamp}.png" for stamp in _timestamps(self._ground_truth(recording), "/Image")]
        missing = [name for name in expected if name not in present]
        if missing:
            raise recording.error(
                f"{len(missing)} of the {len(expected)} frames that its JSON lists are not there, the first is "
                f"{missing[0]}. Copy the recording again from the data set"
            )
        return [os.path.join(self.sources(recording)[0], name) for name in names]

    def times(self, recording):
        """The stamps in the frames' names, or else in ``/Image``, and those of the oximeter's samples."""
        content = self._ground_truth(recording)
        names = self._frame_names(recording)
        stamps = image_names.numbers(names)
        unit = stamps and image_names.per_second(stamps)
        if stamps and not unit:
            found = image_names.gaps(stamps)
            if found:
                return RecordedTimes(
                    problem=f"of the numbers in its {len(names)} frames' names, {found}; expected every frame, in "
                    f"order. Copy the frames again from the data set"
                )
        if not unit:
            stamps = _timestamps(content, "/Image")
            unit = _unit(stamps)
        samples, entries = _timestamps(content, "/FullPackage"), content.get("/FullPackage")
        if samples and len(samples) != len(entries):
            return RecordedTimes(
                problem=f"its JSON has a Timestamp, a whole number of ns, in {len(samples)} of {len(entries)} "
                f"'/FullPackage' entries; expected it in all or none. Copy the file again from the data set"
            )
        return RecordedTimes(
            _seconds(stamps, unit) if len(stamps) == len(names) else None,
            _seconds(samples, _unit(samples)) if samples else None,
        )

    def ppg(self, recording):
        """The oximeter's waveform, one value per ``/FullPackage`` entry; agrees with the toolbox's ``read_wave``."""
        entries = self._ground_truth(recording).get("/FullPackage")
        if not isinstance(entries, list):
            raise self._malformed(recording, "has no list '/FullPackage'")
        try:
            return np.asarray([float(entry["Value"]["waveform"]) for entry in entries], dtype=np.float64)
        except (KeyError, TypeError, ValueError) as error:
            raise self._malformed(
                recording, f"has a '/FullPackage' entry without a number in Value.waveform ({error!r})"
            )

    def label(self, recording, signal, frame_count, fs_hz):
        """The waveform stretched over the frames by linear interpolation, as the toolbox's ``resample_ppg`` does.

        Stretching hides what is missing, so both are held against each other first, see :func:`~.times.apart`: by their
        stamps, or else from their first on, with 60 samples and ``fs_hz`` frames per second.
        """
        times = self.times(recording)
        frames_s, samples_s = times.frames_s, times.samples_s
        if frames_s is None or samples_s is None:
            frames_s, samples_s = np.arange(frame_count) / fs_hz, np.arange(len(signal)) / PPG_HZ
        problem = apart(RecordedTimes(frames_s, samples_s))
        if problem:
            raise recording.error(problem)
        count = len(signal)
        return np.interp(np.linspace(1, count, frame_count), np.linspace(1, count, count), signal)

    def _ground_truth(self, recording):
        path = self.sources(recording)[1]
        try:
            content = read_json(path)
        except FileNotFoundError:
            raise recording.missing("ground truth", path)
        except ValueError as error:
            raise self._malformed(recording, f"is {'empty' if os.path.getsize(path) == 0 else f'no JSON ({error})'}")
        if not isinstance(content, dict):
            raise self._malformed(recording, "is no JSON object")
        return content

    def _malformed(self, recording, what):
        return recording.error(
            f"its ground truth {os.path.basename(self.sources(recording)[1])} {what}; expected '/FullPackage' with a "
            f"waveform value for every sample. Copy the file again from the data set"
        )


def _timestamps(content, key):
    """Timestamps under ``key``, in ns in the data set; none where the JSON does not have them."""
    entries = content.get(key)
    if not isinstance(entries, list):
        return []
    stamps = [entry.get("Timestamp") for entry in entries if isinstance(entry, dict)]
    return [stamp for stamp in stamps if isinstance(stamp, int) and abs(stamp) < 2**63]


def _unit(stamps):
    """How many units of the stamps make a second: 1e9, unless their steps show that somebody converted them."""
    return image_names.fitting_unit(stamps) or 1e9


def _seconds(stamps, unit):
    """Stamps, of whose units ``unit`` make a second, in seconds; float64 still tells microseconds apart."""
    return np.array(stamps, dtype=np.float64) / unit
