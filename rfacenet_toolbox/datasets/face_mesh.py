"""The face's contour from MediaPipe's face mesh (Kartynnik et al. 2019): for the face backend ``MP`` and for masks.

MediaPipe is an optional extra. Its models come with it, so nothing is downloaded when it runs. It is imported when the
first contour is asked for, and looks at every frame anew, whatever it saw before.
"""

import contextlib
import functools
import importlib.metadata
import importlib.util
import os
import re
import sys
import tempfile

import cv2
import numpy as np

from ..errors import ConfigError

#: newest release that contains the face models
VERSION = "0.10.21"
INSTALL = "pip install 'rfacenet-toolbox[mediapipe]'"
HEADLESS_WINS = "pip install --no-deps --force-reinstall opencv-python-headless==4.11.0.86"
_MODEL = os.path.join("modules", "face_landmark", "face_landmark.tflite")
_OPENCVS = ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless")
#: what its native code prints on stderr at every start
_CHATTER = re.compile(
    rb"Created TensorFlow Lite|before absl::InitializeLog|^[IW]\d{4} .* (inference_feedback_manager|"
    rb"landmark_projection_calculator|gl_context\w*)\.cc:"
)


def check_available():
    """Check that MediaPipe, its face models and exactly one release of OpenCV are installed.

    Raises:
        ConfigError: they are not; the message says what to install.
    """
    module = importlib.util.find_spec("mediapipe")
    if module is None:
        raise ConfigError(
            f"MediaPipe is not installed, and the face backend MP and the face-mesh outline need it. It is an optional "
            f"extra: run {INSTALL} (Python 3.9 to 3.12; docs/faces.md has the details)."
        )
    if not any(os.path.isfile(os.path.join(folder, _MODEL)) for folder in module.submodule_search_locations):
        raise ConfigError(
            f"MediaPipe {_version('mediapipe')} has no face models; releases up to {VERSION} have them. "
            f"Run {INSTALL}, which installs that version."
        )
    _check_opencv()


def _check_opencv():
    """MediaPipe needs opencv-contrib-python and we need the headless one; both install the folder ``cv2``.

    In one release the two give the same boxes and clips, so it does not matter which was installed last. Of two
    releases, the folder would hold parts of both.
    """
    found = {name: _version(name) for name in _OPENCVS if _version(name)}
    if len(set(found.values())) > 1:
        raise ConfigError(
            f"{' and '.join(f'{name} {version}' for name, version in found.items())} are both installed. They share "
            f"the folder cv2, which now holds parts of each ({cv2.__version__} is loaded). Install one release, the "
            f"headless package last: {INSTALL} && {HEADLESS_WINS}"
        )


def _version(distribution):
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def outline(frame):
    """The contour of the face in a frame.

    Args:
        frame: uint8 RGB (H, W, 3).

    Returns:
        float64 (N, 2): the points of the mesh's face oval (``FACEMESH_FACE_OVAL``: forehead, cheeks, chin) in order, x
        to the right and y down in pixels, measured from the frame's left and upper edges. At the border a face may
        reach beyond the frame. None where no face is found; of several faces, the one that MediaPipe is surest of.

    Raises:
        ConfigError: MediaPipe is not installed; see :func:`check_available`.
    """
    found = points(frame)
    return None if found is None else found[_face_mesh(os.getpid())[1]]


def points(frame):
    """All points of the mesh, float64 (N, 2) in pixels, or None; frame, units and errors as of :func:`outline`."""
    with quiet():
        mesh, _ = _face_mesh(os.getpid())
        faces = mesh.process(np.ascontiguousarray(frame)).multi_face_landmarks
    if not faces:
        return None
    return np.array([(point.x, point.y) for point in faces[0].landmark]) * (frame.shape[1], frame.shape[0])


def contour_mask(contour, height, width):
    """The pixels inside a contour: (N, 2) from :func:`outline` -> bool (height, width), True within its convex hull."""
    hull = cv2.convexHull(np.asarray(contour, dtype=np.float32))
    fraction_bits = 4  # OpenCV takes fixed-point numbers here, and counts from the middle of the first pixel
    points = np.round((hull - 0.5) * 2**fraction_bits).astype(np.int32)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(mask, points, 1, shift=fraction_bits)
    return mask.astype(bool)


# kept for good: closing the mesh of a forked parent would wait for threads that are gone
@functools.lru_cache(maxsize=None)
def _face_mesh(process):
    """``(mesh, numbers of the oval's points in order)``, one for each process: threads do not survive a fork."""
    check_available()
    from mediapipe.python.solutions import face_mesh

    following = dict(face_mesh.FACEMESH_FACE_OVAL)
    oval = [min(following)]
    while following[oval[-1]] != oval[0]:
        oval.append(following[oval[-1]])
    return face_mesh.FaceMesh(static_image_mode=True, max_num_faces=1), oval


@contextlib.contextmanager
def quiet():
    """Hold back what is written to stderr, and write it at the end without MediaPipe's chatter.

    Its native code writes to the file descriptor, from threads, and has no setting that stops it.
    """
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            held.seek(0)
            for line in held:
                if not _CHATTER.search(line):
                    sys.stderr.write(line.decode(errors="replace"))
