"""The search of NAS-HR on maps in memory: its files, going on after a stop, what is refused."""

import math

import pytest
import torch
from support import in_memory
from support.configs import for_splits

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.experiments import nas_hr_search
from rfacenet_toolbox.experiments.nas_hr_search import SearchOptions, search
from rfacenet_toolbox.methods.nas_hr import Search, Supernet, parse
from rfacenet_toolbox.runtime.tables import read_csv

EDGES = "skip_connect:0 skip_connect:1"
SMALL = {
    "MODEL": {"NAME": "NASHR", "NASHR": {"CHANNELS": 2, "CELLS": 4, "GENOTYPE": f"{EDGES} // {EDGES}"}},
    "MODEL.RFACENET.RUNTIME.WORKERS": 0,
}
OPTIONS = SearchOptions(epochs=2, batch_size=2, second_order=False)


class Maps(in_memory.Items):
    """Two maps of each of four recordings, as the clips of a split are given."""

    def __init__(self):
        super().__init__((f"{name}01", chunk) for name in (1, 2, 3, 4) for chunk in (0, 1))

    def __getitem__(self, index):
        label = torch.sin(2 * math.pi * (1.0 + 0.1 * index) * torch.arange(in_memory.FRAMES) / 30)
        clip = 100 + label[:, None, None] * torch.linspace(-1, 1, 15)[:, None].expand(3, in_memory.FRAMES, 15, 1)
        return clip.numpy(), label.numpy(), self.items[index][0], str(index % 2)


@pytest.fixture(autouse=True)
def maps(monkeypatch, tmp_path):
    tree = in_memory.config(tmp_path, SMALL, for_splits({"PREPROCESS.DATA_TYPE": ["STMapPos"]}))
    monkeypatch.setattr(nas_hr_search.configuration, "load", lambda path: tree)
    monkeypatch.setattr(nas_hr_search.configuration, "check", lambda config, host: None)
    monkeypatch.setattr(nas_hr_search, "check_source", lambda *arguments: None)
    monkeypatch.setattr(nas_hr_search, "load_split", lambda *arguments, **more: Maps())
    monkeypatch.setattr(nas_hr_search, "Supernet", lambda channels, cells: Supernet(channels, cells, nodes=2))
    monkeypatch.setattr(nas_hr_search, "images_of", lambda clips: clips.squeeze(-1).transpose(2, 3) - 100)


def test_it_leaves_a_genotype_and_a_log(tmp_path):
    found = search("small.yaml", tmp_path / "out", OPTIONS)
    rows = read_csv(tmp_path / "out" / "search.csv")
    assert [row["epoch"] for row in rows] == ["0", "1"] and rows[-1]["genotype"] == found
    assert (tmp_path / "out" / "genotype.txt").read_text("utf-8").strip() == found
    assert len(parse(found).normal) == 2
    assert all(float(row["architecture_mae_bpm"]) > 0 for row in rows)


def test_no_recording_is_in_both_halves(tmp_path):
    halves = nas_hr_search.Halves(nas_hr_search.configuration.load(""), OPTIONS)
    names = [{halves.names[index] for index in part} for part in halves.parts]
    assert names == [{"101", "301"}, {"201", "401"}]
    truth = next(halves.batches(0))[0][1]
    assert ((truth > 50) & (truth < 115)).all()  # labels are of 60 to 102 bpm, 32 frames of them


class Killed(Exception):
    pass


def test_a_search_that_was_stopped_goes_on_to_the_same_end(tmp_path, monkeypatch):
    whole = search("small.yaml", tmp_path / "whole", OPTIONS)
    epoch = Search.epoch

    def dies_in_the_second_epoch(self, number, batches):
        if number:
            raise Killed
        return epoch(self, number, batches)

    monkeypatch.setattr(Search, "epoch", dies_in_the_second_epoch)
    with pytest.raises(Killed):
        search("small.yaml", tmp_path / "stopped", OPTIONS)
    monkeypatch.setattr(Search, "epoch", epoch)
    assert search("small.yaml", tmp_path / "stopped", OPTIONS) == whole
    logs = [(tmp_path / run / "search.csv").read_text("utf-8") for run in ("whole", "stopped")]
    assert logs[0] == logs[1]
    with pytest.raises(ConfigError, match="is of another search.*Choose another --out"):
        search("small.yaml", tmp_path / "stopped", OPTIONS._replace(seed=101))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "--epochs is 0; expected 1 or more"),
        ({"batch_size": 5}, "--batch-size is 5, and the halves of the training clips have 4 and 4"),
        ({"architecture_learning_rate": 0.0}, "--architecture-lr is 0.0; expected a number above 0"),
        ({"architecture_learning_rate": float("inf")}, "--architecture-lr is inf; expected a number above 0"),
        ({"seed": -1}, "--seed is -1; expected 0 to 4294967295"),
    ],
)
def test_options_that_cannot_be_are_refused(tmp_path, change, message):
    with pytest.raises(ConfigError, match=message):
        search("small.yaml", tmp_path, OPTIONS._replace(**change))


def test_a_config_of_another_method_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(nas_hr_search.configuration, "load", lambda path: in_memory.config(tmp_path))
    with pytest.raises(ConfigError, match="MODEL.NAME 'rFaceNet'.*needs NASHR and train_and_test"):
        search("small.yaml", tmp_path, OPTIONS)
