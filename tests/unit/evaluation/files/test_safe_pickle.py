"""Pickles of numbers are read, and nothing that is in one is ever run."""

import builtins
import collections
import contextlib
import io
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from support.paths import ROOT

from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.evaluation.files import safe_pickle

TENSOR = torch.arange(24.0).reshape(8, 3)


class Call:
    """Pickles as a call: loading it the usual way runs it."""

    def __init__(self, function, *arguments, state=None):
        self.reduced = (function, arguments) if state is None else (function, arguments, state)

    def __reduce__(self):
        return self.reduced


def load(path, content, protocol=4):
    path.write_bytes(content if isinstance(content, bytes) else pickle.dumps(content, protocol=protocol))
    return safe_pickle.load(path)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "some_outputs.pickle"


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path, monkeypatch):
    """What the pickles below would do is to make this file."""
    monkeypatch.chdir(tmp_path)
    yield
    assert not (tmp_path / "was_run").exists()


@pytest.mark.parametrize("protocol", [3, 4, 5])
@pytest.mark.parametrize(
    "tensor",
    [
        TENSOR, TENSOR[2:5, 1:], TENSOR.T, TENSOR[::2], TENSOR.double(), TENSOR.half(), TENSOR.long(), TENSOR > 3,
        torch.zeros(0, 3), torch.tensor(2.5), TENSOR.clone().requires_grad_(),
    ],
)  # fmt: skip
def test_tensors_of_every_kind_are_read_exactly(file, tensor, protocol):
    array = load(file, tensor, protocol)
    expected = tensor.detach().numpy()
    assert array.values.dtype == expected.dtype
    np.testing.assert_array_equal(array.values, expected)


def test_bfloat16_becomes_float32(file):
    np.testing.assert_array_equal(load(file, TENSOR.bfloat16() / 3).values, (TENSOR.bfloat16() / 3).float().numpy())


def test_a_tensor_of_a_gpu_is_read_without_one(file):
    """The storage of a GPU's tensor differs from the CPU's in the name of the place."""
    cpu, gpu = b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0"
    content = pickle.dumps(TENSOR, protocol=4)
    opcode = content.rindex(b"B", 0, content.index(b"\x80\x02\x8a"))  # of the bytes that hold the storage
    size = int.from_bytes(content[opcode + 1 : opcode + 5], "little") + len(gpu) - len(cpu)
    content = content[: opcode + 1] + size.to_bytes(4, "little") + content[opcode + 5 :].replace(cpu, gpu, 1)
    np.testing.assert_array_equal(load(file, _without_frame(content)).values, TENSOR.numpy())


def _without_frame(content):
    """Protocol 4's frame says how long it is; loaders take a pickle without one."""
    assert content[2:3] == b"\x95"
    return content[:2] + content[11:]


@pytest.mark.parametrize("protocol", [3, 4, 5])
@pytest.mark.parametrize(
    "array",
    [np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3).T, np.arange(6, dtype=">i4")[::2], np.float32([[1]])],
)
def test_arrays_are_read_exactly(file, array, protocol):
    values = load(file, array, protocol).values
    assert values.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(values, array)


@pytest.mark.parametrize("module", ["numpy.core", "numpy._core"])
@pytest.mark.parametrize("protocol", [4, 5])
def test_arrays_of_numpy_1_and_2_are_read(file, module, protocol):
    """The same pickle with the module's name of either version."""
    for value in (np.arange(3.0), np.arange(6.0)[::2], np.float64(2.5)):
        content = _without_frame(pickle.dumps(value, protocol=protocol))
        for old in (b"numpy._core.", b"numpy.core."):
            for tail in (b"multiarray", b"numeric"):
                new = f"{module}.".encode() + tail
                name = old + tail
                content = content.replace(bytes([len(name)]) + name, bytes([len(new)]) + new)
        got = load(file, content)
        np.testing.assert_array_equal(getattr(got, "values", got), value)


def test_plain_values_and_dictionaries_are_read(file):
    content = {"a": [1, 2.5, None, "text", (True, b"bytes")], 7: {"b": np.int64(3)}}
    assert load(file, content) == content
    assert load(file, collections.OrderedDict(b=1, a=2)) == {"b": 1, "a": 2}
    assert load(file, collections.defaultdict(dict, {"a": {}})) == {"a": {}}


def _torch_bytes(inner):
    """A storage in torch's old format whose one pickled object is ``inner``."""
    parts = (safe_pickle.TORCH_MAGIC, safe_pickle.TORCH_PROTOCOL, {}, inner, ["0"])
    return b"".join(pickle.dumps(part, protocol=2) for part in parts)


def _tensor_of(storage):
    storage = Call(torch.storage._load_from_bytes, storage)
    return Call(torch._utils._rebuild_tensor_v2, storage, 0, (1,), (1,), False, {})


def _zip_with_code():
    buffer = io.BytesIO()
    torch.save(Call(os.system, "touch was_run"), buffer)
    return buffer.getvalue()


RUN = Call(os.system, "touch was_run")


@pytest.mark.parametrize(
    "content, name",
    [
        (RUN, r"(posix|nt)\.system"),
        (Call(builtins.eval, "open('was_run', 'w')"), "builtins.eval"),
        (Call(builtins.getattr, "", "join"), "builtins.getattr"),
        (Call(subprocess.Popen, ["touch", "was_run"]), "subprocess.Popen"),
        ({"predictions": {"subject1": {0: RUN}}}, r"\.system"),
        (Call(np.dtype, RUN), r"\.system"),
        (_tensor_of(_torch_bytes(RUN)), r"\.system"),
        (_tensor_of(pickle.dumps(RUN)), r"\.system"),
        (Call(torch.storage._load_from_bytes, pickle.dumps(RUN)), r"\.system"),
        (Call(torch.load, "was_run"), r"torch\.serialization\.load"),
        (Call(collections.defaultdict, os.getcwd), r"(posix|nt)\.getcwd"),
        (Call(np.dtype, "O", False, True), r"numpy\.dtype\('O'\)"),
        (np.array([RUN], dtype=object), r"(\.system|numpy\.dtype\('O8'\))"),
        (torch.nn.Linear(1, 1), r"torch\.nn\.modules\.linear\.Linear"),
    ],
)
@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_anything_but_numbers_is_refused_by_name(file, content, name, protocol):
    with pytest.raises(DataError, match=f"asks for .*{name}.* Nothing in it was run"):
        load(file, content, protocol)


def test_these_pickles_would_run_if_loaded_the_usual_way(tmp_path):
    pickle.loads(pickle.dumps(RUN))
    assert (tmp_path / "was_run").exists()
    (tmp_path / "was_run").unlink()


@pytest.mark.parametrize("dotted", ["dict.fromkeys", "OrderedDict.__init__", "OrderedDict.__class__"])
def test_attributes_of_what_is_admitted_are_refused(file, dotted):
    module = "builtins" if dotted.startswith("dict") else "collections"
    content = b"\x80\x04\x8c" + bytes([len(module)]) + module.encode()
    content += b"\x8c" + bytes([len(dotted)]) + dotted.encode() + b"\x93."
    with pytest.raises(DataError, match=f"asks for {module}.{dotted}"):
        load(file, content)


@pytest.mark.parametrize(
    "state",
    [b"}\x8c\x09_function\x8c\x01xs", b"N}\x8c\x09_function\x8c\x01xs\x86", b"N}\x8c\x0c__defaults__)s\x86"],
    ids=["attributes", "slots", "defaults"],
)
@pytest.mark.parametrize("name", [b"torch._utils\n_rebuild_tensor_v2", b"collections\nOrderedDict", b"numpy\nndarray"])
def test_a_pickle_cannot_change_what_reads_it(file, state, name):
    with pytest.raises(DataError, match="cannot be read as a pickle of numbers"):
        load(file, b"\x80\x04c" + name + b"\n" + state + b"b.")
    np.testing.assert_array_equal(load(file, TENSOR).values, TENSOR.numpy())


@pytest.mark.parametrize(
    "size, stride, offset",
    [
        ((9, 3), (3, 1), 0), ((8, 3), (3, 1), 1), ((10**9,), (0,), 0), ((2,), (-1,), 3), ((2, 2), (1,), 0),
        ((1.5,), (1,), 0),
    ],
)  # fmt: skip
def test_a_tensor_outside_its_storage_is_refused(file, size, stride, offset):
    storage = TENSOR._typed_storage() if hasattr(TENSOR, "_typed_storage") else TENSOR.storage()
    tensor = Call(torch._utils._rebuild_tensor_v2, storage, offset, size, stride, False, {})
    with pytest.raises(DataError, match="cannot be read as a pickle of numbers .ValueError: a tensor"):
        load(file, tensor)


def test_a_file_cut_short_anywhere_is_refused(file):
    content = pickle.dumps({"predictions": {"subject1": {0: TENSOR, 1: np.arange(3.0)}}, "fs": 30}, protocol=4)
    for length in range(len(content)):
        with pytest.raises(DataError):
            load(file, content[:length])


def test_damage_anywhere_is_an_error_of_ours_or_another_value(file):
    content = pickle.dumps({"predictions": {"subject1": {0: TENSOR, 1: np.arange(3.0)}}, "fs": 30}, protocol=4)
    random = np.random.RandomState(0)
    for _ in range(500):
        damaged = bytearray(content)
        for place in random.randint(len(content), size=random.randint(1, 4)):
            damaged[place] = random.randint(256)
        with contextlib.suppress(DataError):
            load(file, bytes(damaged))


@pytest.mark.parametrize("zipped", [True, False])
def test_weights_are_told_from_outputs(file, zipped):
    torch.save({"conv.weight": TENSOR}, file, _use_new_zipfile_serialization=zipped)
    with pytest.raises(DataError, match="was written by torch.save, as weights are. Name the .*_outputs.pickle"):
        safe_pickle.load(file)


@pytest.mark.parametrize("content", [b"", b"video,heart rate\n", b"{}", b"\x89PNG\r\n\x1a\n", bytes(100)])
def test_another_kind_of_file_is_refused(file, content):
    with pytest.raises(DataError, match="cannot be read as a pickle of numbers .* or name a "):
        load(file, content)


def test_no_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="There is no file .*none"):
        safe_pickle.load(tmp_path / "none")


def test_reading_needs_no_torch(file):
    load(file, TENSOR)
    code = (
        "import sys; from rfacenet_toolbox.evaluation.files import safe_pickle; "
        "print(safe_pickle.load(sys.argv[1]).values.sum(), 'torch' in sys.modules)"
    )
    said = subprocess.check_output([sys.executable, "-c", code, str(file)], cwd=str(ROOT), text=True)
    assert said.split() == [str(TENSOR.sum().item()), "False"]
