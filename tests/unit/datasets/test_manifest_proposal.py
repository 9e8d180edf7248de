"""``rfacenet manifest``: the lines that it proposes for a folder."""

from support import recordings
from support.manifests import PPG, column, samples, settings

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
