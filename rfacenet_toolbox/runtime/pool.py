"""Worker processes whose death is noticed and put down to the task they held.

``concurrent.futures`` breaks the whole pool when a worker is killed and does not say what it was doing; here the task
is reported as failed, a new worker takes its place, and the others go on.
"""

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
from multiprocessing.connection import wait

import cv2

from ..errors import OutputError, RFaceNetError
from . import failures
from .portable import available_cpus, signal_of


def default_workers(tasks):
    """One worker per CPU that this process may use, but no more than there are tasks."""
    return max(1, min(available_cpus(), tasks))


def run(function, tasks, workers):
    """Call ``function`` with each task; yield ``(index, result, failure)`` as they end.

    ``failure`` is None, or a sentence saying why there is no result: the exception's message or the worker's death.
    Where a file could not be written, the disk may be full: that is no task's fault, and the others are not tried.

    Args:
        function: importable by name in a new process.
        tasks: list of picklable arguments. Where these or the function come from the main script, workers import it.
        workers: processes; 1 works in this process.

    Raises:
        OutputError: a task could not write a file.
    """
    outcomes = _in_processes(function, tasks, workers) if workers > 1 else _in_turn(function, tasks)
    with contextlib.closing(outcomes):
        for index, result, failure in outcomes:
            if isinstance(failure, OutputError):
                raise failure
            yield index, result, failure


def _in_turn(function, tasks):
    for index, task in enumerate(tasks):
        yield (index,) + _attempt(function, task)


def _in_processes(function, tasks, workers):
    waiting = list(reversed(range(len(tasks))))
    busy = {}
    with_main = bool(tasks) and b"__main__" in pickle.dumps((function, tasks[0]))
    try:
        while waiting or busy:
            while waiting and len(busy) < workers:
                worker = _Worker(function, with_main)
                busy[worker.connection] = worker
                worker.take(waiting.pop(), tasks)
            for connection in wait(list(busy)):
                worker = busy[connection]
                index = worker.index
                result, failure, alive = worker.outcome()
                if alive and waiting:
                    worker.take(waiting.pop(), tasks)
                else:
                    busy.pop(connection).stop()
                yield index, result, failure
    finally:
        for worker in busy.values():
            worker.stop()


class _Worker:
    def __init__(self, function, with_main):
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.index = None
        self._process = context.Process(target=_serve, args=(theirs, function), daemon=True)
        with contextlib.nullcontext() if with_main else _main_not_imported():
            self._process.start()
        theirs.close()  # or the end of the worker would not be the end of the connection

    def take(self, index, tasks):
        self.index = index
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died; outcome() says so
            self.connection.send(tasks[index])

    def outcome(self):
        """``(result, failure, alive)`` of the task that it took last."""
        try:
            return self.connection.recv() + (True,)
        except (EOFError, OSError):
            self._process.join()
            return None, _death(self._process.exitcode), False

    def stop(self):
        self.connection.close()
        self._process.terminate()
        self._process.join()


@contextlib.contextmanager
def _main_not_imported():
    """Keep a starting worker from importing the main script again, and with it torch."""
    main = sys.modules["__main__"]
    hidden = {key: main.__dict__[key] for key in ("__spec__", "__file__") if key in main.__dict__}
    try:
        for key in hidden:
            setattr(main, key, None)
        yield
    finally:
        for key, value in hidden.items():
            setattr(main, key, value)


def _death(exitcode):
    killed_by = signal_of(exitcode)
    if killed_by:
        return (
            f"its worker process was killed by {killed_by}, most often because the machine ran out of memory. Run "
            f"again with fewer workers"
        )
    return f"its worker process ended with exit code {exitcode} before it had a result; its own message is above"


def _serve(connection, function):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    cv2.setNumThreads(1)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # of torch, if a task imports it
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the parent has ended, or was killed
        while True:
            connection.send(_attempt(function, connection.recv()))


def _attempt(function, task):
    try:
        return function(task), None
    except OutputError as error:
        return None, error
    except RFaceNetError as error:
        return None, str(error)
    except Exception as error:  # one recording's trouble must not take the others down
        if failures.is_full_disk(error):
            return None, failures.as_ours(error)
        return None, f"{type(error).__name__}: {error}"
