"""Small recordings preprocessed for tests."""

import os

from support.configs import data_node
from support.recordings import noise_frames, write_ubfc_rppg

from rfacenet_toolbox.datasets.preprocess import preprocess
from rfacenet_toolbox.datasets.readers import find_recordings


def cached(node, **options):
    """The clips of a ``DATA`` node and the report, made by this process unless ``workers`` says otherwise."""
    recordings = find_recordings(node.DATASET, node.DATA_PATH)
    return preprocess(recordings, node, node.CACHED_PATH, **dict({"workers": 1, "progress": False}, **options))


def clip_files(node):
    """Names of its cached arrays, sorted."""
    return sorted(file for file in os.listdir(node.CACHED_PATH) if file.endswith(".npy"))


def reused(report):
    """Names of the recordings whose clips were there already."""
    return [one.name for one in report.recordings if one.reused]


def three_recordings(folder):
    """The ``DATA`` node of three UBFC-rPPG recordings below a folder, whose clips go to ``cache`` there."""
    for subject in (1, 2, 3):
        write_ubfc_rppg(folder / "raw", f"subject{subject}", noise_frames(40, seed=subject))
    return data_node("UBFC-rPPG", folder / "raw", folder / "cache")
