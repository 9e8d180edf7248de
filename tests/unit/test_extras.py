"""Every extra that a message, a page or the Makefile tells people to install is one of setup.py; pins agree."""

import ast
import re

from support.paths import ROOT

ADVICE = re.compile(r"(?:rfacenet-toolbox|'\.)\[([\w,-]+)\]")
FILES = [
    ROOT / "README.md",
    ROOT / "Makefile",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "rfacenet_toolbox").rglob("*.py")),
]


def extras():
    """The names in setup.py's ``extras_require``."""
    for node in ast.walk(ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "extras_require":
            return {key.value for key in node.value.keys}
    raise AssertionError("setup.py has no extras_require")


def advised():
    """(file, extra) of all advice."""
    for path in FILES:
        for names in ADVICE.findall(path.read_text(encoding="utf-8")):
            for name in names.split(","):
                yield path, name


def test_every_extra_that_is_advised_exists():
    found = list(advised())
    missing = [f"{path.relative_to(ROOT)}: {name}" for path, name in found if name not in extras()]
    assert missing == []
    assert {"slurm", "predict", "mediapipe", "weights"} <= {name for _, name in found}


def test_pre_commit_has_the_pin_of_ruff():
    (pin,) = re.findall(r"^ruff==\S+", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.M)
    assert set(re.findall(r"ruff==[\d.]+", (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))) == {pin}
