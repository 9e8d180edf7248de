"""Every kind of file that the package reads, damaged in hundreds of ways: an error of ours or a value, nothing else."""

import json
import random
import sys
import types

import pytest
from support.files_to_damage import FILES

from rfacenet_toolbox.errors import RFaceNetError

#: damaged versions of each file
TRIES = 300
#: building a network from the weights takes long, and decoding a video longer than reading a table
FEWER_TRIES = {"safetensors": 12, "MP4": 60, "AVI": 60, "Matroska": 60, "AVI in UBFC-rPPG": 60}
#: what is damaged in them is taken for not there, or decoded as far as that goes
LENIENT = ("marker", "run record", "MP4", "AVI", "Matroska", "AVI in UBFC-rPPG")
#: by how much reading all of them may raise the process's highest memory
MEMORY_MB = 600
ODD = (
    b"nan", b"inf", b"-1", b"1e999", b"99999999999999999999", b"null", b"[]", b"{}", b'""', b"true", b"\x00",
    b"\xff\xfe", b"=1+1", b"\x1b[2J", b"../" * 40, b"a" * 300, b"[" * 3000, b"(" * 3000,
)  # fmt: skip


def damaged(whole, chance):
    """The content cut, overwritten, doubled, or with something odd at a random place."""
    content, place = bytearray(whole), chance.randrange(len(whole))
    kind = chance.randrange(6)
    if kind == 0:
        return bytes(content[:place])
    if kind == 1:
        for _ in range(chance.randint(1, 20)):
            content[chance.randrange(len(content))] = chance.randrange(256)
    elif kind == 2:
        content[place : place + chance.randint(1, 12)] = chance.choice(ODD)
    elif kind == 3:
        content[place:place] = content[: chance.randrange(len(content))]
    elif kind == 4:
        del content[place : place + chance.randint(1, 40)]
    else:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(200)))
    return bytes(content)


def odd_values(content, chance):
    """A JSON content in which one value at some depth is replaced or absent."""
    copy = json.loads(json.dumps(content))
    part = copy
    while True:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = chance.choice(keys)
        if isinstance(part[key], (dict, list)) and part[key] and chance.random() < 0.7:
            part = part[key]
            continue
        if chance.random() < 0.3:
            del part[key]
        else:
            part[key] = chance.choice([None, -1, 1e300, "x", [], {}, True, [[1]], "\x1b[2J", "y" * 5000])
        return copy


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", FILES)
def test_a_damaged_file_is_an_error_of_ours_or_a_value(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    path, read = FILES[kind](tmp_path)
    whole, chance = path.read_bytes(), random.Random(kind)
    assert read() is not None
    tries = FEWER_TRIES.get(kind, TRIES)
    refused, before = 0, _peak_mb()
    for number in range(tries):
        content = damaged(whole, chance)
        if path.suffix == ".json" and number % 2:
            content = json.dumps(odd_values(json.loads(whole), chance)).encode()
        path.write_bytes(content)
        try:
            read()
        except RFaceNetError as error:
            refused += 1
            assert len(str(error)) < 5000 and "\x1b" not in str(error) and "Traceback" not in str(error)
        except Exception as error:
            raise AssertionError(f"{kind}, version {number}: {content[:300]!r}") from error
    assert refused > tries / 6 or kind in LENIENT, f"only {refused} of {tries} were refused"
    assert _peak_mb() - before < MEMORY_MB


def _peak_mb():
    resource = types.SimpleNamespace(ru_maxrss=0)
    if sys.platform.startswith("linux"):
        from resource import RUSAGE_SELF, getrusage

        resource = getrusage(RUSAGE_SELF)
    return resource.ru_maxrss / 1024
