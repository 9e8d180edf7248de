"""``rfacenet report`` on runs that were really made: a small training on synthetic recordings, and what it lacks."""

import csv
import json
import pickle
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from support.configs import small_job, write

from rfacenet_toolbox import cli, evaluation
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.datasets.settings import preprocess_settings
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.evaluation.files.run_folder import read_run
from rfacenet_toolbox.hosts import standalone
from rfacenet_toolbox.report import build, fig1_attention
from rfacenet_toolbox.report.build import write_report
from rfacenet_toolbox.report.clip_faces import clip_faces
from rfacenet_toolbox.synthetic import write_dataset
from rfacenet_toolbox.training.learners import config_of

pytestmark = pytest.mark.slow  # trains two runs and tests them

FRAMES, SIDE = 32, 24


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Folders of two runs: a training with fusion at stage 3, and one without, tested on the same three videos."""
    folder = tmp_path_factory.mktemp("runs")
    write_dataset(folder / "PURE", "pure", 2, scenarios=[1], seconds=2.2, size=(160, 120), workers=1)
    settings = {"seconds": 3.3, "size": (160, 120), "first_subject": 11, "workers": 1}
    write_dataset(folder / "UBFC-rPPG", "ubfc-rppg", 3, **settings)
    for name, fusion in (("fused", "stage3"), ("apart", "none")):
        standalone.main(["--config_file", str(config(folder, name, fusion))])
    return folder / "fused", folder / "apart"


def config(folder, name, fusion):
    settings = {
        "TRAIN.EPOCHS": 3,
        "TRAIN.BATCH_SIZE": 4,
        "MODEL.RFACENET.FUSION": fusion,
        "LOG.PATH": str(folder / name),
    }
    return write(folder / f"{name}.yaml", small_job(folder, FRAMES, SIDE), settings)


def copy_of(run, tmp_path):
    return Path(shutil.copytree(str(run), str(tmp_path / "copy")))


@pytest.fixture(scope="module")
def page(runs, tmp_path_factory):
    """The folder that the command writes for both runs."""
    out = tmp_path_factory.mktemp("page")
    assert cli.main(["report", *map(str, runs), "--out", str(out), "--attention-clips", "4"]) == 0
    return out


def test_the_page_holds_every_figure_and_table(page):
    html = (page / "report.html").read_text(encoding="utf-8")
    of_runs = ("bland-altman", "curves", "loss", "scatter", "signals")
    expected = {f"{run}-{figure}" for run in ("fused", "apart") for figure in of_runs}
    expected |= {"attention-maps", "attention-shares", "fusion-schemes", "network"}
    for kind in ("png", "pdf"):
        assert {path.stem for path in (page / "figures").glob(f"*.{kind}")} == expected
    assert html.count("<img ") == html.count('src="data:image/png;base64,') == len(expected)
    assert "Not shown" not in html and html.count("<script>") == 1
    assert "Synthetic recordings" in html and "fused (trained)" in html and "apart (tested)" in html
    assert re.search(r"fused: the CTFC changes the share inside by [+-]\d+\.\d points on average", html)


def test_the_shares_are_kept_as_numbers(page):
    shares = json.loads((page / "attention.json").read_text())
    assert len(shares["clips"]) == 4 and len(shares["contour_area"]) == 4
    assert list(shares["share_inside"]) == ["fused, before the CTFC", "fused, after the CTFC", "apart"]
    for values in shares["share_inside"].values():
        assert len(values) == 4 and all(value is None or 0 <= value <= 1 for value in values)
    assert all(0.1 < area < 0.5 for area in shares["contour_area"])


def test_the_contour_on_a_clip_is_where_its_skin_is(runs):
    """The outline, the box and the resizing together, against the colours of the picture."""
    data = config_of(read_run(runs[0])).TEST.DATA
    for recording in find_recordings("UBFC-rPPG", data.DATA_PATH):
        found = clip_faces(recording, preprocess_settings(data), [0, 2])
        assert sorted(found) == [0, 2]
        for face in found.values():
            assert face.picture.shape == (SIDE, SIDE, 3)
            middle = face.outline.mean(axis=0).round().astype(int)
            skin = face.picture[middle[1] + 1, middle[0]].astype(float)
            unlike = np.abs(face.picture - skin).sum(axis=2)
            here = unlike[face.inside > 0.5].mean()
            for shift in ((4, 0), (-4, 0), (0, 4), (0, -4)):
                assert here < unlike[np.roll(face.inside, shift, axis=(0, 1)) > 0.5].mean()


def test_waves_are_those_that_were_scored(runs):
    run = read_run(runs[0])
    names, estimate, truth = run.heart_rates("neurips2023")
    assert names == ["subject11", "subject12", "subject13"]
    for name, *rates in zip(names, estimate, truth):
        prediction, label, fs_hz = run.waveforms(name, "neurips2023")
        band_hz = evaluation.get_protocol("neurips2023").band_hz
        scored = [evaluation.fft_heart_rate_bpm(wave, fs_hz, band_hz) for wave in (prediction, label)]
        assert scored == pytest.approx(rates, abs=1e-3)
    assert run.epochs["epoch"].tolist() == [0, 1, 2] and np.isnan(run.epochs["valid_loss"]).all()
    with pytest.raises(DataError, match="do not hold the video 'subject1'"):
        run.waveforms("subject1", "neurips2023")


@pytest.mark.parametrize(
    "content, reason",
    [
        (None, r"There is no \*_outputs.pickle"),
        (b"\x80\x04x", "pickle"),
        (pickle.dumps(print), "builtins.print"),
        (pickle.dumps({"predictions": {}}), "saved outputs have"),
    ],
)
def test_outputs_that_cannot_be_read_are_refused(runs, tmp_path, content, reason):
    run = copy_of(runs[0], tmp_path)
    outputs = next(run.rglob("*_outputs.pickle"))
    outputs.unlink()
    if content is not None:
        outputs.write_bytes(content)
    with pytest.raises(DataError, match=reason):
        read_run(run).waveforms("subject11", "neurips2023")


def test_what_a_run_lacks_is_said_and_the_rest_is_shown(runs, tmp_path):
    run = copy_of(runs[0], tmp_path)
    next(run.rglob("*_outputs.pickle")).unlink()
    (run / "epochs.csv").unlink()
    with open(run / "per_video.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["heart_rate_bpm"] = ""
    with open(run / "per_video.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    html = write_report([run], tmp_path / "page", attention_clips=0).read_text(encoding="utf-8")
    assert "Not shown: " in html and "There is no *_outputs.pickle" in html
    assert "2 videos or windows" in html and "1 without an estimate are left out" in html
    assert html.count("<img ") == 4


def test_attention_that_cannot_be_had_is_said(runs, tmp_path, monkeypatch):
    run = copy_of(runs[0], tmp_path)
    results = json.loads((run / "results.json").read_text())
    for change, reason in (
        ({"weights": "gone.pth"}, "the weights of copy are not at gone.pth"),
        ({"model": "Physnet"}, "none of these runs is of rFaceNet"),
    ):
        (run / "results.json").write_text(json.dumps({**results, **change}))
        with pytest.raises(DataError, match=reason):
            fig1_attention.attention_of([read_run(run)])
    changed = json.loads(json.dumps(results))
    changed["config"]["TEST"]["DATA"]["PREPROCESS"]["RESIZE"]["W"] = 30
    (run / "results.json").write_text(json.dumps(changed))
    with pytest.raises(DataError, match="were tested on other clips"):
        fig1_attention.attention_of([read_run(runs[0]), read_run(run)])
    changed["config"]["TEST"]["DATA"]["FILE_LIST_PATH"] = "gone.csv"
    (run / "results.json").write_text(json.dumps(changed))
    with pytest.raises(DataError, match="the test clips cannot be found"):
        fig1_attention.attention_of([read_run(run)])


def test_folders_that_are_no_runs_are_refused(runs, tmp_path, capsys):
    assert cli.main(["report", str(tmp_path), "--out", str(tmp_path / "page")]) == 2
    assert "is not a finished run: there is no results.json in it" in capsys.readouterr().err
    (tmp_path / "results.json").write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        read_run(tmp_path)
    (tmp_path / "results.json").write_text("{}")
    with pytest.raises(DataError, match="is not what a test run leaves: it lacks schema, model"):
        read_run(tmp_path)
    with pytest.raises(DataError, match="named more than once: .*fused. Name each run once"):
        write_report([runs[0], runs[0]], tmp_path)


def test_runs_in_folders_of_one_name_are_named_after_those_above(runs, tmp_path, monkeypatch):
    folders = [tmp_path / setting / "seed100" for setting in ("LR=3e-3", "LR=9e-3")]
    for folder in folders:
        shutil.copytree(str(runs[1]), str(folder))
    monkeypatch.setattr(build, "_run_parts", lambda run, album: [])  # drawing is tested above
    html = write_report([runs[0], *folders], tmp_path / "page", attention_clips=0).read_text(encoding="utf-8")
    headings = re.findall("<h2 id=[^>]*>([^<]*)</h2>", html)
    assert headings[:3] == ["fused", "LR=3e-3_seed100", "LR=9e-3_seed100"]
