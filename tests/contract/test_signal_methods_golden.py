"""The signal methods against the toolbox's own functions: stored waveforms, and live checkouts in RPPG_TOOLBOX."""

import importlib.util
import json

import numpy as np
import pytest
from support.checkouts import CHECKOUTS
from support.paths import GOLDEN

from rfacenet_toolbox.methods.signal import METHODS, mean_rgb

SCRIPT = GOLDEN / "make_signal_golden.py"
_spec = importlib.util.spec_from_file_location("make_signal_golden", str(SCRIPT))
maker = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(maker)
STORED = json.loads(maker.GOLDEN.read_text(encoding="utf-8"))
#: all but SAMC, which the toolbox does not have
TOOLBOX_METHODS = [name for name in METHODS if name in STORED[next(iter(maker.CASES))]]


def assert_agrees(name, frames, fs_hz, theirs):
    """Sign and scale included, to 1e-6 of the largest deviation from the mean."""
    ours = METHODS[name](mean_rgb(frames), fs_hz)
    theirs = np.asarray(theirs)
    assert ours.shape == (len(frames),) and ours.dtype == np.float64
    if name == "CHROM":  # the toolbox's ends with the last whole window
        assert len(ours) - len(theirs) < 0.8 * fs_hz + 1 and not ours[len(theirs) :].any()
        ours = ours[: len(theirs)]
    if name == "ICA":
        assert abs(np.corrcoef(ours, theirs)[0, 1]) > 0.999
        theirs = theirs * np.sign(ours @ theirs)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6 * np.abs(theirs - theirs.mean()).max())


@pytest.mark.parametrize("title", list(maker.CASES))
@pytest.mark.parametrize("name", TOOLBOX_METHODS)
def test_agrees_with_stored_waveforms_of_the_toolbox(name, title):
    count, fs_hz = maker.CASES[title]
    assert_agrees(name, maker.make_frames(count, fs_hz), fs_hz, STORED[title][name])


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("checkout", CHECKOUTS)
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_agrees_with_live_checkouts(checkout, dtype):
    """Also in float32, which is what the toolbox's loaders give its methods."""
    if not hasattr(np, "mat"):
        pytest.skip("the toolbox's ICA and POS need NumPy 1")
    with maker.toolbox_methods(checkout) as theirs:
        assert set(METHODS) - set(theirs) <= {"OMIT", "SAMC"}
        for count, fs_hz in (*maker.CASES.values(), (301, 60), (150, 25)):
            frames = maker.make_frames(count, fs_hz, dtype)
            for name, method in theirs.items():
                assert_agrees(name, frames, fs_hz, method(frames, fs_hz))
