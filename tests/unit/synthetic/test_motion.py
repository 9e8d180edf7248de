import numpy as np
import pytest

from rfacenet_toolbox.synthetic.motion import SCENARIOS, head_motion


def motion_of(scenario, seed=0):
    return head_motion(scenario, 900, 30.0, np.random.default_rng(seed))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_smooth_and_at_rest_at_the_start(scenario):
    motion = motion_of(scenario)
    for name, course in motion._asdict().items():
        assert course.shape == (900,)
        assert course[0] == 0, name
    for course in (motion.x, motion.y, motion.roll, motion.yaw):
        steps = np.abs(np.diff(course))
        assert steps.max() < 0.03
        assert np.abs(np.diff(course, 2)).max() < 0.1 * steps.max() + 1e-6  # no jumps: velocity is continuous


def test_translation_is_slow_then_fast_as_in_pure():
    # Face height over face width is about 1.4; PURE reports 7 % and 14 % of the face's height a second.
    speeds = {
        scenario: np.mean([30 * np.abs(np.diff(motion_of(scenario, seed).x)).mean() / 1.4 for seed in range(8)])
        for scenario in (1, 3, 4)
    }
    assert speeds[1] < 0.01
    assert speeds[3] == pytest.approx(0.07, abs=0.025)
    assert speeds[4] == pytest.approx(0.14, abs=0.04)


def test_rotation_angles():
    small, medium = (np.degrees(np.abs(motion_of(scenario).yaw).max()) for scenario in (5, 6))
    assert 12 < small < 22 < medium < 37


def test_only_talking_moves_the_mouth_and_everyone_blinks():
    for scenario in SCENARIOS:
        motion = motion_of(scenario)
        assert (motion.mouth.max() > 0.5) == (scenario == 2)
        assert motion.lids.max() > 0.8
        assert motion.lids.mean() < 0.1
