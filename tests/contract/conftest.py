"""The hosts that the contract is tried in: standalone, and each checkout in RPPG_TOOLBOX.

Each host runs the whole job once; the tests look at what that run left, then start short ones from it.
"""

from functools import lru_cache

import pytest
from support.checkouts import CHECKOUTS
from support.contract_hosts import Host, draw_recordings, toolbox_host
from support.paths import ROOT


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    return draw_recordings(tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="session")
def standalone(tmp_path_factory, recordings):
    return Host("standalone", ROOT, tmp_path_factory.mktemp("standalone"), recordings)


@pytest.fixture(scope="session")
def host_of(tmp_path_factory, recordings, standalone):
    @lru_cache(maxsize=None)
    def make(checkout):
        if checkout is None:
            return standalone
        return toolbox_host(checkout, tmp_path_factory.mktemp("toolbox"), recordings)

    return make


@pytest.fixture(scope="session", params=[pytest.param(None, id="standalone"), *CHECKOUTS])
def host(request, host_of):
    return host_of(request.param)


@pytest.fixture(scope="session", params=CHECKOUTS)
def toolbox(request, host_of):
    return host_of(request.param)
