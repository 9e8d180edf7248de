"""MODEL.NAME -> trainer: no silent override, and wrong names are answered with the right ones."""
import subprocess
import sys
from pathlib import Path

import pytest

from rfacenet_toolbox import registry
from rfacenet_toolbox.errors import ConfigError


@pytest.fixture
def trainers(monkeypatch):
    monkeypatch.setattr(registry, "_TRAINERS", dict(registry._TRAINERS))
    return registry._TRAINERS


def test_a_registered_name_is_built_with_what_it_is_given(trainers):
    registry.register("Tuple", "test_registry:together")
    assert registry.is_registered("Tuple") and "Tuple" in registry.names()
    assert registry.build("Tuple", "config", "loaders", "host") == ("config", "loaders", "host")


def together(config, loaders, host):
    return config, loaders, host


def test_a_taken_name_is_not_taken_again(trainers):
    with pytest.raises(ConfigError, match="'rFaceNet' is already served by rfacenet_toolbox.trainer.*so other:thing"):
        registry.register("rFaceNet", "other:thing")
    assert trainers["rFaceNet"] == "rfacenet_toolbox.trainer:rfacenet_trainer"
    registry.register("rFaceNet", trainers["rFaceNet"])


@pytest.mark.parametrize("name", ["rfacenet", "RFaceNet", "rFaceNett", "FaceNet"])
def test_a_misspelt_name_is_answered_with_the_right_one(trainers, name):
    registry.register("Physnet2", "test_registry:together")
    with pytest.raises(ConfigError) as error:
        registry.build(name, None, None, None)
    assert f"MODEL.NAME is {name!r}" in str(error.value) and "Did you mean 'rFaceNet'?" in str(error.value)
    assert "There are: Physnet2, rFaceNet." in str(error.value)


@pytest.mark.parametrize("name", ["", "Tscan", None])
def test_a_name_that_resembles_nothing_gets_the_list_alone(name):
    message = str(registry.unknown_name(name))
    assert "Did you mean" not in message and message.endswith("There are: rFaceNet.")


def test_names_are_known_without_importing_a_trainer():
    code = "import sys; from rfacenet_toolbox import registry; print(registry.names(), 'torch' in sys.modules)"
    root = str(Path(__file__).parents[1])
    assert subprocess.check_output([sys.executable, "-c", code], cwd=root, text=True) == "['rFaceNet'] False\n"
