"""What the benchmarks share: this checkout's package, the machine's description, calls timed in turn, peak memory.

Other projects' interpreters import it, too, so the module itself needs the standard library alone.
"""

import os
import platform
import re
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the package beside this folder is measured, not one that happens to be installed


def machine():
    """The machine and the versions in one line."""
    import torch

    from rfacenet_toolbox.runtime import speed

    gpu = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ", no GPU"
    cores = f"{os.cpu_count()} cores, {torch.get_num_threads()} threads"
    versions = f"torch {torch.__version__}, Python {platform.python_version()}, {platform.platform()}"
    return f"{speed.cpu_name()}, {cores}{gpu}; {versions}"


def checkout():
    """The first rPPG-Toolbox checkout in ``RPPG_TOOLBOX``, importable from then on; None without one, which is said."""
    folder = os.environ.get("RPPG_TOOLBOX", "").split(os.pathsep)[0]
    if not folder:
        print("Not compared with the toolbox: set RPPG_TOOLBOX to the folder of a checkout.")
        return None
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return folder


def compare(name, ours, theirs=None, against="", repeats=5, goal=None, warm_up=True):
    """Time two calls in turn and print the median of their ratios, pair by pair.

    The calls alternate (A B A B), so that a machine that slows down slows both.

    Args:
        name: of what is measured; ``against`` names the other call.
        theirs: None prints our time alone.
        repeats: pairs.
        goal: the ratio aimed at, or below.
        warm_up: make one pair before that does not count.
    """
    calls = [ours] if theirs is None else [ours, theirs]
    pairs = [[_seconds(call) for call in calls] for _ in range(repeats + warm_up)][warm_up:]
    text = f"{name:42} {statistics.median(pair[0] for pair in pairs):9.4g} s"
    if theirs is not None:
        ratios = [pair[0] / pair[1] for pair in pairs]
        ratio = statistics.median(ratios)
        text += f"  {ratio:7.4g} times {against} ({min(ratios):.4g} to {max(ratios):.4g})"
        if goal is not None:
            text += f"; goal {goal:g}, {'met' if ratio <= goal else 'MISSED'}"
    print(text, flush=True)


def _seconds(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def peak_bytes():
    """Greatest resident set of this process since it began."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s*(\d+) kB", status.read_text()).group(1)) * 1024
    import resource  # counts what the parent held when it forked, too

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
