"""Recordings whose own times say that their clips would be wrong, and those of the data sets, which must pass."""

import os

import numpy as np
import pytest
from support.configs import data_node
from support.recordings import (
    FIRST_NS,
    edit_truth,
    keep_frames,
    noise_frames,
    pulse,
    write_pure,
    write_ubfc_rppg,
    write_video,
)

from rfacenet_toolbox.datasets.preprocess import preprocess
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.datasets.times import RecordedTimes, check_times, disagreement, remarks
from rfacenet_toolbox.errors import DataError

SMALL = {"height": 8, "width": 8}
SECONDS = 20


def check(root, dataset="PURE", fs_hz=30):
    recordings = find_recordings(dataset, str(root))
    check_times(recordings, fs_hz)
    return remarks(recordings, fs_hz)


def pure(root, seconds=SECONDS):
    return write_pure(root, frames=noise_frames(30 * seconds, **SMALL))


def without_samples(path, first_s, last_s):
    """The oximeter lacks some seconds."""

    def cut(content):
        samples = content["/FullPackage"]
        content["/FullPackage"] = samples[: int(60 * first_s)] + samples[int(60 * last_s) :]

    edit_truth(path, cut)


def numbered(path, keep=lambda index: True):
    """Frames called frame0.png and so on, and a JSON without times."""
    for index, image in enumerate(sorted((path / path.name).glob("*.png"))):
        image.rename(image.parent / f"frame{index:04d}.png") if keep(index) else image.unlink()

    def strip(content):
        content.pop("/Image")
        for sample in content["/FullPackage"]:
            sample.pop("Timestamp")

    edit_truth(path, strip)


def test_times_as_the_data_sets_have_them_pass(tmp_path):
    random = np.random.default_rng(0)
    path = pure(tmp_path / "PURE")
    for image in sorted((path / path.name).glob("*.png")):  # stamped late by some ms
        stamp = int(image.stem[len("Image") :]) + int(random.uniform(0, 8e6))
        image.rename(image.parent / f"Image{stamp}.png")
    stamps = sorted(int(image.stem[len("Image") :]) for image in (path / path.name).glob("*.png"))
    edit_truth(path, lambda content: content.update({"/Image": [{"Timestamp": stamp} for stamp in stamps]}))

    def run_on(content):  # the oximeter's packages come in bursts, and it is stopped after the camera
        samples = content["/FullPackage"]
        samples += [{"Value": {"waveform": 50}, "Timestamp": samples[-1]["Timestamp"]} for _ in range(36)]
        for index, sample in enumerate(samples):
            sample["Timestamp"] = FIRST_NS + (index // 3) * 50000000

    edit_truth(path, run_on)
    assert check(tmp_path / "PURE") == []
    write_ubfc_rppg(tmp_path / "UBFC-rPPG", frames=noise_frames(60, 32, 32))
    assert check(tmp_path / "UBFC-rPPG", "UBFC-rPPG") == []


@pytest.mark.parametrize(
    "damage, said",
    [
        (lambda path: keep_frames(path, lambda index: index % 2 == 0), "15.00 frames per second, and FS is 30"),
        (lambda path: without_samples(path, 9, 11), "times of its PPG samples jump by 2.0"),
        (lambda path: without_samples(path, SECONDS / 3, 2 * SECONDS / 3), "times of its PPG samples jump by 6.68 s"),
        (lambda path: without_samples(path, 18, 20), "its PPG lasts 18.0 s and its frames 20.0 s"),
        (lambda path: without_samples(path, 0, 2), "begins 2.0 s after"),
        (lambda path: keep_frames(path, lambda index: not 300 <= index < 345), "times of its frames jump by 1.53 s"),
        (lambda path: keep_frames(path, lambda index: index < 200), "its PPG lasts 20.0 s and its frames 6.6 s"),
        (lambda path: keep_frames(path, lambda index: index % 2 or index < 480), "FS is 30|stray by up to"),
        (lambda path: numbered(path, lambda index: index % 2), "numbered in steps of 2, from 1 to 599"),
        (lambda path: numbered(path, lambda index: index not in (40, 41)), "2 numbers are missing .* first after 39"),
        (lambda path: edit_truth(path, lambda content: content["/FullPackage"][7].pop("Timestamp")), "in 1199 of 1200"),
        (
            lambda path: edit_truth(path, lambda content: content["/FullPackage"][7].update(Timestamp=10**400)),
            "in 1199 of 1200",
        ),
    ],
)
def test_pure_that_cannot_be_right_is_refused_before_anything_is_cached(tmp_path, damage, said):
    damage(pure(tmp_path / "raw"))
    with pytest.raises(DataError, match=f"PURE recording 101 .*({said})"):
        check(tmp_path / "raw")
    node = data_node("PURE", tmp_path / "raw", tmp_path / "cache")
    with pytest.raises(DataError, match="The times of 1 of 1 recordings cannot be right. Nothing was cached"):
        preprocess(find_recordings("PURE", node.DATA_PATH), node, node.CACHED_PATH, workers=1, progress=False)
    assert not os.path.exists(node.CACHED_PATH)


def write_truth(path, fs_hz, count=100, times_s=None):
    times_s = np.arange(count) / fs_hz if times_s is None else times_s
    rows = [pulse(count, fs_hz), np.full(count, 72), times_s]
    (path / "ground_truth.txt").write_text("\n".join(" ".join(f"{value:.6e}" for value in row) for row in rows))


@pytest.mark.parametrize(
    "video_hz, truth_hz, fs_hz, said",
    [
        (
            25,
            25,
            30,
            "by the times in ground_truth.txt it has 25.00 frames per second, and FS is 30",
        ),
        (25, 30, 30, "by the header of vid.avi it has 25.00 frames per second, and FS is 30"),
        (30, 25, 30, "by the times in ground_truth.txt it has 25.00"),
        (30, 30, 25, "it has 30.00 frames per second, and FS is 25"),
        (25, 25, 25, None),
        (30, 29.9, 30, None),
    ],
)
def test_the_rates_of_video_and_ground_truth_are_held_against_fs(tmp_path, video_hz, truth_hz, fs_hz, said):
    path = write_ubfc_rppg(tmp_path, frames=noise_frames(4, 32, 32))
    write_video(path / "vid.avi", noise_frames(100, 32, 32), video_hz, "MJPG")
    write_truth(path, truth_hz)
    if said is None:
        assert check(tmp_path, "UBFC-rPPG", fs_hz) == []
    else:
        with pytest.raises(DataError, match=said):
            check(tmp_path, "UBFC-rPPG", fs_hz)


def test_a_small_difference_is_said_and_goes_on(tmp_path):
    for subject in (1, 2):
        path = write_ubfc_rppg(tmp_path, f"subject{subject}", frames=noise_frames(4, 32, 32))
        write_truth(path, 29.4)
    (warning,) = check(tmp_path, "UBFC-rPPG")
    assert "subject1 has 29.40 frames per second" in warning and "+2.0%" in warning and "1 more recording(s)" in warning


@pytest.mark.parametrize("per_second", [1, 1e3, 1e6])
def test_times_in_another_unit_than_seconds_are_read(tmp_path, per_second):
    path = write_ubfc_rppg(tmp_path, frames=noise_frames(100, 32, 32))
    write_truth(path, 30, times_s=np.arange(100) / 30 * per_second)
    assert check(tmp_path, "UBFC-rPPG") == []
    write_truth(path, 30, times_s=np.arange(100) / 25 * per_second)
    with pytest.raises(DataError, match="ground_truth.txt it has 25.00 frames per second"):
        check(tmp_path, "UBFC-rPPG")


@pytest.mark.parametrize("per_second", [1e3, 1e6])
def test_stamps_of_pure_in_another_unit_than_nanoseconds_are_read(tmp_path, per_second):
    path = pure(tmp_path)
    for index, image in enumerate(sorted((path / path.name).glob("*.png"))):
        image.rename(image.parent / f"frame{index:04d}.png")

    def convert(content):
        for entry in content["/Image"] + content["/FullPackage"]:
            entry["Timestamp"] = int(entry["Timestamp"] / 1e9 * per_second)

    edit_truth(path, convert)
    assert check(tmp_path) == []
    with pytest.raises(DataError, match="it has 30.0[0-9] frames per second, and FS is 25"):
        check(tmp_path, fs_hz=25)


def test_a_hole_in_the_ground_truth_and_times_for_other_samples_are_refused(tmp_path):
    path = write_ubfc_rppg(tmp_path, frames=noise_frames(4, 32, 32))
    times_s = np.arange(100) / 30
    write_truth(path, 30, times_s=times_s + 1.2 * (times_s > 2))
    with pytest.raises(DataError, match="jump by 1.23 s after number 60 of 100, 2.0 s from the first"):
        check(tmp_path, "UBFC-rPPG")
    write_truth(path, 30, times_s=times_s[:90])
    with pytest.raises(DataError, match="90 times in its third line for 100 samples"):
        check(tmp_path, "UBFC-rPPG")


def test_an_exposure_change_some_lost_frames_and_a_short_recordings_ends_are_taken():
    halves_s = np.cumsum(np.repeat([1 / 30, 1 / 29], 900))
    assert disagreement(RecordedTimes(halves_s), 30) is None
    lost_s = np.delete(np.arange(1800) / 30, slice(900, 917))
    assert disagreement(RecordedTimes(lost_s), 30) is None
    frames_s, samples_s = np.arange(300) / 30, np.arange(18, 582) / 60
    assert disagreement(RecordedTimes(frames_s, samples_s), 30) is None


def test_many_small_holes_add_up():
    steps_s = np.full(599, 1 / 30)
    steps_s[290:300] += 0.25
    stamps_s = np.concatenate([[0], np.cumsum(steps_s)])
    assert "stray by up to" in disagreement(RecordedTimes(stamps_s), 30)


def test_a_data_set_without_times_says_nothing():
    assert disagreement(RecordedTimes(), 30) is None
