"""MODEL.NAME -> learner: no silent override, and wrong names are answered with the right ones."""

import subprocess
import sys

import pytest
from support.paths import ROOT

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.methods.learner import ClipNeeds, Learner


@pytest.fixture
def methods(monkeypatch):
    monkeypatch.setattr(registry, "METHODS", dict(registry.METHODS))
    return registry.METHODS


class Given(Learner):
    """Keeps what it is made of."""

    def __init__(self, *given):
        self.given = given


@pytest.mark.parametrize("learner", [Given, f"{__name__}:Given"], ids=["class", "its name"])
def test_a_registered_name_is_built_with_what_it_is_given(methods, learner):
    registry.register("Given", learner, node="GIVEN", defaults={"WIDTH": 8})
    assert registry.is_registered("Given") and "Given" in registry.names()
    assert registry.build("Given", "settings", "clips", 3).given == ("settings", "clips", 3)
    assert registry.settings_node("Given") == "GIVEN" and registry.added_nodes()["GIVEN"] == {"WIDTH": 8}
    assert registry.adds_to_toolbox("Given")


def test_a_taken_name_is_not_taken_again(methods):
    with pytest.raises(
        ConfigError, match="'rFaceNet' is already served by rfacenet_toolbox.methods.rfacenet.*so other"
    ):
        registry.register("rFaceNet", "other:Thing")
    rfacenet = methods["rFaceNet"]
    registry.register("rFaceNet", rfacenet.learner, node=rfacenet.node)
    with pytest.raises(ConfigError, match="already served"):
        registry.register("rFaceNet", rfacenet.learner, node="OTHER")


@pytest.mark.parametrize("name", ["rfacenet", "RFaceNet", "rFaceNett", "FaceNet"])
def test_a_misspelt_name_is_answered_with_the_right_one(methods, name):
    registry.register("Another", f"{__name__}:Given")
    with pytest.raises(ConfigError) as error:
        registry.build(name, None, None)
    assert f"MODEL.NAME is {name!r}" in str(error.value) and "Did you mean 'rFaceNet'?" in str(error.value)
    assert f"Available: {', '.join(registry.names())}." in str(error.value) and "Another" in registry.names()


@pytest.mark.parametrize("name", ["", "GREEN", None])
def test_a_name_that_resembles_nothing_gets_the_list_alone(name):
    message = str(registry.unknown_name(name))
    assert "Did you mean" not in message and message.endswith(f"{', '.join(registry.names())}.")


def test_names_are_known_without_importing_a_learner():
    code = "import sys; from rfacenet_toolbox.methods import registry; print(registry.names(), 'torch' in sys.modules)"
    names = registry.names()
    assert subprocess.check_output([sys.executable, "-c", code], cwd=str(ROOT), text=True) == f"{names} False\n"


@pytest.mark.parametrize(
    "name, here, adds", [("rFaceNet", True, True), ("Physnet", True, False), ("BigSmall", False, False)]
)
def test_the_toolboxs_own_models_are_known_as_such(name, here, adds):
    assert (registry.is_registered(name), registry.adds_to_toolbox(name)) == (here, adds)


@pytest.mark.parametrize("name", registry.names())
def test_every_registered_learner_is_there_and_says_what_it_takes(name):
    learner = registry.learner_class(name)
    assert issubclass(learner, Learner) and isinstance(learner.needs, ClipNeeds)
