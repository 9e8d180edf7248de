"""Two CPU processes against one: the same batches and losses, and an exact resume."""

import os
import subprocess
import sys

import pytest
import torch
from support import in_memory
from support.paths import SUPPORT
from torch.utils.data import BatchSampler, DataLoader, RandomSampler

from rfacenet_toolbox.runtime import processes
from rfacenet_toolbox.training import state_dicts

HERE = SUPPORT


def run(processes, *arguments):
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([str(HERE), str(HERE.parent)]))
    command = [sys.executable, *launch, str(HERE / "distributed_run.py"), *map(str, arguments)]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)


def weights(folder, epoch):
    return state_dicts.load_weights(folder / "models" / f"small_Epoch{epoch}.pth")


def test_but_for_batch_norm_the_losses_are_those_of_one_process(tmp_path):
    logs = []
    for count in (1, 2):
        folder = tmp_path / str(count)
        result = run(count, folder, "none")
        assert result.returncode == 0, result.stdout.decode()
        logs.append([float(row["bvp"]) for row in in_memory.epochs(folder)])
    one, two = logs
    assert one[-1] < one[0]
    assert two == pytest.approx(one, rel=1e-3)


def test_a_run_that_lost_a_process_ends_with_an_error_and_resumes_exactly(tmp_path):
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    assert run(2, whole, "noise").returncode == 0
    assert run(2, stopped, "noise", 1).returncode != 0
    assert [row["epoch"] for row in in_memory.epochs(stopped)] == ["0"]
    resumed = run(2, stopped, "noise")
    assert resumed.returncode == 0, resumed.stdout.decode()
    assert "Going on after epoch 0" in resumed.stdout.decode()
    assert all(torch.equal(value, weights(stopped, 2)[name]) for name, value in weights(whole, 2).items())


def test_shares_are_the_batches_of_one_process(monkeypatch):
    def drawn(make):
        generator = torch.Generator()
        generator.manual_seed(3)
        return list(make(generator))

    clips = range(10)
    whole = drawn(lambda generator: BatchSampler(RandomSampler(clips, generator=generator), 3, drop_last=False))
    shares = []
    monkeypatch.setattr(processes, "size", lambda: 2)
    for rank in range(2):
        monkeypatch.setattr(processes, "rank", lambda rank=rank: rank)
        shares.append(drawn(lambda generator: processes.SharedBatches(clips, 3, generator)))
    assert [len(share) for share in shares] == [4, 3], "the last batch has one clip, so one process has none of it"
    for batch, *parts in zip(whole, *shares):
        assert sorted(batch) == sorted(sum(parts, []))


def test_one_process_draws_from_the_generator_what_a_plain_pass_draws():
    states = []
    for batches_of in (iter, processes.shares):
        generator = torch.Generator()
        generator.manual_seed(3)
        loader = DataLoader(range(5), batch_size=2, shuffle=True, generator=generator)
        states.append(([batch.tolist() for batch in batches_of(loader)], generator.get_state()))
    assert states[0][0] == states[1][0] and torch.equal(states[0][1], states[1][1])
