import numpy as np
import pytest
from support.recordings import face_frames, noise_frames, pulse, write_ubfc_rppg

from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.errors import DataError


def recording(root):
    (found,) = find_recordings("UBFC-rPPG", str(root))
    return found


def test_frames_are_rgb_and_ppg_is_the_first_line(tmp_path):
    written = np.zeros((6, 32, 48, 3), np.uint8)
    written[..., 0] = np.arange(40, 100, 10)[:, None, None]
    write_ubfc_rppg(tmp_path, "subject7", written, pulse(6, 30))
    got = np.stack(list(recording(tmp_path).frames()))
    assert got.shape == written.shape and got.dtype == np.uint8
    assert np.abs(got.astype(int) - written).max() <= 6  # MJPG loses a little
    np.testing.assert_array_equal(np.stack(list(recording(tmp_path).frames(every=4))), got[::4])
    np.testing.assert_allclose(recording(tmp_path).ppg(), pulse(6, 30), rtol=1e-7)


def test_a_truncated_video_is_said_with_what_is_missing(tmp_path):
    path = write_ubfc_rppg(tmp_path, frames=face_frames(90))
    whole = (path / "vid.avi").read_bytes()
    (path / "vid.avi").write_bytes(whole[: len(whole) // 2])
    decoded = len(list(recording(tmp_path).frames()))
    assert 20 < decoded < 60
    with pytest.raises(DataError, match=rf"subject1 .*{decoded} frames of vid.avi.*90 samples.*s of video are missing"):
        recording(tmp_path).label(pulse(90, 30), decoded, 30.0)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no video at all" * 100])
def test_a_video_that_cannot_be_decoded_is_said(tmp_path, content):
    path = write_ubfc_rppg(tmp_path, frames=noise_frames(4))
    (path / "vid.avi").write_bytes(content)
    with pytest.raises(DataError, match=rf"subject1 .*no frame of vid.avi can be decoded \({len(content)} bytes\)"):
        list(recording(tmp_path).frames())


def test_missing_files_are_said_with_the_layout(tmp_path):
    path = write_ubfc_rppg(tmp_path, frames=noise_frames(4))
    (path / "vid.avi").unlink()
    (path / "ground_truth.txt").unlink()
    with pytest.raises(DataError, match="its video .*vid.avi is not there. Expected folders"):
        list(recording(tmp_path).frames())
    with pytest.raises(DataError, match="ground truth .*ground_truth.txt is not there. Expected folders"):
        recording(tmp_path).ppg()


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "ground_truth.txt is empty"),
        (b"\n1 2 3\n", "begins with an empty line"),
        (b"1.0 2.0 three", "cannot be read .*three"),
        (b"\xff\xfe\x00\x81", "is no text"),
    ],
)
def test_malformed_ground_truth_is_described(tmp_path, content, message):
    path = write_ubfc_rppg(tmp_path, frames=noise_frames(4))
    (path / "ground_truth.txt").write_bytes(content)
    with pytest.raises(DataError, match=f"UBFC-rPPG recording subject1 .*{message}"):
        recording(tmp_path).ppg()


def test_a_label_shorter_than_the_video_is_refused_beyond_a_second(tmp_path):
    write_ubfc_rppg(tmp_path, frames=noise_frames(4))
    one = recording(tmp_path)
    assert len(one.label(pulse(70, 30), 100, 30.0)) == 70
    with pytest.raises(DataError, match="69 samples for 100 frames: the last 1.0 s of video have no label"):
        one.label(pulse(69, 30), 100, 30.0)


def test_a_label_at_twice_the_rate_is_not_taken_for_a_cut_video(tmp_path):
    write_ubfc_rppg(tmp_path, frames=noise_frames(4))
    with pytest.raises(DataError, match="200 samples for 100 frames of vid.avi, 2.00 for each; expected one"):
        recording(tmp_path).label(pulse(200, 60), 100, 30.0)


def test_a_path_with_a_colon_is_a_path(tmp_path, monkeypatch):
    write_ubfc_rppg(tmp_path / "12:30", frames=noise_frames(4))
    monkeypatch.chdir(tmp_path)
    (one,) = find_recordings("UBFC-rPPG", "12:30")
    assert len(list(one.frames())) == 4
