"""One side of a row in a process of its own, so that neither side's settings nor its memory reach the other."""

import multiprocessing
import traceback


class Side:
    """``make(*args)`` in a new process gives a call; calling this object makes the call there and waits for its end.

    Args:
        make: importable by name.
        args: picklable.
    """

    def __init__(self, make, *args):
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, make, args), daemon=True)
        self._process.start()
        theirs.close()
        self._answer()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._connection.close()
        self._process.join(10)
        self._process.terminate()

    def __call__(self):
        return self._ask("call")

    def profile(self, most=12):
        """``[(operator, share of the time), ...]`` of one call, the largest first; the time is the operator's own."""
        return self._ask("profile")[:most]

    def _ask(self, request):
        self._connection.send(request)
        return self._answer()

    def _answer(self):
        try:
            result, failure = self._connection.recv()
        except EOFError:
            raise RuntimeError("a side of the benchmark died; see above, or the system's log.") from None
        if failure:
            raise RuntimeError(f"a side of the benchmark failed:\n{failure}")
        return result


def _serve(connection, make, args):
    try:
        call = make(*args)
        requests = {"call": call, "profile": lambda: _profile(call)}
        connection.send((None, None))
        while True:
            result = requests[connection.recv()]()
            connection.send((result, None))
    except EOFError:
        pass
    except Exception:
        connection.send((None, traceback.format_exc()))


def _profile(call):
    import torch

    activities = [torch.profiler.ProfilerActivity.CPU]
    if torch.cuda.is_available():
        activities.append(torch.profiler.ProfilerActivity.CUDA)
    with torch.profiler.profile(activities=activities) as profile:
        call()
    own = "self_cuda_time_total" if torch.cuda.is_available() else "self_cpu_time_total"
    if torch.cuda.is_available() and not hasattr(profile.key_averages()[0], own):
        own = "self_device_time_total"  # its name since torch 2.4
    times = {event.key: getattr(event, own) for event in profile.key_averages()}
    total = sum(times.values())
    return sorted(((name, time / total) for name, time in times.items()), key=lambda pair: -pair[1])
