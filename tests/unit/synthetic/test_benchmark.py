"""DrawnFaces-102: two fixed data sets of drawn faces."""

import json

import numpy as np
import pytest

from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.synthetic import MANIFEST, benchmark, dataset
from rfacenet_toolbox.synthetic.dataset import read_specs
from rfacenet_toolbox.synthetic.varied import CONDITIONS


@pytest.fixture(scope="module")
def benchmark_folder(tmp_path_factory):
    """The benchmark with its recordings' contents left out: only the plan and the folders."""
    folder = tmp_path_factory.mktemp("benchmark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dataset, "_write_into", lambda part, spec: None)
        benchmark.write_benchmark(folder, workers=1)
    return folder


def notes(folder):
    return json.loads((folder / MANIFEST).read_text())["recordings"]


@pytest.mark.parametrize("name", ["PURE", "UBFC-rPPG"])
def test_a_real_data_set_of_the_name_is_left_alone(tmp_path, name):
    (tmp_path / name / "subject1").mkdir(parents=True)
    with pytest.raises(DataError, match=f"{name} is there already and holds subject1, which are no recordings of Dra"):
        benchmark.write_benchmark(tmp_path, workers=1)
    assert [path.name for path in tmp_path.rglob("*")] == [name, "subject1"]


def test_it_has_ten_people_in_six_scenarios_and_42_others_at_rest(benchmark_folder):
    pure, ubfc = (read_specs(benchmark_folder / name) for name in ("PURE", "UBFC-rPPG"))
    assert len(pure) == 60 and len(ubfc) == 42 and len(pure) + len(ubfc) == int(benchmark.NAME.rpartition("-")[2])
    assert {(spec.subject, spec.scenario) for spec in pure.values()} == {
        (subject, scenario) for subject in range(1, 11) for scenario in range(1, 7)
    }
    assert len({spec.subject for spec in ubfc.values()}) == 42
    assert not {spec.subject for spec in pure.values()} & {spec.subject for spec in ubfc.values()}
    assert {spec.seed for spec in (*pure.values(), *ubfc.values())} == {benchmark.SEED}


def test_the_scenarios_move_as_their_names_say(benchmark_folder):
    amounts = {}
    for note in notes(benchmark_folder / "PURE").values():
        amounts.setdefault(note["condition"], []).append(dict(zip(CONDITIONS.values(), note["strengths"])))
    means = {
        name: {cause: np.mean([one[cause] for one in each]) for cause in each[0]} for name, each in amounts.items()
    }
    assert means["steady"]["moving about"] == means["steady"]["turning"] == means["steady"]["talking"] == 0
    assert means["talking"]["talking"] > 0.5
    assert 0 < means["slow translation"]["moving about"] < means["fast translation"]["moving about"]
    assert 0 < means["small rotation"]["turning"] < means["medium rotation"]["turning"]


def test_a_person_keeps_the_skin_tone_and_the_two_sets_differ_in_camera(benchmark_folder):
    pure, ubfc = (notes(benchmark_folder / name) for name in ("PURE", "UBFC-rPPG"))
    for subject in range(1, 11):
        assert len({note["tone"] for name, note in pure.items() if name.startswith(f"{subject:02d}-")}) == 1
    assert min(note["face"] for note in pure.values()) > np.mean([note["face"] for note in ubfc.values()])
    assert {note["quality"] for note in pure.values()} == {0} and min(note["quality"] for note in ubfc.values()) > 0
    assert {note["adapts"] for note in pure.values()} == {0} and min(note["adapts"] for note in ubfc.values()) > 0


@pytest.mark.parametrize("kind, name", [("benchmark-pure", "PURE"), ("benchmark-ubfc", "UBFC-rPPG")])
def test_recordings_are_in_the_data_sets_formats_and_the_same_each_time(tmp_path, kind, name):
    made = [
        dataset.write_dataset(tmp_path / copy, kind, 1, seconds=0.5, size=benchmark.SIZE, workers=1)
        for copy in ("one", "two")
    ]
    assert [found.path for found in find_recordings(name, str(tmp_path / "one"))] == [str(path) for path in made[0]]
    for first, second in zip(*made):
        files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
        assert files == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file()) and files
        assert all((first / path).read_bytes() == (second / path).read_bytes() for path in files)
