import pytest

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.runtime.packages import require


def test_what_is_not_installed_is_named_with_its_extra():
    require("json", "weights", "Reading x")
    with pytest.raises(ConfigError, match=r"^Reading x needs the package no_such, .* 'rfacenet-toolbox\[weights\]'\.$"):
        require("no_such", "weights", "Reading x")
