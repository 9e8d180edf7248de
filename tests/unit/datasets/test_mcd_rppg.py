"""MCD-rPPG: names, frames with the PPG beside them, the rate by the times of the frames, and damaged files."""

import json

import cv2
import numpy as np
import pytest
from support.configs import data_node
from support.recordings import noise_frames, pulse, write_video

from rfacenet_toolbox.datasets.readers import find_dataset, find_recordings, own_settings, select_recordings
from rfacenet_toolbox.datasets.splits import check_split, load_split
from rfacenet_toolbox.errors import ConfigError, DataError
from rfacenet_toolbox.synthetic.mcd_rppg import write_texts

NAME = "1020_FullHDwebcam_before"


def write(root, name=NAME, frames=48, fs_hz=24.0, samples=None, times=None):
    """A recording with its texts; returns the video's path."""
    for folder in ("video", "ppg_sync", "meta"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    pictures = [cv2.cvtColor(frame, cv2.COLOR_RGB2BGR) for frame in noise_frames(frames)]
    times = np.arange(frames) / fs_hz if times is None else times
    ppg = np.round(pulse(frames if samples is None else samples, fs_hz))
    write_texts(root, name, ppg, times, fs_hz, np.random.RandomState(0))
    return write_video(root / "video" / f"{name}.avi", pictures, 29.9)


def recording(root):
    (found,) = find_recordings("MCD-rPPG", str(root))
    return found


def node(root, *settings):
    return data_node("MCD-rPPG", root, root / "cache", *settings)


def cached(root, *settings):
    return load_split("TEST", node(root, *settings), workers=1)


def marker(root, name=NAME):
    return json.loads((root / "cache" / f"{name}_cached.json").read_text())


def test_frames_and_ppg_are_what_was_written(tmp_path):
    write(tmp_path)
    one = recording(tmp_path)
    assert (one.name, one.subject) == (NAME, 1020)
    np.testing.assert_array_equal(np.stack(list(one.frames())), noise_frames(48))
    np.testing.assert_array_equal(one.ppg(), np.round(pulse(48, 24.0)))


def test_the_rate_is_that_of_the_times_and_not_of_the_header(tmp_path):
    write(tmp_path, fs_hz=24.0)
    clips = cached(tmp_path)
    assert len(clips) == 3 and clips[0][2:] == (NAME, "0")
    assert marker(tmp_path)["measured"]["fs_hz"] == pytest.approx(24.0, abs=1e-4)


def test_without_times_the_rate_is_the_headers_with_a_note(tmp_path, capsys):
    write(tmp_path)
    (tmp_path / "meta" / f"{NAME}.txt").unlink()
    cached(tmp_path)
    assert marker(tmp_path)["measured"]["fs_hz"] == pytest.approx(29.9)
    assert "no times of frames in meta: the rate is the header's" in capsys.readouterr().out


def test_a_whole_second_has_no_fraction_in_its_line(tmp_path):
    write(tmp_path)
    path = tmp_path / "meta" / f"{NAME}.txt"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(["1  2023-11-13 14:18:09", *lines[1:]]))
    assert 15 < recording(tmp_path).measured(48).fs_hz < 24  # the first frame is 0.86 s earlier now


def test_cameras_and_steps_are_selected_and_name_the_list(tmp_path):
    names = ["7_FullHDwebcam_before", "7_USBVideo_before", "7_FullHDwebcam_after", "12_IriunWebcam_after"]
    for name in names:
        write(tmp_path, name, 4)

    def selected(**own):
        data = node(tmp_path, {"MCD_RPPG": own})
        check_split("TEST", data)
        settings = own_settings(data)
        chosen = select_recordings("MCD-rPPG", str(tmp_path), settings)
        return [one.name for one in chosen.recordings], find_dataset("MCD-rPPG").selection_name(settings)

    assert selected() == ([names[2], names[0]], "")
    assert selected(CAMERAS=["IriunWebcam", "USBVideo"]) == ([names[1], names[3]], "IriunWebcam-USBVideo")
    assert selected(STEPS=["before"]) == ([names[0]], "before")
    with pytest.raises(DataError, match="asks for Webcam, and the videos .* are by FullHDwebcam, IriunWebcam, USBVid"):
        selected(CAMERAS=["Webcam"])
    with pytest.raises(DataError, match="No recording .* is by USBVideo and of the steps after"):
        selected(CAMERAS=["USBVideo"], STEPS=["after"])
    for own in ({"STEPS": ["rest"]}, {"STEPS": []}, {"CAMERAS": []}, {"CAMERAS": ["USBVideo", "USBVideo"]}):
        with pytest.raises(ConfigError, match=rf"TEST.DATA: MCD_RPPG.{list(own)[0]} is \[.*expected one or more"):
            selected(**own)


def test_a_name_of_another_form_is_refused(tmp_path):
    write(tmp_path, "1020_before", 4)
    with pytest.raises(DataError, match="1020_before.avi' cannot be a recording of MCD-rPPG: expected <subject>"):
        find_recordings("MCD-rPPG", str(tmp_path))


def texts(folder, change):
    def damage(root):
        path = root / folder / f"{NAME}.txt"
        path.write_text("\n".join(change(path.read_text().splitlines())))

    return damage


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 5000000\n"
DAMAGES = {
    "no ppg": (lambda root: (root / "ppg_sync" / f"{NAME}.txt").unlink(), "ppg_sync.*txt is not there"),
    "a word": (texts("ppg_sync", lambda lines: ["none 0", *lines[1:], "?? 0"]), "has '\\?\\?' in line 49 of column 1"),
    "too few": (texts("ppg_sync", lambda lines: lines[:10]), "48 frames .* ppg_sync has 10 lines"),
    "no date": (texts("meta", lambda lines: [*lines[:3], "4 today", *lines[4:]]), "line 4 of .* is '4 today'"),
    "zone": (texts("meta", lambda lines: [*lines[:3], f"{lines[3]}+02:00", *lines[4:]]), r"is '4\\t.*\+02:00'"),
    "backwards": (texts("meta", lambda lines: lines[::-1]), "53 times in meta for 48 frames are no clock"),
    "one time": (texts("meta", lambda lines: lines[:1]), "1 times in meta for 48 frames are no clock"),
    "few times": (texts("meta", lambda lines: lines[:10]), "48 frames and meta 10 times"),
    "standstill": (texts("meta", lambda lines: lines[:1] * 48), "the times in meta it has inf frames per second"),
    "pointer": (texts("ppg_sync", lambda lines: [POINTER]), "ppg_sync.*Run 'git lfs pull' in DATA_PATH"),
    "video pointer": (lambda root: (root / "video" / f"{NAME}.avi").write_text(POINTER), "avi .*Run 'git lfs pull'"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_recordings_are_left_out_with_the_reason(tmp_path, capsys, name):
    damage, reason = DAMAGES[name]
    write(tmp_path)
    write(tmp_path, "1021_FullHDwebcam_before")
    damage(tmp_path)
    clips = cached(tmp_path)
    assert {clips[index][2] for index in range(len(clips))} == {"1021_FullHDwebcam_before"}
    report = marker(tmp_path)["report"]
    assert report["clips"] == 0
    with pytest.raises(AssertionError, match=f"MCD-rPPG recording {NAME} .*{reason}"):
        raise AssertionError(report["left_out"])


def test_uneven_times_and_surplus_ones_are_noted(tmp_path, capsys):
    times = np.arange(48) / 24
    times[24:] += 1.5
    write(tmp_path, times=times)
    texts("meta", lambda lines: lines + [f"{lines[-1][:-2]}99"] * 30)(tmp_path)
    cached(tmp_path)
    out = capsys.readouterr().out
    assert "its frames do not come at an even rate" in out and "gaps up to 1.5 s" in out
    assert "meta has times of more frames than the video" in out
