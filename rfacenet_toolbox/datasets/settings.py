"""The preprocessing settings of a config's ``DATA`` node, checked, as plain values.

Worker processes get these values instead of the node, and need no yacs.
"""

from dataclasses import asdict, dataclass
from typing import Optional, Tuple

from ..errors import ConfigError
from ..runtime import limits
from .face_detectors import DETECTORS, check_backend
from .normalise import FRAME_TYPES, LABEL_TYPES
from .stmaps import MAP_TYPES

#: frame rate where FS is 0
DEFAULT_FS_HZ = 30.0


@dataclass(frozen=True)
class PreprocessSettings:
    """What determines the contents of the clips.

    Attributes:
        data_types: frame types whose channels are concatenated, of :data:`normalise.FRAME_TYPES`; or one of
            :data:`stmaps.MAP_TYPES`.
        label_type: of :data:`normalise.LABEL_TYPES`.
        chunk_length: frames per clip; None keeps a recording in one piece.
        width, height: of the clips, in pixels.
        crop_face: whether to crop; the next four matter only then.
        backend: what finds the face, of :data:`face_detectors.DETECTORS`.
        large_box_coef: factor by which the face box is enlarged; None leaves it as it is.
        detect_every: look for the face in every so many frames; None looks in the first only.
        median_box: crop all frames to the median of the boxes.
        fs_hz: the video's frame rate, which is only checked against the recordings' own times.
    """

    data_types: Tuple[str, ...]
    label_type: str
    chunk_length: Optional[int]
    width: int
    height: int
    crop_face: bool
    backend: str
    large_box_coef: Optional[float]
    detect_every: Optional[int]
    median_box: bool
    fs_hz: float

    def fingerprint(self):
        """The settings as JSON values, for comparison with those of an earlier run."""
        values = asdict(self)
        del values["fs_hz"]
        values["data_types"] = list(self.data_types)
        return values


def preprocess_settings(data_node):
    """The :class:`PreprocessSettings` of ``config.<SPLIT>.DATA``.

    Raises:
        ConfigError: a value that the standalone host does not serve.
    """
    node = data_node.PREPROCESS
    if list(node.DATA_AUG) != ["None"]:
        raise ConfigError(
            f"PREPROCESS.DATA_AUG is {list(node.DATA_AUG)}; the standalone host serves ['None'] only. Motion-augmented "
            f"recordings run inside an rPPG-Toolbox checkout."
        )
    if node.USE_PSUEDO_PPG_LABEL:
        raise ConfigError(
            "PREPROCESS.USE_PSUEDO_PPG_LABEL is True; the standalone host serves False only. Pseudo labels are made "
            "inside an rPPG-Toolbox checkout."
        )
    is_map = len(node.DATA_TYPE) == 1 and node.DATA_TYPE[0] in MAP_TYPES
    unknown = [] if is_map else [data_type for data_type in node.DATA_TYPE if data_type not in FRAME_TYPES]
    if unknown or not node.DATA_TYPE:
        raise ConfigError(
            f"PREPROCESS.DATA_TYPE is {list(node.DATA_TYPE)}; expected one or more of {', '.join(FRAME_TYPES)}; "
            f"or, alone, one of {', '.join(MAP_TYPES)}. Correct it."
        )
    if node.LABEL_TYPE not in LABEL_TYPES:
        raise ConfigError(
            f"PREPROCESS.LABEL_TYPE is {node.LABEL_TYPE!r}; expected one of {', '.join(LABEL_TYPES)}. Correct it."
        )
    detection = node.CROP_FACE.DETECTION
    for key, size in (
        ("RESIZE.W", node.RESIZE.W),
        ("RESIZE.H", node.RESIZE.H),
        ("CHUNK_LENGTH", node.CHUNK_LENGTH),
        ("CROP_FACE.DETECTION.DYNAMIC_DETECTION_FREQUENCY", detection.DYNAMIC_DETECTION_FREQUENCY),
    ):
        if size < 1:
            raise ConfigError(f"PREPROCESS.{key} is {size}; expected a whole number of at least 1. Correct it.")
    largest = max(node.RESIZE.W, node.RESIZE.H)
    if largest > limits.CLIP_SIDE[1]:
        raise ConfigError(
            f"PREPROCESS.RESIZE has {largest}; expected at most {limits.CLIP_SIDE[1]} pixels. Correct it."
        )
    coefficient = node.CROP_FACE.LARGE_BOX_COEF
    if node.CROP_FACE.DO_CROP_FACE and node.CROP_FACE.USE_LARGE_FACE_BOX and not 0.1 <= coefficient <= 10:
        raise ConfigError(
            f"PREPROCESS.CROP_FACE.LARGE_BOX_COEF is {coefficient}; expected 0.1 to 10, with which the face box is "
            f"multiplied. 1.5 is the toolbox's; USE_LARGE_FACE_BOX: False leaves the box as it is."
        )
    if node.CROP_FACE.DO_CROP_FACE and data_node.DO_PREPROCESS:
        check_backend(node.CROP_FACE.BACKEND)
        _check_smoothing(node.CROP_FACE.BACKEND, detection)
    return PreprocessSettings(
        data_types=tuple(node.DATA_TYPE),
        label_type=node.LABEL_TYPE,
        chunk_length=node.CHUNK_LENGTH if node.DO_CHUNK else None,
        width=node.RESIZE.W,
        height=node.RESIZE.H,
        crop_face=node.CROP_FACE.DO_CROP_FACE,
        backend=node.CROP_FACE.BACKEND,
        large_box_coef=node.CROP_FACE.LARGE_BOX_COEF if node.CROP_FACE.USE_LARGE_FACE_BOX else None,
        detect_every=detection.DYNAMIC_DETECTION_FREQUENCY if detection.DO_DYNAMIC_DETECTION else None,
        median_box=detection.USE_MEDIAN_FACE_BOX,
        fs_hz=frame_rate_hz(data_node),
    )


def _check_smoothing(backend, detection):
    if DETECTORS[backend].smooths and (not detection.DO_DYNAMIC_DETECTION or detection.USE_MEDIAN_FACE_BOX):
        raise ConfigError(
            f"PREPROCESS.CROP_FACE.BACKEND is {backend!r}, whose boxes are averaged over time, and DETECTION has "
            f"DO_DYNAMIC_DETECTION: {detection.DO_DYNAMIC_DETECTION} and USE_MEDIAN_FACE_BOX: "
            f"{detection.USE_MEDIAN_FACE_BOX}; expected True and False. Set them, or use MTCNN."
        )


def frame_rate_hz(data_node):
    """FS of ``config.<SPLIT>.DATA``, or what stands for 0."""
    return float(data_node.FS) or DEFAULT_FS_HZ
