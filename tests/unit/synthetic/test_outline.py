"""The known outline of a drawn face, against what is drawn."""

import numpy as np
import pytest
from matplotlib.path import Path

from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.synthetic import Subject, is_synthetic, write_dataset
from rfacenet_toolbox.synthetic.outline import face_outlines

SIZE = (160, 120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two subjects that slide from side to side for three seconds."""
    out = tmp_path_factory.mktemp("data")
    write_dataset(out, "ubfc-rppg", 2, scenarios=[4], seconds=3.0, size=SIZE, workers=1)
    return out


def inside(outline):
    x, y = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)
    return Path(outline).contains_points(np.column_stack([x.ravel(), y.ravel()])).reshape(SIZE[::-1])


@pytest.mark.parametrize("number", [1, 2])
def test_at_rest_it_holds_the_bare_skin_and_no_more_than_the_head(folder, number):
    drawn = Subject(number).draw(SIZE)
    mask = inside(face_outlines(folder, f"subject{number}")[0])
    assert drawn.skin[mask].sum() > 0.95 * drawn.skin.sum()
    assert drawn.coverage[mask].mean() > 0.99
    assert mask.sum() < 1.6 * (drawn.skin > 0.5).sum()  # eyes, brows, lips and hair over the forehead are inside too


def test_it_goes_where_the_face_goes(folder):
    import cv2

    video = cv2.VideoCapture(str(folder / "subject1" / "vid.avi"))
    frames = [video.read()[1][..., ::-1].astype(float) for _ in range(90)]
    outlines = face_outlines(folder, "subject1")
    assert outlines.shape == (90, 72, 2)
    farthest = int(np.argmax(np.abs(outlines[:, :, 0].mean(axis=1) - outlines[0, :, 0].mean())))
    assert abs(outlines[farthest] - outlines[0])[:, 0].mean() > 5  # pixels
    skin = np.median(frames[0][inside(outlines[0])], axis=0)

    def unlike(outline):
        return np.abs(frames[farthest][inside(outline)] - skin).sum(axis=1).mean()

    assert unlike(outlines[farthest]) < 0.8 * unlike(outlines[0])


def test_what_is_not_synthetic_or_not_there_is_said(folder, tmp_path):
    assert is_synthetic(folder) and not is_synthetic(tmp_path)
    with pytest.raises(DataError, match="knows no recording 'subject9', so its face is not known.*subject1, subject2"):
        face_outlines(folder, "subject9")
    with pytest.raises(DataError, match="knows no recording"):
        face_outlines(tmp_path, "subject1")


@pytest.mark.parametrize("kind", ["scamps", "benchmark-ubfc"])
def test_outlines_of_cropped_and_varied_faces_are_not_known(tmp_path, kind):
    if kind == "scamps":
        pytest.importorskip("h5py")
    (path,) = write_dataset(tmp_path, kind, 1, seconds=0.1, size=SIZE, workers=1)
    with pytest.raises(
        DataError, match=f"is a recording of {kind}, and outlines are known of pure, ubfc-rppg, vipl-hr, mcd-rppg only"
    ):
        face_outlines(tmp_path, path.name)
