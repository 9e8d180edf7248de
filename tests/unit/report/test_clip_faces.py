"""Contours of drawn faces, found from the recordings of every kind of synthetic data set that has them."""

import numpy as np
import pytest

from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.report.clip_faces import contours
from rfacenet_toolbox.synthetic import dataset, kinds, mcd_rppg, vipl_hr, write_dataset
from rfacenet_toolbox.synthetic.outline import face_outlines

SIZE = (160, 120)


def numbered(drawn):
    """A renderer whose frames are all of one grey, their number, and that keeps what was to be drawn."""

    def render(scene, rng):
        drawn.append(scene)
        for number in range(len(scene.pulse)):
            yield np.full((*SIZE[::-1], 3), number, np.uint8)

    return render


@pytest.mark.parametrize(
    "kind, name, settings",
    [
        ("pure", "PURE", {"scenarios": [4], "seconds": 1.0}),
        ("ubfc-rppg", "UBFC-rPPG", {"seconds": 1.0}),
        ("vipl-hr", "VIPL-HR", {"scenarios": [2], "seconds": 3.0}),  # some of whose frames are lost
        ("mcd-rppg", "MCD-rPPG", {"scenarios": [2], "seconds": 1.0}),
    ],
)
def test_each_frame_of_a_synthetic_recording_has_the_contour_that_was_drawn(
    tmp_path, monkeypatch, kind, name, settings
):
    drawn = []
    for module in (kinds, vipl_hr, mcd_rppg):
        monkeypatch.setattr(module, "render", numbered(drawn))
    monkeypatch.setattr(vipl_hr, "_LIGHT", {})
    paths = write_dataset(tmp_path, kind, 3, size=SIZE, workers=1, **settings)
    recordings = {one.path: one for one in find_recordings(name, str(tmp_path))}
    specs = dataset.read_specs(tmp_path)
    assert {str(path) for path in paths} == set(recordings) and len(drawn) == len(paths)
    shorter = 0
    for path, scene in zip(paths, drawn):
        recording = recordings[str(path)]
        shown = [int(frame[0, 0, 0]) for frame in recording.frames()]
        spec = specs[path.relative_to(tmp_path).as_posix()]
        motion = kinds.KINDS[kind].motion(spec)
        assert all((ours == theirs[shown]).all() for ours, theirs in zip(motion, scene.motion))
        contour = contours(recording)
        assert (contour(len(shown) - 1, None) == face_outlines(tmp_path, spec.name)[-1]).all()
        with pytest.raises(IndexError):
            contour(len(shown), None)
        shorter += len(shown) < len(scene.pulse)
    assert bool(shorter) == (kind == "vipl-hr")
