"""Videos of a manifest whose frames do not come at an even rate are brought to one by their own time stamps."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from support import recordings
from support.configs import data_node

from rfacenet_toolbox.datasets import manifest_frames, mp4_header, video_file
from rfacenet_toolbox.datasets.own_rates import of_inputs
from rfacenet_toolbox.datasets.preprocess import preprocess
from rfacenet_toolbox.datasets.readers import find_dataset, find_recordings, select_recordings
from rfacenet_toolbox.datasets.video_file import Header, video_frames
from rfacenet_toolbox.errors import DataError

SECONDS, PULSE_HZ = 24, 1.2


def variable_times_s():
    """30 frames per second for 8 s, 15 for 8 s, as a phone does in the dark, and 24; whole ms."""
    times = [0.0]
    while times[-1] < SECONDS:
        times.append(times[-1] + 1 / (30 if times[-1] < 8 else 15 if times[-1] < 16 else 24))
    return np.round(times, 3)


def pulse(times_s):
    return np.cos(2 * np.pi * PULSE_HZ * np.asarray(times_s))


def write_variable(path, times_s):
    """A video whose grey level follows the pulse at the frames' own times."""
    av = pytest.importorskip("av", reason="PyAV writes videos of a variable frame rate and is not installed")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 32, 32, "yuv420p", 4_000_000
        stream.codec_context.time_base = Fraction(1, 1000)
        for time_s in times_s:
            image = np.full((32, 32, 3), np.rint(128 + 60 * pulse(time_s)), np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = int(round(1000 * time_s)), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("variable")
    times_s = variable_times_s()
    for ending in ("mp4", "mkv", "mov"):
        write_variable(folder / f"v.{ending}", times_s)
    write_variable(folder / "gap.mp4", np.concatenate([times_s, times_s[-1] + 0.8 + times_s[:120]]))
    write_variable(folder / "slightly.mp4", 0.7 * np.sin(np.arange(240) / 80) + np.arange(240) / 24)
    fine_s = np.arange(0, SECONDS + 6, 1 / 100)
    table = "\n".join(f"{time:.3f},{value:.6f}" for time, value in zip(fine_s, pulse(fine_s)))
    (folder / "ppg.csv").write_text("time,ppg\n" + table)
    (folder / "frames.csv").write_text("ppg\n" + "\n".join(f"{value:.6f}" for value in pulse(times_s)))
    (folder / "hr.csv").write_text("HR\n" + "72\n" * (SECONDS + 6))
    return folder


def recording(folder, line, columns="video,subject,truth,column,time_column,fps,start_s,stop_s,kind,rate_hz"):
    padded = line + "," * (columns.count(",") - line.count(","))
    (folder / "manifest.csv").write_text(f"{columns}\n{padded}")
    (one,) = find_recordings("Manifest", str(folder))
    return one


def peak_bpm(signal, fs_hz):
    power = np.abs(np.fft.rfft((signal - signal.mean()) * np.hanning(len(signal)), 60 * len(signal)))
    return 60 * np.argmax(power) * fs_hz / (60 * len(signal))


def grey(one):
    return np.array([frame.mean() for frame in one.frames()])


@pytest.mark.parametrize("video", ["v.mp4", "v.mkv", "v.mov"])
def test_frames_and_labels_are_brought_to_an_even_rate_by_the_videos_own_times(folder, video):
    one = recording(folder, f"{video},1,ppg.csv,ppg,time")
    seen = grey(one)
    measured = one.measured(len(seen))
    label = one.label(one.ppg(), len(seen), 30.0)
    times_s = variable_times_s()
    assert len(seen) == len(times_s) == len(label)
    assert measured.fs_hz == pytest.approx((len(times_s) - 1) / times_s[-1], rel=1e-4)
    assert "by their own time stamps" in measured.notes[0][0] and "from steps of 33 to 67 ms" in measured.notes[0][1]
    even_s = np.arange(len(label)) / measured.fs_hz
    assert np.abs(label - pulse(even_s)).max() < 0.01
    shifts = {shift: np.corrcoef(seen[5 + shift : len(seen) - 5 + shift], label[5:-5])[0, 1] for shift in range(-3, 4)}
    assert max(shifts, key=shifts.get) == 0 and shifts[0] > 0.99
    assert peak_bpm(seen, measured.fs_hz) == pytest.approx(72, abs=0.5)
    for part in (slice(0, 150), slice(200, 350)):  # read as even, the first has 55 bpm and the second 110
        assert peak_bpm(seen[part], measured.fs_hz) == pytest.approx(72, abs=2)
    thinned = [frame.mean() for frame in one.frames(every=7)]
    assert thinned == pytest.approx(seen[::7])


def test_read_at_a_constant_rate_the_same_video_has_other_heart_rates(folder):
    one = recording(folder, "v.mp4,1,ppg.csv,ppg,time,30")
    assert one.measured(300).fs_hz == 30
    assert abs(peak_bpm(grey(one)[250:350], 30.0) - 72) > 40


def test_a_part_is_told_by_the_stamps_and_keeps_the_time_of_the_whole(folder):
    one = recording(folder, "v.mp4,1,ppg.csv,ppg,time,,10,20")
    seen, times_s = grey(one), variable_times_s()
    inside = times_s[(times_s >= 10) & (times_s < 20)]
    fs_hz = one.measured(len(seen)).fs_hz
    assert len(seen) == len(inside) and fs_hz == pytest.approx((len(inside) - 1) / np.ptp(inside), rel=1e-3)
    expected = pulse(inside[0] + np.arange(len(seen)) / fs_hz)
    assert np.abs(one.label(one.ppg(), len(seen), 30.0) - expected).max() < 0.02
    assert np.corrcoef(seen, expected)[0, 1] > 0.99


def test_one_value_per_frame_has_the_frames_own_times(folder):
    one = recording(folder, "v.mp4,1,frames.csv,ppg")
    frames = len(variable_times_s())
    label, fs_hz = one.label(one.ppg(), frames, 30.0), one.measured(frames).fs_hz
    assert np.corrcoef(label, pulse(np.arange(frames) / fs_hz))[0, 1] > 0.98
    assert peak_bpm(label[200:350], fs_hz) == pytest.approx(72, abs=2)


def test_heart_rates_are_brought_to_the_frames_too(folder):
    (folder / "manifest.csv").write_text("video,subject,truth,column,kind,rate_hz\nv.mp4,1,hr.csv,HR,heart_rate,1")
    settings = SimpleNamespace(**{**find_dataset("Manifest").defaults, "HEART_RATE_ONLY": True})
    (one,) = select_recordings("Manifest", str(folder), settings).recordings
    frames = len(variable_times_s())
    measured = one.measured(frames)
    assert measured.heart_rate_bpm == pytest.approx(72) and measured.fs_hz == pytest.approx(frames / SECONDS, rel=0.01)
    assert peak_bpm(one.label(one.ppg(), frames, 30.0), measured.fs_hz) == pytest.approx(72, abs=0.5)


def test_a_pause_is_refused_and_can_be_cut_off(folder):
    one = recording(folder, "gap.mp4,1,ppg.csv,ppg,time")
    with pytest.raises(DataError, match=r"times of its frames jump by 0.8\d s .* cut it there with start_s or stop_s"):
        next(one.frames())
    assert len(grey(recording(folder, "gap.mp4,1,ppg.csv,ppg,time,,0,20"))) == np.sum(variable_times_s() < 20)


def test_small_deviations_pass_as_ever_are_noted_and_are_followed_where_the_line_says_so(folder):
    plain, own = (recording(folder, f"slightly.mp4,1,ppg.csv,ppg,time,{fps}") for fps in ("", "stamps"))
    frames = list(plain.frames(bgr=True))
    assert all((a == b).all() for a, b in zip(frames, video_frames(plain, plain.path)))
    fs_hz = plain.measured(len(frames)).fs_hz
    assert np.abs(plain.label(plain.ppg(), 240, 30.0) - pulse(np.arange(240) / fs_hz)).max() < 0.01
    ((kind, detail),) = plain.measured(len(frames)).notes
    assert "'stamps' in the column fps follows" in kind and detail.startswith("up to 0.")
    seen, label = grey(own), own.label(own.ppg(), 240, 30.0)
    assert np.corrcoef(seen, label)[0, 1] > 0.99 > np.corrcoef(grey(plain), plain.label(plain.ppg(), 240, 30.0))[0, 1]
    assert own.dataset.made_from(own) != plain.dataset.made_from(plain)


def test_time_stamps_that_cannot_be_right_are_refused(folder, monkeypatch):
    one = recording(folder, "v.mp4,1,ppg.csv,ppg,time")
    even_s = np.arange(240) / 10

    def refused(stamps_s):
        monkeypatch.setattr(manifest_frames, "_of_video", lambda *_: np.asarray(stamps_s, dtype=np.float64))
        with pytest.raises(DataError) as error:
            next(one.frames())
        return str(error.value)

    assert "do not go forward: frame 99 has 9.900 s, and the next 9.000 s. Convert" in refused(
        np.where(np.arange(240) == 100, 9, even_s)
    )
    assert "it has 4.0 frames per second; expected 8 to 1000" in refused(np.arange(240) / 4)
    monkeypatch.setattr(manifest_frames, "_of_video", lambda *_: np.zeros(240))
    assert one.measured(240).fs_hz == manifest_frames.fps_hz_of(one)  # a container without stamps
    with pytest.raises(DataError, match="fps is 'stamps', and its frames have no time stamps. Write their number per"):
        next(recording(folder, "v.mp4,1,ppg.csv,ppg,time,stamps").frames())


def test_a_stamp_that_is_outside_of_the_part_that_counts_does_not_shift_the_frames_after_it(folder, monkeypatch):
    stamps_s = np.arange(240) / 10
    stamps_s[150] = 2
    monkeypatch.setattr(manifest_frames, "_of_video", lambda *_: stamps_s)
    with pytest.raises(DataError, match="frame 149 has 14.900 s, and the next 2.000 s"):
        next(recording(folder, "v.mp4,1,ppg.csv,ppg,time,,10,20").frames())


def test_stamps_that_begin_late_count_from_the_first(monkeypatch):
    times_ms = [1000 * (5 + frame / 20) for frame in range(200)]
    capture = SimpleNamespace(grab=lambda: bool(times_ms), get=lambda _: times_ms.pop(0), release=lambda: None)
    monkeypatch.setattr(video_file, "_opened", lambda path: capture)
    found = video_file.time_stamps_s("late.mkv", lambda index, time_s: time_s >= 8)
    assert (len(found), found[0], found[-1]) == (161, 5, 13)


def test_a_header_that_is_wrong_does_not_refuse_a_line_that_follows_the_stamps(folder):
    write_variable(folder / "late.mkv", 5 + np.arange(160) / 20)  # its header has 30 frames per second and 13 s
    (folder / "short.csv").write_text("\n".join((folder / "ppg.csv").read_text().splitlines()[:802]))
    line = {"SPLIT": "", "FOLD": "", "HEART_RATE_ONLY": False}

    def selected(fps):
        recording(folder, f"late.mkv,1,short.csv,ppg,time,{fps}")
        return select_recordings("Manifest", str(folder), SimpleNamespace(**line))

    with pytest.raises(DataError, match="from 0.0 to 8.0 s, and its frames from 0.0 to 1"):
        selected("")
    found = selected("stamps")
    assert found.remarks == () and found.recordings[0].measured(160).fs_hz == pytest.approx(20)
    with pytest.raises(DataError, match="from 0.0 to 8.0 s, and its frames from 0.0 to 24.0"):
        recording(folder, "v.mp4,1,short.csv,ppg,time,stamps")
        select_recordings("Manifest", str(folder), SimpleNamespace(**line))


def test_an_even_mp4_is_not_decoded_for_its_stamps(folder, monkeypatch):
    recordings.write_video(folder / "even.mp4", recordings.noise_frames(50), 25, "mp4v")
    one = recording(folder, "even.mp4,1,ppg.csv,ppg,time")
    assert [mp4_header.read(str(folder / name)).is_even for name in ("even.mp4", "v.mp4", "v.mov")] == [
        True,
        False,
        False,
    ]
    monkeypatch.setattr(manifest_frames, "time_stamps_s", None)
    assert len(list(one.frames())) == 50 and one.measured(50).fs_hz == 25 and one.measured(50).notes == ()


def test_a_header_without_a_rate_leaves_it_to_the_stamps(folder, monkeypatch):
    monkeypatch.setattr(manifest_frames, "header", lambda path: Header(0.0, 0))
    one = recording(folder, "v.mkv,1,ppg.csv,ppg,time")
    assert one.measured(100).fs_hz == pytest.approx(23, abs=0.5) and len(list(one.frames())) == len(variable_times_s())


def test_folders_of_frames_whose_names_hold_uneven_times(folder):
    times_s = variable_times_s()
    images = [np.full((8, 8, 3), np.rint(128 + 60 * pulse(time_s)), np.uint8) for time_s in times_s]
    recordings.write_images(folder / "timed", images, times_s)
    one = recording(folder, "timed,1,ppg.csv,ppg,time")
    seen = grey(one)
    label = one.label(one.ppg(), len(seen), 30.0)
    assert np.corrcoef(seen, label)[0, 1] > 0.99 and one.measured(len(seen)).fs_hz == pytest.approx(23, abs=0.5)
    (folder / "timed" / "landmarks.csv").write_text("0\n")
    with pytest.raises(DataError, match="its landmarks belong to frames that are brought to an even rate"):
        next(one.frames())


def test_clips_of_such_a_video_carry_its_rate(folder, tmp_path):
    one = recording(folder, "v.mp4,1,ppg.csv,ppg,time")
    given = {"PREPROCESS.CHUNK_LENGTH": 100, "PREPROCESS.CROP_FACE.DO_CROP_FACE": False}
    node = data_node("Manifest", folder, tmp_path / "clips", given)
    inputs, report = preprocess([one], node, str(tmp_path / "clips"), workers=1, progress=False)
    assert of_inputs(inputs)["1.v"].fs_hz == pytest.approx(23, abs=0.5)
    assert len(inputs) == len(variable_times_s()) // 100 and "brought to an even rate" in str(report)
