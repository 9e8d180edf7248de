"""Runs executed some at a time, failed, killed, and gone on with. The children are real processes."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest
from support.fake_runs import fake_children, make_run, make_runs
from support.paths import ROOT, TESTS
from support.systems import needs_locks

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.experiments import LocalLauncher, command, local, run_all

pytestmark = needs_locks

DRIVER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background of a shell
sys.path[:0] = {paths!r}
from pathlib import Path
import pytest
from support import fake_runs
from rfacenet_toolbox.experiments import LocalLauncher, run_all
fake_runs.fake_children(pytest.MonkeyPatch())
run_all(fake_runs.make_runs(Path(sys.argv[1]), 2), LocalLauncher(2), 2)
"""


@pytest.fixture
def said(monkeypatch):
    fake_children(monkeypatch)
    return []


def execute(runs, said, jobs=1, **settings):
    return run_all(runs, LocalLauncher(jobs), jobs, say=said.append, **settings)


def mark(run, what):
    run.folder.mkdir(parents=True, exist_ok=True)
    (run.folder / what).touch()


def wait_for(condition):
    deadline = time.monotonic() + 300  # a busy machine takes a minute to start two processes
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def start_driver(folder):
    paths = [str(TESTS), str(ROOT)]
    return subprocess.Popen([sys.executable, "-c", DRIVER.format(paths=paths), str(folder)], stdout=subprocess.DEVNULL)


def test_all_runs_are_executed_and_then_none(tmp_path, said):
    runs = make_runs(tmp_path, 3)
    outcomes = execute(runs, said, jobs=2)
    assert [outcome.run for outcome in outcomes] == runs
    assert all(outcome.failure is None and outcome.seconds > 0 for outcome in outcomes)
    assert all(run.done and run.record["seconds"] > 0 for run in runs)
    assert "child of" in runs[0].log.read_text()
    logs = [run.log.read_bytes() for run in runs]
    assert all(outcome == (run, None, None) for outcome, run in zip(execute(runs, said), runs))
    assert [run.log.read_bytes() for run in runs] == logs


def test_a_run_that_fails_is_reported_and_the_others_go_on(tmp_path, said):
    runs = make_runs(tmp_path, 3)
    mark(runs[1], "fail")
    outcomes = execute(runs, said)
    assert [outcome.failure is None for outcome in outcomes] == [True, False, True]
    report = next(line for line in said if line.startswith("FAILED run run1"))
    assert "ended with exit status 1" in report and "error: made to fail" in report and str(runs[1].log) in report
    (runs[1].folder / "fail").unlink()
    outcomes = execute(runs, said)
    assert [outcome.seconds is None for outcome in outcomes] == [True, False, True] and runs[1].done


def test_a_run_whose_disk_is_full_says_so(tmp_path, said, monkeypatch, capsys):
    (run,) = make_runs(tmp_path, 1)
    mark(run, "fail")
    monkeypatch.setattr(local, "is_full", lambda folder: folder == run.folder)
    outcomes = run_all([run], LocalLauncher(), say=said.append)
    assert command.report_failures(outcomes) == 1
    assert f"it ended with exit status 1, and the disk of {run.folder} is full" in capsys.readouterr().out


def test_a_child_that_leaves_no_results_has_failed(tmp_path, said, monkeypatch):
    monkeypatch.setattr(local, "command", lambda run: [sys.executable, "-c", "print('all well')"])
    (outcome,) = execute(make_runs(tmp_path, 1), said)
    assert "left no" in outcome.failure and "results.json" in outcome.failure and "all well" in outcome.failure


def test_what_is_impossible_is_not_begun(tmp_path, said):
    runs = make_runs(tmp_path, 2)
    outcomes = execute(runs, said, impossible={runs[0].folder: "its clips are not there"})
    assert outcomes[0].failure == "its clips are not there" and not (runs[0].folder / "config.yaml").exists()
    assert outcomes[1].failure is None


def test_runs_that_cannot_begin_for_one_reason_are_named_together(tmp_path, said):
    runs = make_runs(tmp_path, 4)
    execute(runs[:1], said)
    said.clear()
    reasons = ("clips are damaged", "clips are damaged", "no clips")
    execute(runs, said, impossible={run.folder: reason for run, reason in zip(runs[1:], reasons)})
    assert said == [
        "4 runs, 1 of them done before, 3 that cannot begin; 1 at a time",
        "FAILED run run1; run run2: clips are damaged",
        "FAILED run run3: no clips",
    ]


def test_the_log_says_when_each_attempt_began(tmp_path, said, monkeypatch):
    monkeypatch.setattr(local, "command", lambda run: [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"])
    for _ in range(2):
        (outcome,) = execute(make_runs(tmp_path, 1), said)
    lines = outcome.run.log.read_text().splitlines()
    assert len(lines) == 2 and all(line.endswith(" began run run0") for line in lines)
    assert "killed by signal 9" in outcome.failure and lines[1] in outcome.failure


def test_nothing_is_begun_where_results_of_another_config_would_be_lost(tmp_path, said):
    runs = make_runs(tmp_path, 2)
    execute(runs[1:], said)
    with pytest.raises(ConfigError, match="holds the results of another config: MODEL.RFACENET.RUNTIME.SEED was 101"):
        execute([runs[0], make_run(runs[1].folder, seed=7)], said)
    assert not runs[0].folder.exists()


def test_time_left_is_told_from_the_runs_that_ended(tmp_path, said):
    execute(make_runs(tmp_path, 3), said)
    assert said[0] == "3 runs; 1 at a time"
    left = [line.strip() for line in said if " left, " in line]
    assert left[0].startswith("2 left, about ") and left[1].startswith("1 left, about ")


@pytest.mark.slow
def test_a_killed_command_leaves_nothing_that_is_taken_for_finished(tmp_path, said):
    runs = make_runs(tmp_path, 2)
    mark(runs[0], "hang")
    driver = start_driver(tmp_path)
    wait_for(lambda: runs[1].done and runs[0].log.exists() and b"child of" in runs[0].log.read_bytes())
    driver.kill()
    driver.wait()
    assert not runs[0].done

    # The child goes on without its parent: it is not started a second time, but waited for.
    def release(line):
        said.append(line)
        if "waiting for it" in line:
            (runs[0].folder / "hang").unlink()

    outcomes = run_all(runs, LocalLauncher(), say=release)
    assert any("run run0 is being executed by another process" in line for line in said)
    assert said[-1] == "[2/2] run run0: done by another process"
    assert all(outcome.failure is None for outcome in outcomes) and runs[0].done
    assert runs[0].log.read_text().count("child of") == 1


def test_a_job_waits_for_the_process_that_executes_its_run(tmp_path, said):
    (run,) = make_runs(tmp_path, 1)
    mark(run, "hang")
    task = LocalLauncher().start(run)
    with ThreadPool(1) as threads:
        job = threads.apply_async(local.run_to_end, (run, 0.05))
        job.wait(0.5)
        assert not job.ready()
        (run.folder / "hang").unlink()
        wait_for(lambda: task.poll() is not None)
        assert job.get(timeout=60) == (run, None, None)
    assert run.log.read_text().count("child of") == 1


@pytest.mark.slow
@pytest.mark.skipif(not os.path.isdir("/proc"), reason="the child is found in /proc, which is Linux's")
def test_a_child_that_was_killed_with_its_parent_is_started_again(tmp_path, said):
    runs = make_runs(tmp_path, 2)
    mark(runs[0], "hang")
    driver = start_driver(tmp_path)
    wait_for(lambda: runs[1].done and runs[0].log.exists() and b"child of" in runs[0].log.read_bytes())
    child = next(int(pid) for pid in children(driver.pid))
    for pid in (driver.pid, child):
        os.kill(pid, signal.SIGKILL)
    driver.wait()
    (runs[0].folder / "hang").unlink()
    outcomes = execute(runs, said)
    assert all(outcome.failure is None for outcome in outcomes) and runs[0].done
    assert runs[0].log.read_text().count("child of") == 2


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_stopped_stops_its_children(tmp_path, said, number):
    runs = make_runs(tmp_path, 2)
    for run in runs:
        mark(run, "hang")
    driver = start_driver(tmp_path)
    wait_for(lambda: all(run.log.exists() and b"child of" in run.log.read_bytes() for run in runs))
    driver.send_signal(number)
    driver.wait(timeout=60)
    for run in runs:
        lock = run.lock()
        assert lock is not None and not run.done
        lock.close()


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
