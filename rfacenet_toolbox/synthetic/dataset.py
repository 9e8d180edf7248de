"""Whole synthetic data sets: what to render, the workers that do it, and the note that says what was made."""

import functools
import json
import shutil
from pathlib import Path
from typing import NamedTuple, Optional, Tuple

import cv2
import numpy as np

from ..errors import ConfigError, DataError
from ..runtime import pool
from ..runtime.files import write_text
from .face import Subject
from .motion import SCENARIOS, head_motion
from .pulse import BEAT, drawn_beat, heart_rate_course, wave_of_course
from .render import Scene, render
from .varied import CONDITIONS, frames, traits, write_compressed
from .writers import PURE_LABEL_HZ, Labels, write_pure, write_ubfc

DATASETS = ("pure", "ubfc-rppg", "varied")
MANIFEST = "synthetic.json"
_HEART_RATES_BPM = {"pure": (50.0, 120.0), "ubfc-rppg": (50.0, 120.0), "varied": (45.0, 180.0)}
_SMALLEST = (160, 120)  # below this the faces are too small for the Haar cascade
_WAVE_HZ = 240.0
_NOTE = "Synthetic recordings: drawn faces and computed pulses, no person and no measurement behind them."


class Recording(NamedTuple):
    """Everything that decides the bytes of one recording."""

    name: str
    dataset: str
    subject: int
    scenario: int
    heart_rate_bpm: float
    seconds: float
    fps: float
    size: Tuple[int, int]
    seed: int
    codec: Optional[str]


def write_dataset(
    out,
    dataset,
    subjects,
    seed=0,
    scenarios=None,
    seconds=60.0,
    fps=30.0,
    size=(640, 480),
    first_subject=1,
    heart_rates_bpm=None,
    workers=None,
    codec=None,
    on_recording=None,
):
    """Write synthetic recordings in a data set's own format; the same arguments give the same bytes.

    A recording is written under another name and renamed when whole. One that is there already with the same
    settings is left alone, so an interrupted call is simply repeated. ``out/synthetic.json`` says what was made.

    Args:
        out: folder, made if missing.
        dataset: ``"pure"`` (``ss-tt/ss-tt/Image*.png`` and ``ss-tt/ss-tt.json``) or ``"ubfc-rppg"``
            (``subjectN/vid.avi`` and ``subjectN/ground_truth.txt``); ``"varied"`` has UBFC-rPPG's format too, and
            recordings that differ in everything that real ones differ in (:mod:`.varied`; needs PyAV).
        subjects: how many, numbered from ``first_subject``. The number alone decides the face.
        seed: of pulse, motion, noise and background.
        scenarios: PURE's scenario numbers, 1 to 6; all by default. For UBFC-rPPG, which has one recording a
            subject, the one motion to use; 1 by default. For varied recordings, numbers of
            :data:`~.varied.CONDITIONS`, which take turns; all by default.
        seconds, fps: length and frames a second.
        size: (width, height) in pixels.
        heart_rates_bpm: one number for each recording, or one for all; by default spread evenly over 50 to 120, or
            45 to 180 for varied recordings, and shuffled by ``seed``.
        workers: processes; 2 by default, 1 renders in this process.
        codec: of the UBFC-rPPG video, four letters; lossless by default.
        on_recording: called with the folder of each recording that is made, in order, for showing progress.

    Returns:
        list of the recordings' folders (``Path``), subjects in order.

    Raises:
        ConfigError: an argument that makes no sense.
        DataError: ``out`` cannot be made, or holds something else under a name that is needed.
    """
    plan = _plan(dataset, subjects, seed, scenarios, seconds, fps, size, first_subject, heart_rates_bpm, codec)
    workers = 2 if workers is None else workers
    if workers < 1:
        raise ConfigError(f"workers is {workers}; 1 or more processes are needed, 1 renders in this process.")
    out = Path(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{out} cannot be made a folder ({error.strerror}). Name another.") from error
    missing = _note_plan(out, dataset, plan)
    for name in _run([(str(out), recording) for recording in missing], workers):
        if on_recording is not None:
            on_recording(out / name)
    return [out / recording.name for recording in plan]


def _plan(dataset, subjects, seed, scenarios, seconds, fps, size, first_subject, heart_rates_bpm, codec):
    if dataset not in DATASETS:
        raise ConfigError(f"The data set {dataset!r} is not known. There are: {', '.join(DATASETS)}.")
    for name, value in (("subjects", subjects), ("first_subject", first_subject)):
        if int(value) != value or value < 1:
            raise ConfigError(f"{name} is {value!r}; a whole number from 1 on is needed.")
    for name, value in (("seconds", seconds), ("fps", fps)):
        if not (np.isfinite(value) and value > 0):
            raise ConfigError(f"{name} is {value!r}; a number above 0 is needed.")
    if int(seed) != seed or seed < 0:
        raise ConfigError(f"seed is {seed!r}; a whole number from 0 on is needed.")
    if codec is not None and (dataset != "ubfc-rppg" or len(codec) != 4):
        raise ConfigError(f"codec is {codec!r}; four letters are needed, and only for ubfc-rppg: PURE has PNG files.")
    if int(round(seconds * fps)) < 2:
        raise ConfigError(f"{seconds} seconds at {fps} frames a second are less than two frames. Ask for more seconds.")
    if len(size) != 2 or size[0] < _SMALLEST[0] or size[1] < _SMALLEST[1]:
        raise ConfigError(
            f"size is {size!r}; width and height of at least {_SMALLEST} are needed, so that the face "
            f"detector finds the face. The data sets have (640, 480)."
        )
    if dataset == "pure" and first_subject + subjects - 1 > 99:
        raise ConfigError(
            f"PURE's folder names have two digits for the subject, so subject "
            f"{first_subject + subjects - 1} has no name. Ask for subjects up to 99."
        )
    scenarios = _scenarios(dataset, scenarios)
    takes = _takes(dataset, range(first_subject, first_subject + subjects), scenarios)
    rates = _heart_rates(heart_rates_bpm, len(takes), seed, _HEART_RATES_BPM[dataset])
    return [
        Recording(
            name=f"{number:02d}-{scenario:02d}" if dataset == "pure" else f"subject{number}",
            dataset=dataset,
            subject=int(number),
            scenario=scenario,
            heart_rate_bpm=rate,
            seconds=float(seconds),
            fps=float(fps),
            size=(int(size[0]), int(size[1])),
            seed=int(seed),
            codec=codec,
        )
        for (number, scenario), rate in zip(takes, rates)
    ]


def _takes(dataset, numbers, scenarios):
    """(subject, scenario) of each recording."""
    if dataset == "varied":
        return [(number, scenarios[(number - 1) % len(scenarios)]) for number in numbers]
    return [(number, scenario) for number in numbers for scenario in scenarios]


def _scenarios(dataset, scenarios):
    there_are = CONDITIONS if dataset == "varied" else SCENARIOS
    if scenarios is None:
        return (1,) if dataset == "ubfc-rppg" else tuple(there_are)
    scenarios = tuple(scenarios)
    unknown = [number for number in scenarios if number not in there_are]
    if unknown or not scenarios or len(set(scenarios)) < len(scenarios):
        known = ", ".join(f"{number} {name}" for number, name in there_are.items())
        raise ConfigError(f"scenarios is {scenarios!r}; different numbers out of these are needed: {known}.")
    if dataset == "ubfc-rppg" and len(scenarios) > 1:
        raise ConfigError(f"UBFC-rPPG has one recording a subject, but scenarios is {scenarios!r}. Give one number.")
    return scenarios


def _heart_rates(rates, count, seed, bounds):
    if rates is None:
        spread = np.linspace(*bounds, count) if count > 1 else np.array([np.mean(bounds)])
        return [round(float(rate), 2) for rate in np.random.default_rng((15485863, seed)).permutation(spread)]
    rates = [float(rate) for rate in np.atleast_1d(rates)]
    rates = rates * count if len(rates) == 1 else rates
    if len(rates) != count:
        raise ConfigError(f"{len(rates)} heart rates were given for {count} recordings. Give one for each, or one.")
    if not all(30 <= rate <= 240 for rate in rates):
        raise ConfigError(f"heart_rates_bpm is {rates}; beats a minute between 30 and 240 are needed.")
    return rates


def _spec(recording):
    spec = recording._asdict()
    spec.pop("name")
    if recording.dataset == "varied":
        spec.update(condition=CONDITIONS[recording.scenario], **_traits(recording)._asdict())
    return json.loads(json.dumps(spec, default=list))


def _note_plan(out, dataset, plan):
    """Write the note before anything is rendered; gives the recordings that are still to be made."""
    note = {"note": _NOTE, "dataset": dataset, "recordings": {}}
    path = out / MANIFEST
    if path.exists():
        note = _read_note(path)
        if note["dataset"] != dataset:
            raise DataError(
                f"{out} holds synthetic recordings of {note['dataset']}, and {dataset} was asked for. Use "
                f"one folder for each data set."
            )
    missing = []
    for recording in plan:
        if not (out / recording.name).exists():
            missing.append(recording)
        elif note["recordings"].get(recording.name) != _spec(recording):
            raise DataError(
                f"{out / recording.name} is there already and was made with other settings than those "
                f"asked for now. Nothing was changed; remove that folder or choose another."
            )
    note["recordings"].update({recording.name: _spec(recording) for recording in plan})
    note["made_with"] = {"numpy": np.__version__, "opencv": cv2.__version__}
    write_text(path, json.dumps(note, indent=1, sort_keys=True) + "\n")
    return missing


def _read_note(path):
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        return {"note": _NOTE, "dataset": note["dataset"], "recordings": dict(note["recordings"])}
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is not the note that this command leaves beside its recordings ({error!r}). Choose "
            f"another folder, or remove that file and the recordings beside it."
        ) from error


def _run(jobs, workers):
    """Yield the name of each recording as it is finished; those that fail are named together at the end."""
    failed = []
    for index, name, failure in pool.run(_write_recording, jobs, min(workers, len(jobs))):
        if failure is None:
            yield name
        else:
            failed.append(f"{jobs[index][1].name} ({failure})")
    if failed:
        raise DataError(f"{len(failed)} of {len(jobs)} recordings could not be made: {'; '.join(failed)}")


def _write_recording(job):
    """Render and write one recording, then give it its name."""
    out, recording = job
    part = Path(out) / f".{recording.name}.part"
    if part.exists():
        shutil.rmtree(part)
    part.mkdir()
    moments, course, wave = _signals(recording)
    blood = np.interp(moments, *wave)
    if recording.dataset == "pure":
        times = np.arange(int(round(recording.seconds * PURE_LABEL_HZ))) / PURE_LABEL_HZ
        labels = Labels(times, np.interp(times, *wave), np.interp(times, *course))
        write_pure((part, recording.name), _pictures(recording, blood), labels, recording.fps)
    else:
        labels = Labels(moments, blood, np.interp(moments, *course))
        write_ubfc((part, recording.name), _pictures(recording, blood), labels, recording.fps, _video(recording))
    part.rename(Path(out) / recording.name)
    return recording.name


def _pictures(recording, blood):
    rng = _generator(recording, 2)
    if recording.dataset == "varied":
        kind = recording.subject, recording.scenario, _traits(recording)
        return frames(*kind, blood, recording.size, recording.fps, rng)
    motion = head_motion(recording.scenario, len(blood), recording.fps, _generator(recording, 1))
    return render(Scene(Subject(recording.subject), recording.size, recording.fps, blood, motion), rng)


def _traits(recording):
    return traits(recording.scenario, _generator(recording, 3))


def _video(recording):
    """The codec's name, or a function that writes the video."""
    if recording.dataset == "varied":
        return functools.partial(write_compressed, traits=_traits(recording))
    return recording.codec


def _signals(recording):
    """Frame times (T,), and (times, heart rate) and (times, BVP) on a fine grid."""
    rng = _generator(recording, 0)
    course = heart_rate_course(recording.seconds + 0.1, _WAVE_HZ, recording.heart_rate_bpm, rng)
    beat = drawn_beat(_generator(recording, 4)) if recording.dataset == "varied" else BEAT
    wave = wave_of_course(course, _WAVE_HZ, rng, beat)
    fine = np.arange(len(course)) / _WAVE_HZ
    frames = np.arange(int(round(recording.seconds * recording.fps))) / recording.fps
    return frames, (fine, course), (fine, wave)


def _generator(recording, part):
    """Independent numbers for each part of each recording."""
    return np.random.default_rng((32452843, recording.seed, recording.subject, recording.scenario, part))
