import pytest
from support.configs import CROPPED, data_node, detected_every, resized

from rfacenet_toolbox.datasets.settings import DEFAULT_FS_HZ, preprocess_settings
from rfacenet_toolbox.errors import ConfigError


def test_settings_are_the_nodes():
    node = data_node("PURE", "", "", CROPPED, detected_every(30), resized(72, 64), {"FS": 25})
    got = preprocess_settings(node)
    assert (got.data_types, got.label_type, got.chunk_length) == (("DiffNormalized",), "DiffNormalized", 16)
    assert (got.width, got.height, got.crop_face, got.large_box_coef, got.detect_every) == (72, 64, True, 1.5, 30)
    assert (got.median_box, got.fs_hz) == (False, 25.0)


def test_what_is_switched_off_is_none():
    preprocess = {"DO_CHUNK": False, "CROP_FACE.USE_LARGE_FACE_BOX": False}
    got = preprocess_settings(data_node("PURE", "", "", {"PREPROCESS": preprocess, "FS": 0}))
    assert got.chunk_length is None and got.large_box_coef is None and got.detect_every is None
    assert got.fs_hz == DEFAULT_FS_HZ


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"DATA_AUG": ["Motion"]}, r"DATA_AUG is \['Motion'\].*checkout"),
        ({"USE_PSUEDO_PPG_LABEL": True}, "USE_PSUEDO_PPG_LABEL is True"),
        ({"DATA_TYPE": ["DiffNormalised"]}, "DATA_TYPE.*expected one or more of Raw, DiffNormalized, Standardized"),
        ({"DATA_TYPE": []}, "DATA_TYPE"),
        ({"LABEL_TYPE": "raw"}, "LABEL_TYPE is 'raw'"),
        ({"CHUNK_LENGTH": 0}, "CHUNK_LENGTH is 0"),
        ({"RESIZE.W": 0}, "RESIZE.W is 0"),
        ({"CROP_FACE": {"DO_CROP_FACE": True, "LARGE_BOX_COEF": 0.0}}, "LARGE_BOX_COEF is 0.0; expected 0.1 to 10"),
        ({"CROP_FACE": {"DO_CROP_FACE": True, "LARGE_BOX_COEF": float("nan")}}, "LARGE_BOX_COEF is nan"),
        ({"CROP_FACE": {"DO_CROP_FACE": True, "BACKEND": "Y5F"}}, "BACKEND is 'Y5F'"),
    ],
)
def test_what_is_not_served_is_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        preprocess_settings(data_node("PURE", "", "", {"PREPROCESS": changes}))


def test_a_backend_that_is_not_used_is_not_refused():
    assert not preprocess_settings(data_node("PURE", "", "", {"PREPROCESS.CROP_FACE.BACKEND": "Y5F"})).crop_face
