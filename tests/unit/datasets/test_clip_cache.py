import os

import numpy as np
import pytest
from support.configs import CROPPED, data_node, resized
from support.recordings import write_ubfc_rppg

from rfacenet_toolbox.datasets import clip_cache
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.errors import ConfigError, DataError, OutputError

EVERYTHING_SAID = (
    "PURE_SizeW72_SizeH{}_ClipLength128_DataTypeDiffNormalized_Standardized_DataAugNone_LabelTypeDiffNormalized_"
    "Crop_faceTrue_BackendHC_Large_boxTrue_Large_size1.5_Dyamic_DetFalse_det_len30_Median_face_boxFalse"
)


def write_clips(folder, count, name="102"):
    for index in range(count):
        clip_cache.write_clip(str(folder), name, index, np.zeros((4, 2, 2, 3), np.float32), np.zeros(4))


@pytest.mark.parametrize(
    "split, height, ending",
    [("TRAIN", 72, ""), ("VALID", 72, ""), ("TEST", 64, ""), ("UNSUPERVISED", 72, "_unsupervised")],
)
def test_the_experiment_name_is_the_toolboxs(split, height, ending):
    preprocess = {"CHUNK_LENGTH": 128, "DATA_TYPE": ["DiffNormalized", "Standardized"]}
    node = data_node("PURE", "", "", resized(72, 64), CROPPED, {"PREPROCESS": preprocess})
    assert clip_cache.experiment_name(node, split) == EVERYTHING_SAID.format(height) + ending


def test_the_file_list_is_named_after_the_split():
    node = data_node("PURE", "", "", {"EXP_DATA_NAME": "NAME", "END": 0.8})
    assert clip_cache.file_list_name(node) == "NAME_0.0_0.8.csv"
    node.FOLD.FOLD_NAME = "one"
    assert clip_cache.file_list_name(node) == "NAME_0.0_0.8_one.csv"


def test_clips_are_named_as_in_the_toolbox(tmp_path):
    write_clips(tmp_path, 2)
    assert sorted(os.listdir(tmp_path)) == ["102_input0.npy", "102_input1.npy", "102_label0.npy", "102_label1.npy"]


def test_a_path_with_the_word_input_is_refused():
    clip_cache.check_cached_path("PreprocessedData/Input")
    with pytest.raises(ConfigError, match="'data/inputs/PURE' has the word 'input'"):
        clip_cache.check_cached_path("data/inputs/PURE")


def test_a_clip_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    def save(file, array):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(np, "save", save)
    with pytest.raises(OutputError, match="disk full"):
        write_clips(tmp_path, 1)
    assert os.listdir(tmp_path) == []


def test_cached_inputs_are_in_order_and_of_one_recording(tmp_path):
    write_clips(tmp_path, 11, "subject1")
    write_clips(tmp_path, 1, "subject10")
    found = clip_cache.cached_inputs(str(tmp_path), "subject1")
    assert [os.path.basename(path) for path in found] == [f"subject1_input{index}.npy" for index in range(11)]
    assert clip_cache.cached_inputs(str(tmp_path), "subject2") == []


@pytest.mark.parametrize("gone", ["102_input1.npy", "102_label2.npy"])
def test_a_gap_in_the_cache_is_an_error(tmp_path, gone):
    write_clips(tmp_path, 3)
    (tmp_path / gone).unlink()
    with pytest.raises(DataError, match="clips of recording 102 .* are not complete"):
        clip_cache.cached_inputs(str(tmp_path), "102")


def test_the_marker_tells_an_interrupted_recording(tmp_path):
    write_clips(tmp_path, 2)
    clip_cache.write_marker(str(tmp_path), "102", complete=True, report={"clips": 2})
    assert len(clip_cache.cached_inputs(str(tmp_path), "102")) == 2
    for complete, clips in ((False, 2), (True, 3)):
        clip_cache.write_marker(str(tmp_path), "102", complete=complete, report={"clips": clips})
        with pytest.raises(DataError, match="not complete"):
            clip_cache.cached_inputs(str(tmp_path), "102")


def test_a_damaged_marker_is_no_marker(tmp_path):
    (tmp_path / "102_cached.json").write_text('{"format": 1, "comp')
    assert clip_cache.read_marker(str(tmp_path), "102") is None
    assert clip_cache.read_marker(str(tmp_path), "103") is None


def test_removing_clips_spares_other_recordings(tmp_path):
    write_clips(tmp_path, 3, "subject1")
    write_clips(tmp_path, 3, "subject10")
    clip_cache.remove_clips(str(tmp_path), "subject1", first=1)
    left = sorted(os.listdir(tmp_path))
    assert [file for file in left if file.startswith("subject1_")] == ["subject1_input0.npy", "subject1_label0.npy"]
    assert len(left) == 8


def test_the_source_state_changes_with_the_files(tmp_path):
    path = write_ubfc_rppg(tmp_path)
    (recording,) = find_recordings("UBFC-rPPG", str(tmp_path))
    before = clip_cache.source_state(recording)
    assert before == clip_cache.source_state(recording)
    with open(path / "ground_truth.txt", "a") as file:
        file.write(" ")
    assert clip_cache.source_state(recording) != before
    (path / "vid.avi").unlink()
    assert clip_cache.source_state(recording) is None
