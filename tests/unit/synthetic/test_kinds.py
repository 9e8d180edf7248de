"""What a call asks for, of each kind of data set."""

import json

import pytest

from rfacenet_toolbox.synthetic import DATASETS
from rfacenet_toolbox.synthetic.kinds import KINDS
from rfacenet_toolbox.synthetic.plan import plan, spec_of

#: kind -> recordings of three people, the first of them, and the last
RECORDINGS = {
    "pure": (18, "07-01", "09-06"),
    "ubfc-rppg": (3, "subject7", "subject9"),
    "varied": (3, "subject7", "subject9"),
    "varied-pure": (48, "07-01", "09-16"),
    "benchmark-pure": (18, "07-01", "09-06"),
    "benchmark-ubfc": (3, "subject7", "subject9"),
    "vipl-hr": (86, "data/p7/v1/source1", "data/p100/v9/source2"),
    "scamps": (3, "P000007.mat", "P000009.mat"),
    "mcd-rppg": (18, "video/7_FullHDwebcam_before.avi", "video/9_IriunWebcam_after.avi"),
}


def planned(kind, **changes):
    arguments = dict.fromkeys(("scenarios", "heart_rates_bpm", "seconds", "size", "codec"))
    return plan(kind, 3, **{**arguments, "first_subject": 7, "fps": 30.0, "seed": 1, **changes})


@pytest.mark.parametrize("kind", DATASETS)
def test_recordings_have_their_names_and_default_length(kind):
    specs = planned(kind)
    assert (len(specs), specs[0].name, specs[-1].name) == RECORDINGS[kind]
    assert len({spec.name for spec in specs}) == len(specs)
    assert (specs[0].seconds, specs[0].size) == ((20, (320, 240)) if kind == "scamps" else (60, (640, 480)))


@pytest.mark.parametrize("kind", DATASETS)
def test_heart_rates_are_those_of_the_kind_and_one_for_each_session(kind):
    rate_of = {}
    for spec in planned(kind):
        assert rate_of.setdefault((spec.subject, spec.scenario), spec.heart_rate_bpm) == spec.heart_rate_bpm
    assert (min(rate_of.values()), max(rate_of.values())) == KINDS[kind].heart_rates_bpm


@pytest.mark.parametrize("kind", DATASETS)
def test_what_is_planned_is_read_from_its_note(kind):
    for spec in planned(kind):
        read = spec_of(spec.name, json.loads(json.dumps(spec._asdict())))
        assert read._replace(size=tuple(read.size)) == spec


def test_varied_subjects_take_turns_at_the_scenarios():
    assert [spec.scenario for spec in planned("varied", scenarios=(8, 2))] == [8, 2, 8]
