"""A checkout to install into, and configs in the place of the shipped ones."""

import pytest
from support.checkouts import WHOLE_CONFIG, write

from rfacenet_toolbox.hosts.toolbox import install as plugin


@pytest.fixture
def checkout(tmp_path):
    return write(tmp_path / "checkout")


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """The YAML files that the package under test ships."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / "A.yaml").write_text("INFERENCE: {BATCH_SIZE: 4}\n")
    (folder / "B.yaml").write_text(WHOLE_CONFIG)
    (folder / "notes.txt").write_text("not a config\n")
    monkeypatch.setattr(plugin, "configs_dir", lambda: str(folder))
    return folder
