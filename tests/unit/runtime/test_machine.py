"""Devices, seeds, and loaders that keep their workers without changing the shuffle."""

import random

import numpy as np
import pytest
import torch
from support import in_memory
from torch.utils.data import DataLoader

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.runtime import machine


def order(make, workers, passes=3):
    """Which clips come when, over some passes, and the generator's state after them."""
    generator = torch.Generator()
    generator.manual_seed(100)
    clips = in_memory.Clips(["101", "201", "301"], chunks=3)
    loader = make(clips, batch_size=2, shuffle=True, num_workers=workers, generator=generator)
    names = [[f"{name}/{chunk}" for batch in loader for name, chunk in zip(batch[2], batch[3])] for _ in range(passes)]
    return names, generator.get_state()


def test_kept_workers_do_not_change_the_shuffle():
    names, state = order(DataLoader, workers=2)
    kept_names, kept_state = order(machine.KeptLoader, workers=2)
    assert names == kept_names == order(machine.KeptLoader, workers=0)[0]
    assert torch.equal(state, kept_state)
    assert names[0] != names[1]


def test_workers_are_kept():
    loader = machine.KeptLoader(in_memory.Clips(["101"]), num_workers=1)
    pids = []
    for _ in range(2):
        list(loader)
        pids.append([worker.pid for worker in loader._iterator._workers])
    assert pids[0] == pids[1]


def test_worker_count_is_the_toolboxs_and_one_a_cpu_at_most(monkeypatch):
    monkeypatch.setattr(machine, "available_cpus", lambda: 4)
    assert [machine.worker_count(setting) for setting in (-1, 0, 7)] == [4, 0, 7]
    assert machine.worker_count(-1, asked=2) == 2
    monkeypatch.setattr(machine, "available_cpus", lambda: 64)
    assert machine.worker_count(-1) == machine.TOOLBOX_WORKERS


def draws(generator):
    return random.random(), float(np.random.rand()), float(torch.rand(1)), float(torch.rand(1, generator=generator))


def test_a_restored_random_state_draws_the_same():
    generator = torch.Generator()
    machine.seed_everything(7, [generator])
    state = machine.random_state({"train": generator})
    first = draws(generator)
    assert draws(generator) != first
    machine.restore_random_state(state, {"train": generator})
    assert draws(generator) == first


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_missing_gpu_is_said_and_the_cpu_taken(capsys):
    assert machine.pick_device("cuda:0").type == "cpu"
    assert "no CUDA device; running on the CPU" in capsys.readouterr().out


def test_a_gpu_may_be_missing_where_there_is_none_and_a_config_names_it(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    machine.check_device("DEVICE", "cuda:0")
    machine.check_device("DEVICE", "cuda:1")
    with pytest.raises(ConfigError, match=r"--device is 'cuda:0', and this machine has no CUDA device\. Use cpu"):
        machine.check_device("--device", "cuda:0", may_fall_back=False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    machine.check_device("--device", "cuda:1", may_fall_back=False)
    with pytest.raises(ConfigError, match=r"has 2 CUDA device\(s\), from cuda:0 on\. Use one of them, or cpu"):
        machine.check_device("DEVICE", "cuda:2")


def test_a_batch_without_workers_lies_in_memory_as_one_with_them():
    clips = [np.zeros((4, 5, 6, 3), np.float32).transpose(0, 3, 1, 2) for _ in range(2)]  # as the toolbox yields them
    loaders = [
        DataLoader([(clip, "101") for clip in clips], batch_size=2, num_workers=workers, collate_fn=collate)
        for workers, collate in ((0, None), (0, machine.contiguous_batch), (1, None))
    ]
    (plain, names), (ours, same_names), (worker, _) = (next(iter(loader)) for loader in loaders)
    assert names == same_names and torch.equal(plain, ours)
    assert ours.stride() == worker.stride() and ours.is_contiguous()
