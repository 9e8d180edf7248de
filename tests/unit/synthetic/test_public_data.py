"""Synthetic recordings in SCAMPS's and MCD-rPPG's formats are read as what was drawn."""

import sys

import numpy as np
import pytest

from rfacenet_toolbox.cli import main
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.synthetic import write_dataset
from rfacenet_toolbox.synthetic.dataset import read_specs, signals
from rfacenet_toolbox.synthetic.mcd_rppg import frame_times

SMALL = {"seconds": 2, "size": (160, 120), "workers": 1}


def label(recording):
    frames = np.stack(list(recording.frames()))
    return frames, recording.label(recording.ppg(), len(frames), 30.0)


def test_scamps_is_read_as_it_was_drawn_and_made_once(tmp_path, monkeypatch):
    pytest.importorskip("h5py")
    paths = write_dataset(tmp_path, "scamps", 2, first_subject=7, **SMALL)
    assert [path.name for path in paths] == ["P000007.mat", "P000008.mat"]
    before = [path.read_bytes() for path in paths]
    for recording, spec in zip(find_recordings("SCAMPS", str(tmp_path)), read_specs(tmp_path).values()):
        frames, ppg = label(recording)
        moments, _, wave = signals(spec)
        assert frames.shape == (60, 120, 120, 3)
        assert np.corrcoef(ppg, np.interp(moments, *wave))[0, 1] > 0.9999
        assert ppg.min() == 0 and ppg.std() == pytest.approx(1)
    paths[1].unlink()
    assert write_dataset(tmp_path, "scamps", 2, first_subject=7, **SMALL) == paths
    assert [path.read_bytes() for path in paths] == before
    monkeypatch.setitem(sys.modules, "h5py", None)  # which nothing is left to write with
    assert write_dataset(tmp_path, "scamps", 2, first_subject=7, **SMALL) == paths


def test_mcd_rppg_is_read_as_it_was_drawn(tmp_path):
    out = ["synth", str(tmp_path), "--dataset", "mcd-rppg", "--subjects", "1", "--seconds", "2", "--size", "160", "120"]
    assert main([*out, "--scenarios", "2", "--workers", "1"]) == 0
    found, specs = find_recordings("MCD-rPPG", str(tmp_path)), read_specs(tmp_path)
    assert [one.name for one in found] == ["1_FullHDwebcam_after", "1_IriunWebcam_after", "1_USBVideo_after"]
    assert not list((tmp_path / "video").glob(".*"))
    rates = []
    for one in found:
        spec = specs[f"video/{one.name}.avi"]
        frames, ppg = label(one)
        _, _, wave = signals(spec)
        assert np.corrcoef(ppg, np.interp(frame_times(spec), *wave))[0, 1] > 0.999
        rates.append(one.measured(len(frames)).fs_hz)
    np.testing.assert_allclose(rates, [30, 30, 24], rtol=0.005)
    assert len({spec.heart_rate_bpm for spec in specs.values()}) == 1


def test_what_scamps_cannot_have_is_refused(tmp_path, monkeypatch):
    pytest.importorskip("h5py")
    for wrong in ({"codec": "MJPG"}, {"scenarios": [1, 2]}):
        with pytest.raises(ConfigError, match="codec is 'MJPG' for scamps|scamps has one recording per subject"):
            write_dataset(tmp_path, "scamps", 1, **SMALL, **wrong)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ConfigError, match=r"pip install 'rfacenet-toolbox\[scamps\]'"):
        write_dataset(tmp_path, "scamps", 1, **SMALL)
