"""Recordings that two splits have in common: the same folders, copies of them, or the same people."""

import os
from hashlib import sha1

from .clip_cache import source_state

#: bytes of each file that are compared where all sizes are equal
_COMPARED_BYTES = 2**16


def shared(ours, theirs):
    """Paths of the recordings in ``ours`` that are in ``theirs`` too, in the same folder or as a copy of it."""
    folders = {os.path.realpath(recording.path) for recording in theirs}
    kinds = {(recording.dataset.name, _parent(recording)) for recording in ours}
    sizes = {}
    for recording in theirs:
        if any(recording.dataset.name == name and _parent(recording) != parent for name, parent in kinds):
            sizes.setdefault(_sizes(recording), []).append(recording)
    return [
        recording.path
        for recording in ours
        if os.path.realpath(recording.path) in folders
        or (sizes and any(_content(recording) == _content(other) for other in sizes.get(_sizes(recording), ())))
    ]


def shared_people(ours, theirs):
    """The subjects that recordings of one data folder show in both, sorted: numbers, or what a manifest calls them.

    Manifests in one folder are taken to mean the same people.
    """
    people = {(_folder(one), one.subject) for one in theirs}
    called = {one.subject: _called(one) for one in ours if (_folder(one), one.subject) in people}
    return [called[subject] for subject in sorted(called)]


def _folder(recording):
    parent = _parent(recording)
    return os.path.dirname(parent) if os.path.isfile(parent) else parent


def _called(recording):
    return getattr(recording.entry, "subject", recording.subject)


def _parent(recording):
    return os.path.realpath(recording.root or os.path.dirname(recording.path))


def _sizes(recording):
    state = source_state(recording)
    return (recording.dataset.name, recording.path) if state is None else (recording.dataset.name, *state[:2])


def _content(recording):
    digest = sha1()
    for path in recording.dataset.sources(recording):
        files = sorted(entry.path for entry in os.scandir(path)) if os.path.isdir(path) else [path]
        for file in filter(os.path.isfile, files):
            with open(file, "rb") as opened:
                digest.update(opened.read(_COMPARED_BYTES))
    return digest.digest()
