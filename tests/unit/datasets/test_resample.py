"""Recordings of another frame rate, brought to FS: labels keep their heart rate, frames their pulse."""

import os

import numpy as np
import pytest
from support.configs import data_node, small_job, write
from support.recordings import edit_truth, keep_frames, noise_frames, pulse, write_pure, write_ubfc_rppg

from rfacenet_toolbox import config as configuration
from rfacenet_toolbox.datasets.clip_cache import label_path
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.datasets.resample import resampled
from rfacenet_toolbox.datasets.splits import load_split
from rfacenet_toolbox.datasets.times import check_times
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.hosts.standalone import StandaloneHost

SECONDS = 20
#: settings below DATA: recordings in one piece, as they are
WHOLE = {"PREPROCESS": {"DATA_TYPE": ["Raw"], "LABEL_TYPE": "Raw", "DO_CHUNK": False}}


def beating(times_s, rate_bpm):
    """uint8 frames (T, 16, 16, 3) whose brightness is a pulse."""
    values = np.rint(120 + 40 * np.sin(2 * np.pi * rate_bpm / 60 * times_s))
    return np.tile(values.astype(np.uint8)[:, None, None, None], (1, 16, 16, 3))


def rate_bpm(signal, fs_hz=30):
    spectrum = np.abs(np.fft.rfft((signal - signal.mean()) * np.hanning(len(signal)), 2**16))
    return 60 * fs_hz * np.argmax(spectrum) / 2**16


def loaded(dataset, root, resample=True):
    """{recording: (brightness of its frames, label)} at 30 frames per second."""
    clips = load_split("TRAIN", data_node(dataset, root, f"{root}_clips", WHOLE), 1, False, resample)
    return {
        name: (np.load(path).mean(axis=(1, 2, 3)), np.load(label_path(path)))
        for name, path in zip(clips.recordings, clips.inputs)
    }


@pytest.mark.parametrize("fps_hz", [25, 60])
def test_a_video_of_another_rate_keeps_its_heart_rates_and_its_seconds(tmp_path, fps_hz):
    times_s = np.arange(SECONDS * fps_hz) / fps_hz
    rates = {"subject1": 60, "subject2": 72, "subject3": 90}
    for name, rate in rates.items():
        ppg = np.sin(2 * np.pi * rate / 60 * times_s)
        write_ubfc_rppg(tmp_path / "raw", name, beating(times_s, rate), ppg, fps_hz)
    with pytest.raises(DataError, match=f"{fps_hz}.00 frames per second, and FS is 30.*MODEL.RFACENET.RESAMPLE"):
        loaded("UBFC-rPPG", tmp_path / "raw", resample=False)
    for name, (video, label) in loaded("UBFC-rPPG", tmp_path / "raw").items():
        assert len(video) == len(label) == pytest.approx(SECONDS * 30, abs=2)
        assert rate_bpm(label) == pytest.approx(rates[name], abs=0.2)
        assert rate_bpm(video) == pytest.approx(rates[name], abs=0.2)
        assert np.corrcoef(video, label)[0, 1] > 0.999  # no shift against each other
        assert np.std(video) == pytest.approx(40 / np.sqrt(2), rel=0.02)


def test_a_header_alone_tells_the_rate(tmp_path):
    times_s = np.arange(SECONDS * 25) / 25
    path = write_ubfc_rppg(tmp_path / "raw", "subject1", beating(times_s, 72), pulse(len(times_s), 25), 25)
    truth = path / "ground_truth.txt"
    truth.write_text(truth.read_text().split("\n")[0])
    video, label = loaded("UBFC-rPPG", tmp_path / "raw")["subject1"]
    assert rate_bpm(label) == pytest.approx(72, abs=0.2) and rate_bpm(video) == pytest.approx(72, abs=0.2)


def test_every_second_frame_of_pure_is_enough(tmp_path):
    times_s = np.arange(SECONDS * 30) / 30
    path = write_pure(tmp_path / "raw", frames=beating(times_s, 72), ppg=pulse(SECONDS * 60, 60))
    keep_frames(path, lambda index: index % 2 == 0)
    video, label = loaded("PURE", tmp_path / "raw")["101"]
    assert len(video) == len(label) == SECONDS * 30 - 1
    np.testing.assert_allclose(label, pulse(SECONDS * 60, 60)[: 2 * len(label) : 2], atol=1e-3)
    assert rate_bpm(video) == pytest.approx(72, abs=0.2)
    np.testing.assert_array_equal(video[::2], beating(times_s, 72)[::2, 0, 0, 0])


def test_frames_that_thin_out_are_placed_by_their_stamps(tmp_path):
    times_s = np.arange(SECONDS * 30) / 30
    path = write_pure(tmp_path / "raw", frames=beating(times_s, 72), ppg=pulse(SECONDS * 60, 60))
    keep_frames(path, lambda index: index % 2 == 0 or index < 300)
    video, label = loaded("PURE", tmp_path / "raw")["101"]
    np.testing.assert_allclose(label, pulse(SECONDS * 60, 60)[: 2 * len(label) : 2], atol=1e-3)
    assert np.abs(video - beating(times_s, 72)[: len(video), 0, 0, 0]).max() <= 2


def test_recordings_at_fs_pass_bit_for_bit(tmp_path):
    write_pure(tmp_path / "raw", frames=noise_frames(60))
    found = find_recordings("PURE", str(tmp_path / "raw"))
    assert resampled(found, 30) == found
    with_it, without = (loaded("PURE", tmp_path / "raw", resample)["101"] for resample in (True, False))
    np.testing.assert_array_equal(with_it, without)


@pytest.mark.parametrize(
    "damage, said",
    [
        (lambda path: keep_frames(path, lambda index: index % 2 == 0 and not 300 <= index < 316), "jump by 0.60 s"),
        (lambda path: keep_frames(path, lambda index: index % 5 == 0), "6.0 frames per second; a pulse needs 8"),
        (
            lambda path: (
                keep_frames(path, lambda index: index % 2 == 0),
                edit_truth(path, lambda content: content["/FullPackage"].__delitem__(slice(600, 640))),
            ),
            "PPG samples jump by 0.68 s",
        ),
        (
            lambda path: (
                keep_frames(path, lambda index: index % 2 == 0 or index < 300),
                edit_truth(path, lambda content: [sample.pop("Timestamp") for sample in content["/FullPackage"]]),
            ),
            "stray by up to",
        ),
    ],
)
def test_what_cannot_be_resampled_is_refused(tmp_path, damage, said):
    damage(write_pure(tmp_path, frames=noise_frames(SECONDS * 30, 8, 8)))
    with pytest.raises(DataError, match=said):
        check_times(resampled(find_recordings("PURE", str(tmp_path)), 30), 30)


def test_statements_that_contradict_each_other_are_refused(tmp_path):
    path = write_ubfc_rppg(tmp_path, frames=noise_frames(100, 32, 32), fps_hz=25)
    truth = path / "ground_truth.txt"
    lines = truth.read_text().split("\n")
    lines[2] = " ".join(f"{index / 30:.4f}" for index in range(100))
    truth.write_text("\n".join(lines))
    with pytest.raises(DataError, match="ground_truth.txt it has 30.00 .* header of vid.avi 25.00; expected the same"):
        check_times(resampled(find_recordings("UBFC-rPPG", str(tmp_path)), 25), 25)


def test_resampled_clips_have_a_cache_of_their_own_and_are_told(tmp_path):
    times_s = np.arange(100) / 25
    write_pure(tmp_path / "PURE", frames=noise_frames(100))
    write_ubfc_rppg(tmp_path / "UBFC-rPPG", "subject1", beating(times_s, 72), fps_hz=25)
    plain, config = (
        configuration.load(write(tmp_path / f"{on}.yaml", small_job(tmp_path), {"MODEL.RFACENET.RESAMPLE": on}))
        for on in (False, True)
    )
    for split in ("TRAIN", "TEST"):
        before, now = plain[split].DATA, config[split].DATA
        assert now.CACHED_PATH == before.CACHED_PATH + "_Resampled30"
        assert os.path.dirname(now.FILE_LIST_PATH) == os.path.dirname(before.FILE_LIST_PATH)
        assert os.path.basename(now.FILE_LIST_PATH) == f"{now.EXP_DATA_NAME}_0.0_1.0.csv"
    (warning,) = [one for one in StandaloneHost().warnings(config) if "resampled" in one]
    assert warning == "TEST: 1 of 1 recordings are resampled to 30 frames per second; subject1 has 25.00."
