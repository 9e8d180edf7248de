"""Times of frames from stamps that stand still, jump or start anew."""

import pytest

from rfacenet_toolbox.prediction.frames import Clock


@pytest.mark.parametrize(
    "stamps, times",
    [
        ([5.0, 5.04, 5.08, 5.2], [0.0, 0.04, 0.08, 0.2]),  # true stamps, from the first on
        ([0.0, 0.0, 0.0, 0.0], [0.0, 0.1, 0.2, 0.3]),  # none: steps of the nominal 10 fps
        ([0.0, 0.1, 0.1, 0.35], [0.0, 0.1, 0.2, 0.35]),  # one that stands still
        ([7.0, 7.1, 0.0, 0.1], [0.0, 0.1, 0.2, 0.3]),  # two recordings joined: the stamps start anew
        ([0.0, 0.1, 5000.0, 5000.1], [0.0, 0.1, 0.2, 0.3]),
        ([0.0, 0.1, 15.1, 15.2], [0.0, 0.1, 15.1, 15.2]),  # a pause
        ([0.0, float("nan"), 0.2], [0.0, 0.1, 0.2]),
    ],
)
def test_times_go_forward_whatever_the_stamps_do(stamps, times):
    clock = Clock(nominal_hz=10)
    assert [clock.time_s(stamp) for stamp in stamps] == pytest.approx(times)


@pytest.mark.parametrize(
    "stamps, said",
    [
        ([0.0, 0.1, 0.2], []),
        ([0.0, 0.1, 15.1, 15.2], ["pause for 15.0 s after 0.1 s"]),
        ([0.0, 0.1, 0.1, 0.25], ["1 of 4 time stamps did not increase and were replaced by steps of the nominal 10"]),
        ([0.0, 0.1, 5000.0, 5000.1], ["1 of 4 time stamps jumped ahead by more than 3600 s"]),
    ],
)
def test_what_stamps_do_is_said_as_it_is(stamps, said):
    clock = Clock(nominal_hz=10)
    for stamp in stamps:
        clock.time_s(stamp)
    notes = clock.notes(len(stamps))
    assert len(notes) == len(said) and all(part in note for part, note in zip(said, notes))
