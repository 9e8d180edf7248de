"""``rfacenet live`` as it is typed."""

import os
import re
import signal
import subprocess
import sys

import pytest
from support import own_videos, recordings
from support.live_page import PATIENCE_S, viewer, wait_until
from support.paths import ROOT

from rfacenet_toolbox import cli
from rfacenet_toolbox.prediction import live


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    frames = own_videos.face_frames()[:180:2]
    return recordings.write_video(tmp_path_factory.mktemp("videos") / "me.avi", frames)


def run(capsys, *argv):
    status = cli.main(["live", *map(str, argv)])
    return (status, *capsys.readouterr())


@pytest.mark.parametrize("argv", [["--port", "70000"], ["--port", "-1"], ["--port", "x"], ["a.mp4", "b.mp4"]])
def test_what_makes_no_sense_is_refused(argv, capsys):
    with pytest.raises(SystemExit) as refused:
        cli.main(["live", *argv])
    assert refused.value.code == 2 and "error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["none.mp4", "--method", "pos"], "There is nothing at none.mp4"),
        (["VIDEO", "--method", "poss"], "poss"),
        (["VIDEO", "--method", "pos", "--face", "HD"], "HD"),
        (["VIDEO", "--method", "pos", "--weights", "x.pth"], "has no weights to load"),
    ],
)
def test_what_is_wrong_from_the_start_is_said_before_a_page_is_served(argv, said, capsys, video):
    status, out, err = run(capsys, *[str(video) if word == "VIDEO" else word for word in argv], "--no-browser")
    assert status == 2 and out == "" and err.startswith("error: ") and said in err


def test_without_websockets_it_says_what_to_install(capsys, video, monkeypatch):
    monkeypatch.delitem(sys.modules, "rfacenet_toolbox.prediction.live.server", raising=False)
    monkeypatch.setitem(sys.modules, "websockets.asyncio.server", None)
    status, _, err = run(capsys, video, "--method", "pos", "--no-browser")
    assert status == 2 and live.INSTALL in err and "rfacenet predict" in err


def test_the_first_camera_is_looked_at_by_default_and_the_page_is_opened(monkeypatch, capsys):
    import webbrowser

    asked, opened = [], []

    def served(*args, on_ready, **settings):
        asked.append((args, settings))
        on_ready("http://127.0.0.1:1/?token=x")

    monkeypatch.setattr(live, "run", served)
    monkeypatch.setattr(webbrowser, "open", opened.append)
    status, out, _ = run(capsys)
    assert status == 0 and "http://127.0.0.1:1/?token=x" in out
    assert asked == [(("0", "rfacenet", None), {"face_backend": "auto", "port": 0})]
    wait_until(lambda: opened == ["http://127.0.0.1:1/?token=x"])
    run(capsys, "--no-browser", "--port", "8000")
    assert len(opened) == 1 and asked[1][1]["port"] == 8000


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process alone")
def test_ctrl_c_ends_it_while_somebody_looks(video):
    command = [sys.executable, "-m", "rfacenet_toolbox", "live", str(video), "--method", "pos", "--no-browser"]
    # where the tests run in the background of a shell, a child would ignore Ctrl-C
    process = subprocess.Popen(
        command, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", process.stdout.readline()).group()
        with viewer(address) as one:
            while "picture" not in one.next()[0]:
                pass
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert process.returncode == 0 and err == ""
