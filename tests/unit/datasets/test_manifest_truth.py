"""Ground truths that a manifest names: every form is read, and what cannot be right is told."""

import numpy as np
import pytest
from support.manifests import (
    CLOCK,
    FPS_HZ,
    FRAMES,
    PPG,
    TIMES_S,
    column,
    settings,
    stamped,
    table,
    write,
    write_recordings,
)

from rfacenet_toolbox.datasets.clock_times import past_midnight
from rfacenet_toolbox.datasets.manifest_truth import read_columns
from rfacenet_toolbox.datasets.readers import find_recordings, select_recordings
from rfacenet_toolbox.errors import DataError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_recordings(tmp_path_factory.mktemp("own"))


RATES = 75 + np.cumsum(np.random.default_rng(0).normal(0, 0.05, len(PPG)))


#: times of day that pass midnight after 3 s
LATE = [f"{(86397 + t) % 86400 // 3600:02.0f}:{59 * (t < 3):02d}:{(57 + t) % 60:06.3f}" for t in TIMES_S]


def short(text):
    return text[:40]


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
        (
            column("ppg", np.tile(PPG, 2)),
            "ppg,,60",
            "and its video at 6.0 s; if they ended together, the video has 12.5",
        ),
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
        (stamped([f"{one}+02" for one in CLOCK]), ",,2024-05-01T08:59:50Z"),
        (stamped(LATE), ",,23:59:57"),
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
        ("time,,,inf", "time_zero is 'inf'; expected what a clock in time_column shows"),
        (
            "time,,,2024-02-30T10:00:00",
            "time_zero is '2024-02-30T10:00:00'; expected what a clock in time_column shows",
        ),
        ("time,,,10:75:00", "time_zero is '10:75:00'; expected what a clock in time_column shows"),
        ("time,,,100", "lasts from -100.0 to -94.0 s.* A clock's time at the video's first frame is its time_zero"),
        ("ppg,,,", "do not go forward"),
    ],
)
def test_a_clock_that_is_not_understood_is_told(folder, given, expected):
    (folder / "manifest.csv").write_text(
        f"video,subject,truth,column,time_column,fps,time_unit,time_zero\na.avi,1,a.csv,ppg,{given}"
    )
    with pytest.raises(DataError, match=expected):
        find_recordings("Manifest", str(folder), settings())


@pytest.mark.parametrize(
    "cells, given, expected",
    [
        (
            CLOCK,
            ",ms,first",
            "line 2: .*time_unit is 'ms', which is of numbers, and Zeit of .*t.csv holds dates without",
        ),
        (
            CLOCK,
            ",,10:59:50",
            "time_zero is one of the times of day, and Zeit of .*t.csv holds dates without a time zone",
        ),
        (
            CLOCK,
            ",,2024-05-01T10:59:50+02:00",
            "one of the dates with a time zone, .* holds dates without a time zone;",
        ),
        ([one[11:] for one in CLOCK], ",,2024-05-01T10:59:50", "one of the dates without a time zone, .* times of day"),
        ([*CLOCK[:9], *(f"{one}+02:00" for one in CLOCK[9:])], ",,first", "dates without a time zone and dates with a"),
        (
            [one.replace(":59:", ":61:") for one in CLOCK],
            ",,first",
            "'2024-05-01T10:61:50.000' in line 2 of column Zeit",
        ),
        (LATE[::-1], ",,first", "do not go forward"),
    ],
)
def test_clocks_that_do_not_agree_are_told(folder, cells, given, expected):
    (folder / "t.csv").write_text(stamped(cells))
    titles = "video,subject,truth,column,time_column,fps,time_unit,time_zero"
    (folder / "manifest.csv").write_text(f"{titles}\na.avi,1,t.csv,Puls,Zeit,{given}")
    with pytest.raises(DataError, match=expected):
        find_recordings("Manifest", str(folder), settings())


def test_times_of_day_are_those_nearest_to_time_zero():
    assert past_midnight(np.array([2.0, 3.0]), 86399.0).tolist() == [86402, 86403]
    assert past_midnight(np.array([86399.0, 1.0]), 2.0).tolist() == [-1, 1]
    assert past_midnight(np.array([90000.0, 90001.0])).tolist() == [90000, 90001]


def test_lists_in_one_line_and_through_lists_of_json(tmp_path):
    (tmp_path / "gt.txt").write_text("1 2 3\n60 61 62\n0 0.1 0.2\n")
    values, times = read_columns(str(tmp_path / "gt.txt"), ["line 1", "line 3"])
    assert (values.tolist(), times.tolist()) == ([1, 2, 3], [0, 0.1, 0.2])
    (tmp_path / "p.json").write_text('{"/Package": [{"Value": {"wave": 1}}, {"Value": {"wave": 2.5}}]}')
    assert read_columns(str(tmp_path / "p.json"), ["/Package.Value.wave"])[0].tolist() == [1, 2.5]
    with pytest.raises(ValueError, match="has no 'bvp' on the way to"):
        read_columns(str(tmp_path / "p.json"), ["/Package.Value.bvp"])
