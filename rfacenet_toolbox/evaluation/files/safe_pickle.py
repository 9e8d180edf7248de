"""Pickles of numbers, read without running anything that is in them.

A pickle is a small program: loading one calls whatever functions it names. This reader knows the few names that
dictionaries of tensors and arrays need (those of torch, NumPy 1 and NumPy 2), and puts functions of its own in their
place, which take bytes and give NumPy arrays. Any other name is refused before it is looked up. Neither torch nor
NumPy's own unpickling takes part, so their weaknesses do not either (``torch.load`` has run code with
``weights_only=True`` before torch 2.6), and tensors of a GPU that is not here read like any other.
"""

import functools
import io
import math
import os
import re
from typing import Any, Callable, Dict, Tuple

import numpy as np

from ...errors import DataError
from ...runtime import limits
from ...runtime.unpickle import Budget, Refused, Sealed, StandIn, Unpickler, check_size, dictionary

#: What the first and second pickle of a storage, or of a whole file in torch's old format, hold.
TORCH_MAGIC, TORCH_PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
#: Bytes of the element count that stands before a storage's elements.
COUNT_BYTES = 8
#: How torch's files of today begin: they are zip files.
ZIP_START = b"PK\x03\x04"
STORAGE_DTYPES = {
    "BFloat16Storage": "<u2", "HalfStorage": "<f2", "FloatStorage": "<f4", "DoubleStorage": "<f8",
    "CharStorage": "i1", "ShortStorage": "<i2", "IntStorage": "<i4", "LongStorage": "<i8", "ByteStorage": "u1",
    "BoolStorage": "?",
}  # fmt: skip


def load(path):
    """The content of a pickle of plain values, an :class:`Array` standing for each tensor and array in it.

    Raises:
        DataError: no such file; no pickle, or one cut short; a torch file; or one that asks for anything but numbers,
            in which case the message says for what, and nothing in it was run.
    """
    path = os.fspath(path)
    if not os.path.isfile(path):
        raise DataError(f"There is no file {path}. Check the path.")
    content = _guarded(path, lambda: _read(path))
    if content == TORCH_MAGIC:
        raise DataError(_torch_file(path))
    return content


def _read(path):
    if os.path.getsize(path) > limits.PICKLE_BYTES:
        raise ValueError(f"it is larger than {limits.PICKLE_BYTES // limits.MEGABYTE} MB")
    with open(path, "rb") as file:
        raw = file.read()
    if raw.startswith(ZIP_START):
        return TORCH_MAGIC
    budget = Budget()
    admitted = {
        **ADMITTED,
        ("torch.storage", "_load_from_bytes"): StandIn(functools.partial(_storage, budget)),
    }
    content = Unpickler(io.BytesIO(raw), admitted, budget).load()
    check_size(content, lambda leaf: 1 + leaf.size if isinstance(leaf, Array) else 1)
    return content


def _guarded(path, read):
    try:
        return read()
    except Refused as refused:
        raise DataError(
            f"{path} asks for {refused}, which saved numbers have no use for: loading it the usual way could run "
            f"somebody else's code. Nothing in it was run. Do not open it any other way; get the file again from its "
            f"source."
        ) from None
    except Exception as error:  # a damaged pickle can raise nearly anything
        reason = " ".join(str(error)[:300].split())
        raise DataError(
            f"{path} cannot be read as a pickle of numbers ({type(error).__name__}: {reason}). It may be cut short or "
            f"be another kind of file: copy it again, or name a *_outputs.pickle."
        ) from error


def _torch_file(path):
    return f"{path} was written by torch.save, as weights are. Name the *_outputs.pickle that the test left instead."


class _DType(Sealed):
    """``numpy.dtype`` of numbers; its state is the byte order."""

    __slots__ = ("dtype",)

    def __init__(self, name, *_):
        if not isinstance(name, str) or not re.fullmatch(r"[<>|=]?[fiub][0-9]{1,2}", name):
            raise Refused(f"numpy.dtype({name!r})")
        self.dtype = np.dtype(name)

    def __setstate__(self, state):
        self.dtype = self.dtype.newbyteorder(state[1])


class Array(Sealed):
    """A tensor or an array of the pickle: a view of its bytes, converted where it is asked for."""

    __slots__ = ("_raw", "_is_bfloat16")

    def __init__(self, raw=None, is_bfloat16=False):
        self._raw = raw
        self._is_bfloat16 = is_bfloat16

    def __setstate__(self, state):
        _, shape, dtype, is_fortran, raw = state
        self._raw = _from_bytes(raw, dtype, shape, "F" if is_fortran else "C")

    @property
    def size(self):
        """How many values it has."""
        return 0 if self._raw is None else self._raw.size

    @property
    def values(self):
        """The NumPy array; None of one that was never filled. bfloat16 becomes float32."""
        if self._is_bfloat16:  # the upper half of a float32
            return (self._raw.astype(np.uint32) << 16).view(np.float32)
        return self._raw if self._raw is None else self._raw.astype(self._raw.dtype.newbyteorder("="))


class _Storage(Sealed):
    __slots__ = ("elements", "is_bfloat16")

    def __init__(self, elements, is_bfloat16):
        self.elements, self.is_bfloat16 = elements, is_bfloat16


class _Announced(Sealed):
    """A storage whose elements follow after the pickle."""

    __slots__ = ("kind", "key", "count")

    def __init__(self, kind, key, count):
        self.kind, self.key, self.count = kind, key, count


def _from_bytes(raw, dtype, shape, order="C"):
    if not isinstance(raw, (bytes, bytearray)):
        raise Refused(f"a numpy.ndarray of {type(raw).__name__}")
    return np.frombuffer(raw, dtype.dtype).reshape(shape, order=order)


def _frombuffer(raw, dtype, shape, order):
    return Array(_from_bytes(raw, dtype, shape, order))


def _scalar(dtype, raw):
    return _from_bytes(raw, dtype, ()).item()


def _storage(budget, raw):
    """The storage in torch's old format: four pickles, one of the keys, and then each key's elements."""
    file = io.BytesIO(raw)
    magic, protocol, _ = (Unpickler(file, {}, budget).load() for _ in range(3))
    announced = Unpickler(file, STORAGE_KINDS, budget, persistent_load=_announced).load()
    keys = Unpickler(file, {}, budget).load()
    if not isinstance(announced, _Announced) or (magic, protocol, keys) != (
        TORCH_MAGIC,
        TORCH_PROTOCOL,
        [announced.key],
    ):
        raise ValueError("a tensor's storage is not in torch's format")
    dtype = np.dtype(STORAGE_DTYPES[announced.kind])
    start = file.tell() + COUNT_BYTES
    elements = np.frombuffer(raw, dtype, count=announced.count, offset=start)
    return _Storage(elements, announced.kind == "BFloat16Storage")


def _announced(identity):
    what, kind, key, _, count = identity[:5]
    if what != "storage" or not isinstance(key, str) or not isinstance(count, int) or count < 0:
        raise ValueError("a tensor's storage is not announced as torch does it")
    return _Announced(kind, key, count)


def _tensor(storage, offset, size, stride, *_):
    """A view of a storage, after checking that it lies inside."""
    elements = storage.elements
    numbers = (offset, *size, *stride)
    if len(size) != len(stride) or not all(isinstance(number, int) and number >= 0 for number in numbers):
        raise ValueError(f"a tensor has the shape {size}, the strides {stride} and the offset {offset}")
    count = math.prod(size)
    last = offset + sum((length - 1) * step for length, step in zip(size, stride))
    if count and (last >= len(elements) or count > len(elements)):
        raise ValueError(f"a tensor of shape {size} lies outside its storage of {len(elements)} elements")
    strides = [step * elements.itemsize for step in stride]
    view = np.lib.stride_tricks.as_strided(elements[offset:] if count else elements, size, strides)
    return Array(view, storage.is_bfloat16)


def _empty_array(*_):
    """What ``_reconstruct`` starts from; the state that follows fills it."""
    return Array()


_FUNCTIONS: Dict[Tuple[str, str], Callable[..., Any]] = {
    ("builtins", "dict"): dictionary,
    ("collections", "OrderedDict"): dictionary,
    ("collections", "defaultdict"): dictionary,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("numpy", "dtype"): _DType,
    ("numpy", "ndarray"): _empty_array,
}
for _core in ("numpy.core", "numpy._core"):  # NumPy 1 and 2
    _FUNCTIONS[f"{_core}.multiarray", "_reconstruct"] = _empty_array
    _FUNCTIONS[f"{_core}.multiarray", "scalar"] = _scalar
    _FUNCTIONS[f"{_core}.numeric", "_frombuffer"] = _frombuffer
ADMITTED = {name: StandIn(function) for name, function in _FUNCTIONS.items()}
STORAGE_KINDS = {("torch", kind): kind for kind in STORAGE_DTYPES}
