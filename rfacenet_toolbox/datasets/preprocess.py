"""Recordings -> cached clips. Each recording is a task, and is cached, or named in the error at the end."""

import contextlib
import functools
import os
from dataclasses import dataclass

from tqdm import tqdm

from ..errors import ConfigError, DataError
from ..runtime import files, pool
from . import clip_cache, own_rates
from .face_boxes import face_video
from .normalise import FrameFeatures, normalise_label
from .preprocess_report import PreprocessReport, RecordingReport, left_out_lines
from .recording import Recording
from .settings import PreprocessSettings, preprocess_settings
from .stmaps import MAP_TYPES
from .stmaps.landmarks import user_file
from .times import check_times


@dataclass(frozen=True)
class Task:
    """One recording to be cached."""

    recording: Recording
    settings: PreprocessSettings
    cached_path: str


def preprocess(recordings, data_node, cached_path, workers=None, progress=True):
    """Cache the clips of ``recordings`` in ``cached_path``.

    A recording is not done again if its clips are complete and were made from the same files with the same settings.

    Args:
        recordings: of :func:`~.readers.find_recordings`.
        data_node: ``config.<SPLIT>.DATA``.
        cached_path: folder for the clips, EXP_DATA_NAME included.
        workers: processes; None is one per CPU, 1 works in this process.
        progress: show a bar on stderr.

    Returns:
        ``(file_list, report)``: input files in the order of recordings and clips, and a :class:`PreprocessReport`.

    Raises:
        ConfigError: settings that are not served.
        DataError: recordings whose times disagree with FS or with each other, before anything is cached; or all
            recordings that failed, each with its reason. The others are cached and stay so.
        OutputError: a clip cannot be written. What is cached stays so, and is not done again.
    """
    settings = preprocess_settings(data_node)
    check_times(recordings, settings.fs_hz)
    clip_cache.check_cached_path(cached_path)
    if workers is not None and workers < 1:
        raise ConfigError(f"The number of preprocessing workers is {workers}; expected 1 or more. Correct it.")
    os.makedirs(cached_path, exist_ok=True)
    files.remove_abandoned(cached_path)
    tasks = [Task(recording, settings, cached_path) for recording in recordings]
    reports = [_cached_before(task) for task in tasks]
    missing = [index for index, report in enumerate(reports) if report is None]
    failures = {}
    outcomes = pool.run(
        cache_recording, [tasks[index] for index in missing], workers or pool.default_workers(len(missing))
    )
    for position, report, failure in tqdm(
        outcomes, desc="Preprocessing", total=len(missing), unit="recording", disable=not progress or not missing
    ):
        reports[missing[position]] = report
        if failure is not None:
            failures[missing[position]] = failure
    if failures:
        raise _failed(recordings, failures, cached_path)
    if reports and all(one.left_out for one in reports):
        raise DataError("\n".join(["None of the recordings can be used."] + left_out_lines(reports)))
    inputs = [clip_cache.input_path(cached_path, one.name, index) for one in reports for index in range(one.clips)]
    return inputs, PreprocessReport(tuple(reports))


def _failed(recordings, failures, cached_path):
    reasons = []
    for index, reason in sorted(failures.items()):
        name = f"{recordings[index].dataset.name} recording {recordings[index].name}"
        reasons.append(f"- {reason}" if reason.startswith(name) else f"- {name} ({recordings[index].path}): {reason}.")
    done = len(recordings) - len(failures)
    return DataError(
        f"{len(failures)} of {len(recordings)} recordings could not be preprocessed. The other {done} are cached in "
        f"{cached_path} and will not be done again. Repair these and run the same command:\n" + "\n".join(reasons)
    )


def _cached_before(task):
    """The report of an earlier run whose clips can be used, or None."""
    name = task.recording.name
    marker = clip_cache.read_marker(task.cached_path, name)
    if marker is None or not marker["complete"]:
        return None
    made_from = _made_from(task)
    if any(marker.get(key) != made_from.get(key) for key in ("source", "settings", "landmarks")):
        return None
    if not clip_cache.clips_match(task.cached_path, name, marker["report"]["clips"], marker.get("clip_bytes")):
        return None
    with contextlib.suppress(TypeError, ValueError):  # a marker whose report has other entries is made again
        report = dict(marker["report"])
        notes = tuple((kind, detail) for kind, detail in report.pop("notes", ()))
        return RecordingReport(reused=True, notes=notes, **report)
    return None


def cache_recording(task):
    """Cache one recording; runs in a worker.

    Returns:
        :class:`RecordingReport`.

    Raises:
        DataError: the recording is damaged or too short. Clips of an earlier run are then left as they were. A data set
            with known damages leaves such a recording out instead, and the report says why.
        OutputError: a clip cannot be written.
    """
    try:
        return _cache(task)
    except DataError as error:
        if not task.recording.dataset.leaves_out_unusable:
            raise
        return _leave_out(task, str(error))


def _cache(task):
    recording, settings = task.recording, task.settings
    facts = _made_from(task)
    signal = recording.ppg()
    video = face_video(functools.partial(recording.frames, bgr=True), settings, bgr=True)
    frame_count = len(video.frames)
    label = recording.label(signal, frame_count, settings.fs_hz)
    bounds = _clip_bounds(recording, min(frame_count, len(label)), settings.chunk_length)
    measured = recording.measured(frame_count)
    features = _features(video, settings, recording, measured)
    report = RecordingReport(
        recording.name,
        frame_count,
        len(bounds),
        frame_count - bounds[-1][1],
        video.detections,
        video.faces_not_found,
        (() if measured is None else measured.notes) + features.notes,
    )
    facts["report"] = report.content()
    facts.update(own_rates.for_marker(measured, bounds))
    clip_cache.write_marker(task.cached_path, recording.name, complete=False, **facts)
    label = normalise_label(label, settings.label_type)
    for index, (begin, end) in enumerate(bounds):
        path = clip_cache.write_clip(
            task.cached_path, recording.name, index, features.clip(begin, end), label[begin:end]
        )
    clip_cache.remove_clips(task.cached_path, recording.name, first=len(bounds))
    facts["clip_bytes"] = clip_cache.clip_bytes(path)
    clip_cache.write_marker(task.cached_path, recording.name, complete=True, **facts)
    return report


def _features(video, settings, recording, measured):
    """What gives the frames of clips, or the map in their place."""
    if settings.data_types[0] not in MAP_TYPES:
        return FrameFeatures(video.frames, settings.data_types)
    from .stmaps.make import MapFeatures  # which needs SciPy, and frames do not

    fs_hz = settings.fs_hz if measured is None else measured.fs_hz
    return MapFeatures(settings.data_types[0], video, settings, recording, fs_hz)


def _leave_out(task, why):
    """Note a recording that cannot be used, so that it is not decoded again before its files change."""
    name = task.recording.name
    report = RecordingReport(name, 0, 0, 0, 0, 0, left_out=why)
    facts = dict(_made_from(task), report=report.content())
    clip_cache.write_marker(task.cached_path, name, complete=False, **facts)
    clip_cache.remove_clips(task.cached_path, name, first=0)
    clip_cache.write_marker(task.cached_path, name, complete=True, **facts)
    return report


def _made_from(task):
    """What a recording's clips depend on, as its marker has it."""
    recording = task.recording
    made_from = {
        "source": clip_cache.source_state(recording),
        "folder": os.path.realpath(recording.path),
        "settings": task.settings.fingerprint(),
    }
    path = user_file(recording) if task.settings.data_types[0] in MAP_TYPES else None
    if path is not None:
        made_from["landmarks"] = [os.path.basename(path), os.path.getsize(path), os.stat(path).st_mtime_ns]
    return made_from


def _clip_bounds(recording, length, chunk_length):
    """First frame and end of every clip; as in the toolbox, frames at the end that do not fill one are left out."""
    if chunk_length is None:
        return [(0, length)]
    if length < chunk_length:
        raise recording.error(
            f"it has {length} labelled frames, and a clip needs {chunk_length} (PREPROCESS.CHUNK_LENGTH). Shorten "
            f"CHUNK_LENGTH, or move the recording out of DATA_PATH"
        )
    return [(begin, begin + chunk_length) for begin in range(0, length - chunk_length + 1, chunk_length)]
