"""Varied recordings: a pulse that can be found on skin of every tone, and everything else that differs."""

import json
import sys

import numpy as np
import pytest

from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.synthetic import MANIFEST, write_dataset
from rfacenet_toolbox.synthetic.varied import CONDITIONS, TONES, compressed, frames, subject_tone, traits
from rfacenet_toolbox.synthetic.varied.conditions import courses
from rfacenet_toolbox.synthetic.varied.skin import pulse_colour

FS, SECONDS, SIZE = 30, 4, (160, 120)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_courses_are_smooth_and_begin_at_rest(condition):
    for seed in range(5):
        course = courses(condition, FS * SECONDS, FS, rng(seed))
        assert all(len(part) == FS * SECONDS and np.isfinite(part).all() for part in course)
        assert course.x[0] == 0 and course.scale[0] == 1 and course.lids[0] < 1e-6 and course.mouth[0] < 1e-6
        assert max(np.abs(np.diff(part)).max() for part in (course.x, course.y, course.roll)) < 0.05
        assert course.light.min() > 0.5 and course.gain.min() > 0.5 and course.screen.min() >= 0


def test_what_is_hard_about_a_condition_is_harder_there():
    def spread(condition, of):
        return np.mean([np.ptp(of(courses(condition, 300, FS, rng(seed)))) for seed in range(10)])

    assert spread(3, lambda course: course.yaw) > 3 * spread(1, lambda course: course.yaw)
    assert spread(4, lambda course: course.x) > 3 * spread(1, lambda course: course.x)
    assert spread(6, lambda course: course.light) > 3 * spread(1, lambda course: course.light)
    assert np.mean([traits(7, rng(seed)).exposure for seed in range(10)]) < 0.5
    assert np.mean([traits(8, rng(seed)).quality for seed in range(10)]) > 4


def test_less_of_the_pulse_comes_back_from_darker_skin():
    shares = [tone.pulse for tone in TONES]
    assert shares == sorted(shares, reverse=True)
    assert [sum(tone.rgb) for tone in TONES] == sorted((sum(tone.rgb) for tone in TONES), reverse=True)
    colours = np.array([pulse_colour(rng(seed)) for seed in range(50)])
    assert (colours[:, 1] == 1).all() and np.allclose(colours.mean(axis=0), (0.43, 1, 0.69), atol=0.08)


@pytest.mark.parametrize("tone", [0, 5, 9])
def test_the_pulse_is_on_the_skin_of_every_tone(tone):
    """Light gets less where blood is more, by about the share that the traits say; the wall does not pulse."""
    times = np.arange(FS * SECONDS) / FS
    blood = 0.5 + 0.5 * np.sin(2 * np.pi * 1.5 * times)
    kind = traits(1, rng())._replace(tone=tone, pulse_share=0.03, noise=0.5, exposure=0.9)
    video = np.stack(list(frames(3, 1, kind, blood, SIZE, FS, rng(1)))).astype(float)
    assert video.shape == (len(times), SIZE[1], SIZE[0], 3)
    green = {"cheeks": video[:, 60:75, 62:98, 1].mean(axis=(1, 2)), "wall": video[:, :30, :30, 1].mean(axis=(1, 2))}
    reference = np.exp(2j * np.pi * 1.5 * times)
    swing = {place: 2 * np.abs(np.mean(trace / trace.mean() * reference)) for place, trace in green.items()}
    assert 0.002 < swing["cheeks"] < 0.03
    assert swing["wall"] < 0.2 * swing["cheeks"]
    assert np.mean(green["cheeks"] * reference).imag < 0  # against the sine that the blood follows


def test_the_same_state_gives_the_same_frames():
    blood = np.linspace(0, 1, 5)
    first, second = (list(frames(7, 4, traits(4, rng()), blood, SIZE, FS, rng(2))) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second))


def test_without_pyav_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(Exception, match=r"rfacenet-toolbox\[weights\]"):
        write_dataset(tmp_path, "varied", 1, seconds=1, size=SIZE, workers=1)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir() and not path.name.startswith(".")] == []


def test_recordings_take_turns_at_the_conditions_and_the_note_says_which(tmp_path):
    pytest.importorskip("av", reason="PyAV writes varied recordings and is not installed")
    folders = write_dataset(tmp_path, "varied", 2, seconds=1, size=SIZE, scenarios=[8, 2], workers=1)
    note = json.loads((tmp_path / MANIFEST).read_text())["recordings"]
    assert [note[folder.name]["condition"] for folder in folders] == ["strong compression", "talking"]
    assert all(0 <= note[folder.name]["tone"] < len(TONES) for folder in folders)
    assert all((folder / "vid.avi").stat().st_size > 1000 for folder in folders)
    assert write_dataset(tmp_path, "varied", 2, seconds=1, size=SIZE, scenarios=[8, 2], workers=1) == folders


def test_in_pure_format_each_subject_is_recorded_in_all_conditions_and_keeps_its_skin_tone(tmp_path):
    folders = write_dataset(
        tmp_path, "varied-pure", 2, seconds=1, size=SIZE, scenarios=[8, 2], first_subject=4, workers=1
    )
    assert [folder.name for folder in folders] == ["04-08", "04-02", "05-08", "05-02"]
    note = json.loads((tmp_path / MANIFEST).read_text())["recordings"]
    assert note["04-08"]["tone"] == note["04-02"]["tone"] == subject_tone(4)
    assert note["04-08"]["exposure"] != note["04-02"]["exposure"]
    recording = find_recordings("PURE", str(tmp_path))[0]
    assert sum(1 for _ in recording.frames()) == FS and len(recording.ppg()) == 60


def test_jpeg_loses_more_at_a_lower_quality():
    picture = rng().integers(0, 256, (*SIZE[::-1], 3), dtype=np.uint8)
    errors = []
    for quality in (0, 10):
        (kept,) = compressed([picture], traits(1, rng())._replace(quality=quality))
        errors.append(np.abs(kept.astype(float) - picture).mean())
    assert 0 < errors[0] < errors[1]


def test_conditions_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="8 strong compression"):
        write_dataset(tmp_path, "varied", 1, scenarios=[9])
