import cv2
import numpy as np
import pytest

from rfacenet_toolbox.synthetic.face import Subject
from rfacenet_toolbox.synthetic.motion import head_motion
from rfacenet_toolbox.synthetic.render import Scene, render


@pytest.fixture(scope="module")
def detector():
    return cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")


def overlap(a, b):
    """Intersection over union of two (x, y, width, height) boxes."""
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(wide, 0) * max(high, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def first_frame(subject, size):
    rng = np.random.default_rng(subject.number)
    return next(render(Scene(subject, size, 30.0, np.zeros(1), head_motion(1, 1, 30.0, rng)), rng))


@pytest.mark.parametrize(
    "number, size",
    [(number, (320, 240)) for number in (1, 2, 7, 13, 25, 32, 40, 43, 57, 60)]
    + [(number, (640, 480)) for number in (3, 24, 57)],
)
def test_haar_cascade_finds_the_face(detector, number, size):
    subject = Subject(number)
    found = detector.detectMultiScale(first_frame(subject, size))
    assert len(found)
    widest = found[np.argmax(found[:, 2])]
    assert overlap(widest, subject.draw(size).box) > 0.5


def test_number_alone_decides_the_face():
    assert np.array_equal(Subject(5).draw((160, 120)).rgb, Subject(5).draw((160, 120)).rgb)
    faces = [Subject(number).draw((160, 120)).rgb for number in range(1, 9)]
    differences = [np.abs(a - b).mean() for i, a in enumerate(faces) for b in faces[:i]]
    assert min(differences) > 5  # grey levels


def test_parts_of_a_drawing_fit_together():
    width, height = size = (320, 240)
    face = Subject(4).draw(size)
    assert face.rgb.shape == (height, width, 3) and face.rgb.dtype == np.float32
    assert face.rgb.min() >= 0 and face.rgb.max() < 255
    assert face.coverage.shape == face.skin.shape == (height, width)
    assert (face.skin <= face.coverage + 1e-6).all()
    assert face.pulse.shape == face.mouth_open.shape[:2] == face.lids_closed.shape[:2] == face.rgb[face.head].shape[:2]
    assert (face.pulse <= face.skin[face.head] + 1e-6).all()
    x, y, wide, high = face.box
    assert 0 < x < x + wide < width and 0 < y < y + high < height
    rows, columns = np.nonzero(face.skin > 0.5)
    assert x < columns.mean() < x + wide and y < rows.mean() < y + high
    inside = face.skin[int(y) : int(y + high), int(x) : int(x + wide)]
    assert inside.mean() > 0.3
