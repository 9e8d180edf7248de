"""YAML that is without end, or holds what no setting can be, is refused at once and in a sentence."""

import pytest

from rfacenet_toolbox.config import check_yaml, load, yaml_text
from rfacenet_toolbox.errors import ConfigError

LAUGHS = "b0: &b0 [lol, lol]\n" + "".join(f"b{n}: &b{n} [{', '.join(8 * [f'*b{n - 1}'])}]\n" for n in range(1, 20))
MERGES = "m0: &m0 {a: 1}\n" + "".join(f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}]}}\n" for n in range(1, 40))


@pytest.mark.parametrize(
    "text, reason",
    [
        (LAUGHS, "more than 20000 values"),
        (MERGES, "more than 20000 values"),
        ("TRAIN: &t\n  DATA: *t", "an alias is part of what it stands for"),
        ("DEVICE: " + 5000 * "[", "nested more than 30 deep"),
        ("LOG: " + 40 * "{a: " + "1" + 40 * "}", "nested more than 30 deep"),
        ("#" * 300_000, "has 300000 characters"),
        ("LOG: {PATH: 2024-05-01}", r"sets LOG.PATH to 2024-05-01, which YAML reads as a date.* Put text in quotes"),
        ("LOG: {PATH: 2020-99-99}", "month must be in"),
        ("LOG: {PATH: !!binary aGk=}", "reads as a bytes"),
        ("LOG: {PATH: !!set {a, b}}", "reads as a set"),
        ("LOG: {PATH: !!python/object/apply:os.getcwd []}", "could not determine a constructor"),
        ("TRAIN: {EPOCHS: 0x_}", "not readable as YAML"),
        ("TRAIN: {LR: .nan}", "sets TRAIN.LR to nan; expected a finite number"),
        ("TRAIN: {LR: -.inf}", "expected a finite number"),
        ("{[1, 2]: 3}", "not readable as YAML"),
        ("1: 2", "sets 1, which is not a setting"),
        ("a: b: c", "not readable as YAML"),
        ("\x00", "not readable as YAML"),
        ("TEST: {METRICS: [{a: 1}]}", "expected a list of plain values"),
        ("DEVICE: '" + 5000 * "(" + "'", "Compare the value|expected"),
    ],
)  # fmt: skip
def test_what_no_config_holds_is_refused(tmp_path, text, reason):
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load(path)


def test_both_hosts_refuse_what_is_without_end(tmp_path):
    (tmp_path / "base.yaml").write_text(LAUGHS)
    (tmp_path / "heir.yaml").write_text("BASE: [base.yaml]")
    with pytest.raises(ConfigError, match=r"base\.yaml .*more than 20000 values"):
        check_yaml(tmp_path / "heir.yaml")


def test_plain_values_aliases_and_merges_are_read():
    text = "a: &a {x: 1, y: [1.5, text, true, null]}\nb: {<<: *a, x: 2}\nc: *a"
    values = yaml_text.parse(text, "a text")
    assert values["b"] == {"x": 2, "y": [1.5, "text", True, None]} and values["c"] == values["a"]
