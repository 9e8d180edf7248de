"""Options of ``rfacenet table1``, ``table2``, ``table3``, ``table`` and ``sweep`` that cannot be right."""

import pytest
from support.configs import PURE_TO_UBFC

from rfacenet_toolbox import cli

_SETS = ["--pure", "nowhere", "--ubfc", "nowhere"]


@pytest.mark.parametrize(
    "argv, message",
    [
        (["table2", *_SETS], "is not a folder, so there are no PURE recordings to read"),
        (["table2", *_SETS], "error: --pure 'nowhere' ("),
        (["table3", *_SETS], "folders DIR/01-01 ... 10-06"),
        (["table2", "--pure", "empty", "--ubfc", "x"], "Found: nothing"),
        (["table1", "--vipl", "nowhere"], "Set --vipl to the folder that holds them."),
        (["table1", "--vipl", "empty"], "holds no VIPL-HR recordings. Found: nothing. Expected DIR/data"),
        (["table2", *_SETS, "--seeds", "1", "2", "1"], "--seeds: '1' is there more than once"),
        (["table1", "--vipl", "nowhere", "--seeds", "3", "3"], "--seeds: '3' is there more than once"),
        (["table", "--train", "a", "--test", "b", "--seeds", "-1"], "--seeds has -1; expected whole numbers from 0 to"),
        (["table2", *_SETS, "--methods", "POS", "tscan", "TS-CAN"], "--methods: 'TS-CAN' is there more than once"),
        (["table1", "--vipl", "nowhere", "--methods", "cvd", "CVD"], "--methods: 'CVD' is there more than once"),
        (["table2", *_SETS, "--config", "gone.yaml"], "gone.yaml, and there is nothing. Name a YAML file"),
        (["table2", *_SETS, "--config", "empty"], "empty, which holds no .yaml files"),
        (["table2", *_SETS, "--protocol", "neurips"], "The evaluation protocol is 'neurips', which is unknown."),
        (["table2", *_SETS, "--jobs", "0"], "--jobs is 0; expected 1 or more runs at a time"),
        (["table2", *_SETS, "--slurm", "gpu"], "--slurm gpu is not NAME=VALUE"),
        (["table2", *_SETS, "--slurm", "a=1", "a=2"], "--slurm: 'a' is there more than once"),
        (["table2", *_SETS, "--out", "a_file"], "--out is "),
        (["table2", *_SETS, "--cache", "a_file/clips"], "--cache is a_file/clips, and nothing can be written there"),
        (["sweep", PURE_TO_UBFC, "--seeds", "7", "7", "--dry-run"], "--seeds: '7' is there more than once"),
        (["sweep", PURE_TO_UBFC, "--set", "TRAIN.LR=1e-3,0.001"], "LR=1e-3 and LR=0.001 are the same run"),
        (["sweep", PURE_TO_UBFC, "--dry-run", "--jobs", "-1"], "--jobs is -1"),
        (["sweep", PURE_TO_UBFC, "--dry-run", "--slurm", "gpu"], "--slurm gpu is not NAME=VALUE"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_before_anything_is_looked_at(tmp_path, monkeypatch, capsys, argv, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_file").write_text("")
    (tmp_path / "empty").mkdir()
    status = cli.main(argv)
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err.startswith("error: ") and message in err and "DATA_PATH" not in err and "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a_file", "empty"]
