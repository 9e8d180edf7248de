"""``rfacenet manifest``: the lines that it proposes for a folder."""

from support import recordings
from support.manifests import CLOCK, PPG, TIMES_S, column, samples, settings, stamped

from rfacenet_toolbox import cli
from rfacenet_toolbox.datasets.readers import find_recordings


def test_a_manifest_is_proposed_and_read(tmp_path, capsys):
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


def test_clocks_other_languages_and_several_ground_truths_are_proposed(tmp_path, capsys):
    for person in ("Anna 1", "Ben 2", "Çelik 3", "none 4"):
        (tmp_path / person).mkdir()
        for name in ("ä", "ö") if person == "Ben 2" else ("Übung im Büro",):
            recordings.write_video(tmp_path / person / f"{name}.avi", recordings.noise_frames(50), 25)
    (tmp_path / "Anna 1" / "Puls.csv").write_text(
        stamped([f"{1000 * t:.0f}" for t in TIMES_S]).replace("Puls", "Pulswelle")
    )
    (tmp_path / "Ben 2" / "ppg.csv").write_text(stamped(CLOCK).replace("Puls", "ppg").replace("Zeit", "timestamp_iso"))
    (tmp_path / "Ben 2" / "hr.csv").write_text("PulseRate\n" + "72\n" * 9)
    for name in ("ppg_left.csv", "ppg_right.csv"):
        (tmp_path / "Çelik 3" / name).write_text(stamped([f"{t:.3f}" for t in TIMES_S]).replace("Puls", "PPG"))
    (tmp_path / "none 4" / "hr.csv").write_text("PulseRate;Zeit [ms]\n" + "".join(f"72,5;{n}000\n" for n in range(9)))
    for number in range(300):
        (tmp_path / "none 4" / f"{number}.dat").touch()
    assert cli.main(["manifest", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    lines = (tmp_path / "manifest.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",", 2)[2] for line in lines] == [
        "truth,column,kind,time_column,time_unit,time_zero,name",
        "Anna 1/Puls.csv,Pulswelle,bvp,Zeit,ms,,Anna 1-Übung im Büro-1",
        "Ben 2/ppg.csv,ppg,bvp,timestamp_iso,,first,Ben 2-ä-2",
        "Ben 2/ppg.csv,ppg,bvp,timestamp_iso,,first,Ben 2-ö-3",
        "none 4/hr.csv,PulseRate,heart_rate,Zeit [ms],ms,,none 4-Übung im Büro-4",
        "Çelik 3/ppg_left.csv,PPG,bvp,Zeit,,,Çelik 3-Übung im Büro-5",
    ]
    assert "ppg.csv has a clock's times, taken to begin with the video; check time_zero" in out
    assert "ppg_left.csv was taken, and its ground truth may be ppg_right.csv, too" in out
    found = find_recordings("Manifest", str(tmp_path), settings(HEART_RATE_ONLY=True))
    names = {"1.Anna-1--bung-im-B-ro-1", "2.Ben-2---2", "2.Ben-2---3", "3.elik-3--bung-im-B-ro-5"}
    assert {one.name for one in found} == {*names, "4.none-4--bung-im-B-ro-4"}


def test_videos_of_one_name_get_names_and_what_was_not_looked_into_is_said(tmp_path, capsys):
    for take in ("rest", "run"):
        (tmp_path / "own" / "p1" / take).mkdir(parents=True)
        recordings.write_video(tmp_path / "own" / "p1" / take / "vid.avi", recordings.noise_frames(50), 25)
    (tmp_path / "own" / "p1" / "rest" / "length.csv").write_text("threshold\n1\n2\n")  # neither gt nor hr
    (tmp_path / "own" / "p1" / "rest" / "vid.txt").write_text("no numbers\n")
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
