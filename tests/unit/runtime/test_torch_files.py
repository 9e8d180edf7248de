"""Files of ``torch.save`` are read exactly, without ``torch.load``, and nothing that is in one is ever run."""

import io
import os
import pickle
import random
import zipfile

import pytest
import torch

from rfacenet_toolbox.runtime import torch_files
from rfacenet_toolbox.runtime.unpickle import Refused


@pytest.fixture(autouse=True)
def no_torch_load(monkeypatch, tmp_path):
    """``torch.load`` of some versions runs code in spite of ``weights_only``; what is hostile below makes a file."""

    def refuse(*_, **__):
        raise AssertionError("torch.load was called")

    monkeypatch.setattr(torch, "load", refuse)
    monkeypatch.chdir(tmp_path)
    yield
    assert not (tmp_path / "was_run").exists()


class Runs:
    def __reduce__(self):
        return (os.system, ("touch was_run",))


def training_state():
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    network(torch.rand(2, 3, 5, 5)).sum().backward()
    optimizer.step()
    return {
        "epoch": 3,
        "history": [{"loss": 0.5, "n": None}, {"loss": float("inf"), "n": True}],
        "random": torch.get_rng_state(),
        "model": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "half": torch.rand(3, 4).half().t(),
        "bfloat16": torch.rand(3, 4).bfloat16(),
        "bool": torch.rand(4) > 0.5,
        "view": torch.arange(100)[10:20:3],
        "parameter": torch.nn.Parameter(torch.rand(2)),
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(2.5, dtype=torch.float64),
    }


def same(one, other):
    if isinstance(one, torch.Tensor):
        return (one.dtype, one.shape, one.stride()) == (other.dtype, other.shape, other.stride()) and torch.equal(
            one, other
        )
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def saved(path, content, zipped=True):
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    return path


@pytest.mark.parametrize("zipped", [True, False])
def test_everything_in_a_training_state_is_read_exactly(tmp_path, zipped):
    state = training_state()
    assert same(state, torch_files.read(saved(tmp_path / "state.pth", state, zipped)))


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("content", [Runs(), {"weight": Runs()}, {"weight": torch.zeros(2), "x": [Runs()]}])
def test_a_file_that_would_run_code_is_refused_by_name(tmp_path, content, zipped):
    with pytest.raises(Refused, match=r"^(posix|nt)\.system$"):
        torch_files.read(saved(tmp_path / "hostile.pth", content, zipped))


def test_a_pickled_model_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"^torch\.nn\.modules\.linear\.Linear$"):
        torch_files.read(saved(tmp_path / "model.pth", torch.nn.Linear(1, 1)))


def test_no_change_of_a_byte_is_taken_for_other_numbers(tmp_path):
    state = training_state()
    whole = saved(tmp_path / "state.pth", state).read_bytes()
    chance = random.Random(0)
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        (tmp_path / "damaged.pth").write_bytes(damaged)
        try:
            content = torch_files.read(tmp_path / "damaged.pth")
        except Exception:  # a damaged file can raise nearly anything
            continue
        assert same(state, content)  # a byte of the padding or of a date


def rewritten(path, change=lambda name, content: content, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w", compression) as new:
        for entry in old.infolist():
            content = change(entry.filename, old.read(entry))
            if content is not None:
                new.writestr(entry.filename, content)
    path.write_bytes(buffer.getvalue())
    return path


@pytest.mark.parametrize(
    "change, compression, reason",
    [
        (lambda name, content: content, zipfile.ZIP_DEFLATED, "compressed"),
        (
            lambda name, content: None if name.endswith("data/0") else content,
            zipfile.ZIP_STORED,
            "lacks the record|larger than the file",
        ),
        (
            lambda name, content: content[:-4] if name.endswith("data/0") else content,
            zipfile.ZIP_STORED,
            "has 396 byte",
        ),
        (lambda name, content: None if name.endswith(".pkl") else content, zipfile.ZIP_STORED, "not one that torch"),
    ],
)
def test_a_zip_that_torch_would_not_write_is_refused(tmp_path, change, compression, reason):
    path = rewritten(saved(tmp_path / "w.pth", {"weight": torch.zeros(100)}), change, compression)
    with pytest.raises(ValueError, match=reason):
        torch_files.read(path)


def test_announced_sizes_are_held_against_the_file(tmp_path):
    huge = pickle.dumps(10**12, protocol=2)[2:-1]
    small = pickle.dumps(100, protocol=2)[2:-1]
    path = saved(tmp_path / "w.pth", {"weight": torch.zeros(100)})
    rewritten(path, lambda name, content: content.replace(small, huge) if name.endswith(".pkl") else content)
    with pytest.raises(ValueError, match="larger than the file"):
        torch_files.read(path)
