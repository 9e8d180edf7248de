"""Pickles that would take all memory, all stack or all time are refused at once."""

import io
import pickle
import struct

import pytest

from rfacenet_toolbox.runtime import limits, unpickle

DOUBLED = b"\x80\x04)" + 200 * b"2\x86" + b"."
DEEP = b"\x80\x04)" + 100_000 * b"\x85" + b"."


def load(raw):
    content = unpickle.Unpickler(io.BytesIO(raw), {}, unpickle.Budget()).load()
    unpickle.check_size(content)
    return content


@pytest.mark.parametrize(
    "value, first_protocol",  # older protocols write bytes as a call
    [(None, 2), ([1, 2.5, "text", True], 2), (b"bytes", 3), ({"a": {1: (2, 3)}}, 2), (2**70, 2), (bytearray(b"ab"), 5)],
)
def test_plain_values_are_read(value, first_protocol):
    for protocol in range(first_protocol, 6):
        assert load(pickle.dumps(value, protocol=protocol)) == value


@pytest.mark.parametrize(
    "raw, reason",
    [
        (b"\x80\x05\x96" + struct.pack("<Q", 2**31) + b".", "announces 2147483648 bytes"),
        (b"\x80\x04\x8b" + struct.pack("<i", 2**20) + bytes(2**20) + b".", "whole number of 1048576 bytes"),
        (DOUBLED, "nested without end"),
        (DEEP, "nested without end"),
        (b"\x80\x04}" + DEEP[2:-1] + b"Ns.", "key of type tuple"),
        (b"\x80\x04}(" + DOUBLED[2:-1] + b"Nu.", "key of type tuple"),
        (b"\x80\x04]q\x00h\x00a.", "nested without end"),
        (b"\x80\x04\x8f.", r"the instruction b'\\x8f'"),
        (b"\x80\x04" + (limits.PICKLE_STEPS + 1) * b"0", "more instructions|pop from empty list"),
        (b"\x80\x04]" + limits.PICKLE_STEPS * b"]0" + b".", "more instructions"),
        (b"\x80\x04](" + b"](" + 1000 * b"N" + b"e" + b"q\x00" + 70_000 * b"h\x00" + b"e.", "values, more than"),
    ],
    ids=lambda value: value if isinstance(value, str) else "raw",
)
def test_bombs_are_refused(raw, reason):
    with pytest.raises((ValueError, IndexError), match=reason):
        load(raw)


def test_names_are_refused_and_not_echoed_whole():
    with pytest.raises(unpickle.Refused) as refused:
        load(b"\x80\x04c" + 10_000 * b"a" + b"\nb\n.")
    assert len(str(refused.value)) == 200
