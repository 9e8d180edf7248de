"""What training costs besides: one step of a config's batch, and preparing an hour of video as its clips."""

import time
from typing import NamedTuple, Tuple

import numpy as np
import torch

from .. import config as configuration
from ..config.method import clips_of, settings_of
from ..datasets import normalise
from ..datasets.face_boxes import face_video
from ..datasets.settings import frame_rate_hz, preprocess_settings
from ..datasets.stmaps import MAP_TYPES
from ..errors import ConfigError
from ..methods import registry
from ..methods.learner import UNKNOWN_SUBJECT
from ..runtime import machine
from ..synthetic import Scene, Subject, head_motion, render
from . import learners, profile
from .optimization import make_optimizer

#: size of the drawn frames, and how many of them differ
FRAME_SIZE, DIFFERENT_FRAMES = (640, 480), 15
#: frames that are prepared, or a clip's where it is longer
LEAST_FRAMES = 150
_WARM_UP_STEPS = 1


class TrainingCost(NamedTuple):
    """What a step and an hour cost; the step is forward, loss, backward and optimizer."""

    model: str
    config: str
    batch: int
    clip_shape: Tuple[int, ...]
    step_s: float  #: median
    step_peak_bytes: int  #: most memory of tensors at any one time in a step, with parameters, optimizer and clips
    preparing_s_per_hour: float  #: of finding, cropping and normalising the face, or making the map; not of decoding
    cache_bytes_per_hour: int  #: of the clips on disk
    steps: int
    device: str
    threads: int


def of_config_file(path, steps=3, device=None):
    """The :class:`TrainingCost` of a config file; the data that it names need not be there.

    Args:
        path: a YAML file with training clips.
        steps: timed steps, after one that is not timed.
        device: to use in place of the config's.

    Raises:
        ConfigError, ShapeError: the config cannot be read, or its model does not take its clips.
    """
    if steps < 1:
        raise ConfigError(f"The number of timed training steps is {steps}; expected 1 or more.")
    config = configuration.load(path)
    where = profile.device_of(device or config.DEVICE)
    median_s, peak_bytes = _step(config, where, steps)
    seconds_per_hour, bytes_per_hour = preparing(config)
    return TrainingCost(
        model=config.MODEL.NAME,
        config=str(path),
        batch=config.TRAIN.BATCH_SIZE,
        clip_shape=profile.clip_shape(config.TRAIN.DATA),
        step_s=median_s,
        step_peak_bytes=peak_bytes,
        preparing_s_per_hour=seconds_per_hour,
        cache_bytes_per_hour=bytes_per_hour,
        steps=steps,
        device=profile.device_name(where),
        threads=torch.get_num_threads(),
    )


def _step(config, where, steps):
    """``(median seconds, most bytes)`` of a training step on random clips with a pulse of 72 beats per minute."""
    settings, clips = settings_of(config), clips_of(config, "TRAIN")
    learns = registry.learner_class(config.MODEL.NAME).learns_subjects(settings)
    learner = registry.build(config.MODEL.NAME, settings, clips, 1 if learns else 0)
    learners.place(learner, where, config.MODEL.RFACENET.RUNTIME)
    learner.model.train()
    parameters = [*learner.model.parameters(), *learner.loss.parameters()]
    optimizer = make_optimizer(parameters, config)
    batch = config.TRAIN.BATCH_SIZE
    inputs = torch.randn(batch, *profile.clip_shape(config.TRAIN.DATA), device=where)
    label = torch.sin(2 * np.pi * 1.2 * torch.arange(clips.frames, device=where) / clips.fs_hz)
    subjects = torch.full((batch,), 0 if learns else UNKNOWN_SUBJECT, device=where)

    def step():
        with machine.autocast(where, config.MODEL.RFACENET.RUNTIME.PRECISION):
            done = learner.step(inputs, label.repeat(batch, 1), subjects)
        done.loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    seconds = profile.seconds_of(step, steps, where, _WARM_UP_STEPS)
    adams = 2 * sum(one.numel() * one.element_size() for one in parameters)
    peak = profile.resident_bytes(learner.model, inputs) + adams + profile.peak_bytes_of(step, where)
    return float(np.median(seconds)), peak


def preparing(config):
    """``(seconds, bytes on disk)`` of an hour of video of 640x480 at FS, prepared as a config's training clips.

    A drawn face is looked for, cropped, resized and normalised, or made a map, as in preprocessing. Decoding is not
    counted, and it takes longer than the rest for some files.

    Raises:
        ConfigError: settings or a face backend that are not served.
    """
    data = config.TRAIN.DATA
    settings, fs_hz = preprocess_settings(data), frame_rate_hz(data)
    count = max(LEAST_FRAMES, settings.chunk_length or 0)
    drawn = _drawn_frames(fs_hz)
    frames = [drawn[index % len(drawn)] for index in range(count)]
    started = time.perf_counter()
    video = face_video(lambda every=1: iter(frames[::every]), settings)
    clip = _features(video, settings, fs_hz).clip(0, count)
    seconds = time.perf_counter() - started
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
    """The costs as lines of text."""
    rows = [("model", "batch", "clip", "training step", "peak memory", "preparing 1 h", "clips of 1 h", "config")]
    for cost in costs:
        rows.append(
            (
                cost.model,
                str(cost.batch),
                "x".join(map(str, cost.clip_shape)),
                f"{cost.step_s:.2f} s",
                f"{cost.step_peak_bytes / 2**20:.0f} MiB",
                f"{cost.preparing_s_per_hour:.0f} s",
                f"{cost.cache_bytes_per_hour / 2**20:.0f} MiB",
                cost.config,
            )
        )
    devices = sorted({f"{cost.device}, {cost.threads} CPU threads" for cost in costs})
    note = (
        f"Steps on {'; '.join(devices)}, medians of {costs[0].steps}. Preparing: one process on the CPU, drawn frames "
        f"of {FRAME_SIZE[0]}x{FRAME_SIZE[1]}, without decoding."
    )
    return "\n".join([*profile.aligned(rows), note])
