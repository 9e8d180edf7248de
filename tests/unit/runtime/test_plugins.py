"""Modules that register what is not in the package, named by an environment variable."""

import sys

import pytest

from rfacenet_toolbox import cli
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.runtime import plugins


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module that writes down that it was imported, found from now on."""
    (tmp_path / "my_plugin.py").write_text("IMPORTED = True\n\n\nclass Mine:\n    pass\n")
    (tmp_path / "needy_plugin.py").write_text("import nothing_of_this_name\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "my_plugin"
    sys.modules.pop("my_plugin", None)


def test_every_command_imports_them(module, monkeypatch, capsys):
    monkeypatch.setenv("RFACENET_PLUGINS", f" {module} ,")
    assert cli.main(["evaluate", "nothing.pickle"]) == 2
    assert sys.modules[module].IMPORTED and "nothing.pickle" in capsys.readouterr().err
    assert plugins.reaches_other_processes(sys.modules[module].Mine)
    monkeypatch.delenv("RFACENET_PLUGINS")
    assert not plugins.reaches_other_processes(sys.modules[module].Mine)


def test_a_module_that_is_not_there_is_said(module, monkeypatch, capsys):
    monkeypatch.setenv("RFACENET_PLUGINS", "my_pluggin")
    assert cli.main(["evaluate", "nothing.pickle"]) == 2
    assert "RFACENET_PLUGINS names the module 'my_pluggin', and Python finds no 'my_pluggin'" in capsys.readouterr().err
    monkeypatch.setenv("RFACENET_PLUGINS", "my_plugin.below")
    with pytest.raises(ConfigError, match="'my_plugin.below', and Python finds no 'my_plugin.below'"):
        plugins.import_all()


def test_what_a_module_lacks_is_its_own_error(module, monkeypatch):
    monkeypatch.setenv("RFACENET_PLUGINS", "needy_plugin")
    with pytest.raises(ModuleNotFoundError, match="nothing_of_this_name"):
        plugins.import_all()
