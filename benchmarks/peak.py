"""Peak memory of the process that asks. Standard library alone: other projects' interpreters import it, too."""

import re
import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_bytes():
    """Greatest resident set of this process since it began.

    ``getrusage`` counts what the parent held when it forked, too; it is asked only where there is no ``/proc``.
    """
    if _STATUS.exists():
        return int(re.search(r"VmHWM:\s*(\d+) kB", _STATUS.read_text()).group(1)) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
