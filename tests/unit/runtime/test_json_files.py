"""JSON that is without end or too large is a ValueError, as JSON that is none."""

import pytest

from rfacenet_toolbox.runtime import json_files, limits


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, '{"a":' * 200_000, "\x00", "1" * 10 + "x"])
def test_what_is_no_json_is_a_value_error(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(ValueError):
        json_files.read_json(tmp_path / "a.json")


def test_a_file_that_is_too_large_is_refused_unread(tmp_path, monkeypatch):
    (tmp_path / "a.json").write_text('{"a": 1}')
    assert json_files.read_json(tmp_path / "a.json") == {"a": 1}
    monkeypatch.setattr(limits, "JSON_BYTES", 3)
    with pytest.raises(ValueError, match="more than"):
        json_files.read_json(tmp_path / "a.json")
