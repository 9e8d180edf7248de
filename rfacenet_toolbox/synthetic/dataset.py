"""Whole synthetic data sets: the workers that render them, and the note that says what was made."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np

from ..errors import ConfigError, DataError
from ..runtime import pool
from ..runtime.files import move_files, write_text
from ..runtime.json_files import read_json
from ..runtime.packages import require
from .kinds import KINDS
from .plan import plan, spec_of
from .pulse import BEAT, Signals, drawn_beat, heart_rate_course, wave_of_course

MANIFEST = "synthetic.json"
_WAVE_HZ = 240.0
_NOTE = "Synthetic recordings: drawn faces and computed pulses, no person and no measurement behind them."


def write_dataset(
    out,
    dataset,
    subjects,
    seed=0,
    scenarios=None,
    seconds=None,
    fps=30.0,
    size=None,
    first_subject=1,
    heart_rates_bpm=None,
    workers=None,
    codec=None,
    on_recording=None,
):
    """Write synthetic recordings in a data set's own format.

    The same arguments give the same bytes, but for the H.264 videos of ``"varied"``: their encoder is given the same
    frames, and what it makes of them may differ a little from call to call.

    A recording is written under another name, and renamed once it is whole. One that is there already, with the same
    settings, is left alone, so an interrupted call is simply repeated. ``out/synthetic.json`` says what was made.

    Args:
        out: folder, made if missing.
        dataset: ``"pure"`` (``ss-tt/ss-tt/Image*.png`` and ``ss-tt/ss-tt.json``), ``"ubfc-rppg"``
            (``subjectN/vid.avi`` and ``subjectN/ground_truth.txt``), ``"vipl-hr"`` (``data/pN/vN/sourceN/`` and
            ``fold/``, with all that is wrong in the real data set, see :mod:`.vipl_hr`), ``"scamps"``
            (``P00000N.mat``; needs h5py), ``"mcd-rppg"`` (``video/``, ``ppg_sync/`` and ``meta/``), ``"varied"``: in
            UBFC-rPPG's format, recordings that differ in everything in which real ones differ (:mod:`.varied`; needs
            PyAV), or ``"varied-pure"``: such recordings in PURE's format, several of each subject.
        subjects: how many, numbered from ``first_subject``; of three or more of VIPL-HR, the last is p100. The number
            alone decides the face.
        seed: of pulse, motion, noise and background.
        scenarios: all by default. For PURE, scenario numbers, 1 to 6. For UBFC-rPPG and SCAMPS, which have one
            recording per subject, the one motion to use; 1 by default. For VIPL-HR, scenes, 1 to 9; for MCD-rPPG, 1
            before and 2 after exercise. For varied recordings, numbers of :data:`~.varied.CONDITIONS`; ``"varied"``
            subjects take turns, and each ``"varied-pure"`` subject has all of them.
        seconds, fps: length, 60 by default, and frames per second.
        size: (width, height) in pixels, 640x480 by default. SCAMPS has 20 s and 320x240.
        heart_rates_bpm: one number for each recording, or one for all. By default they are spread evenly over the
            kind's range (:data:`~.kinds.KINDS`) and shuffled by ``seed``. VIPL-HR's and MCD-rPPG's cameras of one
            session have one heart rate.
        workers: processes; 2 by default, 1 renders in this process.
        codec: of the videos of UBFC-rPPG, VIPL-HR and MCD-rPPG, four letters; lossless by default.
        on_recording: called with the folder, or the file, of each recording that is made, as soon as it is.

    Returns:
        list of the recordings' folders (``Path``), or files for SCAMPS and MCD-rPPG, in order of subject and scenario.

    Raises:
        ConfigError: an argument that makes no sense, or a package that writes the files is not installed.
        DataError: ``out`` cannot be made, or holds something else under a name that is needed.
    """
    specs = plan(
        dataset, subjects, first_subject=first_subject, scenarios=scenarios, heart_rates_bpm=heart_rates_bpm,
        seconds=seconds, fps=fps, size=size, seed=seed, codec=codec,
    )  # fmt: skip
    workers = 2 if workers is None else workers
    if workers < 1:
        raise ConfigError(f"workers is {workers}; expected 1 or more processes. 1 renders in this process.")
    kind, out = KINDS[dataset], Path(out)
    if kind.package and not all((out / spec.name).exists() for spec in specs):
        require(*kind.package, f"Writing recordings of {dataset}")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{out} cannot be made a folder ({error.strerror}). Name another.") from error
    missing = _note_plan(out, dataset, specs)
    if kind.write_folds:
        kind.write_folds(out, {spec.subject for spec in read_specs(out).values()})
    for name in _run([(str(out), spec) for spec in missing], workers):
        if on_recording is not None:
            on_recording(out / name)
    return [out / spec.name for spec in specs]


def is_synthetic(folder):
    """Whether ``folder`` holds recordings that :func:`write_dataset` wrote."""
    return (Path(folder) / MANIFEST).is_file()


def read_specs(folder):
    """{recording's name: :class:`~.plan.RecordingSpec`} of a folder; empty if :func:`write_dataset` wrote none there.

    Raises:
        DataError: the folder's note is damaged.
    """
    path = Path(folder) / MANIFEST
    notes = _read_note(path)["recordings"] if is_synthetic(folder) else {}
    try:
        return {name: spec_of(name, note) for name, note in notes.items()}
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError) as error:
        raise _no_note(path, error) from error


def _described(spec):
    """A spec as the note has it."""
    content = spec._asdict()
    content.pop("name")
    if not spec.defect:
        content.pop("defect")
    kind = KINDS[spec.dataset]
    if kind.traits:
        content.update(condition=kind.scenarios[spec.scenario], **spec.traits()._asdict())
    return json.loads(json.dumps(content, default=list))


def _note_plan(out, dataset, specs):
    """Write the note before anything is rendered. Returns the recordings that are still to be made."""
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
    for spec in specs:
        if not (out / spec.name).exists():
            missing.append(spec)
        elif spec.name not in note["recordings"]:
            raise DataError(
                f"{out / spec.name} is there already, and {MANIFEST} does not name it: it may be a real recording. "
                f"Nothing was changed. Choose another folder."
            )
        elif note["recordings"][spec.name] != _described(spec):
            raise DataError(
                f"{out / spec.name} is there already, and was made with other settings than those asked for now. "
                f"Nothing was changed. Remove that folder, or choose another."
            )
    note["recordings"].update({spec.name: _described(spec) for spec in specs})
    note["made_with"] = {"numpy": np.__version__, "opencv": cv2.__version__}
    write_text(path, json.dumps(note, indent=1, sort_keys=True) + "\n")
    return missing


def _read_note(path):
    try:
        note = read_json(path)
        if not isinstance(note["recordings"], dict):
            raise TypeError("recordings")
        return {"note": _NOTE, "dataset": note["dataset"], "recordings": note["recordings"]}
    except (ValueError, KeyError, TypeError) as error:
        raise _no_note(path, error) from error


def _no_note(path, error):
    return DataError(
        f"{path} is not the note that is left beside synthetic recordings ({error!r}). Choose another folder, or "
        f"remove that file and the recordings beside it."
    )


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
    """Render one recording, and give it its name once it is whole."""
    out, spec = job
    target = Path(out) / spec.name
    part = target.with_name(f".{target.name}.part")
    if part.exists():
        shutil.rmtree(part)
    part.mkdir(parents=True)
    try:
        _write_into(part, spec)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    if KINDS[spec.dataset].in_files:
        move_files(part, Path(out), last=spec.name)
    else:
        part.rename(target)
    return spec.name


def _write_into(part, spec):
    KINDS[spec.dataset].write(part, spec, signals(spec))


def signals(spec):
    """The :class:`~.pulse.Signals` of a recording."""
    rng = spec.generator("pulse")
    course = heart_rate_course(spec.seconds + 0.1, _WAVE_HZ, spec.heart_rate_bpm, rng)
    beat = drawn_beat(spec.generator("beat")) if KINDS[spec.dataset].traits else BEAT
    wave = wave_of_course(course, _WAVE_HZ, rng, beat)
    fine = np.arange(len(course)) / _WAVE_HZ
    return Signals(np.arange(spec.frame_count) / spec.fps, (fine, course), (fine, wave))
