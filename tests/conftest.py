"""Fixtures that several test files share, and the tests that skip: which, and how each is run."""

import importlib.util
from collections import Counter

import pytest
from support.activated_checkout import activated_checkout
from support.browser import BROWSER
from support.checkouts import REAL, real_checkout
from support.configs import config_with
from support.main_job import finished_job, finished_job_copy
from support.paths import SHARED, TESTS

__all__ = ["activated_checkout", "config_with", "finished_job", "finished_job_copy", "real_checkout"]

#: {marker: (whether it is there, what a test with that marker needs, how it is had)}
NEEDS = {
    "toolbox": (bool(REAL), "a checkout of the rPPG-Toolbox", "RPPG_TOOLBOX=/path/to/rPPG-Toolbox make test"),
    "mediapipe": (importlib.util.find_spec("mediapipe") is not None, "MediaPipe", "make mediapipe test"),
    "mtcnn": (importlib.util.find_spec("facenet_pytorch") is not None, "MTCNN's weights", "make mtcnn test"),
    "browser": (BROWSER is not None, "a browser", "install Chromium, then make test"),
    "real_data": (SHARED.is_dir(), f"recordings of people in {SHARED}", "they are not part of this repository"),
}


def pytest_collection_modifyitems(items):
    for item in items:
        if TESTS / "end_to_end" in item.path.parents:
            item.add_marker(pytest.mark.slow)
        for marker, (is_there, need, how) in NEEDS.items():
            if not is_there and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"needs {need}: {how}"))


def pytest_terminal_summary(terminalreporter):
    """Why tests skipped, a line for each reason: pytest's own summary has one for each test."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].replace("Skipped: ", "", 1) for report in skipped)
    if reasons:
        terminalreporter.section("skipped")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count:4d}  {reason}")
