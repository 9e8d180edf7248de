"""MODEL.NAME -> trainer: no silent override, and wrong names are answered with the right ones."""

import subprocess
import sys

import pytest
from support.paths import ROOT

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.methods import registry


@pytest.fixture
def trainers(monkeypatch):
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))
    return registry._ENTRIES


def test_a_registered_name_is_built_with_what_it_is_given(trainers):
    registry.register("Tuple", f"{__name__}:together")
    assert registry.is_registered("Tuple") and "Tuple" in registry.names()
    assert registry.build("Tuple", "config", "loaders", "host") == ("config", "loaders", "host")


def together(config, loaders, host):
    return config, loaders, host


def test_a_taken_name_is_not_taken_again(trainers):
    with pytest.raises(
        ConfigError, match="'rFaceNet' is already served by rfacenet_toolbox.training.trainer.*so other:thing"
    ):
        registry.register("rFaceNet", "other:thing")
    entry = trainers["rFaceNet"]
    assert entry.target == "rfacenet_toolbox.training.trainer:rfacenet_trainer"
    registry.register("rFaceNet", entry.target, check=entry.check, built_in=entry.built_in)
    with pytest.raises(ConfigError, match="already served"):
        registry.register("rFaceNet", entry.target, check=entry.check, built_in=True)


@pytest.mark.parametrize("name", ["rfacenet", "RFaceNet", "rFaceNett", "FaceNet"])
def test_a_misspelt_name_is_answered_with_the_right_one(trainers, name):
    registry.register("Another", f"{__name__}:together")
    with pytest.raises(ConfigError) as error:
        registry.build(name, None, None, None)
    assert f"MODEL.NAME is {name!r}" in str(error.value) and "Did you mean 'rFaceNet'?" in str(error.value)
    assert "There are: Another, DeepPhys, EfficientPhys, Physnet, Tscan, rFaceNet." in str(error.value)


@pytest.mark.parametrize("name", ["", "GREEN", None])
def test_a_name_that_resembles_nothing_gets_the_list_alone(name):
    message = str(registry.unknown_name(name))
    assert "Did you mean" not in message and message.endswith("EfficientPhys, Physnet, Tscan, rFaceNet.")


def test_names_are_known_without_importing_a_trainer():
    code = "import sys; from rfacenet_toolbox.methods import registry; print(registry.names(), 'torch' in sys.modules)"
    root = str(ROOT)
    names = "['DeepPhys', 'EfficientPhys', 'Physnet', 'Tscan', 'rFaceNet']"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=root, text=True) == f"{names} False\n"


@pytest.mark.parametrize(
    "name, here, adds", [("rFaceNet", True, True), ("Physnet", True, False), ("BigSmall", False, False)]
)
def test_the_toolboxs_own_models_are_known_as_such(name, here, adds):
    assert (registry.is_registered(name), registry.adds_to_toolbox(name)) == (here, adds)


def test_a_model_brings_its_own_check(trainers):
    registry.register("Picky", f"{__name__}:together", check=f"{__name__}:refuse")
    registry.register("Easy", f"{__name__}:together")
    registry.check("Easy", "config", ["TEST"])
    with pytest.raises(ConfigError, match=r"config \['TEST'\]"):
        registry.check("Picky", "config", ["TEST"])
    with pytest.raises(ConfigError, match="Did you mean 'Picky'"):
        registry.check("picky", "config", ["TEST"])


def refuse(config, splits):
    raise ConfigError(f"{config} {splits}")


@pytest.mark.parametrize("name", registry.names())
def test_every_registered_target_is_there(name):
    entry = registry._ENTRIES[name]
    for target in (entry.target, entry.check):
        assert callable(registry._imported(target))
