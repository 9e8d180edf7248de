"""What the plug-in says of the data of a run before the toolbox reads them."""

import types

import pytest
from support.recordings import noise_frames, write_ubfc_rppg

from rfacenet_toolbox.config import checks
from rfacenet_toolbox.errors import ConfigError, DataError

OURS = {"MODEL.NAME": "rFaceNet"}
LIST = "clips_0.0_1.0.csv"  # as the toolbox names it
SIGNAL_METHODS = {"TOOLBOX_MODE": "unsupervised_method", "UNSUPERVISED.METHOD": ["POS"]}


def read_from(folder, dataset="PURE", **changes):
    """The test data, with names of the user's files; no such file is there before it is made."""
    data = {
        "DATASET": dataset,
        "DATA_PATH": str(folder / "raw"),
        "DO_PREPROCESS": True,
        "CACHED_PATH": str(folder / "clips"),
        "EXP_DATA_NAME": "clips",
        "FILE_LIST_PATH": str(folder / LIST),
        **changes,
    }
    return {"TEST.DATA": data, "UNSUPERVISED.DATA": data}


def test_recordings_that_preprocessing_dropped_stop_the_run(activated_checkout, tmp_path):
    for name in ("subject1", "subject2"):
        (tmp_path / "raw" / name).mkdir(parents=True)
    data = {"DATASET": "UBFC-rPPG", "DATA_PATH": str(tmp_path / "raw"), "CACHED_PATH": str(tmp_path)}
    config = activated_checkout.get_config({"MODEL.NAME": "rFaceNet", "TEST.DATA": data})
    clips = types.SimpleNamespace(inputs=["/cache/subject1_input0.npy"])
    with pytest.raises(DataError, match="Missing: subject2"):
        activated_checkout.main.test(config, {"test": types.SimpleNamespace(dataset=clips)})
    assert not activated_checkout.jobs


def test_a_data_set_that_main_does_not_know_is_refused_before_any_is_preprocessed(activated_checkout):
    (activated_checkout.folder / "main.py").write_text('if dataset == "PURE": pass\n')
    settings = {"MODEL.NAME": "rFaceNet", "TRAIN.DATA.DATASET": "PURE", "TEST.DATA.DATASET": "MadeUp"}
    with pytest.raises(ConfigError, match="TEST.DATA.DATASET is 'MadeUp', which the main.py of this checkout"):
        activated_checkout.get_config(settings)


def test_resampling_is_refused_where_the_toolbox_preprocesses(activated_checkout):
    settings = {"MODEL.NAME": "Physnet", "MODEL.RFACENET.RESAMPLE": True, "TEST.DATA.DO_PREPROCESS": True}
    with pytest.raises(ConfigError, match="RESAMPLE is True and TEST.DATA.DO_PREPROCESS is True.*standalone host"):
        activated_checkout.get_config(settings)
    config = activated_checkout.get_config({**settings, "TEST.DATA.DO_PREPROCESS": False})
    assert config.TEST.DATA.CACHED_PATH.endswith("_Resampled30") and config.is_frozen()


@pytest.mark.parametrize(
    "kind",
    [{"MODEL.NAME": "Physnet"}, {"TOOLBOX_MODE": "unsupervised_method", "UNSUPERVISED.METHOD": ["POS"]}],
    ids=["model", "signal method"],
)
def test_built_in_models_run_on_times_that_cannot_be_right_and_it_is_said(activated_checkout, tmp_path, capsys, kind):
    for subject in (1, 2):
        write_ubfc_rppg(tmp_path / "raw", f"subject{subject}", noise_frames(20, 32, 32), fps_hz=25)
    data = {"DATASET": "UBFC-rPPG", "DATA_PATH": str(tmp_path / "raw"), "FS": 30, "DO_PREPROCESS": True}
    settings = {"TEST.DATA": data, "UNSUPERVISED.DATA": data, **kind}
    activated_checkout.get_config(settings)
    assert not activated_checkout.checked
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Warning: ")]
    assert "the times of 2 of 2 recordings cannot be right. UBFC-rPPG recording subject1" in line
    assert "25.00 frames per second, and FS is 30" in line and "1 more recording(s)" in line
    with pytest.raises(DataError, match="The times of 2 of 2 recordings cannot be right"):
        activated_checkout.get_config({**settings, "MODEL.RFACENET.RUNTIME.BUILT_IN_MODELS": True})


@pytest.mark.parametrize(
    ("dataset", "node", "key", "value"),
    [("VIPL-HR", "VIPL_HR", "FOLD", "test 1"), ("MCD-rPPG", "MCD_RPPG", "STEPS", ["before"])],
)
def test_what_the_toolbox_lacks_is_refused_in_a_checkout_with_the_host_that_reads_it(
    activated_checkout, dataset, node, key, value
):
    settings = {"MODEL.NAME": "Physnet", "TEST.DATA": {"DATASET": dataset, f"{node}.{key}": value}}
    config = activated_checkout.get_config(settings)
    assert config.TEST.DATA[node][key] == value  # a known key, and not called a misspelt one
    with pytest.raises(ConfigError, match=f"is '{dataset}', which only the standalone host reads.*'rfacenet run"):
        checks.check_toolbox_data(config.TEST.DATA, "TEST.DATA")


@pytest.mark.parametrize("served, split", [(OURS, "TEST"), (SIGNAL_METHODS, "UNSUPERVISED")])
def test_a_wrong_data_path_is_said_before_the_toolbox_starts(activated_checkout, tmp_path, served, split):
    with pytest.raises(DataError, match=rf"^{split}.DATA: DATA_PATH '.*raw' is not a folder.*01-01 \.\.\. 10-06.*Set"):
        activated_checkout.get_config(served, read_from(tmp_path))
    (tmp_path / "raw" / "PURE" / "01-01").mkdir(parents=True)
    with pytest.raises(DataError, match=rf"^{split}.DATA: .*holds no PURE recordings. Found: PURE. Expected folders"):
        activated_checkout.get_config(served, read_from(tmp_path))
    cached = read_from(tmp_path, DO_PREPROCESS=False)
    with pytest.raises(DataError, match=f"{split}.DATA.CACHED_PATH '.*clips' is not there"):
        activated_checkout.get_config(served, cached)
    (tmp_path / "clips").mkdir()  # to list its clips, the toolbox looks for the recordings
    with pytest.raises(DataError, match=f"^{split}.DATA: .*holds no PURE recordings"):
        activated_checkout.get_config(served, cached)


@pytest.mark.parametrize("served", [OURS, SIGNAL_METHODS])
def test_what_the_toolbox_takes_is_not_refused(activated_checkout, tmp_path, served):
    (tmp_path / "clips").mkdir()
    (tmp_path / LIST).write_text(f",input_files\n0,{tmp_path / 'clips' / '101_input0.npy'}\n")
    activated_checkout.get_config(served, read_from(tmp_path, DO_PREPROCESS=False))
    activated_checkout.get_config(served, read_from(tmp_path, "MMPD"))


def test_names_that_only_the_toolbox_reads_do_for_signal_methods(activated_checkout, tmp_path):
    (tmp_path / "raw" / "1-1").mkdir(parents=True)
    activated_checkout.get_config(SIGNAL_METHODS, read_from(tmp_path))


def test_a_built_in_model_goes_on_to_the_toolboxs_own_error_with_a_warning(activated_checkout, tmp_path, capsys):
    activated_checkout.get_config({"MODEL.NAME": "Physnet"}, read_from(tmp_path))
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Warning: ")]
    assert line.startswith("Warning: TEST.DATA: DATA_PATH") and "is not a folder" in line


def test_an_empty_data_path_leaves_no_split_out_without_a_word(activated_checkout, tmp_path):
    with pytest.raises(ConfigError, match="TEST.DATA.DATA_PATH is empty, and the toolbox's main.py then leaves TEST"):
        activated_checkout.get_config(OURS, read_from(tmp_path, "MMPD", DATA_PATH=""))
