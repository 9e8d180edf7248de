"""Whether two runs gave the same, whichever host they ran in."""

import pytest
import torch
from support.contract_hosts import CHUNKS, VIDEOS

PROTOCOLS = {"neurips2023", "toolbox2025"}
TOLERANCE = 1e-4


def succeeded(run):
    assert run.status == 0, run.stdout[-2000:] + run.stderr[-4000:]
    return run


def only_test(weights):
    return {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": str(weights)}


def assert_same_metrics(one, other, tolerance=TOLERANCE):
    """Values, standard errors and counts of every protocol; what one could not compute, the other could not."""
    one, other = one["protocols"], other["protocols"]
    assert set(one) == set(other) == PROTOCOLS
    for protocol, summary in one.items():
        assert set(summary) == set(other[protocol])
        for key, value in summary.items():
            if key == "undefined":
                assert set(value) == set(other[protocol][key])
            elif isinstance(value, list) and None in value:
                assert value == other[protocol][key], (protocol, key)
            else:
                assert value == pytest.approx(other[protocol][key], rel=0, abs=tolerance), (protocol, key)


def assert_same_outputs(one, other):
    assert (one["label_type"], one["fs"]) == (other["label_type"], other["fs"])
    for signals in ("predictions", "labels"):
        for video in VIDEOS:
            for chunk in range(CHUNKS):
                torch.testing.assert_close(
                    one[signals][video][chunk], other[signals][video][chunk], rtol=0, atol=TOLERANCE
                )
