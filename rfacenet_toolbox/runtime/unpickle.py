"""Pickles read without running anything that is in them, and without taking more memory than their file.

A pickle is a small program: loading one calls whatever functions it names. :class:`Unpickler` knows the few names it is
given, and puts functions of its own in their place; any other name is refused before it is looked up. It counts what
it does, and refuses instructions that plain values, tensors and arrays do not need.
"""

import pickle
import struct
from pickle import _Unpickler as _PythonUnpickler

from . import limits

#: instructions of a pickle that values, dictionaries, tensors and arrays are made of
_INSTRUCTIONS = """
    PROTO FRAME STOP MARK POP POP_MARK DUP NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT
    BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8 BINSTRING SHORT_BINSTRING BINUNICODE SHORT_BINUNICODE BINUNICODE8
    EMPTY_LIST APPEND APPENDS EMPTY_DICT SETITEM SETITEMS EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3
    BINGET LONG_BINGET BINPUT LONG_BINPUT MEMOIZE GLOBAL STACK_GLOBAL REDUCE BUILD BINPERSID
"""
_KEYS = (str, int, float, bytes, type(None))


class Refused(Exception):
    """A name that the pickle has no use for; the message is the name."""


class Budget:
    """Instructions that may still be carried out, shared by all pickles of one file."""

    def __init__(self):
        self.steps = limits.PICKLE_STEPS

    def take(self):
        """Count one instruction; ValueError where none is left."""
        self.steps -= 1
        if self.steps < 0:
            raise ValueError("it has more instructions than any file of its kind")


class Unpickler(_PythonUnpickler):
    """Reads one pickle; knows the names in ``admitted`` and no others.

    It derives from the one in Python that the standard library falls back on: the one in C reserves as much memory as
    a few damaged bytes tell it to.

    Args:
        file: :class:`io.BytesIO`, so that no more is read than there is.
        admitted: ``{(module, name): what takes its place}``.
        budget: :class:`Budget`.
        persistent_load: called with a persistent identity; None where there are none.
    """

    def __init__(self, file, admitted, budget, persistent_load=None):
        super().__init__(file, encoding="latin1")
        self._admitted = admitted
        self.dispatch = _Counted(_DISPATCH, budget)
        self._size = file.getbuffer().nbytes
        if persistent_load is not None:
            self.persistent_load = persistent_load

    def find_class(self, module, name):
        if (module, name) not in self._admitted:
            raise Refused(f"{module}.{name}"[:200])
        return self._admitted[module, name]

    def load_bytearray8(self):
        (size,) = struct.unpack("<Q", self.read(8))
        if size > self._size:
            raise ValueError(f"it announces {size} bytes and has {self._size}")
        self.append(bytearray(self.read(size)))

    def load_long4(self):
        (size,) = struct.unpack("<i", self.read(4))
        if not 0 <= size <= limits.PICKLE_NUMBER_BYTES:
            raise ValueError(f"it has a whole number of {size} bytes")
        self.append(int.from_bytes(self.read(size), "little", signed=True))

    def load_setitem(self):
        _check_key(self.stack[-2])
        super().load_setitem()

    def load_setitems(self):
        for key in self.stack[::2]:  # what was put on the stack since the mark
            _check_key(key)
        super().load_setitems()


def _check_key(key):
    """A key is hashed and compared, which deep or doubling tuples make endless."""
    if not isinstance(key, _KEYS):
        raise ValueError(f"a dictionary has a key of type {type(key).__name__}")


class _Counted(dict):
    def __init__(self, functions, budget):
        super().__init__(functions)
        self._budget = budget

    def __getitem__(self, instruction):
        self._budget.take()
        return super().__getitem__(instruction)

    def __missing__(self, instruction):
        raise ValueError(f"it has the instruction {bytes([instruction])!r}, which values and arrays do not need")


def _instruction(name):
    return getattr(pickle, name)[0]


_DISPATCH = {_instruction(name): _PythonUnpickler.dispatch[_instruction(name)] for name in _INSTRUCTIONS.split()}
for _name in ("BYTEARRAY8", "LONG4", "SETITEM", "SETITEMS"):
    _DISPATCH[_instruction(_name)] = getattr(Unpickler, f"load_{_name.lower()}")


class Sealed:
    """A pickle can set attributes of what it made, so all that it gets to hold refuses that."""

    __slots__ = ()

    def __setstate__(self, state):
        raise ValueError(f"a state is set on {type(self).__name__}")


class StandIn(Sealed):
    """What a name in the pickle stands for: called with the arguments that are in the pickle."""

    __slots__ = ("_function",)

    def __init__(self, function):
        self._function = function

    def __call__(self, *arguments):
        return self._function(*arguments)


def dictionary(*arguments):
    """An OrderedDict, made from nothing or from pairs, or a defaultdict, made from its factory."""
    made = {}
    for argument in arguments:
        for key, value in argument if isinstance(argument, list) else ():
            _check_key(key)
            made[key] = value
    return made


def check_size(content, size_of=lambda leaf: 1):
    """Refuse content that is nested too deeply, contains itself, or is larger than it looks.

    Args:
        content: dictionaries, lists and tuples.
        size_of: of anything else, how many values it counts for.

    Raises:
        ValueError: what is wrong. The content is not walked twice where it is shared, so this takes no longer than
            reading it did.
    """
    sizes, open_now = {}, set()

    def count(part, depth):
        if not isinstance(part, (dict, list, tuple)):
            return size_of(part)
        if depth > limits.PICKLE_DEPTH or id(part) in open_now:
            raise ValueError("its values are nested without end")
        if id(part) not in sizes:
            open_now.add(id(part))
            inner = part.values() if isinstance(part, dict) else part
            height, total = 0, 1
            for one in inner:
                total += count(one, depth + 1)
                if isinstance(one, (dict, list, tuple)):
                    height = max(height, heights[id(one)])
            open_now.discard(id(part))
            sizes[id(part)], heights[id(part)] = total, height + 1
        if depth + heights[id(part)] > limits.PICKLE_DEPTH + 1:
            raise ValueError("its values are nested without end")
        if sizes[id(part)] > limits.PICKLE_VALUES:
            raise ValueError(f"it has {sizes[id(part)]} values, more than any file of its kind")
        return sizes[id(part)]

    heights = {}
    return count(content, 0)
