"""The test run that a config describes, and when an earlier one's results stand for it."""

import json
import os
from types import SimpleNamespace

import pytest
from support.signal_outputs import GUESS, TRUTH, host, unsupervised

from rfacenet_toolbox.hosts import job, run_description


def test_the_test_set_of_a_signal_method_is_the_unsupervised_one(tmp_path):
    asked = []
    one = SimpleNamespace(name="standalone", revision=None, expected=asked.append, warnings=lambda config: [])
    config = unsupervised(tmp_path)
    run_description.signal_method(config, one, "POS")
    assert asked == [config.UNSUPERVISED.DATA]


class TestFinished:
    """When an earlier run's results stand for this one's."""

    @pytest.fixture
    def clips(self, tmp_path):
        paths = [tmp_path / f"{video}_input0.npy" for video in TRUTH]
        for path in paths:
            path.write_text("")
        return [str(path) for path in paths]

    @pytest.fixture
    def content(self, tmp_path, clips):
        config = unsupervised(tmp_path)
        return job.score_and_write(run_description.signal_method(config, host(), "POS"), GUESS, TRUTH)

    @staticmethod
    def finished(config, clips, method="POS", **changes):
        return run_description.finished(run_description.signal_method(config, host(**changes), method), clips)

    def test_the_same_config_is_finished(self, tmp_path, clips, content):
        plain = json.loads(json.dumps(content))
        assert self.finished(unsupervised(tmp_path), clips) == plain
        assert self.finished(unsupervised(tmp_path, {"UNSUPERVISED.METHOD": ["POS", "ICA"]}), clips) == plain

    def test_another_method_is_not(self, tmp_path, clips, content):
        assert self.finished(unsupervised(tmp_path), clips, "ICA") is None

    def test_another_config_or_host_is_not(self, tmp_path, clips, content):
        other = unsupervised(tmp_path, {"INFERENCE.EVALUATION_METHOD": "peak detection"})
        assert self.finished(other, clips) is None
        assert self.finished(unsupervised(tmp_path), clips, name="toolbox") is None

    def test_a_setting_that_is_newer_than_the_results_counts_as_its_default(self, tmp_path, clips, content):
        path = tmp_path / "POS" / "results.json"
        older = json.loads(path.read_text())
        del older["config"]["MODEL"]["RFACENET"]["RUNTIME"]["SEED"], older["config"]["MODEL"]["TSCAN"]
        path.write_text(json.dumps(older))
        assert self.finished(unsupervised(tmp_path), clips) == older
        assert self.finished(unsupervised(tmp_path, {"MODEL.TSCAN.FRAME_DEPTH": 12}), clips) is None

    def test_more_or_younger_clips_are_not(self, tmp_path, clips, content):
        written = (tmp_path / "POS" / "results.json").stat().st_mtime
        another = tmp_path / "subject3_input0.npy"
        another.write_text("")
        os.utime(another, (written - 10, written - 10))
        assert self.finished(unsupervised(tmp_path), [*clips, str(another)]) is None
        os.utime(clips[0], (written + 10, written + 10))
        assert self.finished(unsupervised(tmp_path), clips) is None

    @pytest.mark.parametrize("name", ["results.json", "POS_PURE_outputs.pickle"])
    def test_a_missing_or_damaged_file_is_not(self, tmp_path, clips, content, name):
        (tmp_path / "POS" / "results.json").write_text('{"config"')
        assert self.finished(unsupervised(tmp_path), clips) is None
        (tmp_path / "POS" / name).unlink()
        assert self.finished(unsupervised(tmp_path), clips) is None
