"""The synthetic tree of VIPL-HR holds every defect of the real one, and its signals are read to one frame."""

import cv2
import numpy as np
import pytest
from scipy.io import loadmat
from support.recordings import digests

from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.synthetic import write_dataset
from rfacenet_toolbox.synthetic.dataset import read_specs, signals
from rfacenet_toolbox.synthetic.vipl_hr import CUT, FAULTS, FEWER_FRAMES, GAPS, SHORT, frame_times

SMALL = {"seconds": 4, "size": (160, 120), "workers": 1, "codec": "MJPG"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("vipl")
    write_dataset(root, "vipl-hr", 5, scenarios=[1, 2, 4, 8], **SMALL)
    return root


def frame_count(folder):
    return int(cv2.VideoCapture(str(folder / "video.avi")).get(cv2.CAP_PROP_FRAME_COUNT))


def by_defect(root):
    return {spec.defect: name for name, spec in read_specs(root).items()}


def test_the_tree_is_that_of_the_data_set(root):
    names = set(read_specs(root))
    assert {name.split("/")[1] for name in names} == {"p1", "p2", "p3", "p4", "p100"}
    assert {"data/p1/v1-2/source1", "data/p1/v8/source2"} <= names
    assert not names & {"data/p2/v1/source1", "data/p4/v2/source3", "data/p100/v1/source1", "data/p1/v8/source1"}
    folds = [set(loadmat(str(root / "fold" / f"fold{k}.mat"))[f"fold{k}"].ravel().tolist()) for k in range(1, 6)]
    assert folds == [{1}, {2}, {3}, {4}, {100}]


def test_no_container_tells_its_rate_and_source_2_has_no_stamps(root):
    for name, spec in read_specs(root).items():
        assert cv2.VideoCapture(str(root / name / "video.avi")).get(cv2.CAP_PROP_FPS) == 25
        assert (root / name / "time.txt").exists() == (not name.endswith("source2"))
        assert spec.scenario != 4 or 15.5 < spec.fps < 17
    rates = {spec.fps for spec in read_specs(root).values()}
    assert len(rates) > 5 and 24.95 in rates and 29.8 in rates


def test_each_defect_is_there_once_or_more(root):
    found = by_defect(root)
    assert set(found) == {"", FEWER_FRAMES, CUT, SHORT, GAPS, FAULTS}
    stamps = {defect: (root / name / "time.txt") for defect, name in found.items()}
    more = {k: len(stamps[k].read_text().split()) - frame_count(root / found[k]) for k in (FEWER_FRAMES, CUT)}
    assert more[FEWER_FRAMES] == 5 and more[CUT] > 1.4 * read_specs(root)[found[CUT]].fps
    assert frame_count(root / found[SHORT]) == 60 and frame_count(root / found[GAPS]) == 80
    faults = (root / found[FAULTS] / "gt_HR.csv").read_text().split()
    assert faults[0] == "HR" and faults.count("255") == 2
    assert {"44", "127"} < set((root / found[FAULTS] / "gt_SpO2.csv").read_text().split())


def test_wave_and_heart_rate_are_read_to_one_frame(root):
    """Against the computed pulse, shifted by parts of a frame: the best shift is less than one."""
    recordings = {one.path: one for one in find_recordings("VIPL-HR", str(root))}
    checked = 0
    for name, spec in read_specs(root).items():
        if spec.defect in (CUT, GAPS, FEWER_FRAMES):  # of which nobody can know when their frames were taken
            continue
        one = recordings[str(root / name)]
        label = one.label(one.ppg(), frame_count(root / name), 30)
        times = frame_times(spec)[: len(label)]
        _, course, (fine, wave) = signals(spec)
        shifts = np.linspace(-2, 2, 81) / spec.fps
        inside = (times > 0.2) & (times < times[-1] - 0.2)
        found = [np.corrcoef(label[inside], np.interp(times + shift, fine, wave)[inside])[0, 1] for shift in shifts]
        assert abs(shifts[int(np.argmax(found))]) * spec.fps < 1, name
        measured = one.measured(len(label))
        assert measured.fs_hz == pytest.approx(spec.fps, rel=0.005)
        if spec.defect != FAULTS:
            rounded = np.interp(times, np.arange(8), np.round(np.interp(np.arange(8), *course)))
            whole = times < len((root / name / "gt_HR.csv").read_text().split()) - 2  # with a row on either side
            np.testing.assert_allclose(measured.heart_rates_bpm[whole], rounded[whole], atol=0.3)
        checked += 1
    assert checked > 50


def test_the_same_arguments_write_the_same_bytes(tmp_path):
    for name, workers in (("a", 1), ("b", 2), ("a", 1)):
        write_dataset(tmp_path / name, "vipl-hr", 1, scenarios=[8], **dict(SMALL, seconds=3, workers=workers))
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert set(read_specs(tmp_path / "a")) == {"data/p1/v8/source2"}


def test_what_makes_no_sense_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="seconds is 2; expected 3 or more for vipl-hr"):
        write_dataset(tmp_path, "vipl-hr", 1, **dict(SMALL, seconds=2))
    with pytest.raises(ConfigError, match="different numbers out of these: 1 stable, .*9 phone, head movement"):
        write_dataset(tmp_path, "vipl-hr", 1, scenarios=[10], **SMALL)
