"""``rfacenet`` and ``main.py`` as a newcomer types them: what they say, and their exit status."""

import json
import subprocess
import sys

import pytest
from support.commands import run
from support.paths import ROOT

import rfacenet_toolbox
from rfacenet_toolbox import cli
from rfacenet_toolbox.errors import RFaceNetError
from rfacenet_toolbox.hosts import standalone
from rfacenet_toolbox.hosts.toolbox import install, launch


def test_without_arguments_it_shows_what_there_is(capsys):
    status, _, err = run(capsys)
    assert status == 2
    for command in ("install", "uninstall", "run", "synth"):
        assert f"    {command} " in err


def test_the_version_is_the_packages(capsys):
    assert run(capsys, "--version") == (0, f"{rfacenet_toolbox.__version__}\n", "")


@pytest.mark.parametrize(
    "argv, message",
    [
        (["fly"], "invalid choice: 'fly'"),
        (["install"], "the following arguments are required: dir"),
        (["install", "a", "b"], "unrecognized arguments: b"),
        (["run"], "the following arguments are required: --config_file"),
        (["synth"], "the following arguments are required: out"),
        (["synth", "out", "--dataset", "pure", "--subjects", "two"], "invalid int value: 'two'"),
        (
            ["synth", "", "--dataset", "pure", "--subjects", "1"],
            "argument out: found an empty text; give a value, or leave",
        ),
        (["table2", "--pure", " ", "--ubfc", "b"], "argument --pure: found an empty text; give a value, or leave"),
        (["predict", "a.mp4", ""], "argument VIDEO: found an empty text; give a value, or leave"),
        (["profile", "a.yaml", "--device", ""], "argument --device: found an empty text; give a value, or leave"),
        (["synth", "out", "--dataset", "pure", "--subjects", "1", "--fast"], "unrecognized arguments: --fast"),
        (["run", "--config_file", "x.yaml", "--fast"], "unrecognized arguments: --fast"),
    ],
)
def test_wrong_arguments_are_named_with_the_usage(capsys, tmp_path, monkeypatch, argv, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *argv)
    assert (status, out) == (2, "")
    assert err.startswith("usage: ") and message in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "argv, message",
    [
        (["run", "--config_file", "none.yaml"], "no config file at none.yaml. Name a YAML file"),
        (["run", "--config_file", "."], "no config file at ."),
        (["run", "--toolbox", "none", "--config_file", "x.yaml"], "none is not there. Expected the root"),
        (["install", "none"], "none is not there. Expected the root of an rPPG-Toolbox checkout"),
        (["uninstall", "none"], "none is not there. Expected the root of an rPPG-Toolbox checkout"),
        (["synth", "x"], "--dataset is not given"),
        (["synth", "x", "--dataset", "pure"], "--subjects is not given"),
        (["synth", "x", "--benchmark", "--first-subject", "3"], "--first-subject was given with --benchmark"),
        (["synth", "out", "--dataset", "mmpd", "--subjects", "1"], "'mmpd', which is unknown. Available: pure,"),
        (["synth", "out", "--dataset", "pure", "--subjects", "0"], "subjects is 0"),
        (["synth", "out", "--dataset", "pure", "--subjects", "1", "--scenarios", "7"], "scenarios is (7,)"),
        (["synth", "out", "--dataset", "pure", "--subjects", "1", "--size", "10", "10"], "size is (10, 10)"),
        (["synth", "out", "--dataset", "pure", "--subjects", "1", "--workers", "0"], "workers is 0"),
        (["synth", "out", "--dataset", "pure", "--subjects", "1", "--size", "5000", "200"], "at most 4096"),
        (["synth", "out", "--dataset", "pure", "--subjects", "1", "--seconds", "1e9"], "more than 200000 frames"),
        (["profile", "none.yaml", "--training", "1", "--repeats", "2"], "--repeats is the number of timed predictions"),
        (["predict", "none.mp4", "none.avi", "--method", "nope"], "The method is 'nope', which is unknown"),
        (
            ["predict", "none.mp4", "none.avi", "--start", "nan"],
            "--start (start_s) is nan; expected seconds",
        ),
        (["predict", "none.mp4", "none.avi", "--duration", "0"], "--duration (duration_s) is 0.0; expected seconds"),
        (["predict", "none.mp4", "none.avi", "--weights", "."], ". is a folder; expected a weights file"),
        (["predict", "none.mp4", "none.avi", "--window", "2"], "The window is 2 s"),
        (["predict", "a_file", "0", "./a_file"], "The videos: '"),
        (["predict", "none.mp4", "--no-face"], "--no-face is about the picture that --out writes"),
        (["report", "none", "--attention-clips", "-1"], "--attention-clips is -1; expected 0 or more"),
        (["report", "none", "--out", "a_file"], "--out is a_file, and nothing can be written there"),
        (["synth", "a_file", "--dataset", "pure", "--subjects", "1"], "a_file cannot be made a folder"),
        (["synth", "a_file/x", "--dataset", "pure", "--subjects", "1"], "cannot be made a folder"),
    ],
)
def test_what_cannot_be_done_is_one_paragraph_and_status_2(capsys, tmp_path, monkeypatch, argv, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_file").write_text("")
    status, out, err = run(capsys, *argv)
    assert (status, out) == (2, "")
    assert err.startswith("error: ") and message in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a_file"]


def test_synth_writes_what_it_is_asked_for_and_says_so(capsys, tmp_path):
    arguments = ["--subjects", 1, "--first-subject", 4, "--scenarios", 2, 3, "--seconds", 1, "--size", 160, 120]
    status, out, _ = run(capsys, "synth", tmp_path / "PURE", "--dataset", "pure", *arguments, "--workers", 1)
    assert status == 0
    assert out.splitlines() == [
        f"made {tmp_path / 'PURE' / '04-02'}",
        f"made {tmp_path / 'PURE' / '04-03'}",
        f"2 synthetic recordings in {tmp_path / 'PURE'}, in the format of pure",
    ]
    assert len(list((tmp_path / "PURE" / "04-02" / "04-02").glob("*.png"))) == 30
    assert json.loads((tmp_path / "PURE" / "04-03" / "04-03.json").read_text())["/FullPackage"]


def test_synth_leaves_what_is_there(capsys, tmp_path):
    arguments = ["--subjects", 1, "--seconds", 1, "--size", 160, 120, "--workers", 1]
    for _ in range(2):
        status, out, _ = run(capsys, "synth", tmp_path / "UBFC-rPPG", "--dataset", "ubfc-rppg", *arguments)
        assert status == 0
    assert "made" not in out and "1 synthetic recording in" in out
    status, _, err = run(capsys, "synth", tmp_path / "UBFC-rPPG", "--dataset", "ubfc-rppg", *arguments, "--seed", 1)
    assert status == 2 and "Nothing was changed" in err


def test_install_and_uninstall_print_what_they_did(capsys, monkeypatch):
    done = []

    def report(directory, **settings):
        done.append((directory, settings))
        return ["one", "two"]

    monkeypatch.setattr(install, "install", report)
    monkeypatch.setattr(install, "uninstall", report)
    assert run(capsys, "install", "A") == (0, "one\ntwo\n", "")
    assert run(capsys, "uninstall", "B") == (0, "one\ntwo\n", "")
    assert run(capsys, "uninstall", "C", "--keep-edits") == (0, "one\ntwo\n", "")
    assert done == [("A", {}), ("B", {"keep_edits": False}), ("C", {"keep_edits": True})]


def test_run_goes_to_the_host_that_is_asked_for(capsys, monkeypatch):
    calls = []
    monkeypatch.setattr(standalone, "main", lambda argv: calls.append(("standalone", argv)))
    monkeypatch.setattr(launch, "run", lambda directory, argv: calls.append((directory, argv)) or 7)
    assert run(capsys, "run", "--config_file", "x.yaml")[0] == 0
    assert run(capsys, "run", "--toolbox", "T", "--config_file", "x.yaml", "--preprocess")[0] == 7
    assert calls == [
        ("standalone", ["--config_file", "x.yaml"]),
        ("T", ["--config_file", "x.yaml", "--preprocess"]),
    ]


@pytest.mark.parametrize(
    "error, status, said",
    [
        (RFaceNetError("this and that."), 2, "error: this and that.\n"),
        (KeyboardInterrupt(), 130, "\nstopped. The same command continues from what is done already.\n"),
    ],
)
def test_errors_and_ctrl_c_end_without_a_traceback(capsys, monkeypatch, error, status, said):
    def fails(argv):
        raise error

    monkeypatch.setattr(standalone, "main", fails)
    assert cli.standalone(["--config_file", "x.yaml"]) == status
    assert capsys.readouterr().err == said


def test_an_error_of_ours_keeps_its_traceback(monkeypatch):
    def fails(argv):
        raise IndexError("a bug")

    monkeypatch.setattr(standalone, "main", fails)
    with pytest.raises(IndexError):
        cli.standalone(["--config_file", "x.yaml"])


@pytest.mark.slow
def test_main_py_without_a_config_shows_its_usage(tmp_path):
    done = subprocess.run([sys.executable, str(ROOT / "main.py")], cwd=str(tmp_path), text=True, capture_output=True)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: main.py") and "--config_file" in done.stderr


def test_help_needs_no_torch():
    code = "import atexit, sys; atexit.register(lambda: print('torch' in sys.modules)); "
    code += "from rfacenet_toolbox import cli; cli.main(['--help'])"
    shown = subprocess.check_output([sys.executable, "-c", code], cwd=str(ROOT), text=True)
    assert shown.startswith("usage: ") and shown.endswith("False\n")
