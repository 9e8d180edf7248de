"""SCAMPS: frames and PPG of MATLAB files of both kinds, and what is said of files that cannot be used."""

import builtins
import sys

import numpy as np
import pytest
from scipy.io import savemat
from support.configs import data_node
from support.recordings import noise_frames, pulse

from rfacenet_toolbox.datasets import mat_file
from rfacenet_toolbox.datasets.readers import find_recordings, split_recordings
from rfacenet_toolbox.datasets.splits import load_split
from rfacenet_toolbox.datasets.subjects import SubjectClasses, subject_of, subjects_of
from rfacenet_toolbox.errors import ConfigError, DataError

FRAMES = noise_frames(40, 20, 20)


def write(path, **values):
    """A file of an old version, in MATLAB's order of dimensions."""
    savemat(str(path), {"Xsub": FRAMES.astype(np.float64) / 255, "d_ppg": pulse(40, 30)[None], **values})


def recording(root):
    (found,) = find_recordings("SCAMPS", str(root))
    return found


@pytest.fixture(params=["float32", "float64"])
def new_file(request, tmp_path):
    """A file of version 7.3, as MATLAB writes it."""
    pytest.importorskip("h5py")
    from rfacenet_toolbox.synthetic.scamps import write_scamps

    write_scamps(tmp_path / "P000012.mat", FRAMES, pulse(40, 30), request.param)
    return recording(tmp_path)


def test_frames_and_ppg_of_a_new_file_are_what_was_written(new_file):
    np.testing.assert_array_equal(np.stack(list(new_file.frames())), FRAMES)
    np.testing.assert_array_equal(np.stack(list(new_file.frames(every=7, bgr=True))), FRAMES[::7, ..., ::-1])
    expected = pulse(40, 30)
    np.testing.assert_allclose(new_file.ppg(), (expected - expected.min()) / expected.std())
    assert (new_file.name, new_file.subject) == ("P000012.mat", 12)


def test_frames_and_ppg_of_an_old_file_are_what_was_written(tmp_path):
    write(tmp_path / "P000003.mat")
    np.testing.assert_array_equal(np.stack(list(recording(tmp_path).frames())), FRAMES)
    np.testing.assert_array_equal(recording(tmp_path).ppg(), pulse(40, 30))


def test_each_video_is_a_subject_and_they_are_divided_in_order(tmp_path):
    for number in (10, 2, 1, 30, 4):
        write(tmp_path / f"P{number:06d}.mat")
    found = find_recordings("SCAMPS", str(tmp_path))
    assert [one.subject for one in found] == [1, 2, 4, 10, 30]
    assert [one.subject for one in split_recordings(found, 0.0, 0.8)] == [1, 2, 4, 10]
    names = [one.name for one in found]
    assert subject_of("SCAMPS", names[-1]) == "SCAMPS/30"
    assert subjects_of(names)[0] == "SCAMPS/1"  # and not a manifest's, whose names have a dot, too
    assert SubjectClasses.of_recordings("SCAMPS", names).classes("SCAMPS", ["P000004.mat"]) == [2]


def test_clips_are_cached_under_the_toolboxs_names(tmp_path):
    write(tmp_path / "P000001.mat")
    clips = load_split("TEST", data_node("SCAMPS", tmp_path, tmp_path / "cache"), workers=1, progress=False)
    assert [clips[index][2:] for index in range(2)] == [("P000001.mat", "0"), ("P000001.mat", "1")]
    assert (tmp_path / "cache" / "P000001.mat_input0.npy").is_file()


def test_another_frame_rate_is_refused(tmp_path):
    write(tmp_path / "P000001.mat")
    node = data_node("SCAMPS", tmp_path, tmp_path / "cache", {"FS": 25})
    with pytest.raises(DataError, match="by the documentation of SCAMPS it has 30.00 frames per second, and FS is 25"):
        load_split("TEST", node, workers=1, progress=False)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"Xsub": FRAMES}, r"Xsub is uint8 of shape \(40, 20, 20, 3\); expected colours from 0 to 1"),
        ({"Xsub": FRAMES / 100.0}, r"Xsub has colours from .* to 2.55; expected 0 to 1"),
        ({"Xsub": np.full((4, 6, 6, 3), np.nan)}, "Xsub has colours from nan to nan"),
        ({"Xsub": FRAMES[..., 0] / 255.0}, r"Xsub is float64 of shape \(40, 20, 20\)"),
        ({"d_ppg": pulse(39, 30)[None]}, "has 40 frames and 39 samples of d_ppg; expected one per frame"),
        ({"d_ppg": np.ones((4, 10))}, "d_ppg is float64 of shape .*; expected one number per frame"),
        ({"d_ppg": np.ones((1, 40))}, "PPG is constant"),
        ({"d_ppg": np.full((1, 40), np.nan)}, "40 of 40 samples that are not finite"),
    ],
)
def test_wrong_values_are_refused(tmp_path, values, message):
    write(tmp_path / "P000001.mat", **values)
    with pytest.raises(DataError, match=f"SCAMPS recording P000001.mat .*{message}"):
        load_split("TEST", data_node("SCAMPS", tmp_path, tmp_path / "cache"), workers=1, progress=False)


def test_a_file_of_labels_alone_is_told(tmp_path):
    savemat(str(tmp_path / "P000001.mat"), {"d_ppg": pulse(40, 30), "d_br": pulse(40, 30)})
    with pytest.raises(DataError, match="no variable Xsub; it has d_br, d_ppg. Expected .* not the one with labels"):
        next(recording(tmp_path).frames())


def test_a_cut_file_is_refused_with_its_size(new_file):
    with open(new_file.path, "r+b") as file:
        file.truncate(3000)
    with pytest.raises(DataError, match=r"its Xsub cannot be read \(OSError: .*; the file has 3000 bytes\)"):
        next(new_file.frames())


def test_what_is_no_matlab_file_is_refused(tmp_path):
    (tmp_path / "P000001.mat").write_text("no such file")
    with pytest.raises(DataError, match="its d_ppg cannot be read .*12 bytes"):
        recording(tmp_path).ppg()


def test_data_that_lies_in_another_file_is_refused(new_file):
    import h5py

    with h5py.File(new_file.path, "r+") as file:
        del file["d_ppg"]
        file["d_ppg"] = h5py.ExternalLink("other.mat", "d_ppg")
    with pytest.raises(DataError, match="its d_ppg cannot be read .*is no plain array in the file itself"):
        new_file.ppg()


def test_data_that_was_never_written_is_no_black_picture(new_file):
    import h5py

    with h5py.File(new_file.path, "r+") as file:
        shape = file["Xsub"].shape
        del file["Xsub"]
        file.create_dataset("Xsub", shape=shape, dtype="f4", chunks=shape)
    with pytest.raises(DataError, match=r"has the shape \(40, 20, 20, 3\) and no values"):
        next(new_file.frames())


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.symlink_to("gone.mat")])
def test_what_is_no_file_is_refused(tmp_path, make):
    make(tmp_path / "P000001.mat")
    with pytest.raises(DataError, match="P000001.mat' cannot be read .*expected a MATLAB file"):
        find_recordings("SCAMPS", str(tmp_path))


def test_a_size_that_no_recording_has_is_refused_before_it_is_read(new_file, monkeypatch):
    monkeypatch.setattr(mat_file.limits, "MAT_VALUES", 1000)
    with pytest.raises(DataError, match="has 48000 values; expected 1000 or fewer"):
        next(new_file.frames())


def test_a_variable_of_an_old_file_is_read_at_once_and_may_not_be_as_large(tmp_path, monkeypatch):
    write(tmp_path / "P000001.mat")
    monkeypatch.setattr(mat_file.limits, "MAT_BYTES", 8 * 48000 - 1)
    with pytest.raises(DataError, match="its Xsub cannot be read .* GB would be read at once"):
        next(recording(tmp_path).frames())
    assert len(recording(tmp_path).ppg()) == 40


@pytest.mark.parametrize("chunks", [None, (3, 20, 20, 40), (3, 20, 20, 1), (1, 20, 7, 40), (1, 3, 20, 7), (2, 7, 9, 9)])
def test_frames_are_the_same_however_the_file_is_divided(tmp_path, chunks):
    with pytest.importorskip("h5py").File(tmp_path / "P000001.mat", "w") as file:
        file.create_dataset("Xsub", data=FRAMES.T / 255.0, chunks=chunks)
    np.testing.assert_array_equal(np.stack(list(recording(tmp_path).frames())), FRAMES)


@pytest.mark.parametrize(
    "shape, chunks",
    [
        ((3, 20, 20, 40), (3, 1000, 1000, 100)),  # a chunk may be larger than what it holds
        ((3, 800, 800, 600), (1, 800, 1, 600)),
    ],
)
def test_what_would_take_too_much_memory_at_once_is_refused_before_it_is_read(tmp_path, shape, chunks):
    with pytest.importorskip("h5py").File(tmp_path / "P000001.mat", "w") as file:
        stored = file.create_dataset("Xsub", shape, "f8", chunks=chunks, maxshape=(None,) * 4, compression="gzip")
        file["d_ppg"] = pulse(40, 30)
        stored[0, 0, :1, 0] = 1
    with pytest.raises(DataError, match="its Xsub cannot be read .* GB would be read at once; expected 2 GB or less"):
        next(recording(tmp_path).frames())
    assert len(recording(tmp_path).ppg()) == 40


def test_a_new_file_without_h5py_names_the_extra_before_anything_is_cached(new_file, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ConfigError, match=r"version 7.3, .*Run pip install 'rfacenet-toolbox\[scamps\]'"):
        find_recordings("SCAMPS", new_file.root)


def test_an_old_file_needs_no_h5py(tmp_path, monkeypatch):
    write(tmp_path / "P000001.mat")
    original = builtins.__import__

    def without_h5py(name, *rest, **named):
        assert name != "h5py"
        return original(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_h5py)
    assert len(recording(tmp_path).ppg()) == 40


def test_another_file_name_is_refused_and_another_folder_told(tmp_path):
    write(tmp_path / "subject1.mat")
    with pytest.raises(DataError, match="subject1.mat' cannot be a recording of SCAMPS: expected P<number>.mat"):
        find_recordings("SCAMPS", str(tmp_path))
    (tmp_path / "subject1.mat").unlink()
    (tmp_path / "Train").mkdir()
    with pytest.raises(DataError, match="no SCAMPS recordings. Found: Train. Expected files P000001.mat"):
        find_recordings("SCAMPS", str(tmp_path))
