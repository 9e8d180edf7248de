import cv2
import numpy as np
import pytest
from support.recordings import edit_truth, noise_frames, pulse, write_pure

from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.datasets.times import check_times
from rfacenet_toolbox.errors import DataError


def recording(root):
    (found,) = find_recordings("PURE", str(root))
    return found


def images(path):
    return sorted((path / path.name).glob("*.png"))


def test_frames_and_ppg_come_back_as_written(tmp_path):
    written, wave = noise_frames(8), pulse(16, 60)
    write_pure(tmp_path, "03-04", written, wave)
    np.testing.assert_array_equal(np.stack(list(recording(tmp_path).frames())), written)
    np.testing.assert_array_equal(np.stack(list(recording(tmp_path).frames(every=3))), written[::3])
    np.testing.assert_array_equal(recording(tmp_path).ppg(), wave)


def test_the_label_is_stretched_over_the_frames(tmp_path):
    write_pure(tmp_path, frames=noise_frames(8), ppg=np.arange(15.0))
    np.testing.assert_allclose(recording(tmp_path).label(np.arange(15.0), 8, 30.0), np.arange(8) * 2.0)


def test_a_missing_frame_is_named(tmp_path):
    path = write_pure(tmp_path)
    images(path)[7].unlink()
    with pytest.raises(DataError, match="PURE recording 101 .*1 of the 40 frames.*Image1392643993876148333.png"):
        next(recording(tmp_path).frames())


def test_without_a_list_of_images_a_missing_frame_cannot_be_told(tmp_path):
    path = write_pure(tmp_path, timestamps=False)
    images(path)[7].unlink()
    assert len(list(recording(tmp_path).frames())) == 39


def test_a_damaged_frame_is_named(tmp_path):
    path = write_pure(tmp_path, frames=noise_frames(4))
    images(path)[2].write_bytes(images(path)[2].read_bytes()[:20])
    with pytest.raises(DataError, match=r"Image\d+.png is no readable image \(20 bytes\)"):
        list(recording(tmp_path).frames())


def test_a_frame_of_another_size_is_named(tmp_path):
    path = write_pure(tmp_path, frames=noise_frames(4))
    cv2.imwrite(str(images(path)[1]), np.zeros((5, 6, 3), np.uint8))
    with pytest.raises(DataError, match="is 6x5, but the first frame is 32x24"):
        list(recording(tmp_path).frames())


def test_a_recording_without_frames_or_json_says_where_they_should_be(tmp_path):
    path = write_pure(tmp_path, frames=noise_frames(2))
    for image in images(path):
        image.unlink()
    with pytest.raises(DataError, match="no PNG frames in .*Expected folders"):
        list(recording(tmp_path).frames())
    (path / "01-01.json").unlink()
    with pytest.raises(DataError, match="ground truth .*01-01.json is not there"):
        recording(tmp_path).ppg()


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "01-01.json is empty"),
        ('{"/FullPackage": [', "01-01.json is no JSON"),
        ("[]", "is no JSON object"),
        ("{}", "has no list '/FullPackage'"),
        ('{"/FullPackage": [{"Value": {}}]}', "without a number in Value.waveform"),
        ('{"/FullPackage": [{"Value": {"waveform": null}}]}', "without a number in Value.waveform"),
    ],
)
def test_malformed_ground_truth_is_described(tmp_path, text, message):
    path = write_pure(tmp_path, frames=noise_frames(2))
    (path / "01-01.json").write_text(text)
    with pytest.raises(DataError, match=f"PURE recording 101 .*{message}"):
        recording(tmp_path).ppg()


@pytest.mark.parametrize("timestamps", [True, False])
@pytest.mark.parametrize("samples, lasts_s", [(110, "1.8"), (300, "5.0")])
def test_a_label_of_another_length_than_the_video_is_refused(tmp_path, timestamps, samples, lasts_s):
    path = write_pure(tmp_path, frames=noise_frames(90), ppg=pulse(samples, 60), timestamps=timestamps)
    with pytest.raises(DataError, match=f"its PPG lasts {lasts_s} s and its frames 3.0 s"):
        recording(tmp_path).label(pulse(samples, 60), 90, 30.0)
    edit_truth(path, lambda content: content.pop("/Image", None))
    with pytest.raises(DataError, match=f"its PPG lasts {lasts_s} s and its frames 3.0 s"):
        recording(tmp_path).label(pulse(samples, 60), 90, 30.0)


def test_what_the_check_of_times_takes_has_a_label(tmp_path):
    """The PPG begins 0.8 s after the frames and ends 0.8 s before them."""
    path = write_pure(tmp_path, frames=noise_frames(40 * 30, 8, 8), ppg=pulse(40 * 60, 60))

    def cut(content):
        content["/FullPackage"] = content["/FullPackage"][48:-48]

    edit_truth(path, cut)
    check_times([recording(tmp_path)], 30)
    assert len(recording(tmp_path).label(recording(tmp_path).ppg(), 40 * 30, 30.0)) == 40 * 30
