import numpy as np
import pytest
from scipy.signal import butter, filtfilt

from rfacenet_toolbox.synthetic.face import Subject
from rfacenet_toolbox.synthetic.motion import head_motion
from rfacenet_toolbox.synthetic.pulse import pulse_wave
from rfacenet_toolbox.synthetic.render import NOISE_SIGMA, Scene, render

FPS, SIZE = 30.0, (160, 120)


def skin_trace(frames, subject):
    skin = subject.draw(SIZE).skin > 0.5
    return np.array([frame[skin].mean(axis=0) for frame in frames])


def band_passed(signal):
    b, a = butter(2, [0.7 / 15, 3.0 / 15], btype="band")
    return filtfilt(b, a, signal - signal.mean(axis=0), axis=0)


@pytest.mark.parametrize("scenario, heart_rate_bpm", [(1, 72.0), (2, 104.0)])
def test_skin_gets_darker_with_blood_most_in_green(scenario, heart_rate_bpm):
    subject, frames = Subject(3), 480
    pulse = pulse_wave(frames / FPS, FPS, heart_rate_bpm, np.random.default_rng(1))
    motion = head_motion(scenario, frames, FPS, np.random.default_rng(2))
    trace = skin_trace(render(Scene(subject, SIZE, FPS, pulse, motion), np.random.default_rng(3)), subject)
    relative = band_passed(trace / trace.mean(axis=0))
    power = np.abs(np.fft.rfft(relative[:, 1], 8192))
    assert 60 * FPS * power.argmax() / 8192 == pytest.approx(heart_rate_bpm, abs=2)
    assert np.corrcoef(relative[:, 1], band_passed(pulse))[0, 1] < -0.8
    red, green, blue = -relative.T @ band_passed(pulse)
    assert green > blue > red > 0
    # The pulse is about 1.1 high; on bare skin that is around 1 % of green.
    low, high = np.percentile(relative[:, 1], [5, 95])
    assert 0.006 < high - low < 0.02


def test_background_has_noise_and_no_pulse():
    still = head_motion(1, 1, FPS, np.random.default_rng(0))._replace()
    motion = type(still)(*(np.zeros(40) for _ in still))
    pulse = np.tile([0.0, 1.0], 20)
    frames = list(render(Scene(Subject(3), SIZE, FPS, pulse, motion), np.random.default_rng(0)))
    assert all(frame.shape == (120, 160, 3) and frame.dtype == np.uint8 for frame in frames)
    corner = np.array([frame[:20, :20] for frame in frames], dtype=float)
    assert abs(corner[::2].mean() - corner[1::2].mean()) < 0.15
    # Differences of neighbours in time: the slow drift of the light drops out, rounding adds 1/12.
    assert np.diff(corner, axis=0).std() == pytest.approx(np.sqrt(2 * (NOISE_SIGMA**2 + 1 / 12)), rel=0.05)
    assert corner.mean(axis=0).std() > 0.5  # a wall with a texture


def test_same_generator_state_same_frames():
    def frames(seed):
        motion = head_motion(6, 4, FPS, np.random.default_rng(0))
        return np.array(list(render(Scene(Subject(2), SIZE, FPS, np.zeros(4), motion), np.random.default_rng(seed))))

    assert np.array_equal(frames(1), frames(1))
    assert not np.array_equal(frames(1), frames(2))
