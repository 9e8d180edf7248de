"""The shipped configs, and others made of them for a test."""

import pytest
import yaml
from support.paths import ROOT

from rfacenet_toolbox.config import load

SHIPPED = sorted((ROOT / "toolbox_configs").rglob("*.yaml"))
RUNNABLE = [path for path in SHIPPED if "BASE" not in path.stem]
DEMO = str(ROOT / "toolbox_configs" / "PURE_UBFC_RFACENET.yaml")


def write(path, tree):
    """Write a YAML file; returns its path."""
    path.write_text(tree if isinstance(tree, str) else yaml.safe_dump(tree))
    return path


def nested(dotted, value):
    """``("A.B", 1)`` -> ``{"A": {"B": 1}}``."""
    for key in reversed(dotted.split(".")):
        value = {key: value}
    return value


def merged(*trees):
    """Dicts merged key by key, later ones winning."""
    result = {}
    for tree in trees:
        for key, value in tree.items():
            both = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], value) if both else value
    return result


def flat(tree, prefix=""):
    """{dotted key: value} of a nested dict."""
    result = {}
    for key, value in tree.items():
        result.update(flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return result


@pytest.fixture
def changed(tmp_path):
    """Load a PURE -> UBFC-rPPG config, rFaceNet's if not told, with some dotted keys changed."""

    def load_changed(changes, base=DEMO):
        log = {"LOG": {"PATH": str(tmp_path / "run")}}
        cached = [nested(f"{split}.DATA.CACHED_PATH", str(tmp_path / "clips")) for split in ("TRAIN", "VALID", "TEST")]
        trees = [nested(key, value) for key, value in changes.items()]
        return load(write(tmp_path / "changed.yaml", merged({"BASE": [base]}, log, *cached, *trees)))

    return load_changed
