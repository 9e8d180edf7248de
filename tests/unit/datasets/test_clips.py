import os

import numpy as np
import pytest
from support.configs import data_node
from torch.utils.data import DataLoader

from rfacenet_toolbox.datasets import clip_cache
from rfacenet_toolbox.datasets.clips import ClipDataset, check_files, clip_name
from rfacenet_toolbox.errors import ConfigError, DataError


def write(folder, name, index):
    frames = np.arange(4 * 2 * 5 * 3, dtype=np.float64).reshape(4, 2, 5, 3) + index
    return clip_cache.write_clip(str(folder), name, index, frames, np.arange(4.0) + index)


@pytest.mark.parametrize(
    "data_format, axes", [("NDCHW", (0, 3, 1, 2)), ("NCDHW", (3, 0, 1, 2)), ("NDHWC", (0, 1, 2, 3))]
)
def test_an_item_is_clip_label_recording_and_chunk(tmp_path, data_format, axes):
    clip, label, name, chunk = ClipDataset([write(tmp_path, "subject7", 3)], data_format)[0]
    assert (name, chunk) == ("subject7", "3") and clip.dtype == label.dtype == np.float32
    np.testing.assert_array_equal(clip, np.arange(120).reshape(4, 2, 5, 3).transpose(axes) + 3)
    np.testing.assert_array_equal(label, np.arange(4) + 3)


def test_files_are_sorted_as_text_and_recordings_listed(tmp_path):
    paths = [write(tmp_path, name, index) for name in ("subject2", "subject10") for index in (2, 10)]
    clips = ClipDataset(reversed(paths), "NCDHW")
    names = ["subject10_input10", "subject10_input2", "subject2_input10", "subject2_input2"]
    assert [os.path.basename(path) for path in clips.inputs] == [name + ".npy" for name in names]
    assert [os.path.basename(path) for path in clips.labels][1] == "subject10_label2.npy"
    assert clips.recordings == ["subject10", "subject2"] and len(clips) == 4


def test_a_loader_batches_items(tmp_path):
    clips = ClipDataset([write(tmp_path, "102", index) for index in range(2)], "NCDHW")
    (batch,) = DataLoader(clips, batch_size=2)
    assert batch[0].shape == (2, 3, 4, 2, 5) and batch[1].shape == (2, 4)
    assert list(batch[2]) == ["102", "102"] and list(batch[3]) == ["0", "1"]


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x01\x00", b"garbage" * 40])
@pytest.mark.parametrize("which", ["input", "label"])
def test_a_damaged_file_is_named(tmp_path, content, which):
    path = write(tmp_path, "102", 0)
    damaged = path.replace("_input", f"_{which}")
    with open(damaged, "wb") as file:
        file.write(content)
    with pytest.raises(DataError, match=f"102_{which}0.npy cannot be read"):
        ClipDataset([path], "NCDHW")[0]


def test_a_file_of_the_wrong_shape_is_named(tmp_path):
    path = write(tmp_path, "102", 0)
    np.save(path, np.zeros((4, 3)))
    with pytest.raises(DataError, match=r"102_input0.npy has shape \(4, 3\) and type float64; expected 4 axes"):
        ClipDataset([path], "NCDHW")[0]


def test_an_unknown_format_and_a_foreign_name_are_refused():
    with pytest.raises(ConfigError, match="DATA_FORMAT is 'NCHW'; expected one of NDCHW, NCDHW, NDHWC"):
        ClipDataset([], "NCHW")
    with pytest.raises(DataError, match="'notes.npy' is not a clip"):
        clip_name("notes.npy")


FRAMES, LABEL = np.zeros((4, 5, 6, 3)), np.zeros(4)


@pytest.mark.parametrize(
    "frames, label, message",
    [
        (FRAMES[:, :4], LABEL, r"102_input0.npy has shape \(4, 4, 6, 3\) .*expected \(4, 5, 6, 3\) of real numbers"),
        (FRAMES[:3], LABEL, r"102_input0.npy has shape \(3, 5, 6, 3\)"),
        (FRAMES.astype(complex), LABEL, "102_input0.npy .*type complex128; expected"),
        (FRAMES.astype(bool), LABEL, "102_input0.npy .*type bool"),
        (FRAMES.astype(str), LABEL, "102_input0.npy .*type <U"),
        (FRAMES, LABEL[:3], r"102_label0.npy has shape \(3,\) .*expected \(4,\)"),
        (FRAMES, LABEL + np.nan, "102_label0.npy .*expected numbers that are finite"),
    ],
)
def test_clips_are_what_the_config_describes(tmp_path, frames, label, message):
    node = data_node("PURE", "", "")
    node.PREPROCESS.CHUNK_LENGTH, node.PREPROCESS.RESIZE.H, node.PREPROCESS.RESIZE.W = 4, 5, 6
    check_files([clip_cache.write_clip(str(tmp_path), "101", 0, FRAMES, LABEL)], node)
    check_files([clip_cache.write_clip(str(tmp_path), "101", 1, FRAMES.astype(np.uint8), LABEL)], node)
    path = clip_cache.write_clip(str(tmp_path), "102", 0, frames, label)
    with pytest.raises(DataError, match=message):
        check_files([path], node)
