"""Weights that are absent or damaged, said before anything is read."""

import importlib.util

import pytest
import torch
from support.configs import CROPPED, data_node
from support.recordings import face_frames

from rfacenet_toolbox.datasets import mtcnn
from rfacenet_toolbox.datasets.mtcnn import networks
from rfacenet_toolbox.datasets.splits import check_split
from rfacenet_toolbox.errors import ConfigError

MTCNN = {"PREPROCESS.CROP_FACE.BACKEND": "MTCNN"}


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """A facenet-pytorch with random weights; gives the folder of its data."""
    spec = importlib.util.spec_from_loader("facenet_pytorch", loader=None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(mtcnn.importlib.util, "find_spec", lambda name: spec)
    monkeypatch.setattr(mtcnn, "installed_cascade", mtcnn.installed_cascade.__wrapped__)
    (tmp_path / "data").mkdir()
    for file, make in networks.NETWORKS.items():
        torch.save(make().state_dict(), tmp_path / "data" / file)
    return tmp_path / "data"


def test_without_the_weights_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(mtcnn.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(mtcnn, "installed_cascade", mtcnn.installed_cascade.__wrapped__)
    expected = "weights are not installed.*pip install --no-deps facenet-pytorch==2.6.0"
    with pytest.raises(ConfigError, match=expected):
        mtcnn.landmarks(face_frames(1)[0])
    with pytest.raises(ConfigError, match="TRAIN.DATA: PREPROCESS.CROP_FACE.BACKEND is 'MTCNN'. .*" + expected):
        check_split("TRAIN", data_node("PURE", "", "", CROPPED, MTCNN))
    check_split("TRAIN", data_node("PURE", "", "", CROPPED, MTCNN, {"DO_PREPROCESS": False}))


def test_facenet_pytorch_is_not_imported(installed):
    (installed.parent / "__init__.py").write_text("raise AssertionError('imported')")
    mtcnn.check_available()


def test_a_release_without_a_file_and_a_damaged_file_are_refused(installed):
    (installed / "onet.pt").write_bytes((installed / "onet.pt").read_bytes()[:-100])
    with pytest.raises(
        ConfigError, match="onet.pt cannot be read .*Install them again: pip install .*--force-reinstall"
    ):
        mtcnn.check_available()
    (installed / "onet.pt").unlink()
    with pytest.raises(ConfigError, match="weights are not installed"):
        mtcnn.check_available()
