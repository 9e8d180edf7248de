"""What training costs besides: one step of a config's batch, and preparing an hour of video as its clips.

A signal method has no step; in its place stands the time of reading the waveform of an hour of prepared frames.
"""

from typing import Callable, List, NamedTuple, Optional, Tuple

import numpy as np
import torch

from .. import config as configuration
from ..config.method import clips_of, settings_of
from ..datasets import normalise
from ..datasets.face_boxes import face_video
from ..datasets.settings import frame_rate_hz, preprocess_settings
from ..datasets.stmaps import MAP_TYPES
from ..errors import ConfigError
from ..methods import registry, signal
from ..methods.learner import UNKNOWN_SUBJECT
from ..runtime import machine
from ..synthetic import Scene, Subject, head_motion, render
from . import learners, profile
from .optimization import make_optimizer

#: size of the drawn frames, and how many of them differ
FRAME_SIZE, DIFFERENT_FRAMES = (640, 480), 15
#: frames of a recording that is prepared, or a clip's where it is longer
LEAST_FRAMES = 150
#: a signal method reads recordings of this length
RECORDING_S = 60
_WARM_UP_STEPS = 1


class TrainingCost(NamedTuple):
    """What a step and an hour cost; the step is forward, loss, backward and the optimizer's."""

    model: str
    config: str
    batch: Optional[int]  #: None, as the step's numbers, of a signal method
    clip_shape: Tuple[int, ...]  #: of a signal method, that of one frame
    step_s: Optional[float]  #: median
    step_peak_bytes: Optional[int]  #: most memory of tensors at any one time in a step, parameters and clips included
    preparing_s_per_hour: float  #: of finding, cropping and normalising the face, or making the map; not of decoding
    cache_bytes_per_hour: int  #: of the clips on disk
    steps: int
    device: str
    threads: int
    waveform_s_per_hour: Optional[float] = None  #: of a signal method, colours included
    is_cpu_time: bool = False  #: the processor's time, not the wall clock's


class _Options(NamedTuple):
    steps: int
    batch: Optional[int]
    device: torch.device
    clock: Callable[[], float]


def of_config_files(paths, steps=3, device=None, batch=None, cpu_time=False) -> List[TrainingCost]:
    """The costs of config files: one of each, or one for each of its signal methods.

    All files are read before the first is measured. The data that they name need not be there.

    Args:
        paths: of YAML files with training clips, or of signal methods.
        steps: timed steps, after one that is not timed.
        device: to use in place of the config's.
        batch: clips of a step, in place of the config's.
        cpu_time: count the processor's time, which other programs on the machine change little.

    Raises:
        ConfigError, ShapeError: a config cannot be read, its model does not take its clips, or there is no such device.
    """
    if steps < 1:
        raise ConfigError(f"--training is {steps}; expected 1 or more timed training steps.")
    if batch is not None and batch < 1:
        raise ConfigError(f"--batch-size is {batch}; expected 1 or more clips in a training step.")
    ready = [_ready(path, steps, device, batch, cpu_time) for path in paths]
    return [cost for measure, *arguments in ready for cost in measure(*arguments)]


def _ready(path, steps, device, batch, cpu_time):
    """``(function that measures, its arguments)`` of a config file."""
    config = configuration.load(path)
    is_signal = config.TOOLBOX_MODE == "unsupervised_method"
    where = torch.device("cpu") if is_signal else profile.device_of(config, device)
    options = _Options(steps, batch or config.TRAIN.BATCH_SIZE, where, profile.clock_of(where, cpu_time))
    about = {
        "config": str(path),
        "steps": steps,
        "device": profile.device_name(where),
        "threads": torch.get_num_threads(),
        "is_cpu_time": cpu_time,
    }
    return (_of_signal_methods if is_signal else _of_network), config, options, about


def _of_network(config, options, about):
    median_s, peak_bytes = _step(config, options)
    seconds_per_hour, bytes_per_hour = preparing(config.TRAIN.DATA, options.clock)
    cost = TrainingCost(
        model=config.MODEL.NAME,
        batch=options.batch,
        clip_shape=profile.clip_shape(config.TRAIN.DATA),
        step_s=median_s,
        step_peak_bytes=peak_bytes,
        preparing_s_per_hour=seconds_per_hour,
        cache_bytes_per_hour=bytes_per_hour,
        **about,
    )
    return [cost]


def _of_signal_methods(config, options, about):
    data = config.UNSUPERVISED.DATA
    seconds_per_hour, bytes_per_hour = preparing(data, options.clock)
    size, fs_hz = (data.PREPROCESS.RESIZE.H, data.PREPROCESS.RESIZE.W, 3), frame_rate_hz(data)
    frames = _pulsing_frames(size, fs_hz)

    def cost(name):
        method, grid = signal.METHODS[name], signal.GRIDS.get(name)
        seconds = profile.seconds_of(
            lambda: method(signal.colours(frames, grid), fs_hz), 1, options.device, _WARM_UP_STEPS, options.clock
        )
        return TrainingCost(
            model=name,
            batch=None,
            clip_shape=size,
            step_s=None,
            step_peak_bytes=None,
            preparing_s_per_hour=seconds_per_hour,
            cache_bytes_per_hour=bytes_per_hour,
            waveform_s_per_hour=seconds[0] * 3600 / RECORDING_S,
            **about,
        )

    return [cost(name) for name in config.UNSUPERVISED.METHOD]


def _pulsing_frames(size, fs_hz):
    """Frames (T, H, W, 3) of a noisy skin colour with a pulse of 72 beats per minute."""
    rng = np.random.default_rng(0)
    count = round(RECORDING_S * fs_hz)
    pulse = np.sin(2 * np.pi * 1.2 * np.arange(count) / fs_hz)
    colour = np.array([150.0, 110.0, 90.0]) + pulse[:, None] * np.array([0.4, 1.0, 0.6])
    noise = 3 * rng.standard_normal((count, *size), dtype=np.float32)
    return np.round(noise + colour[:, None, None].astype(np.float32))


def _step(config, options):
    """``(median seconds, most bytes)`` of a training step on random clips with a pulse of 72 beats per minute."""
    settings, clips = settings_of(config), clips_of(config, "TRAIN")
    where, batch = options.device, options.batch
    learns = registry.learner_class(config.MODEL.NAME).learns_subjects(settings)
    learner = registry.build(config.MODEL.NAME, settings, clips, 1 if learns else 0)
    learners.place(learner, where, config.MODEL.RFACENET.RUNTIME)
    learner.model.train()
    parameters = [*learner.model.parameters(), *learner.loss.parameters()]
    optimizer = make_optimizer(parameters, config)
    inputs = torch.randn(batch, *profile.clip_shape(config.TRAIN.DATA), device=where)
    label = torch.sin(2 * np.pi * 1.2 * torch.arange(clips.frames, device=where) / clips.fs_hz)
    subjects = torch.full((batch,), 0 if learns else UNKNOWN_SUBJECT, device=where)

    def step():
        with machine.autocast(where, config.MODEL.RFACENET.RUNTIME.PRECISION):
            done = learner.step(inputs, label.repeat(batch, 1), subjects)
        done.loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    seconds = profile.seconds_of(step, options.steps, where, _WARM_UP_STEPS, options.clock)
    states = 2 * sum(one.numel() * one.element_size() for one in parameters)
    peak = profile.resident_bytes(learner.model, inputs) + states + profile.peak_bytes_of(step, where)
    return float(np.median(seconds)), peak


def preparing(data, clock):
    """``(seconds, bytes on disk)`` of an hour of video of 640x480 at FS, prepared as the clips of a ``DATA`` node.

    A drawn face is looked for, cropped, resized and normalised, or made a map, as in preprocessing. Decoding is not
    counted, and it takes longer than the rest for some files.

    Raises:
        ConfigError: settings or a face backend that are not served.
    """
    settings, fs_hz = preprocess_settings(data), frame_rate_hz(data)
    count = max(LEAST_FRAMES, settings.chunk_length or 0)
    drawn = _drawn_frames(fs_hz)
    frames = [drawn[index % len(drawn)] for index in range(count)]
    started = clock()
    video = face_video(lambda every=1: iter(frames[::every]), settings)
    clip = _features(video, settings, fs_hz).clip(0, count)
    seconds = clock() - started
    frames_per_hour = 3600 * fs_hz
    return seconds / count * frames_per_hour, int(clip.nbytes / count * frames_per_hour)


def _features(video, settings, fs_hz):
    if settings.data_types[0] not in MAP_TYPES:
        return normalise.FrameFeatures(video.frames, settings.data_types)
    from ..datasets.stmaps.make import MapFeatures

    return MapFeatures(settings.data_types[0], video, settings, None, fs_hz)


def _drawn_frames(fs_hz):
    rng = np.random.default_rng(0)
    motion = head_motion(1, DIFFERENT_FRAMES, fs_hz, rng)
    pulse = np.sin(2 * np.pi * 1.2 * np.arange(DIFFERENT_FRAMES) / fs_hz) / 2 + 0.5
    return list(render(Scene(Subject(1), FRAME_SIZE, fs_hz, pulse, motion), rng))


def table(costs):
    """The costs as lines of text. Where two columns compare, it is with the first row that has such a number."""
    heads = ["model", "batch", "clip", "training step", "a clip's, x first", "peak memory", "preparing 1 h", "x first"]
    with_waveform = any(cost.waveform_s_per_hour is not None for cost in costs)
    rows = [[*heads, "clips of 1 h", *["waveform of 1 h"] * with_waveform, "config"]]
    per_clip = [None if cost.step_s is None else cost.step_s / cost.batch for cost in costs]
    first = next((seconds for seconds in per_clip if seconds is not None), None)
    for cost, seconds in zip(costs, per_clip):
        step = ["no training", "", ""]
        if seconds is not None:
            step = [f"{cost.step_s:.2f} s", f"{seconds / first:.2f}", f"{cost.step_peak_bytes / 2**20:.0f} MiB"]
        waveform = "" if cost.waveform_s_per_hour is None else f"{cost.waveform_s_per_hour:.1f} s"
        rows.append(
            [
                cost.model,
                "" if cost.batch is None else str(cost.batch),
                "x".join(map(str, cost.clip_shape)),
                *step,
                f"{cost.preparing_s_per_hour:.0f} s",
                f"{cost.preparing_s_per_hour / costs[0].preparing_s_per_hour:.2f}",
                f"{cost.cache_bytes_per_hour / 2**20:.0f} MiB",
                *[waveform] * with_waveform,
                cost.config,
            ]
        )
    return "\n".join([*profile.aligned(rows), *_notes(costs, with_waveform)])


def _notes(costs, with_waveform):
    devices = sorted({f"{cost.device}, {cost.threads} CPU threads" for cost in costs})
    clock = "the processor's time" if costs[0].is_cpu_time else "wall-clock time"
    yield (
        f"Steps on {'; '.join(devices)}, medians of {costs[0].steps}; {clock}. Preparing: one process on the CPU, "
        f"drawn frames of {FRAME_SIZE[0]}x{FRAME_SIZE[1]} in recordings of {LEAST_FRAMES} frames or a longer clip's, "
        f"without decoding."
    )
    if with_waveform:
        yield f"Signal methods learn nothing and have no step; their waveform is read in recordings of {RECORDING_S} s."
