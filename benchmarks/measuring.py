"""What the benchmarks share: this checkout's package, the machine's description, calls timed in turn, peak memory.

Other projects' interpreters import it too, so importing it takes the standard library alone.
"""

import os
import platform
import re
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # measure the package of this folder, not one that happens to be installed


def machine():
    """The machine and the versions in one line."""
    import torch

    from rfacenet_toolbox.runtime import speed

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    cores = f"{os.cpu_count()} cores, {torch.get_num_threads()} threads"
    versions = f"torch {torch.__version__}, Python {platform.python_version()}, {platform.platform()}"
    return f"{speed.cpu_name()}, {cores}, {gpu}; {versions}"


def checkout():
    """The first checkout in ``RPPG_TOOLBOX``, whose modules can then be imported; None, which is said, without one."""
    folder = os.environ.get("RPPG_TOOLBOX", "").split(os.pathsep)[0]
    if not folder:
        print("Not compared with the toolbox: set RPPG_TOOLBOX to the folder of a checkout.")
        return None
    sys.path.insert(0, folder)
    return folder


def compare(name, ours, theirs=None, against="", repeats=5, warm_up=True, clock=time.perf_counter):
    """Time two calls in turn, A B A B, and print the median of their ratios, pair by pair.

    Args:
        name: of what ``ours`` does; ``against`` names ``theirs``.
        theirs: None prints the time of ``ours`` alone.
        repeats: pairs that count.
        warm_up: begin with a pair that does not count.
        clock: ``time.process_time`` for the CPU time of this process, which another process's work does not lengthen.
    """
    calls = [ours] if theirs is None else [ours, theirs]
    pairs = [[_seconds(call, clock) for call in calls] for _ in range(repeats + warm_up)][warm_up:]
    text = f"{name:40} {statistics.median(pair[0] for pair in pairs):9.4g} s"
    if theirs is not None:
        ratios = [pair[0] / pair[1] for pair in pairs]
        spread = f"({min(ratios):.3g} to {max(ratios):.3g})"
        text += f", {statistics.median(ratios):.3g} times {against} {spread}"
    print(text, flush=True)


def _seconds(call, clock):
    started = clock()
    call()
    return clock() - started


def peak_bytes():
    """Greatest resident set of this process since it began."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s*(\d+) kB", status.read_text()).group(1)) * 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
