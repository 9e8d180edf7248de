"""``rfacenet manifest``: a manifest for a folder of recordings, by the usual names of videos and ground truths."""

import functools
import os
import re

import numpy as np

from ..errors import DataError
from ..runtime.tables import csv_text
from .clock_times import UNITS
from .manifest_file import FILE_NAME, fit_name
from .manifest_truth import read_columns, read_timed, titles
from .times import SLOWEST_HZ

VIDEOS = (".avi", ".mp4", ".mov", ".mkv", ".webm", ".m4v")
_IMAGES = (".png", ".jpg", ".jpeg", ".bmp")
_TRUTHS = (".csv", ".txt", ".tsv", ".json")
_FEWEST_IMAGES = 30
_CLOCK = ("time_unit", "time_zero")
_COLUMNS = ("video", "subject", "truth", "column", "kind", "time_column", *_CLOCK)
#: words in the titles of pulse waveforms, of heart rates and of times, the likeliest first
_WAVEFORMS = ("ppg", "bvp", "pulse", "wave", "pleth", "pulswelle")
_RATES = ("hr", "heart_rate", "heartrate", "pulserate", "pulse_rate", "pulse rate", "bpm", "heart rate", "herzfrequenz")
_TIMES = ("time", "timestamp", "times", "t", "seconds", "time_s", "zeit", "temps", "tiempo", "tempo")
#: no waveform, though "pulse" is one's word
_PULSE_RATE = re.compile("pulse[_ ]?rate", re.IGNORECASE)
#: at the end of a time's title
_UNIT = re.compile(r"[ _]*[\[(]?\b(s|sec|ms|us|µs|ns|utc|iso)[\])]?$|_(s|ms|us|ns|utc|iso)$")
#: words in the names of files with a ground truth
_NAMES = (*_WAVEFORMS, "truth", "gt", "vital", "label", "signal", "hr", "puls", "herzfrequenz")
#: seconds between samples, of a waveform and of heart rates, by which the unit of their times is told
_STEPS_S = {"bvp": (0.0005, 1 / SLOWEST_HZ), "heart_rate": (0.1, 60.0)}
#: a ground truth whose first sample is later is on a clock of its own
_LATEST_BEGIN_S = 60.0
#: a person's folder or file
_PERSON = re.compile(r"(?:subject|subj|sub|person|p|s)[_-]?(\d+)", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z]+|\d+")


def propose(folder, start):
    """``(the manifest's text, sentences about what to check)``, for a manifest in the folder ``start``.

    Every video, and every folder with many images, gets a line. Its ground truth is the file beside it that looks most
    like one, or none. Its subject is the number in the name of the nearest folder, or of the video, that has one.

    Raises:
        DataError: no such folder, or no video in it.
    """
    if not os.path.isdir(folder):
        raise DataError(f"{folder} is not a folder. Name the folder that holds the videos.")
    videos = sorted(_videos(folder))
    if not videos:
        raise DataError(
            f"There is no video in {folder}. Looked for: {', '.join(VIDEOS)}, and folders with {_FEWEST_IMAGES} images "
            f"or more."
        )
    rows, remarks = [], _links(folder)
    for video in videos:
        (truth, column, kind, times), others = _truth(os.path.join(folder, video))
        subject = _subject(video)
        relative = truth and os.path.relpath(truth, start)
        unit, zero = _clock(truth, kind, times) if times else ("", "")
        path = os.path.relpath(os.path.join(folder, video), start)
        rows.append([path, subject, relative, column, kind, times, unit, zero])
        if not truth:
            remarks.append(
                f"{video}: no ground truth was found beside it; fill in the column truth, or remove the line."
            )
        elif not column:
            remarks.append(f"{video}: {relative} has no column with a known title; check column, kind and time_column.")
        if others:
            remarks.append(f"{video}: {relative} was taken, and its ground truth may be {' or '.join(others)}, too.")
        if zero:
            remarks.append(f"{video}: {relative} has a clock's times, taken to begin with the video; check time_zero.")
        if not subject:
            remarks.append(f"{video}: no number in its name or folders says whom it shows; fill in the column subject.")
    truths = [row[2] for row in rows if row[2]]
    remarks += [
        f"{truth} was found for {truths.count(truth)} videos: check that it is the ground truth of each."
        for truth in sorted(set(truths))
        if truths.count(truth) > 1
    ]
    if len({row[1] for row in rows}) < len(rows):
        remarks.append("Several videos have one subject: check that they show one person.")
    used = [place for place, column in enumerate(_COLUMNS) if column not in _CLOCK or any(row[place] for row in rows)]
    names = _names(rows)
    columns = [*(_COLUMNS[place] for place in used), *(["name"] if names else [])]
    return csv_text(
        columns, [[*(row[place] for place in used), *name] for row, name in zip(rows, names or [[]] * len(rows))]
    ), remarks


def _names(rows):
    """A list of one name for each row, from its folders, where the videos' own are not enough to tell them apart."""
    stems = [(row[1], fit_name(os.path.splitext(os.path.basename(row[0]))[0])) for row in rows]
    if len(set(stems)) == len(stems) and all(stem for _, stem in stems):
        return []
    names = [os.path.splitext(row[0])[0].replace(os.sep, "-") for row in rows]
    fitting = [fit_name(name) for name in names]
    clash = len(set(fitting)) < len(fitting) or not all(fitting)  # letters that a name cannot hold told them apart
    return [[f"{name}-{number}" if clash else name] for number, name in enumerate(names, start=1)]


def _clock(truth, kind, times):
    """``(time_unit, time_zero)`` of a column of times, empty where they are seconds from the video's beginning."""
    try:
        (times,), _ = read_timed(truth, [], times)
    except ValueError:
        return "", ""  # said when the manifest is read
    step, (shortest_s, longest_s) = float(np.median(np.diff(times))), _STEPS_S[kind]
    unit = next((unit for unit, per_s in UNITS.items() if shortest_s <= step / per_s <= longest_s), "s")
    begins_late = abs(times[0]) / UNITS[unit] > _LATEST_BEGIN_S
    return "" if unit == "s" else unit, "first" if begins_late else ""


def _links(folder):
    """Sentences about folders that are links, which may lead anywhere and are not looked into."""
    linked = [
        os.path.relpath(path, folder)
        for place, folders, _ in os.walk(folder)
        for path in (os.path.join(place, name) for name in sorted(folders))
        if os.path.islink(path)
    ]
    return [f"{path} is a link and was not looked into; add its videos by hand." for path in linked]


def _raise(error):
    raise error


def _videos(folder):
    for place, folders, files in os.walk(folder, onerror=_raise):
        folders.sort()
        relative = os.path.relpath(place, folder)
        yield from (os.path.normpath(os.path.join(relative, name)) for name in files if _ends(name, VIDEOS))
        if relative != os.curdir and sum(_ends(name, _IMAGES) for name in files) >= _FEWEST_IMAGES:
            yield relative


def _ends(name, endings):
    return name.lower().endswith(endings) and not name.startswith(".")


def _truth(video):
    """``((path, column, kind, time column), names of others)``: the likeliest file, and those that are as likely.

    All are empty where there is none or nothing is known.
    """
    beside = [os.path.dirname(video)] + [os.path.dirname(os.path.dirname(video))] * os.path.isdir(video)
    files = [os.path.join(place, name) for place in beside for name in sorted(os.listdir(place)) if _is_truth(name)]
    readings = sorted((_reading(path, video) for path in files), key=lambda reading: -reading[0])
    if not readings or readings[0][0] <= 0:
        return ("", "", "", ""), []
    (points, *best), *others = readings
    return best, [os.path.basename(other[1]) for other in others if other[0] == points][:3]


def _is_truth(name):
    return _ends(name, _TRUTHS) and name != FILE_NAME


_titles = functools.lru_cache(maxsize=None)(titles)  # each file may lie beside many videos


def _holds(text, word):
    """Whether a word is in a text in lower case; a word of two letters stands by itself, as gt does not in length."""
    return word in text if len(word) > 2 else word in _WORDS.findall(text)


def _reading(path, video):
    """``(points, path, column, kind, time column)``: how much a file looks like the video's ground truth."""
    name = os.path.splitext(os.path.basename(path))[0].lower()
    words = set(_WORDS.findall(name))
    shared = words & set(_WORDS.findall(os.path.splitext(os.path.basename(video))[0].lower()))
    points = 2 * any(_holds(name, word) for word in _NAMES) + len(shared)
    if any(word.isdigit() for word in words - shared) and any(word.isdigit() for word in shared):
        points -= 2  # another recording's number
    try:
        found = _titles(path)
    except ValueError:
        return 0, path, "", "", ""
    if found[:1] == ["line 1"]:  # as UBFC-rPPG's: waveform, heart rate, times
        return points + 4, path, "line 1", "bvp", "line 3" if len(found) == 3 else ""
    rate = _first(found, _RATES)
    waveform = _first([title for title in found if not _PULSE_RATE.search(title)], _WAVEFORMS)
    column, kind = (waveform, "bvp") if waveform else (rate, "heart_rate") if rate else ("", "")
    if points > 0 and not column and not _holds_numbers(path):
        return 0, path, "", "", ""
    points += 4 if waveform else 3 * bool(column)  # of a heart rate alone, no waveform can be learned
    return points, path, column, kind, _time(found) if column else ""


def _holds_numbers(path):
    try:
        read_columns(path, [1])
    except ValueError:
        return path.lower().endswith(".json")
    return True


def _time(found):
    """The title of a column of times, with its unit or without."""
    plain = {_UNIT.sub("", title.rpartition(".")[2].strip().lower()): title for title in reversed(found)}
    return _first(found, _TIMES, whole=True) or next((plain[word] for word in _TIMES if word in plain), "")


def _first(names, wanted, whole=False):
    """The first of ``names`` whose last part is one of the words, or holds it; empty where none is."""
    plain = [(name, name.rpartition(".")[2].strip().lower()) for name in names]
    for word in wanted:
        exact = [name for name, last in plain if last == word]
        holding = [] if whole else [name for name, last in plain if _holds(last, word)]
        if exact or holding:
            return (exact or holding)[0]
    return ""


def _subject(video):
    parts = [os.path.splitext(os.path.basename(video))[0], *reversed(os.path.dirname(video).split(os.sep))]
    named = [match.group(1) for match in map(_PERSON.match, parts) if match]
    numbers = [number for part in parts for number in re.findall(r"\d+", part)]
    return str(int((named or numbers)[0])) if named or numbers else ""
