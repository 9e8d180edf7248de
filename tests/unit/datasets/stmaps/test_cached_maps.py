"""Maps in the cache: whole or not at all, and made again when what they were made from changes."""

import numpy as np
import pytest
from support.configs import data_node, resized
from support.recordings import noise_frames, write_pure

from rfacenet_toolbox.config.checks import check_toolbox_data
from rfacenet_toolbox.datasets.clip_cache import read_marker
from rfacenet_toolbox.datasets.splits import check_split, load_split
from rfacenet_toolbox.errors import ConfigError, DataError

FRAMES = 70
MAPS = {"PREPROCESS": {"DATA_TYPE": ["STMapGrid"], "CHUNK_LENGTH": 32}}


@pytest.fixture
def node(tmp_path):
    write_pure(tmp_path / "PURE", frames=noise_frames(FRAMES))
    return data_node("PURE", tmp_path / "PURE", tmp_path / "clips", resized(20, 20), MAPS)


def load(node):
    return load_split("TRAIN", node, workers=1, progress=False)


def test_a_map_is_read_as_a_clip(node):
    clips = load(node)
    assert len(clips) == 2
    clip, label, name, number = clips[1]
    assert (clip.shape, clip.dtype, label.shape, name, number) == ((3, 32, 25, 1), np.float32, (32,), "101", "1")
    (note,) = clips.report.recordings[0].notes
    assert note == ("regions of the face", "no landmarks: fixed shares of the face's box")
    assert "Note: regions of the face, in 1 recording: 101 (no landmarks" in str(clips.report)


def test_a_map_is_made_again_only_for_other_settings_or_landmarks(node, tmp_path):
    def reused():
        return load(node).report.recordings[0].reused

    assert (reused(), reused()) == (False, True)
    points = np.tile([(6.0, 8.0), (14.0, 8.0), (10.0, 11.0), (7.0, 15.0), (13.0, 15.0)], (FRAMES, 1, 1))
    np.save(tmp_path / "PURE" / "01-01" / "landmarks.npy", points)
    assert (reused(), reused()) == (False, True)
    assert read_marker(node.CACHED_PATH, "101")["landmarks"][0] == "landmarks.npy"
    np.save(tmp_path / "PURE" / "01-01" / "landmarks.npy", points[:, :, ::-1])
    assert reused() is False
    node.PREPROCESS.DATA_TYPE = ["Raw"]
    assert reused() is False


def test_a_map_that_was_not_finished_is_not_taken(node):
    first = load(node).inputs[0]
    with open(first, "r+b") as file:
        file.truncate(200)
    node.DO_PREPROCESS = False
    with pytest.raises(DataError, match="cannot be read"):
        load(node)
    node.DO_PREPROCESS = True
    assert load(node).report.recordings[0].reused is False


def test_a_map_stands_alone(node):
    node.PREPROCESS.DATA_TYPE = ["STMapGrid", "Raw"]
    with pytest.raises(ConfigError, match="or, alone, one of STMapGrid, STMapRegions, STMapPos"):
        check_split("TRAIN", node)


def test_a_checkout_reads_maps_and_makes_none(node):
    with pytest.raises(ConfigError, match="In a checkout TRAIN.DATA.PREPROCESS.DATA_TYPE is 'STMapGrid'"):
        check_toolbox_data(node, "TRAIN.DATA")
    node.DO_PREPROCESS = False
    check_toolbox_data(node, "TRAIN.DATA")
