"""What a model costs at a config's input: parameters, multiply-accumulates, memory and time for one clip.

The numbers are for one clip by itself. TS-CAN and EfficientPhys cut a batch to a multiple of FRAME_DEPTH frames, so
where CHUNK_LENGTH is no such multiple, the frames at the end of the clip cost nothing here.
"""

import json
import os
import time
from typing import NamedTuple, Optional, Tuple

import numpy as np
import torch

from .. import config as configuration
from ..datasets.stmaps import clip_size
from ..errors import ConfigError
from ..runtime import machine
from . import learners

_WARM_UP = 2
#: DATA_FORMAT -> the shape of a clip with these numbers of channels, frames, rows and columns
_CLIP_SHAPES = {
    "NCDHW": lambda c, t, h, w: (c, t, h, w),
    "NDCHW": lambda c, t, h, w: (t, c, h, w),
    "NDHWC": lambda c, t, h, w: (t, h, w, c),
}


class Cost(NamedTuple):
    """What one forward pass of one clip costs, without gradients, in float32 or as the config says."""

    model: str
    config: str
    clip_shape: Tuple[int, ...]  #: without the batch, as DATA_FORMAT has it
    frames: int  #: of the clip; models take clips of different lengths, so compare the cost per frame
    parameters: int  #: of the network as it predicts, so without rFaceNet's identity classifier
    macs: Optional[int]  #: multiply-accumulates, half of what PyTorch counts as FLOPs; None before torch 2.1
    peak_bytes: int  #: most memory of tensors at any one time: parameters, clip, and what the pass takes
    median_s: float
    quartiles_s: Tuple[float, float]
    repeats: int
    device: str
    threads: int


def of_config_files(paths, repeats=20, device=None, cpu_time=False):
    """The :class:`Cost` of the model of each config file, at the clip shape of its test set.

    All files are read before the first is measured.

    Args:
        paths: of YAML files; the data that they name need not be there.
        repeats: timed passes; two that are not timed come first.
        device: to use in place of the config's.
        cpu_time: count the processor's time, which other programs on the machine change little.

    Raises:
        ConfigError, ShapeError: a config cannot be read, its model does not take its clips, or there is no such device.
    """
    if repeats < 1:
        raise ConfigError(f"--repeats is {repeats}; expected 1 or more timed clips.")
    ready = [_ready(path, device, cpu_time) for path in paths]
    return [_cost(*one, repeats) for one in ready]


def _ready(path, device, cpu_time):
    """``(path, config, device, clock, clip shape)`` of a config file."""
    config = configuration.load(path)
    if config.TOOLBOX_MODE == "unsupervised_method":
        raise ConfigError(f"{path} is of signal methods, which have no network. Their times: add --training 1.")
    where = device_of(config, device)
    return path, config, where, clock_of(where, cpu_time), clip_shape(config.TEST.DATA)


def _cost(path, config, where, clock, shape, repeats):
    runtime = config.MODEL.RFACENET.RUNTIME
    learner = learners.for_inference(config)
    learners.place(learner, where, runtime)
    learner.model.eval()
    clip = torch.randn(1, *shape, device=where)

    def predict():
        with torch.no_grad(), machine.autocast(where, runtime.PRECISION):
            learner.predict(clip)

    seconds = seconds_of(predict, repeats, where, clock=clock)
    low, median, high = np.percentile(seconds, (25, 50, 75))
    return Cost(
        model=config.MODEL.NAME,
        config=str(path),
        clip_shape=shape,
        frames=config.TEST.DATA.PREPROCESS.CHUNK_LENGTH,
        parameters=sum(parameter.numel() for parameter in learner.model.parameters()),
        macs=multiply_accumulates(predict),
        peak_bytes=resident_bytes(learner.model, clip) + peak_bytes_of(predict, where),
        median_s=float(median),
        quartiles_s=(float(low), float(high)),
        repeats=repeats,
        device=device_name(where),
        threads=torch.get_num_threads(),
    )


def clip_shape(data):
    """Shape of a clip of a ``DATA`` node, without the batch: (3, 128, 72, 72), say.

    Raises:
        ConfigError: no chunks, or an unknown DATA_FORMAT.
    """
    if data.DATA_FORMAT not in _CLIP_SHAPES:
        raise ConfigError(f"DATA_FORMAT is {data.DATA_FORMAT!r}; expected one of {', '.join(_CLIP_SHAPES)}.")
    if not data.PREPROCESS.DO_CHUNK:
        raise ConfigError("PREPROCESS.DO_CHUNK is False, so clips have no one length. Profile a config with chunks.")
    height, width, channels = clip_size(data.PREPROCESS)
    return _CLIP_SHAPES[data.DATA_FORMAT](channels, data.PREPROCESS.CHUNK_LENGTH, height, width)


def multiply_accumulates(function):
    """Multiply-accumulates of the convolutions and matrix products that ``function()`` runs; None before torch 2.1.

    Half of :class:`torch.utils.flop_counter.FlopCounterMode`'s count. Elementwise operations are not in it.
    """
    try:
        from torch.utils.flop_counter import FlopCounterMode
    except ImportError:
        return None
    counter = FlopCounterMode(display=False)
    with counter:
        function()
    return counter.get_total_flops() // 2


def table(costs):
    """The costs as lines of text."""
    rows = [
        ("model", "clip", "parameters", "MACs", "peak memory", "time per clip", "middle half", "per frame", "config")
    ]
    for cost in costs:
        low, high = (1000 * value for value in cost.quartiles_s)
        rows.append(
            (
                cost.model,
                "x".join(map(str, cost.clip_shape)),
                f"{cost.parameters:,}",
                "needs torch 2.1" if cost.macs is None else f"{cost.macs / 1e9:.2f} G",
                f"{cost.peak_bytes / 2**20:.0f} MiB",
                f"{1000 * cost.median_s:.1f} ms",
                f"{low:.1f}-{high:.1f} ms",
                f"{1000 * cost.median_s / cost.frames:.2f} ms",
                cost.config,
            )
        )
    devices = sorted({f"{cost.device}, {cost.threads} CPU threads" for cost in costs})
    notes = f"One clip at a time on {'; '.join(devices)}; times are medians of {costs[0].repeats} clips."
    return "\n".join([*aligned(rows), notes])


def aligned(rows):
    """Rows of texts as lines, their columns one below the other."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in rows]


def as_json(costs):
    """The costs as a JSON list; sizes in bytes, times in seconds."""
    return json.dumps([cost._asdict() for cost in costs], indent=1)


def device_of(config, name=None):
    """The device that ``--device`` names, which must be there, or else the config's.

    Raises:
        ConfigError: there is no such device.
    """
    if name is None:
        machine.check_device("DEVICE", config.DEVICE)
        return machine.pick_device(config.DEVICE)
    machine.check_device("--device", name, may_fall_back=False)
    return torch.device(name)


def clock_of(device, cpu_time):
    """What gives the time in seconds: the wall's, or the processor's, that of all threads of this process together.

    Raises:
        ConfigError: the processor's time is asked for where a GPU does the work.
    """
    if cpu_time and device.type != "cpu":
        raise ConfigError(f"--cpu-time counts the processor's time; the device is {device}. Add --device cpu.")
    return time.process_time if cpu_time else time.perf_counter


def seconds_of(function, repeats, device, warm_up=_WARM_UP, clock=time.perf_counter):
    """Seconds of each of ``repeats`` calls, after ``warm_up`` that are not timed."""
    seconds = []
    for _ in range(warm_up + repeats):
        _wait(device)
        started = clock()
        function()
        _wait(device)
        seconds.append(clock() - started)
    return seconds[warm_up:]


def _wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def resident_bytes(model, clip):
    """Bytes of a model's parameters and buffers, and of a clip."""
    tensors = [*model.parameters(), *model.buffers(), clip]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def peak_bytes_of(function, device):
    """Most bytes of tensors that ``function()`` holds at any one time, beyond those that were there before."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        function()
        return torch.cuda.max_memory_allocated(device) - before
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # or the profiler reports its start and stop on stderr
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profiler:
        function()
    # Every allocation and release, in order; the profiler's own summary gives only sums over operators.
    events = profiler.profiler.kineto_results.events()
    changes = [event.nbytes() for event in events if event.name() == "[memory]"]
    return int(np.cumsum(changes).max(initial=0))


def device_name(device):
    """What a device is called: a GPU's name, or cpu."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
