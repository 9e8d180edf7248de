"""Pickles of numbers, read without running anything that is in them.

A pickle is a small program: loading one calls whatever functions it names. This reader knows the few names that
dictionaries of tensors and arrays need (those of torch, NumPy 1 and NumPy 2), and puts functions of its own in their
place, which take bytes and give NumPy arrays. Any other name is refused before it is looked up. Neither torch nor
NumPy's own unpickling takes part, so their weaknesses do not either (``torch.load`` has run code with
``weights_only=True`` before torch 2.6), and tensors of a GPU that is not here read like any other.
"""

import io
import math
import os
import pickle
import re
from typing import Any, Callable, Dict, Tuple

import numpy as np

from ...errors import DataError

#: What the first and second pickle of a storage, or of a whole file in torch's old format, hold.
TORCH_MAGIC, TORCH_PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
#: Bytes of the element count that stands before a storage's elements.
COUNT_BYTES = 8
STORAGE_DTYPES = {
    "BFloat16Storage": "<u2", "HalfStorage": "<f2", "FloatStorage": "<f4", "DoubleStorage": "<f8",
    "CharStorage": "i1", "ShortStorage": "<i2", "IntStorage": "<i4", "LongStorage": "<i8", "ByteStorage": "u1",
    "BoolStorage": "?",
}  # fmt: skip


class _Refused(Exception):
    """A name that a pickle of numbers has no use for."""


def load(path):
    """The content of a pickle of plain values, an :class:`Array` standing for each tensor and array in it.

    Raises:
        DataError: no such file; no pickle, or one cut short; a torch file; or one that asks for anything but numbers,
            in which case the message says for what, and nothing in it was run.
    """
    path = os.fspath(path)
    if not os.path.isfile(path):
        raise DataError(f"There is no file {path}. Check the path.")
    with open(path, "rb") as file:
        head = file.read(4)
        if head == b"PK\x03\x04":
            raise DataError(_torch_file(path))
        file.seek(0)
        content = _guarded(path, lambda: _Unpickler(file, ADMITTED).load())
    if content == TORCH_MAGIC:
        raise DataError(_torch_file(path))
    return content


def _guarded(path, read):
    try:
        return read()
    except _Refused as refused:
        raise DataError(
            f"{path} asks for {refused}, which saved numbers have no use for: loading it the usual way could run "
            f"somebody else's code. Nothing in it was run. Do not open it any other way; get the file again from its "
            f"source."
        ) from None
    except Exception as error:  # a damaged pickle can raise nearly anything
        reason = " ".join(str(error).split())
        raise DataError(
            f"{path} cannot be read as a pickle of numbers ({type(error).__name__}: {reason}). It may be cut short or "
            f"be another kind of file: copy it again, or name a *_outputs.pickle."
        ) from error


def _torch_file(path):
    return f"{path} was written by torch.save, as weights are. Name the *_outputs.pickle that the test left instead."


class _Unpickler(pickle._Unpickler):
    """Knows the names in ``admitted`` and no others.

    It is the one in Python that the standard library falls back on: the one in C reserves as much memory as a few
    damaged bytes tell it to.
    """

    def __init__(self, file, admitted, persistent_load=None):
        super().__init__(file)
        self._admitted = admitted
        if persistent_load is not None:
            self.persistent_load = persistent_load

    def find_class(self, module, name):
        if (module, name) not in self._admitted:
            raise _Refused(f"{module}.{name}")
        return self._admitted[module, name]


class _Sealed:
    """A pickle can set attributes of what it made, so all that it gets to hold refuses that."""

    __slots__ = ()

    def __setstate__(self, state):
        raise ValueError(f"a state is set on {type(self).__name__}")


class _StandIn(_Sealed):
    """What a name in the pickle stands for: called with the arguments that are in the pickle."""

    __slots__ = ("_function",)

    def __init__(self, function):
        self._function = function

    def __call__(self, *arguments):
        return self._function(*arguments)


class _DType(_Sealed):
    """``numpy.dtype`` of numbers; its state is the byte order."""

    __slots__ = ("dtype",)

    def __init__(self, name, *_):
        if not isinstance(name, str) or not re.fullmatch(r"[<>|=]?[fiub][0-9]{1,2}", name):
            raise _Refused(f"numpy.dtype({name!r})")
        self.dtype = np.dtype(name)

    def __setstate__(self, state):
        self.dtype = self.dtype.newbyteorder(state[1])


class Array(_Sealed):
    """A tensor or an array of the pickle; ``values`` is the NumPy array (bfloat16 becomes float32)."""

    __slots__ = ("values",)

    def __init__(self, values=None):
        self.values = values

    def __setstate__(self, state):
        _, shape, dtype, is_fortran, raw = state
        self.values = _from_bytes(raw, dtype, shape, "F" if is_fortran else "C")


class _Storage(_Sealed):
    __slots__ = ("values",)

    def __init__(self, values):
        self.values = values


class _Announced(_Sealed):
    """A storage whose elements follow after the pickle."""

    __slots__ = ("kind", "key", "count")

    def __init__(self, kind, key, count):
        self.kind, self.key, self.count = kind, key, count


def _from_bytes(raw, dtype, shape, order="C"):
    if not isinstance(raw, (bytes, bytearray)):
        raise _Refused(f"a numpy.ndarray of {type(raw).__name__}")
    values = np.frombuffer(raw, dtype.dtype).reshape(shape, order=order)
    return values.astype(values.dtype.newbyteorder("="))


def _frombuffer(raw, dtype, shape, order):
    return Array(_from_bytes(raw, dtype, shape, order))


def _scalar(dtype, raw):
    return _from_bytes(raw, dtype, ()).item()


def _dictionary(*arguments):
    """An OrderedDict, made from nothing or from pairs, or a defaultdict, made from its factory."""
    pairs = [argument for argument in arguments if isinstance(argument, list)]
    return dict(*pairs)


def _storage(raw):
    """The storage in torch's old format: four pickles, one of the keys, and then each key's elements."""
    file = io.BytesIO(raw)
    magic, protocol, _ = (_Unpickler(file, {}).load() for _ in range(3))
    announced = _Unpickler(file, STORAGE_KINDS, persistent_load=_announced).load()
    keys = _Unpickler(file, {}).load()
    if (magic, protocol, keys) != (TORCH_MAGIC, TORCH_PROTOCOL, [announced.key]):
        raise ValueError("a tensor's storage is not in torch's format")
    dtype = np.dtype(STORAGE_DTYPES[announced.kind])
    start = file.tell() + COUNT_BYTES
    values = np.frombuffer(raw, dtype, count=announced.count, offset=start)
    return _Storage(_from_bfloat16(values) if announced.kind == "BFloat16Storage" else values)


def _announced(identity):
    what, kind, key, _, count = identity[:5]
    if what != "storage" or not isinstance(count, int) or count < 0:
        raise ValueError(f"a tensor's storage is announced as {what!r} of {count!r} elements")
    return _Announced(kind, key, count)


def _from_bfloat16(values):
    """bfloat16 is the upper half of a float32."""
    return (values.astype(np.uint32) << 16).view(np.float32)


def _tensor(storage, offset, size, stride, *_):
    """A view of a storage, copied, after checking that it lies inside."""
    elements = storage.values
    numbers = (offset, *size, *stride)
    if len(size) != len(stride) or not all(isinstance(number, int) and number >= 0 for number in numbers):
        raise ValueError(f"a tensor has the shape {size}, the strides {stride} and the offset {offset}")
    count = math.prod(size)
    last = offset + sum((length - 1) * step for length, step in zip(size, stride))
    if count and (last >= len(elements) or count > len(elements)):
        raise ValueError(f"a tensor of shape {size} lies outside its storage of {len(elements)} elements")
    strides = [step * elements.itemsize for step in stride]
    return Array(np.lib.stride_tricks.as_strided(elements[offset:] if count else elements, size, strides).copy())


def _empty_array(*_):
    """What ``_reconstruct`` starts from; the state that follows fills it."""
    return Array()


_FUNCTIONS: Dict[Tuple[str, str], Callable[..., Any]] = {
    ("builtins", "dict"): _dictionary,
    ("collections", "OrderedDict"): _dictionary,
    ("collections", "defaultdict"): _dictionary,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch.storage", "_load_from_bytes"): _storage,
    ("numpy", "dtype"): _DType,
    ("numpy", "ndarray"): _empty_array,
}
for _core in ("numpy.core", "numpy._core"):  # NumPy 1 and 2
    _FUNCTIONS[f"{_core}.multiarray", "_reconstruct"] = _empty_array
    _FUNCTIONS[f"{_core}.multiarray", "scalar"] = _scalar
    _FUNCTIONS[f"{_core}.numeric", "_frombuffer"] = _frombuffer
ADMITTED = {name: _StandIn(function) for name, function in _FUNCTIONS.items()}
STORAGE_KINDS = {("torch", kind): kind for kind in STORAGE_DTYPES}
