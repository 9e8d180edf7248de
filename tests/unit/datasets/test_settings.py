import pytest
from support.data_recordings import data_node

from rfacenet_toolbox.datasets.settings import DEFAULT_FS_HZ, preprocess_settings
from rfacenet_toolbox.errors import ConfigError


def test_settings_are_the_nodes():
    node = data_node("PURE", "", "", DO_CROP_FACE=True, DO_DYNAMIC_DETECTION=True, W=72, H=64, FS=25)
    got = preprocess_settings(node)
    assert (got.data_types, got.label_type, got.chunk_length) == (("DiffNormalized",), "DiffNormalized", 16)
    assert (got.width, got.height, got.crop_face, got.large_box_coef, got.detect_every) == (72, 64, True, 1.5, 30)
    assert (got.median_box, got.fs_hz) == (False, 25.0)


def test_what_is_switched_off_is_none():
    got = preprocess_settings(data_node("PURE", "", "", DO_CHUNK=False, USE_LARGE_FACE_BOX=False, FS=0))
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
        ({"W": 0}, "RESIZE.W is 0"),
        ({"DO_CROP_FACE": True, "LARGE_BOX_COEF": 0.0}, "LARGE_BOX_COEF is 0.0; expected 0.1 to 10"),
        ({"DO_CROP_FACE": True, "LARGE_BOX_COEF": float("nan")}, "LARGE_BOX_COEF is nan"),
        ({"DO_CROP_FACE": True, "BACKEND": "Y5F"}, "BACKEND is 'Y5F'"),
    ],
)
def test_what_is_not_served_is_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        preprocess_settings(data_node("PURE", "", "", **changes))


def test_a_backend_that_is_not_used_is_not_refused():
    assert not preprocess_settings(data_node("PURE", "", "", BACKEND="Y5F")).crop_face
