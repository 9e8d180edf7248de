"""Where things lie that tests use."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "toolbox_configs"
TESTS = ROOT / "tests"
GOLDEN = TESTS / "golden"
SUPPORT = TESTS / "support"
#: real material that is not part of this repository; tests that use it skip where it is absent
SHARED = ROOT.parent / "shared" / "data"
REAL_VIDEO = SHARED / "real_video_1"
