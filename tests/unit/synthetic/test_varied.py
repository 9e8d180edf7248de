"""Varied recordings: a pulse that can be found on skin of every tone, and everything else that differs."""

import json
import sys

import numpy as np
import pytest

from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.synthetic import MANIFEST, write_dataset
from rfacenet_toolbox.synthetic.varied import CONDITIONS, TONES, camera, compressed, frames, shape, subject_tone, traits
from rfacenet_toolbox.synthetic.varied.courses import courses
from rfacenet_toolbox.synthetic.varied.skin import pulse_colour

FS, SECONDS, SIZE = 30, 4, (160, 120)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_courses_are_smooth_and_begin_at_rest(condition):
    for seed in range(5):
        course = courses(traits(condition, rng(seed)), FS * SECONDS, FS, rng(seed), np.sin(np.arange(FS * SECONDS) / 4))
        assert all(len(part) == FS * SECONDS and np.isfinite(part).all() for part in course)
        assert course.x[0] == 0 and course.scale[0] == 1 and course.lids[0] < 1e-6 and course.mouth[0] < 1e-6
        assert max(np.abs(np.diff(part)).max() for part in (course.x, course.y, course.roll)) < 0.12
        assert course.light.min() > 0.5 and course.gain.min() > 0.5 and course.screen.min() >= 0


def test_what_is_hard_about_a_condition_is_harder_there():
    def kinds(condition):
        return [traits(condition, rng(seed)) for seed in range(20)]

    def spread(condition, of):
        return np.mean([np.ptp(of(courses(kind, 300, FS, rng(1)))) for kind in kinds(condition)])

    def mean(condition, of):
        return np.mean([of(kind) for kind in kinds(condition)])

    assert spread(3, lambda course: course.yaw) > 2 * spread(1, lambda course: course.yaw)
    assert spread(4, lambda course: course.x) > 2 * spread(1, lambda course: course.x)
    assert spread(6, lambda course: course.light) > 2 * spread(1, lambda course: course.light)
    assert spread(9, lambda course: course.background[:, 0]) > 5 * spread(1, lambda course: course.background[:, 0])
    assert spread(15, lambda course: course.y) > 2 * spread(1, lambda course: course.y)
    assert mean(7, lambda kind: kind.exposure) < 0.6 < mean(1, lambda kind: kind.exposure)
    assert mean(8, lambda kind: kind.quality) > 4 > mean(1, lambda kind: kind.quality)
    assert mean(10, lambda kind: abs(kind.azimuth)) > mean(1, lambda kind: abs(kind.azimuth)) + 0.3
    assert mean(11, lambda kind: kind.backlight) > 1 > mean(1, lambda kind: kind.backlight)
    assert mean(12, lambda kind: kind.face) < 0.25 < mean(1, lambda kind: kind.face)
    assert mean(13, lambda kind: abs(kind.tilt)) > 0.2 > mean(1, lambda kind: abs(kind.tilt))
    assert mean(14, lambda kind: kind.camera_hz > 0) > 0.4 > mean(1, lambda kind: kind.camera_hz > 0)


def test_disturbances_combine_and_many_recordings_are_easy():
    mixed = [sum(strength > 0 for strength in traits(1, rng(seed)).strengths) for seed in range(60)]
    assert 0.3 < np.mean(np.array(mixed) == 1) < 0.7 and max(mixed) == 3
    assert all(sum(strength > 0 for strength in traits(16, rng(seed)).strengths) == 5 for seed in range(10))


def test_a_slow_camera_repeats_or_mixes_frames():
    slow = traits(14, rng())._replace(camera_hz=10.0, dropped=0.0)
    taken = camera.taken(slow, 31, FS, rng())
    assert taken[0] == 0 and taken[-1] == 30 and 8 <= len(taken) <= 12
    assert np.array_equal(camera.taken(slow._replace(camera_hz=0.0), 31, FS, rng()), np.arange(31))
    lost = len(camera.taken(slow._replace(camera_hz=0.0, dropped=0.3), 301, FS, rng()))
    assert 180 < lost < 240

    def picture(t):
        return np.full((2, 2, 3), 3 * t, np.uint8)

    values = {
        blends: [frame[0, 0, 0] for frame in camera.filled(picture, np.array([0, 4, 5]), blends)]
        for blends in (False, True)
    }
    assert values == {False: [0, 0, 0, 0, 12, 15], True: [0, 3, 6, 9, 12, 15]}


def test_the_side_towards_the_light_is_the_brighter_one():
    kind = traits(10, rng())._replace(azimuth=1.2, elevation=0.0, ambient=0.2)
    right = np.float32([[-0.8, 0.0, 0.8]])
    body = shape.Shape(right, 0 * right, np.sqrt(1 - right**2), 0 * right)
    left, middle, lit = shape.shade(body, shape.direction(kind, 0, 0, 0), kind.ambient)[0]
    assert 0.2 <= left < middle < lit
    # a face that turns towards the light gets more of it
    turned = shape.shade(body, shape.direction(kind, 0, 0.5, 0), kind.ambient)[0]
    assert turned[1] > middle and np.isclose(turned[0], 0.2)
    assert np.isclose(np.linalg.norm(shape.direction(kind, 0.3, 0.4, 0.2)), 1)


def test_what_is_nearer_moves_farther_when_a_head_turns():
    picture = np.zeros((9, 21, 3), np.float32)
    picture[4, 10] = 1
    depth = np.full((9, 21), 10, np.float32)
    body = shape.Shape(depth, depth, depth, depth)
    assert np.unravel_index(shape.turned(picture, body, 0.3, 0)[..., 0].argmax(), (9, 21)) == (4, 13)
    assert shape.turned(picture, body, 0, 0) is picture


def test_the_background_moves_by_itself():
    kind = traits(9, rng(1))._replace(strengths=tuple(float(number == 9) for number in CONDITIONS), noise=0.0)
    video = np.stack(list(frames(3, 9, kind, np.zeros(45), SIZE, FS, rng(2)))).astype(float)
    still = np.stack(list(frames(3, 1, kind._replace(strengths=(1.0,) + (0.0,) * 15), np.zeros(45), SIZE, FS, rng(2))))
    assert (
        np.abs(np.diff(video[:, :20, :20], axis=0)).mean()
        > 3 * np.abs(np.diff(still[:, :20, :20].astype(float), axis=0)).mean()
    )


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
    kind = traits(1, rng())._replace(
        tone=tone, pulse_share=0.03, noise=0.5, exposure=0.9, adapts=0.0, face=0.42, place=(0.5, 0.47), tilt=0.0,
        turned=0.0, bob=0.0, azimuth=0.0, camera_hz=0.0, dropped=0.0, strengths=(1.0,) + (0.0,) * 15,
    )  # fmt: skip
    video = np.stack(list(frames(3, 1, kind, blood, SIZE, FS, rng(1)))).astype(float)
    assert video.shape == (len(times), SIZE[1], SIZE[0], 3)
    green = {"cheeks": video[:, 60:75, 62:98, 1].mean(axis=(1, 2)), "wall": video[:, :30, :30, 1].mean(axis=(1, 2))}
    reference = 2 * np.hanning(len(times)) * np.exp(2j * np.pi * 1.5 * times)  # the light drifts
    swing = {place: 2 * np.abs(np.mean((trace / trace.mean() - 1) * reference)) for place, trace in green.items()}
    assert 0.002 < swing["cheeks"] < 0.03
    assert swing["wall"] < 0.2 * swing["cheeks"]
    assert (
        np.mean((green["cheeks"] - green["cheeks"].mean()) * reference).imag < 0
    )  # against the sine that the blood follows


def test_the_same_state_gives_the_same_frames():
    blood = np.linspace(0, 1, 5)
    first, second = (list(frames(7, 4, traits(4, rng()), blood, SIZE, FS, rng(2))) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second))


def test_without_pyav_it_is_said_what_to_install_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ConfigError, match=r"recordings of varied needs the package av, .*rfacenet-toolbox\[weights\]"):
        write_dataset(tmp_path, "varied", 1, seconds=1, size=SIZE, workers=1)
    assert not any(tmp_path.iterdir())


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
    with pytest.raises(ConfigError, match="16 several at once"):
        write_dataset(tmp_path, "varied", 1, scenarios=[17])
