"""Data sets of one's own: what a manifest's lines say is read, and what cannot be right is told by line."""

from types import SimpleNamespace

import numpy as np
import pytest
from support import recordings
from support.configs import data_node

from rfacenet_toolbox import cli
from rfacenet_toolbox.datasets.manifest_truth import read_columns
from rfacenet_toolbox.datasets.preprocess import preprocess
from rfacenet_toolbox.datasets.readers import find_dataset, find_recordings, select_recordings
from rfacenet_toolbox.datasets.same_recordings import shared_people
from rfacenet_toolbox.errors import ConfigError, DataError

FPS_HZ, SECONDS = 25.0, 6
FRAMES = int(FPS_HZ * SECONDS)


def settings(**given):
    return SimpleNamespace(**{**find_dataset("Manifest").defaults, **given})


def samples(rate_hz, bpm=72.0):
    times_s = np.arange(int(SECONDS * rate_hz)) / rate_hz
    return times_s, np.cos(2 * np.pi * bpm / 60 * times_s)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    recordings.write_video(folder / "a.avi", recordings.noise_frames(FRAMES), FPS_HZ)
    times_s, ppg = samples(60)
    rows = [f"{time:.6f},{value:.9f}" for time, value in zip(times_s, ppg)]
    (folder / "a.csv").write_text("\n".join(["time,ppg", *rows]))
    (folder / "flat.txt").write_text("\n".join(f"{value:.9f}" for value in ppg))
    (folder / "hr.csv").write_text("\n".join(["HR", *["72"] * (SECONDS + 1)]))
    (folder / "a.json").write_text(str({"ppg": {"samples": ppg.round(9).tolist()}}).replace("'", '"'))
    return folder


def write(
    folder, *lines, columns="video,subject,truth,column,kind,rate_hz,time_column,fps,start_s,stop_s,split,fold,name"
):
    titles = columns.split(",")
    padded = [line + "," * (len(titles) - 1 - line.count(",")) for line in lines]
    (folder / "manifest.csv").write_text("\n".join([columns, *padded]))
    return str(folder)


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


def test_a_ground_truth_of_another_length_is_told(folder):
    (one,) = find_recordings("Manifest", write(folder, "a.avi,1,a.csv,ppg,,30"), settings())
    one.label(one.ppg(), FRAMES, 30.0)  # 12 s of samples for 6 s of frames cover them
    path = write(folder, "a.avi,1,a.csv,ppg,,120")
    with pytest.raises(
        DataError, match="ground truth lasts from 0.0 to 3.0 s, and its frames from 0.0 to 6.0 s, both from"
    ):
        find_recordings("Manifest", path, settings())
    (one,) = find_recordings("Manifest", path)  # a video may be longer than its header says
    with pytest.raises(DataError, match="ground truth lasts from 0.0 to 3.0 s(.|\n)*in line 2 of the manifest"):
        one.label(one.ppg(), FRAMES, 30.0)


def column(title, values):
    return "\n".join([title, *(f"{value:.6f}" for value in values)])


def table(titles, *columns, separator=","):
    return "\n".join([titles, *(separator.join(f"{value:.6f}" for value in row) for row in zip(*columns))])


def short(text):
    return text[:40]


TIMES_S, PPG = samples(60)
RATES = 75 + np.cumsum(np.random.default_rng(0).normal(0, 0.05, len(PPG)))


@pytest.mark.parametrize(
    "content, line, expected",
    [
        (table("time,ppg", 1000 * TIMES_S, PPG), "ppg,,,time", "0.06 samples per second.* Times are in s, .* like ms"),
        (table("time,ppg", 1e9 * TIMES_S, PPG), "ppg,,,time", "and these look like ns"),
        (table("time,ppg", 1.7e9 + TIMES_S, PPG), "ppg,,,time", "frames from 0.0 to 6.0 s, both"),
        (table("time,ppg", TIMES_S[::-1], PPG), "ppg,,,time", "do not go forward"),
        (table("time,ppg", TIMES_S + 3 * (TIMES_S > 2), PPG), "ppg,,,time", "its PPG samples jump by 3.02 s"),
        (table("time,ppg", TIMES_S, PPG), "", "from 0 to 5.98333 and never back, as times"),
        (column("BVP", RATES[:7]), "BVP", "1.17 samples per second.*If they are heart rates, that is their kind"),
        (table("time,HR", 1000 * np.arange(7), RATES), "HR,heart_rate,,time", "rates are 1000 s apart"),
        (column("HR", [0, 70, 71]), "HR,heart_rate,1", "holds 3 values of 0 to 71; expected heart rates.* nan where"),
        (column("ppg", [*PPG[1:], np.nan]), "", "1 of 360 samples that are not finite"),
        (column("ppg", 0 * PPG), "", "its PPG is constant"),
        ("0.5 0.6 0.7\n1 2 3\n0 0.1\n", "line 1,,,line 3", "has 3 values in line 1 and 2 times in line 3"),
        (table("time,ppg", TIMES_S, TIMES_S, PPG), "ppg", "3 cells in line 2 and 2 titles .time, ppg."),
        (table("ppg,ppg", TIMES_S, PPG), "ppg", "has the column 'ppg' 2 times"),
        (column("0,500", PPG).replace(".", ","), "", "has decimal commas"),
        ("0,5 1,2\n0,6 1,3\n", "2", "has decimal commas .'0,5 1,2'"),
    ],
    ids=short,
)  # fmt: skip
def test_a_ground_truth_that_cannot_be_right_is_told(folder, content, line, expected):
    (folder / "t.csv").write_text(content)
    with pytest.raises(DataError, match=expected):
        find_recordings("Manifest", write(folder, f"a.avi,1,t.csv,{line}"), settings(HEART_RATE_ONLY=True))


@pytest.mark.parametrize(
    "content, line, expected",
    [
        (column("BVP", np.repeat(RATES, 3)), "BVP,,90", "changes too slowly for a pulse. If it is a heart rate"),
        (column("BVP", np.repeat(RATES, 3) / 60), "BVP,,90", "changes too slowly for a pulse"),
        (column("HR", 100 + 40 * np.tile(PPG, 2)), "HR,heart_rate,60", "changes with every beat. If it is a waveform"),
        (column("ppg", np.tile(PPG, 2)), "ppg,,60", "its ground truth ends at 12.0 s, and its video at 6.0 s"),
        (column("ppg", PPG), "ppg", "its 360 samples are spread evenly over the video, 60.00 per second"),
        (column("ppg", PPG), "ppg,,60,,,2,9", "stop_s is 9, and its video ends at 6.0 s"),
    ],
    ids=short,
)
def test_what_is_probably_not_meant_is_said(folder, content, line, expected):
    (folder / "t.csv").write_text(content)
    path = write(folder, f"a.avi,1,t.csv,{line}", f"a.avi,2,t.csv,{line}")
    remarks = select_recordings("Manifest", path, settings(HEART_RATE_ONLY=True)).remarks
    (remark,) = [remark for remark in remarks if expected in remark]
    assert remark.startswith("line 2 of the manifest, ") and remark.endswith("The same goes for 1 more line(s).")


@pytest.mark.parametrize(
    "separator, encoding", [(";", "utf-8"), ("\t", "utf-8-sig"), (" ", "utf-8"), (",", "utf-8-sig")]
)
def test_what_spreadsheets_write_is_read(folder, separator, encoding):
    content = table(separator.join(['"time, s"', "ppg"]) if separator == ";" else f"t{separator}ppg", TIMES_S, PPG,
                    separator=separator)  # fmt: skip
    (folder / "t.csv").write_text(content.replace("\n", "\r\n"), encoding=encoding)
    between = "," if separator == " " else separator
    lines = ["video,subject ,truth,column,time_column", ",,,,", "a.avi, 1,t.csv,2,1", ",,,,"]
    (folder / "manifest.csv").write_text("\r\n".join(lines).replace(",", between), encoding=encoding)
    (one,) = find_recordings("Manifest", str(folder), settings())
    assert (one.entry.number, one.entry.subject) == (3, "1") and np.abs(one.ppg() - PPG).max() < 1e-6


def stamped(cells, separator=","):
    return "\n".join([f"Zeit{separator}Puls", *(f"{time}{separator}{value:.6f}" for time, value in zip(cells, PPG))])


CLOCK = [
    f"2024-05-01T{10 + (3590 + t) // 3600:02.0f}:{(59 + (50 + t) // 60) % 60:02.0f}:{(50 + t) % 60:06.3f}"
    for t in TIMES_S
]


@pytest.mark.parametrize(
    "content, given",
    [
        (stamped([f"{1000 * t:.3f}" for t in TIMES_S]), ",ms,"),
        (stamped([f"{1e9 * (t + 1.7e9):.0f}" for t in TIMES_S]), ",ns,1700000000000000000"),
        (stamped([f"{t + 1714557600:.4f}" for t in TIMES_S]), ",,2024-05-01T12:00:00+02:00"),
        (stamped([f"{t + 1714557600:.4f}" for t in TIMES_S]), ",s,first"),
        (stamped([f"{one}Z" for one in CLOCK]), ",,2024-05-01 10:59:50"),
        (stamped([one[11:].replace(".", ",") for one in CLOCK], ";"), ",,10:59:50"),
        (stamped([f"{t:.4f}" for t in TIMES_S], ";").replace(".", ","), ",,"),
        (stamped([f"{t:.4f}" for t in TIMES_S], "\t").replace(".", ","), ",s,0"),
        (stamped(CLOCK).split("\n", 1)[1], ",,first"),
        (str({"Zeit": CLOCK, "Puls": PPG.tolist()}).replace("'", '"'), ",,first"),
    ],
    ids=short,
)  # fmt: skip
def test_times_of_clocks_in_any_unit_and_decimal_commas_are_read(folder, content, given):
    name = "t.json" if content.startswith("{") else "t.csv"
    (folder / name).write_text(content, encoding="utf-8-sig" if name == "t.csv" else "utf-8")
    columns = "2,1" if content.startswith("2024") else "Puls,Zeit"
    titles = "video,subject,truth,column,time_column,fps,time_unit,time_zero"
    (folder / "manifest.csv").write_text(f"{titles}\na.avi,1,{name},{columns},{given}")
    (one,) = find_recordings("Manifest", str(folder), settings())
    expected = np.cos(2 * np.pi * 1.2 * np.arange(FRAMES) / FPS_HZ)
    assert np.abs(one.label(one.ppg(), FRAMES, 30.0) - expected)[: FRAMES - 3].max() < 0.01
    is_told = one.dataset.made_from(one)[-1] != "inf"  # so that clips are made again when it changes
    assert is_told == (given not in (",,", ",s,0"))


@pytest.mark.parametrize(
    "given, expected",
    [
        ("time,,min,", "time_unit is 'min'; expected s, ms, us, ns"),
        (",,ms,", "time_unit and time_zero are of a time_column, which is empty"),
        ("time,,,later", "time_zero is 'later'; expected what a clock in time_column shows"),
        ("time,,,2024-05-01T10:00:00", "A clock's time at the video's first frame is its time_zero|lasts from -1"),
        ("ppg,,,", "do not go forward"),
    ],
)
def test_a_clock_that_is_not_understood_is_told(folder, given, expected):
    (folder / "manifest.csv").write_text(
        f"video,subject,truth,column,time_column,fps,time_unit,time_zero\na.avi,1,a.csv,ppg,{given}"
    )
    with pytest.raises(DataError, match=expected):
        find_recordings("Manifest", str(folder), settings())


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


def test_lists_in_one_line_and_through_lists_of_json(tmp_path):
    (tmp_path / "gt.txt").write_text("1 2 3\n60 61 62\n0 0.1 0.2\n")
    values, times = read_columns(str(tmp_path / "gt.txt"), ["line 1", "line 3"])
    assert (values.tolist(), times.tolist()) == ([1, 2, 3], [0, 0.1, 0.2])
    (tmp_path / "p.json").write_text('{"/Package": [{"Value": {"wave": 1}}, {"Value": {"wave": 2.5}}]}')
    assert read_columns(str(tmp_path / "p.json"), ["/Package.Value.wave"])[0].tolist() == [1, 2.5]
    with pytest.raises(ValueError, match="has no 'bvp' on the way to"):
        read_columns(str(tmp_path / "p.json"), ["/Package.Value.bvp"])


def test_a_manifest_is_proposed_and_read(folder, tmp_path, capsys):
    own = tmp_path / "own"
    for subject in (1, 12):
        (own / f"subject{subject}").mkdir(parents=True)
        recordings.write_video(own / f"subject{subject}" / "vid.avi", recordings.noise_frames(50), 25)
        values = " ".join(f"{value:.4f}" for value in samples(25)[1][:50])
        times = " ".join(f"{n / 25:.2f}" for n in range(50))
        (own / f"subject{subject}" / "ground_truth.txt").write_text(f"{values}\n{values}\n{times}\n")
    (own / "notes.txt").write_text("nothing")
    assert cli.main(["manifest", str(own)]) == 0
    found = find_recordings("Manifest", str(own), settings())
    assert [one.name for one in found] == ["1.vid", "12.vid"]
    assert (found[0].entry.column, found[0].entry.time_column) == ("line 1", "line 3")
    assert len(found[1].label(found[1].ppg(), 50, 30.0)) == 50
    capsys.readouterr()
    assert cli.main(["manifest", str(own)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert cli.main(["manifest", str(tmp_path / "none")]) == 2


def test_videos_of_one_name_get_names_and_what_was_not_looked_into_is_said(tmp_path, capsys):
    for take in ("rest", "run"):
        (tmp_path / "own" / "p1" / take).mkdir(parents=True)
        recordings.write_video(tmp_path / "own" / "p1" / take / "vid.avi", recordings.noise_frames(50), 25)
    (tmp_path / "own" / "p1" / "rest" / "length.csv").write_text("threshold\n1\n2\n")  # neither gt nor hr
    (tmp_path / "own" / "p1" / "run" / "ppg.csv").write_text(column("finger_ppg", PPG))
    (tmp_path / "own" / "p2").symlink_to(tmp_path)
    assert cli.main(["manifest", str(tmp_path / "own")]) == 0
    out = capsys.readouterr().out
    assert "p2 is a link and was not looked into" in out and "p1/rest/vid.avi: no ground truth was found" in out
    rest, run = (tmp_path / "own" / "manifest.csv").read_text().splitlines()[1:]
    assert (rest, run) == (
        "p1/rest/vid.avi,1,,,,,p1-rest-vid",
        "p1/run/vid.avi,1,p1/run/ppg.csv,finger_ppg,bvp,,p1-run-vid",
    )


def test_manifests_in_one_folder_are_of_the_same_people(folder):
    write(folder, "a.avi,P07,a.csv,ppg,,60", "a.avi,2,a.csv,ppg,,60")
    others = folder / "others.csv"
    others.write_text((folder / "manifest.csv").read_text().replace(",2,a", ",3,a"))
    ours, theirs = (find_recordings("Manifest", str(path)) for path in (folder, others))
    assert shared_people(ours, theirs) == ["P07"]
