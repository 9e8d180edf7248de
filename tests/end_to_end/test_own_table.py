"""``rfacenet table`` on manifests, with children that do no work."""

import csv

import pytest
import yaml
from support import recordings
from support.fake_runs import fake_children

from rfacenet_toolbox import cli


@pytest.fixture
def options(tmp_path, monkeypatch):
    fake_children(monkeypatch)
    for name, subjects in (("a", (1, 2)), ("b", (3,))):
        for subject in subjects:
            recordings.write_video(tmp_path / f"{subject}.avi", recordings.noise_frames(130), 25.0)
            (tmp_path / f"{subject}.csv").write_text("\n".join(f"{one:.5f}" for one in recordings.pulse(130, 25.0)))
        lines = [f"{subject}.avi,{subject},{subject}.csv" for subject in subjects]
        (tmp_path / f"{name}.csv").write_text("\n".join(["video,subject,truth", *lines]))
    (tmp_path / "extra.yaml").write_text("DEVICE: cpu\n")
    folders = {"--train": "a.csv", "--test": "b.csv", "--out": "out", "--config": "extra.yaml"}
    return [word for option, name in folders.items() for word in (option, str(tmp_path / name))]


def run(capsys, *argv):
    status = cli.main(["table", *map(str, argv)])
    return (status, *capsys.readouterr())


def test_rows_of_any_methods_from_two_manifests(options, tmp_path, capsys):
    status, out, err = run(capsys, *options, "--methods", "physnet", "rfacenet", "POS", "--seeds", 1, 2)
    assert status == 0, out + err
    assert "a.csv: 2 recordings of 2 people" in out
    with open(tmp_path / "out" / "table.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == "MAE"]
    assert [row["method"] for row in rows] == ["POS", "PhysNet", "rFaceNet"]
    assert [row["runs"] for row in rows] == ["1", "2", "2"] and {row["published"] for row in rows} == {""}
    page = (tmp_path / "out" / "table.md").read_text()
    assert page.startswith("# Own data") and "Train: a.csv & Test: b.csv" in page and "published" not in page
    assert (tmp_path / "out" / "table.html").is_file()
    config = yaml.safe_load((tmp_path / "out" / "rFaceNet" / "seed1" / "config.yaml").read_text())
    assert config["TRAIN"]["DATA"]["DATA_PATH"] == config["VALID"]["DATA"]["DATA_PATH"] == str(tmp_path / "a.csv")
    assert config["TEST"]["DATA"]["DATASET"] == "Manifest"


def test_recordings_of_one_name_in_both_manifests_have_caches_of_their_own(options, tmp_path, capsys):
    (tmp_path / "b.csv").write_text("video,subject,truth,name\n3.avi,1,3.csv,1\n")  # 1.1, as a.csv has it
    status, out, err = run(capsys, *options, "--methods", "physnet", "--seeds", 1)
    assert status == 0, out + err
    config = yaml.safe_load((tmp_path / "out" / "PhysNet" / "seed1" / "config.yaml").read_text())
    caches = [config[split]["DATA"]["CACHED_PATH"] for split in ("TRAIN", "VALID", "TEST")]
    assert caches[0] == caches[1] and caches[2] == caches[0] + "/test"
    assert len(list((tmp_path / "out").rglob("1.1_input0.npy"))) == 2


def test_one_manifest_for_both_is_refused(options, tmp_path, capsys):
    argv = [str(tmp_path / "a.csv") if word.endswith("b.csv") else word for word in options]
    status, _, err = run(capsys, *argv)
    assert status == 2 and "--train and --test are both" in err and not (tmp_path / "out").exists()
    argv = [str(tmp_path / "none.csv") if word.endswith("b.csv") else word for word in options]
    assert run(capsys, *argv)[0] == 2
