"""Data sets of one's own: what a manifest's lines say is read, and what cannot be right is told by line."""

import numpy as np
import pytest
from support import recordings
from support.configs import data_node
from support.manifests import FPS_HZ, FRAMES, settings, write, write_recordings

from rfacenet_toolbox.datasets.preprocess import preprocess
from rfacenet_toolbox.datasets.readers import find_dataset, find_recordings, select_recordings
from rfacenet_toolbox.datasets.same_recordings import shared_people
from rfacenet_toolbox.errors import ConfigError, DataError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_recordings(tmp_path_factory.mktemp("own"))


@pytest.mark.parametrize(
    "line",
    [
        "a.avi,P07,a.csv,ppg,bvp,,time",
        "a.avi,P07,a.csv,2,bvp,60",
        "a.avi,P07,flat.txt,,,60",
        "a.avi,P07,flat.txt",  # spread over the video
        "a.avi,P07,a.json,ppg.samples,,60",
    ],
)
def test_a_waveform_in_any_form_is_brought_to_the_frames(folder, line):
    (one,) = find_recordings("Manifest", write(folder, line), settings())
    label = one.label(one.ppg(), FRAMES, 30.0)
    expected = np.cos(2 * np.pi * 1.2 * np.arange(FRAMES) / FPS_HZ)
    assert np.abs(label - expected)[: FRAMES - 3].max() < 0.08
    assert (one.name, one.measured(FRAMES).fs_hz, one.measured(FRAMES).heart_rate_bpm) == ("P07.a", FPS_HZ, None)
    assert len(list(one.frames())) == FRAMES


def test_a_part_of_the_video_keeps_its_own_time(folder):
    (one,) = find_recordings("Manifest", write(folder, "a.avi,1,a.csv,ppg,bvp,,time,,2,4"), settings())
    frames = list(one.frames(bgr=True))
    assert len(frames) == 50
    assert all((a == b).all() for a, b in zip(list(one.frames(every=10, bgr=True)), frames[::10]))
    expected = np.cos(2 * np.pi * 1.2 * np.arange(50, 100) / FPS_HZ)
    assert np.abs(one.label(one.ppg(), 50, 30.0) - expected).max() < 0.01


def test_a_heart_rate_is_tested_on_and_not_learned_from(folder):
    path = write(folder, "a.avi,1,hr.csv,HR,heart_rate,1")
    with pytest.raises(DataError, match=r"heart_rate, from which no waveform can be learned: 2\. To test on them, set"):
        find_recordings("Manifest", path, settings())
    (one,) = find_recordings("Manifest", path, settings(HEART_RATE_ONLY=True))
    assert one.measured(FRAMES).heart_rate_bpm == pytest.approx(72)
    label = one.label(one.ppg(), FRAMES, 30.0)
    power = np.abs(np.fft.rfft(label - label.mean(), 60 * FRAMES))
    assert np.argmax(power) * FPS_HZ / (60 * FRAMES) * 60 == pytest.approx(72, abs=1)
    with pytest.raises(ConfigError, match="HEART_RATE_ONLY is True; a waveform cannot be learned from heart rates"):
        find_dataset("Manifest").check_settings(settings(HEART_RATE_ONLY=True), "TRAIN")


def test_folders_of_frames(folder):
    frames = recordings.noise_frames(60)
    recordings.write_images(folder / "numbered", frames)
    recordings.write_images(folder / "timed", frames, np.arange(60) / 20)
    path = write(folder, "timed,1,hr.csv,HR,heart_rate,1", "numbered,2,hr.csv,HR,heart_rate,1,,30")
    timed, numbered = find_recordings("Manifest", path, settings(HEART_RATE_ONLY=True))
    assert timed.measured(60).fs_hz == pytest.approx(20)
    assert numbered.measured(60).fs_hz == 30
    assert (np.stack(list(numbered.frames(bgr=True))) == np.stack(frames)).all()


def test_splits_and_folds_choose_lines(folder):
    lines = [f"a.avi,{n},a.csv,ppg,,,time,,,,{'train' if n < 4 else 'test'},{n % 3}" for n in range(1, 6)]
    path = write(folder, *lines)

    def chosen(**given):
        return [one.subject for one in find_recordings("Manifest", path, settings(**given))]

    assert chosen(SPLIT="train") == [1, 2, 3]
    assert (chosen(FOLD="test 1"), chosen(FOLD="train 1")) == ([1, 4], [2, 3, 5])
    assert chosen(SPLIT="train", FOLD="train 1") == [2, 3]
    with pytest.raises(DataError, match="is of SPLIT 'test' and of FOLD 'test 0' at once"):
        chosen(SPLIT="test", FOLD="test 0")
    with pytest.raises(DataError, match="SPLIT asks for 'valid', and the column split of .* holds test, train"):
        chosen(SPLIT="valid")
    with pytest.raises(ConfigError, match="FOLD is '1'; expected 'test X'"):
        find_dataset("Manifest").check_settings(settings(FOLD="1"), "TRAIN")
    names = {
        find_dataset("Manifest").selection_name(settings(**given)) for given in ({}, {"SPLIT": "a"}, {"FOLD": "test 1"})
    }
    assert len(names) == 3


@pytest.mark.parametrize(
    "line, expected",
    [
        ("none.avi,1,a.csv", r"line 2: .*video .*none.avi is not there"),
        ("a.avi,1,none.csv", r"line 2: .*none.csv is not there"),
        ("a.avi,1,a.csv,bvp", r"line 2: .*has no column 'bvp'; there is time, ppg"),
        ("a.avi,1,a.csv,9", r"line 2: .*has 2 column\(s\), and none with the number 9"),
        ("a.avi,,a.csv", "line 2: subject is empty; expected the person"),
        ("a.avi,P 7,a.csv", "line 2: subject is 'P 7'"),
        ("a.avi,1,a.csv,1,ecg", "line 2: kind is 'ecg'; expected bvp or heart_rate"),
        ("a.avi,1,a.csv,1,,60,time", "line 2: both rate_hz and time_column are given"),
        ("a.avi,1,a.csv,1,,fast", "line 2: rate_hz is 'fast'; expected a number from"),
        ("a.avi,1,a.csv,1,,nan", "line 2: rate_hz is 'nan'; expected a number from"),
        ("a.avi,1,a.csv,ppg,,,ppg", "line 2: .*times in .* do not go forward"),
        ("a.avi,1,a.csv,1,,,,,5,3", "line 2: stop_s is 3 and start_s 5; expected a later stop"),
        ("a.avi,1,a.csv,ppg,,,,,99", "line 2: .*its video ends at 6.0 s, before start_s"),
        ("a.csv,1,a.csv", "line 2: .*its frame rate is not known: its video says that it has 0"),
    ],
)
def test_a_line_that_cannot_be_right_is_told_before_anything_is_cached(folder, line, expected):
    with pytest.raises(DataError, match=expected) as error:
        find_recordings("Manifest", write(folder, line), settings())
    assert len(str(error.value)) < 1500


def test_all_lines_are_told_at_once(folder):
    path = write(folder, "a.avi,1,a.csv,1,ecg", "a.avi,,a.csv", "a.avi,2,a.csv,ppg,,,time")
    with pytest.raises(DataError, match=r"2 problem\(s\) in the manifest(.|\n)*line 2(.|\n)*line 3"):
        find_recordings("Manifest", path, settings())
    with pytest.raises(DataError, match=r"line 3: its name would be '1.a', as that of line 2"):
        find_recordings("Manifest", write(folder, "a.avi,1,a.csv,ppg", "a.avi,1,flat.txt"), settings())
    with pytest.raises(DataError, match="'vidio'.*Did you mean 'video'|has no column video"):
        find_recordings("Manifest", write(folder, "a.avi,1,a.csv", columns="vidio,subject,truth"), settings())
    with pytest.raises(
        DataError, match="none.csv' is not a folder.*Expected a CSV file, or a folder with manifest.csv"
    ):
        find_recordings("Manifest", write(folder, "a.avi,1,a.csv") + "/none.csv", settings())


def test_frames_that_do_not_come_at_an_even_rate_are_told(folder):
    frames = recordings.noise_frames(60)
    recordings.write_images(folder / "jumps", frames, np.arange(60) / 20 + 4 * (np.arange(60) > 30))
    recordings.write_images(folder / "gaps", frames)
    for number in range(10, 30):
        (folder / "gaps" / f"frame{number}.png").rename(folder / "gaps" / f".frame{number}.png")  # hidden: no frames
    (folder / "none").mkdir()
    for line, expected in [
        ("jumps,1,hr.csv,HR,heart_rate,1", "the times of its frames jump by 4.05 s"),
        ("gaps,1,hr.csv,HR,heart_rate,1,,30", "of its frames, 20 numbers are missing between 0 and 59"),
        ("timed,1,hr.csv,HR,heart_rate,1,,40", "fps is 40, and by the times in their names"),
        ("none,1,hr.csv,HR,heart_rate,1,,30", "there is no image in"),
    ]:
        with pytest.raises(DataError, match=expected):
            find_recordings("Manifest", write(folder, line), settings(HEART_RATE_ONLY=True))


def test_clips_are_made_again_when_the_line_changes(folder, tmp_path):
    node = data_node("Manifest", folder, tmp_path / "clips", {"PREPROCESS.CHUNK_LENGTH": 25})

    def reused(line):
        found = select_recordings("Manifest", write(folder, line), settings()).recordings
        _, report = preprocess(found, node, str(tmp_path / "clips"), workers=1, progress=False)
        return report.recordings[0].reused

    assert [reused("a.avi,1,a.csv,ppg"), reused("a.avi,1,a.csv,ppg")] == [False, True]
    assert not reused("a.avi,1,a.csv,ppg,,,time")
    assert not reused("a.avi,1,a.csv,ppg,,,time,,1")


def test_manifests_in_one_folder_are_of_the_same_people(folder):
    write(folder, "a.avi,P07,a.csv,ppg,,60", "a.avi,2,a.csv,ppg,,60")
    others = folder / "others.csv"
    others.write_text((folder / "manifest.csv").read_text().replace(",2,a", ",3,a"))
    ours, theirs = (find_recordings("Manifest", str(path)) for path in (folder, others))
    assert shared_people(ours, theirs) == ["P07"]
