import json

import cv2
import numpy as np
import pytest
from support.recordings import digests

from rfacenet_toolbox.errors import ConfigError, DataError
from rfacenet_toolbox.synthetic import MANIFEST, write_dataset
from rfacenet_toolbox.synthetic.dataset import read_specs

SMALL = {"seconds": 0.5, "size": (160, 120), "workers": 1}


def peak_bpm(signal, fs_hz):
    power = np.abs(np.fft.rfft((signal - np.mean(signal)) * np.hanning(len(signal)), 1 << 14))
    bpm = 60 * np.fft.rfftfreq(1 << 14, 1 / fs_hz)
    return bpm[bpm > 40][power[bpm > 40].argmax()]


@pytest.mark.parametrize("dataset", ["pure", "ubfc-rppg"])
def test_same_arguments_same_bytes_whatever_the_workers(tmp_path, dataset):
    write_dataset(tmp_path / "a", dataset, 2, seed=5, scenarios=[2], **SMALL)
    write_dataset(tmp_path / "b", dataset, 2, seed=5, scenarios=[2], **dict(SMALL, workers=2))
    write_dataset(tmp_path / "c", dataset, 2, seed=6, scenarios=[2], **SMALL)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert digests(tmp_path / "a") != digests(tmp_path / "c")


def test_pure_layout_and_note(tmp_path):
    folders = write_dataset(tmp_path, "pure", 1, first_subject=7, **SMALL)
    assert [folder.name for folder in folders] == [f"07-0{scenario}" for scenario in range(1, 7)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name for folder in folders] + [MANIFEST]
    assert all(len(list((folder / folder.name).glob("Image*.png"))) == 15 for folder in folders)
    note = json.loads((tmp_path / MANIFEST).read_text())
    assert "ynthetic" in note["note"]
    rates = [note["recordings"][folder.name]["heart_rate_bpm"] for folder in folders]
    assert sorted(rates) == pytest.approx(np.linspace(50, 120, 6), abs=0.01) and rates != sorted(rates)


def test_pure_waveform_has_the_nominal_rate(tmp_path):
    # The label has its own rate, so few frames will do.
    (folder,) = write_dataset(
        tmp_path, "pure", 1, scenarios=[1], heart_rates_bpm=84, fps=2.0, **dict(SMALL, seconds=20)
    )
    package = json.loads((folder / f"{folder.name}.json").read_text())["/FullPackage"]
    wave = np.array([entry["Value"]["waveform"] for entry in package])
    assert len(wave) == 1200
    assert 0 < wave.min() < wave.max() < 127  # not clipped
    assert peak_bpm(wave, 60.0) == pytest.approx(84, abs=1.5)


def test_ubfc_video_and_label_have_the_nominal_rate(tmp_path):
    (folder,) = write_dataset(tmp_path, "ubfc-rppg", 1, heart_rates_bpm=66, **dict(SMALL, seconds=16))
    assert folder.name == "subject1"
    bvp, rate, times = np.loadtxt(folder / "ground_truth.txt")
    video, green = cv2.VideoCapture(str(folder / "vid.avi")), []
    frame = video.read()[1]
    while frame is not None:
        green.append(frame[36:80, 60:100, 1].mean())
        frame = video.read()[1]
    assert len(green) == len(bvp) == len(rate) == len(times) == 480
    assert peak_bpm(bvp, 30.0) == pytest.approx(66, abs=1.5)
    assert peak_bpm(np.array(green), 30.0) == pytest.approx(66, abs=2)
    assert rate == pytest.approx(66, abs=5)


def test_what_is_there_is_left_alone_and_what_is_missing_is_made(tmp_path):
    arguments = dict(SMALL, scenarios=[1, 2])
    first, second = write_dataset(tmp_path, "pure", 1, **arguments)
    before = digests(tmp_path)
    stamp = first.stat().st_mtime_ns
    (second / "01-02" / "leftover").mkdir()
    second.rename(tmp_path / ".01-02.part")  # as an interrupted run leaves it
    made = []
    write_dataset(tmp_path, "pure", 1, on_recording=made.append, **arguments)
    assert made == [second]
    assert first.stat().st_mtime_ns == stamp
    assert digests(tmp_path) == before


def test_failure_leaves_no_whole_looking_recording(tmp_path):
    with pytest.raises(DataError):
        write_dataset(tmp_path, "ubfc-rppg", 1, codec="ZZZZ", **SMALL)
    assert not list(tmp_path.glob("subject*"))


def test_other_contents_are_never_overwritten(tmp_path):
    (folder,) = write_dataset(tmp_path, "pure", 1, scenarios=[1], **SMALL)
    before = digests(tmp_path)
    with pytest.raises(DataError, match="other settings"):
        write_dataset(tmp_path, "pure", 1, scenarios=[1], seed=1, **SMALL)
    with pytest.raises(DataError, match="one folder for each data set"):
        write_dataset(tmp_path, "ubfc-rppg", 1, **SMALL)
    assert digests(tmp_path) == before
    (tmp_path / MANIFEST).write_text("{}")
    with pytest.raises(DataError, match="not the note"):
        write_dataset(tmp_path, "pure", 1, scenarios=[1], **SMALL)
    (tmp_path / MANIFEST).unlink()
    with pytest.raises(DataError, match=folder.name):
        write_dataset(tmp_path, "pure", 1, scenarios=[1], **SMALL)


@pytest.mark.parametrize(
    "change, words",
    [
        ({"dataset": "cohface"}, "pure, ubfc-rppg"),
        ({"subjects": 0}, "subjects is 0"),
        ({"first_subject": 0}, "first_subject is 0"),
        ({"subjects": 2, "first_subject": 99}, "up to 99"),
        ({"seconds": 0}, "seconds is 0"),
        ({"seconds": float("nan")}, "seconds is nan"),
        ({"fps": -1}, "fps is -1"),
        ({"seconds": 0.01}, "two frames"),
        ({"size": (100, 80)}, "face"),
        ({"scenarios": [1, 7]}, "6 medium rotation"),
        ({"scenarios": []}, "scenarios"),
        ({"dataset": "ubfc-rppg", "scenarios": [1, 2]}, "one recording"),
        ({"heart_rates_bpm": [60, 70]}, "2 heart rates"),
        ({"heart_rates_bpm": 300}, "between 30 and 240"),
        ({"workers": 0}, "workers is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"codec": "FFV1"}, "PNG"),
    ],
)
def test_arguments_that_make_no_sense(tmp_path, change, words):
    arguments = dict({"dataset": "pure", "subjects": 1}, **SMALL)
    arguments.update(change)
    with pytest.raises(ConfigError, match=words):
        write_dataset(tmp_path / "out", **arguments)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "change",
    [{"subject": "7"}, {"scenario": 99}, {"seconds": 1e300}, {"fps": None}, {"size": [160]}, {"size": [160, 10**6]},
     {"dataset": []}, {"codec": 1}, {"seed": -1}, {"heart_rate_bpm": float("inf")}],
)  # fmt: skip
def test_a_note_of_odd_values_is_refused(tmp_path, change):
    spec = {
        "dataset": "pure", "subject": 1, "scenario": 1, "heart_rate_bpm": 72.0, "seconds": 2.0, "fps": 30.0,
        "size": [160, 120], "seed": 0, "codec": None,
    }  # fmt: skip
    note = {"note": "", "dataset": "pure", "recordings": {"01-01": spec}}
    (tmp_path / MANIFEST).write_text(json.dumps(note))
    assert read_specs(tmp_path)["01-01"].frame_count == 60
    spec.update(change)
    (tmp_path / MANIFEST).write_text(json.dumps(note))
    with pytest.raises(DataError, match="not the note that is left beside synthetic recordings"):
        read_specs(tmp_path)
