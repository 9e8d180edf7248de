"""Even grids from uneven times."""

import numpy as np
import pytest

from rfacenet_toolbox.prediction.resample import (
    GridResampler,
    OverlapAdd,
    even_grid,
    frame_rate_hz,
    known_at,
    stretches,
)


def ramp(time_s):
    """An image whose grey level is ten times the second."""
    return np.full((2, 2, 3), round(10 * time_s), np.uint8)


def run(resampler, times_s, images):
    made = [frame for time_s, image in zip(times_s, images) for frame in resampler.add(time_s, image)]
    return made + resampler.flush()


@pytest.mark.parametrize("rate_hz", [30.0, 29.97, 30.13])
def test_a_recording_near_the_wanted_rate_passes_unchanged(rate_hz):
    images = list(np.random.default_rng(0).integers(0, 255, (90, 2, 2, 3), dtype=np.uint8))
    times_s = np.round(np.arange(90) / rate_hz, 6)
    resampler = GridResampler(30.0)
    made = run(resampler, times_s, images)
    assert resampler.rate_hz == pytest.approx(rate_hz, rel=1e-3)
    assert all(np.array_equal(frame.image, image) for frame, image in zip(made, images)) and len(made) >= 89


@pytest.mark.parametrize("rate_hz", [10.0, 15.0, 25.0, 60.0])
def test_other_rates_are_interpolated_in_time(rate_hz):
    times_s = np.arange(int(10 * rate_hz)) / rate_hz
    resampler = GridResampler(30.0)
    made = run(resampler, times_s, [ramp(time_s) for time_s in times_s])
    assert resampler.rate_hz == 30.0 and abs(len(made) - (times_s[-1] * 30 + 1)) < 1
    assert [frame.image[0, 0, 0] for frame in made] == pytest.approx(10 * np.arange(len(made)) / 30, abs=1.1)
    assert all(frame.known for frame in made)


@pytest.mark.parametrize(("rate_hz", "used_hz"), [(15.8, 15.8), (25, 25), (30.5, 30.5), (15, 29), (60, 29)])
def test_rates_that_are_as_good_are_kept(rate_hz, used_hz):
    resampler = GridResampler(29.0, (16.0, 30.0))
    times_s = np.arange(40) / rate_hz
    run(resampler, times_s, [ramp(time_s) for time_s in times_s])
    assert resampler.rate_hz == pytest.approx(used_hz)


def test_irregular_times_keep_their_place():
    times_s = np.cumsum(np.random.default_rng(1).uniform(0.015, 0.07, 400))
    resampler = GridResampler(30.0)
    made = run(resampler, times_s, [ramp(time_s) for time_s in times_s])
    grid_s = times_s[0] + np.arange(len(made)) / resampler.rate_hz
    assert [frame.image[0, 0, 0] for frame in made] == pytest.approx(10 * grid_s, abs=1.1)


def test_where_there_is_no_face_the_last_one_is_repeated_and_not_known():
    times_s = np.arange(120) / 30
    images = [None if 1 <= time_s < 2 else ramp(time_s) for time_s in times_s]
    made = run(GridResampler(30.0), times_s, images)
    assert [frame.known for frame in made] == [not (29 < index < 61) for index in range(120)]
    assert {frame.image[0, 0, 0] for frame in made[30:60]} == {10}


def test_frames_before_the_first_face_are_left_out():
    resampler = GridResampler(30.0)
    made = run(resampler, np.arange(90) / 30, [None] * 30 + [ramp(0)] * 60)
    assert len(made) == 60 and resampler.start_s == pytest.approx(1.0)


def test_nothing_is_known_inside_a_pause():
    times_s = np.concatenate([np.arange(30), np.arange(60, 90)]) / 30
    fs_hz, grid_s, values, known = even_grid(times_s, np.ones((60, 1)), np.ones(60))
    assert fs_hz == pytest.approx(30) and len(grid_s) == len(values) == 90
    assert known[:29].all() and not known[31:59].any() and known[61:].all()


def test_a_bridge_is_drawn_over_what_is_not_known():
    values = np.arange(20.0)[:, None].copy()
    known = np.ones(20, bool)
    values[5:8], known[5:8] = 1000.0, False
    _, _, even, sure = even_grid(np.arange(20) / 10, values, known, fs_hz=10.0)
    assert even[:, 0] == pytest.approx(np.arange(20.0))
    assert np.flatnonzero(~sure).tolist() == [5, 6, 7]
    assert known_at(np.array([0.45, 0.65, 0.9]), np.arange(20) / 10, known).tolist() == [False, False, True]


def test_clips_of_one_waveform_join_without_a_seam():
    wave = np.sin(np.arange(300) / 4)
    joined = OverlapAdd(100)
    for first, last in stretches(300, 100, 20):
        joined.add(first, 5 + 3 * wave[first:last])
    assert np.corrcoef(joined.signal(300), wave)[0, 1] > 0.999
    assert np.abs(np.diff(joined.signal(300))).max() < 0.4


def test_a_clip_that_is_only_looked_at_is_not_kept():
    wave = np.sin(np.arange(300) / 4)
    joined, other = OverlapAdd(100), OverlapAdd(100)
    for one in (joined, other):
        one.add(0, wave[:100])
    other.add(60, wave[60:160])
    assert joined.with_clip(20, 60, wave[60:160]) == pytest.approx(other.signal(160)[20:])
    assert joined.signal(160)[:100] == pytest.approx(wave[:100] / wave[:100].std(), abs=0.1)
    assert not joined.signal(160)[100:].any()


def test_stretches_cover_everything_to_the_end():
    for total in (50, 100, 101, 170, 999):
        spans = stretches(total, 100, 20)
        assert spans[0][0] == 0 and spans[-1][1] == total
        assert all(before[1] - after[0] >= 20 for before, after in zip(spans, spans[1:]))


def test_a_clip_that_does_not_vary_adds_nothing():
    joined = OverlapAdd(10)
    joined.add(0, np.full(10, 3.0))
    assert not joined.signal(20).any()


@pytest.mark.parametrize(
    "times_s, fps_hz",
    [
        (np.arange(300) / 29.97, 29.97),
        (np.concatenate([np.arange(100), np.arange(400, 500)]) / 30, 30.0),  # a gap of 10 s
        (np.arange(300) // 2 * (2 / 30) + np.arange(300) % 2 * 0.004, 30.0),  # in pairs
    ],
)
def test_the_frame_rate_is_that_of_the_frames(times_s, fps_hz):
    assert frame_rate_hz(times_s) == pytest.approx(fps_hz, rel=0.01)


@pytest.mark.parametrize("fps_hz", [10, 25, 60, 120, 240])
def test_every_rate_comes_to_the_common_one(fps_hz):
    times_s = np.arange(4 * fps_hz + 1) / fps_hz
    pulse = np.sin(2 * np.pi * 1.1 * times_s)[:, None]
    found_hz, grid_s, even, known = even_grid(times_s, pulse, np.ones(len(times_s)))
    assert found_hz == 30 and grid_s == pytest.approx(np.arange(121) / 30) and known.all()
    assert even[1:-1, 0] == pytest.approx(np.sin(2 * np.pi * 1.1 * grid_s)[1:-1], abs=0.07)


def test_the_frames_of_a_fast_recording_are_averaged():
    times_s = np.arange(2401) / 240
    noise = np.random.default_rng(0).normal(size=(2401, 1))
    _, _, even, _ = even_grid(times_s, noise, np.ones(2401))
    assert even.std() == pytest.approx(1 / np.sqrt(8), rel=0.15)


def test_a_rate_near_the_common_one_is_kept_and_its_frames_pass_unchanged():
    times_s = np.arange(100) / 29.97
    values = np.random.default_rng(0).normal(size=(100, 3))
    fs_hz, _, even, _ = even_grid(times_s, values, np.ones(100))
    assert fs_hz == 1.0 / np.median(np.diff(times_s)) and even == pytest.approx(values, abs=1e-9)
