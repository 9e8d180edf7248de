"""Clips without our markers, whose labels say that they are of other recordings."""

from pathlib import Path

import numpy as np
import pytest
from support.configs import data_node
from support.recordings import noise_frames, pulse, write_pure, write_ubfc_rppg

from rfacenet_toolbox.datasets.other_labels import told_other_labels
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.datasets.splits import load_split


def write_set(root, dataset, rate_hz):
    frames = noise_frames(70, 8, 8)
    if dataset == "PURE":
        write_pure(root, "01-01", frames, pulse(140, 60, rate_hz))
        write_pure(root, "02-01", frames, pulse(140, 60, 2.0))
    else:
        write_ubfc_rppg(root, "subject1", noise_frames(70, 32, 32), pulse(70, 30, rate_hz))
        write_ubfc_rppg(root, "subject2", noise_frames(70, 32, 32), pulse(70, 30, 2.0))


@pytest.mark.parametrize("label_type", ["DiffNormalized", "Raw", "Standardized"])
@pytest.mark.parametrize("dataset", ["PURE", "UBFC-rPPG"])
def test_clips_of_another_data_set_are_told(tmp_path, dataset, label_type):
    write_set(tmp_path / "A", dataset, 1.2)
    write_set(tmp_path / "B", dataset, 1.6)
    node = data_node(dataset, tmp_path / "A", tmp_path / "clips", {"PREPROCESS.LABEL_TYPE": label_type})
    load_split("TRAIN", node, 1, False)
    node.DO_PREPROCESS = False

    def told(root):
        return told_other_labels(find_recordings(dataset, str(root)), node)

    node.DATA_PATH = str(tmp_path / "B")
    assert told(tmp_path / "B") is None  # the marker's folder is looked at elsewhere
    for marker in Path(node.CACHED_PATH).glob("*.json"):
        marker.unlink()
    assert told(tmp_path / "A") is None
    assert "for 1 of 2 of them" in told(tmp_path / "B") and "the first is" in told(tmp_path / "B")
    node.DO_PREPROCESS = True
    assert told(tmp_path / "B") is None


def test_labels_that_cannot_be_read_are_left_to_who_reads_them(tmp_path):
    write_set(tmp_path / "A", "PURE", 1.2)
    node = data_node("PURE", tmp_path / "A", tmp_path / "clips", {"DO_PREPROCESS": False})
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "101_label0.npy").write_bytes(b"damaged")
    np.save(str(tmp_path / "clips" / "201_label0.npy"), np.zeros(16))
    assert told_other_labels(find_recordings("PURE", node.DATA_PATH), node) is None
