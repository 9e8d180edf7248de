"""Seeds and loader workers in a checkout's main module."""

import random

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.runtime import machine, speed


def runtime(name="rFaceNet", **settings):
    return {"MODEL.NAME": name, "MODEL.RFACENET.RUNTIME": settings}


@pytest.fixture
def kept(monkeypatch):
    """A list that grows when freed memory is asked to be kept."""
    calls = []
    monkeypatch.setattr(speed, "keep_freed_memory", lambda: calls.append(True))
    return calls


@pytest.mark.parametrize(
    "settings", [{"MODEL.NAME": "Physnet"}, {"TOOLBOX_MODE": "unsupervised_method", "UNSUPERVISED.METHOD": ["POS"]}]
)
def test_built_in_models_keep_their_loader_and_memory(activated_checkout, kept, capsys, settings):
    activated_checkout.get_config(settings)
    assert activated_checkout.main.DataLoader is DataLoader and not kept
    assert capsys.readouterr().out == ""


def test_built_in_models_have_our_loader_and_memory_where_asked(activated_checkout, kept):
    activated_checkout.get_config(runtime("Physnet", BUILT_IN_MODELS=True, WORKERS=2))
    assert activated_checkout.main.DataLoader([1, 2], num_workers=16).num_workers == 2 and kept == [True]
    activated_checkout.get_config(runtime("Physnet", BUILT_IN_MODELS=True, KEEP_MEMORY=False))
    assert kept == [True]


def test_settings_that_do_not_hold_for_a_built_in_model_are_told(activated_checkout, kept, capsys):
    activated_checkout.get_config(runtime("Physnet", WORKERS=2, KEEP_WORKERS=False))
    assert activated_checkout.main.DataLoader is DataLoader and not kept
    said = capsys.readouterr().out
    assert "RUNTIME.WORKERS (2), KEEP_WORKERS (False) has no effect" in said and "BUILT_IN_MODELS" in said


def test_seed_100_changes_nothing(activated_checkout):
    states = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()
    activated_checkout.get_config(runtime("Physnet", SEED=100))
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1].tolist(), random.getstate()) == states[1:]
    assert activated_checkout.main.train_generator.initial_seed() != 100


def test_another_seed_seeds_every_generator(activated_checkout):
    generators = activated_checkout.main.train_generator, activated_checkout.main.general_generator
    activated_checkout.get_config(runtime("Physnet", SEED=7))
    drawn = random.random(), np.random.rand(), torch.rand(1).item()
    assert [generator.initial_seed() for generator in generators] == [7, 7]
    assert generators == (activated_checkout.main.train_generator, activated_checkout.main.general_generator)
    random.seed(7)
    np.random.seed(7)
    torch.manual_seed(7)
    assert drawn == (random.random(), np.random.rand(), torch.rand(1).item())


def test_a_seed_without_loader_generators_to_seed_is_an_error(activated_checkout):
    del activated_checkout.main.train_generator
    with pytest.raises(ConfigError, match="SEED is 7, and this main.py has no train_generator"):
        activated_checkout.get_config(runtime("Physnet", SEED=7))


@pytest.mark.filterwarnings("ignore:This DataLoader will create")
@pytest.mark.parametrize("setting, asked, started", [(-1, 16, 3), (-1, 1, 1), (0, 16, 0), (16, 16, 16), (5, 2, 5)])
def test_workers(activated_checkout, monkeypatch, setting, asked, started):
    monkeypatch.setattr(machine, "available_cpus", lambda: 3)
    activated_checkout.get_config(runtime(WORKERS=9))
    activated_checkout.get_config(runtime(WORKERS=setting))
    loader = activated_checkout.main.DataLoader([1, 2], batch_size=1, num_workers=asked)
    assert loader.num_workers == started and loader.batch_size == 1
    assert loader.persistent_workers == (started > 0)


@pytest.mark.parametrize("workers, ours", [(0, True), (1, False)])
def test_a_loader_without_workers_gives_batches_as_one_with_them_would(activated_checkout, workers, ours):
    activated_checkout.get_config(runtime(WORKERS=workers))
    loader = activated_checkout.main.DataLoader([1, 2], num_workers=16)
    assert (loader.collate_fn.__name__ == "contiguous_batch") == ours


def test_workers_are_started_anew_where_asked(activated_checkout):
    activated_checkout.get_config(runtime(WORKERS=1, KEEP_WORKERS=False))
    assert not activated_checkout.main.DataLoader([1, 2], num_workers=16).persistent_workers
