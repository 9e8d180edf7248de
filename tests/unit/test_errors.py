"""Unknown names are answered with the closest there is, and our errors end a process with their message alone."""

import doctest
import sys

import pytest

from rfacenet_toolbox import errors


def test_the_example_in_the_docstring():
    assert doctest.testmod(errors) == (0, 1)


@pytest.mark.parametrize("name", ["", "ZZZ", None, 7])
def test_a_name_that_resembles_nothing_gets_the_list_alone(name):
    assert errors.unknown("DATASET", name, iter(["PURE"])) == (
        f"DATASET is {name!r}, which is unknown. Available: PURE."
    )


@pytest.mark.parametrize("name, meant", [("green", "GREEN"), ("Chrome", "CHROM"), ("POSS", "POS"), ("rFaceNet", None)])
def test_the_closest_spelling_ignores_case(name, meant):
    assert errors.closest(name, ["GREEN", "CHROM", "POS"]) == meant


def test_our_errors_end_with_the_message_and_others_as_before(monkeypatch, capsys):
    passed_on = []
    monkeypatch.setattr(sys, "excepthook", lambda *args: passed_on.append(args))
    errors.print_uncaught_errors_alone()
    hook = sys.excepthook
    errors.print_uncaught_errors_alone()
    assert sys.excepthook is hook
    with pytest.raises(SystemExit) as end:
        hook(errors.ConfigError, errors.ConfigError("a key is wrong"), None)
    assert end.value.code == 2
    assert capsys.readouterr().err == "error: a key is wrong\n"
    error = KeyError("x")
    hook(KeyError, error, None)
    assert passed_on == [(KeyError, error, None)]


def test_messages_are_fit_for_a_terminal():
    text = str(errors.DataError("a \x1b[31mred\x1b[0m \x07\x9b\u202e name\nand a line\tmore \udc80"))
    assert text == "a \\x1b[31mred\\x1b[0m \\x07\\x9b\\u202e name\nand a line\tmore \\udc80"


def test_long_messages_keep_their_beginning_and_their_end():
    text = str(errors.DataError("begins" + "x" * 2**20 + "ends"))
    assert len(text) < 4100 and text.startswith("begins") and text.endswith("ends") and "characters" in text
