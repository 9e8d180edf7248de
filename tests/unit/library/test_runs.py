"""Training and evaluating from Python give what the commands give."""

import json

import pytest
from support import configs, recordings

import rfacenet_toolbox
from rfacenet_toolbox import cli
from rfacenet_toolbox.errors import ConfigError, DataError, EvaluationError, RFaceNetError


def test_a_config_is_trained_and_its_outputs_evaluated(tmp_path, capsys):
    recordings.write_both(tmp_path, recordings.face_frames(70))
    used = {"TRAIN.EPOCHS": 1, "TEST.USE_LAST_EPOCH": True, "TEST.OUTPUT_SAVE_DIR": str(tmp_path / "outputs")}
    config = configs.write(tmp_path / "small.yaml", configs.small_job(tmp_path), used)
    results = rfacenet_toolbox.train(config)
    assert results == json.loads((tmp_path / "run" / "results.json").read_text())
    scores = rfacenet_toolbox.evaluate(tmp_path / "run", ["toolbox2025"], window_s=2.0)
    capsys.readouterr()
    assert cli.main(["evaluate", str(tmp_path / "run"), "--protocol", "toolbox2025", "--window", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == [scores]


def test_what_is_missing_is_said(tmp_path):
    with pytest.raises(DataError, match="There is no .*none"):
        rfacenet_toolbox.evaluate(tmp_path / "none")
    with pytest.raises(ConfigError):
        rfacenet_toolbox.train(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    "given", [{"protocols": "vipl"}, {"protocols": []}, {"methods": "FFT"}, {"methods": ()}, {"protocols": 3}]
)
def test_words_where_lists_are_expected_are_named(given):
    (name,) = given
    with pytest.raises(EvaluationError, match=f"{name} is .*; expected a list, of one or more"):
        rfacenet_toolbox.evaluate("none", **given)


@pytest.mark.parametrize(
    "argv, settings, said",
    [
        ([""], {}, "The source is an empty text"),
        (["none"], {"interpolate": "no"}, "interpolate is 'no'; expected True or False"),
    ],
)
def test_what_would_be_taken_for_something_else_is_refused(argv, settings, said):
    with pytest.raises(RFaceNetError, match=said):
        rfacenet_toolbox.evaluate(*argv, **settings)


@pytest.mark.parametrize("window_s", ["10", True])
def test_a_window_that_is_no_number_is_named(window_s):
    with pytest.raises(EvaluationError, match="window_s is .*; expected seconds, a number, or None"):
        rfacenet_toolbox.evaluate("none", window_s=window_s)
