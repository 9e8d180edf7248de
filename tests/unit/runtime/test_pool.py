import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from support.paths import TESTS
from support.systems import needs_signals

from rfacenet_toolbox.errors import DataError, OutputError
from rfacenet_toolbox.runtime import pool

HERE = Path(__file__).parent


def work(task):
    if task == "refuse":
        raise DataError("a reason.")
    if task == "fail":
        raise KeyError("thing")
    if task == "full":
        raise OSError(errno.ENOSPC, "No space left on device", "/x/y")
    if task == "not written":
        raise OutputError("/x/y cannot be written.")
    if task == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "exit":
        os._exit(3)
    return task, os.getpid(), cv2.getNumThreads()


def test_one_worker_works_here():
    outcomes = list(pool.run(work, ["a", "refuse", "fail"], workers=1))
    assert [index for index, _, _ in outcomes] == [0, 1, 2]
    assert outcomes[0][1][:2] == ("a", os.getpid()) and outcomes[0][2] is None
    assert outcomes[1][1:] == (None, "a reason.") and outcomes[2][1:] == (None, "KeyError: 'thing'")


@pytest.mark.parametrize(
    "task, workers, message",
    [("full", 1, "^The disk is full .*/x/y"), ("not written", 1, "^/x/y cannot"), ("not written", 2, "^/x/y cannot")],
)
def test_a_file_that_cannot_be_written_ends_all(task, workers, message):
    outcomes = pool.run(work, ["a", task, "b"], workers)
    seen = []
    with pytest.raises(OutputError, match=message):
        seen.extend(index for index, _, _ in outcomes)
    assert seen == [0] if workers == 1 else 1 not in seen


@needs_signals
def test_a_dead_workers_task_is_named_and_the_others_are_done():
    tasks = ["a", "killed", "b", "exit", "refuse", "c"]
    outcomes = {index: (result, failure) for index, result, failure in pool.run(work, tasks, workers=2)}
    assert sorted(outcomes) == list(range(6))
    assert "killed by signal 9 (SIGKILL)" in outcomes[1][1] and "fewer workers" in outcomes[1][1]
    assert "exit code 3" in outcomes[3][1]
    assert outcomes[4] == (None, "a reason.")
    for index in (0, 2, 5):
        (task, process, threads), failure = outcomes[index]
        assert task == tasks[index] and failure is None
        assert process != os.getpid() and threads == 1


@needs_signals
def test_leaving_early_ends_the_workers():
    outcomes = pool.run(work, ["a", "b", "c"], workers=2)
    _, (_, process, _), _ = next(outcomes)
    outcomes.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_workers_do_not_run_the_main_script_again(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys\nsys.path[:0] = {[str(HERE), str(TESTS)]}\nimport test_pool\n"
        "print('script runs')\n"
        "print(sorted(result[0] for _, result, _ in test_pool.pool.run(test_pool.work, ['a', 'b'], 2)))\n"
        "print(__file__)\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["script runs", "['a', 'b']", str(script)], done.stderr


def test_no_more_workers_than_tasks():
    assert pool.default_workers(1) == 1 and pool.default_workers(0) == 1
    assert 1 <= pool.default_workers(10000) <= os.cpu_count()
