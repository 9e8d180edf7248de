"""What ``torch.save`` wrote, read without ``torch.load``: tensors and plain values only, whatever torch is installed.

``torch.load`` runs what a file tells it to; before torch 1.13 always, and before torch 2.6 in spite of
``weights_only=True`` (CVE-2025-32434). Both of torch's formats are read here: the zip of today, whose checksums are
compared, and the one before torch 1.6.
"""

import functools
import io
import math
import struct
import zipfile
from collections import OrderedDict
from typing import Dict, NamedTuple

import torch

from . import limits
from .unpickle import Budget, Refused, Sealed, StandIn, Unpickler, check_size, dictionary

_ZIP_START = b"PK\x03\x04"
_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
_DTYPES = {
    "BFloat16Storage": torch.bfloat16, "HalfStorage": torch.float16, "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64, "CharStorage": torch.int8, "ShortStorage": torch.int16,
    "IntStorage": torch.int32, "LongStorage": torch.int64, "ByteStorage": torch.uint8, "BoolStorage": torch.bool,
}  # fmt: skip
_ITEM_BYTES = {dtype: torch.empty((), dtype=dtype).element_size() for dtype in _DTYPES.values()}


def read(path):
    """The content of a file of ``torch.save``, on the CPU.

    Raises:
        Refused: it asks for something that is no tensor and no plain value; the message is its name.
        OSError: the file cannot be read.
        ValueError and others: it is damaged, or another kind of file.
    """
    with open(path, "rb") as file:
        is_zip = file.read(len(_ZIP_START)) == _ZIP_START
    try:
        content = _read_zip(path) if is_zip else _read_old(path)
    except zipfile.BadZipFile as error:
        raise ValueError(f"its checksum or its table of contents is not right: {error}") from error
    check_size(content)
    return _plain(content)


class _Storage(Sealed):
    """Elements that tensors are views of; ``tensor`` (N,) may be filled later."""

    __slots__ = ("tensor",)

    def __init__(self, dtype, count):
        # bytes that are viewed as numbers lie where torch itself would put the numbers
        self.tensor = torch.empty(count * _ITEM_BYTES[dtype], dtype=torch.uint8).view(dtype)

    def fill(self, raw):
        values = self.tensor.view(torch.uint8)
        if len(raw) != values.numel():
            raise ValueError(f"a tensor's storage has {len(raw)} bytes, and {values.numel()} are announced")
        if raw:
            values.numpy()[:] = memoryview(raw)


class _View(NamedTuple):
    storage: _Storage
    size: tuple
    stride: tuple
    offset: int


class _Tensor(Sealed):
    __slots__ = ("view",)

    def __init__(self, view):
        self.view = view


class _Named(dict):
    """An OrderedDict, whose state is what ``state_dict`` notes on it (versions of its modules); it is not needed."""

    def __setstate__(self, state):
        pass


class _Storages:
    """The storages of a file, each made once, together no larger than the file.

    Args:
        size: of the file, in bytes.
        content_of: called with a key, gives its bytes; None where they come later.
    """

    def __init__(self, size, content_of=None):
        self.left = size
        self.made: Dict[str, _Storage] = {}
        self._content_of = content_of

    def __call__(self, identity):
        what, dtype, key, _, count = identity[:5]
        if what != "storage" or not isinstance(key, str) or not isinstance(dtype, torch.dtype):
            raise ValueError("a tensor's storage is not announced as torch does it")
        if key in self.made:
            if self.made[key].tensor.dtype != dtype:
                raise ValueError(f"the storage {key[:20]} is announced with two types")
            return self.made[key]
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= self.left:
            raise ValueError("a tensor's storage is announced larger than the file")
        self.left -= count * _ITEM_BYTES[dtype]
        if self.left < 0:
            raise ValueError("the storages are announced larger than the file")
        storage = self.made[key] = _Storage(dtype, count)
        if self._content_of is not None:
            storage.fill(self._content_of(key))
        return storage


def _read_zip(path):
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        pickles = [name for name in entries if name.endswith("/data.pkl") and name.count("/") == 1]
        if len(pickles) != 1:
            raise ValueError("it is a zip, and not one that torch.save writes")
        folder = pickles[0].partition("/")[0]
        record = functools.partial(_record, archive, entries)
        if f"{folder}/byteorder" in entries and record(f"{folder}/byteorder") != b"little":
            raise ValueError("it was written on a machine of the other byte order")
        size = sum(entry.compress_size for entry in entries.values())
        storages = _Storages(size, lambda key: record(f"{folder}/data/{key}"))
        raw = record(pickles[0])
        if len(raw) > limits.PICKLE_BYTES:
            raise ValueError("its table of tensors is larger than any network's")
        return Unpickler(io.BytesIO(raw), _ADMITTED, Budget(), storages).load()


def _record(archive, entries, name):
    """The bytes of a record, whose checksum ``zipfile`` compares."""
    if name not in entries:
        raise ValueError(f"it lacks the record {name[:100]}")
    entry = entries[name]
    if entry.compress_type != zipfile.ZIP_STORED:  # torch never compresses, and what is compressed can be any size
        raise ValueError("a record of it is compressed, as torch.save never does")
    return archive.read(entry)


def _read_old(path):
    with open(path, "rb") as opened:
        raw = opened.read()
    file, budget = io.BytesIO(raw), Budget()
    if Unpickler(file, {}, budget).load() != _MAGIC or Unpickler(file, {}, budget).load() != _PROTOCOL:
        raise ValueError("it was not written by torch.save")
    Unpickler(file, {}, budget).load()  # the writing machine's byte order and sizes
    storages = _Storages(len(raw))
    content = Unpickler(file, _ADMITTED, budget, storages).load()
    keys = Unpickler(file, {}, budget).load()
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys) or set(keys) != set(storages.made):
        raise ValueError("its list of storages is not that of its tensors")
    for key in keys:
        tensor = storages.made[key].tensor
        (count,) = struct.unpack("<q", file.read(8))
        if count != tensor.numel():
            raise ValueError(f"a storage has {count} elements, and {tensor.numel()} are announced")
        storages.made[key].fill(file.read(tensor.numel() * tensor.element_size()))
    return content


def _tensor(storage, offset, size, stride, *_):
    if not isinstance(storage, _Storage) or not isinstance(size, tuple) or not isinstance(stride, tuple):
        raise ValueError("a tensor is not made as torch makes it")
    numbers = (offset, *size, *stride)
    if len(size) != len(stride) or not all(isinstance(number, int) and 0 <= number < 2**62 for number in numbers):
        raise ValueError("a tensor has a shape, strides or an offset that no tensor has")
    last = offset + sum((length - 1) * step for length, step in zip(size, stride))
    count, available = math.prod(size), storage.tensor.numel()
    if count and (last >= available or count > available):
        raise ValueError(f"a tensor of shape {size[:8]} lies outside its storage of {available} elements")
    return _Tensor(_View(storage, size, stride, offset))


def _parameter(tensor, *_):
    if not isinstance(tensor, _Tensor):
        raise ValueError("a parameter is no tensor")
    return tensor


def _size(numbers=()):
    return tuple(numbers) if isinstance(numbers, (list, tuple)) else ()


def _plain(content):
    """The content with torch's tensors in place of what stands for them."""
    if isinstance(content, _Tensor):
        view = content.view
        return view.storage.tensor.as_strided(view.size, view.stride, view.offset)
    if isinstance(content, _Named):
        return OrderedDict((key, _plain(value)) for key, value in content.items())
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return type(content)(_plain(value) for value in content)
    if isinstance(content, (Sealed, torch.dtype)):
        raise Refused(type(content).__name__)
    return content


_FUNCTIONS = {
    ("collections", "OrderedDict"): lambda *arguments: _Named(dictionary(*arguments)),
    ("collections", "defaultdict"): dictionary,
    ("builtins", "dict"): dictionary,
    ("__builtin__", "dict"): dictionary,
    ("torch", "Size"): _size,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
}
_ADMITTED = {
    **{name: StandIn(function) for name, function in _FUNCTIONS.items()},
    **{("torch", name): dtype for name, dtype in _DTYPES.items()},
}
