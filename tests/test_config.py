"""Configuration: what a YAML file becomes, the same in both hosts, and what is refused before a run starts."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml

from rfacenet_toolbox import registry
from rfacenet_toolbox.baselines.signal import METHODS
from rfacenet_toolbox.config import check, load, rfacenet_node
from rfacenet_toolbox.config.toolbox_tree import toolbox_tree
from rfacenet_toolbox.errors import ConfigError

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "toolbox_configs").rglob("*.yaml"))
RUNNABLE = [path for path in SHIPPED if "BASE" not in path.stem]
#: rows of Table 2 -> the toolbox's own config of that row
BASELINES = {
    "PHYSNET": "PHYSNET_BASIC", "DEEPPHYS": "DEEPPHYS_BASIC", "TSCAN": "TSCAN_BASIC", "EFFICIENTPHYS": "EFFICIENTPHYS",
}  # fmt: skip
CHECKOUTS = [path for path in os.environ.get("RPPG_TOOLBOX", "").split(os.pathsep) if path]
DEMO = str(ROOT / "toolbox_configs" / "PURE_UBFC_RFACENET.yaml")


def write(path, tree):
    """Write a YAML file; returns its path."""
    path.write_text(tree if isinstance(tree, str) else yaml.safe_dump(tree))
    return path


def nested(dotted, value):
    """``("A.B", 1)`` -> ``{"A": {"B": 1}}``."""
    for key in reversed(dotted.split(".")):
        value = {key: value}
    return value


def merged(*trees):
    """Dicts merged key by key, later ones winning."""
    result = {}
    for tree in trees:
        for key, value in tree.items():
            both = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], value) if both else value
    return result


def flat(tree, prefix=""):
    """{dotted key: value} of a nested dict."""
    result = {}
    for key, value in tree.items():
        result.update(flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return result


@pytest.fixture
def changed(tmp_path):
    """Load a PURE -> UBFC-rPPG config, rFaceNet's if not told, with some dotted keys changed."""

    def load_changed(changes, base=DEMO):
        log = {"LOG": {"PATH": str(tmp_path / "run")}}
        cached = [nested(f"{split}.DATA.CACHED_PATH", str(tmp_path / "clips")) for split in ("TRAIN", "VALID", "TEST")]
        trees = [nested(key, value) for key, value in changes.items()]
        return load(write(tmp_path / "changed.yaml", merged({"BASE": [base]}, log, *cached, *trees)))

    return load_changed


# --- a file -> the tree -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", RUNNABLE, ids=lambda path: path.stem)
def test_every_shipped_config_loads_frozen(path):
    config = load(path)
    assert config.is_frozen()
    if config.TOOLBOX_MODE == "unsupervised_method":
        assert tuple(config.UNSUPERVISED.METHOD) == tuple(METHODS)
    else:
        assert registry.is_registered(config.MODEL.NAME)


@pytest.mark.parametrize("row", BASELINES)
def test_the_two_directions_of_a_row_differ_in_data_sets_and_names_alone(row):
    one, other = (load(ROOT / "toolbox_configs" / "table2" / f"{way}_{row}.yaml") for way in ("PURE_UBFC", "UBFC_PURE"))
    assert (one.TRAIN.DATA.DATASET, one.VALID.DATA.DATASET, one.TEST.DATA.DATASET) == ("PURE", "PURE", "UBFC-rPPG")
    one, other = flat(one), flat(other)
    changed = {key.rsplit(".", 1)[-1] for key in one if one[key] != other[key]}
    paths = {"DATA_PATH", "CACHED_PATH", "FILE_LIST_PATH", "EXP_DATA_NAME", "MODEL_DIR", "OUTPUT_SAVE_DIR", "PATH"}
    assert changed <= {"BASE", "DATASET", "MODEL_FILE_NAME"} | paths


@pytest.mark.parametrize("host", ["standalone", "toolbox"])
@pytest.mark.parametrize("path", RUNNABLE, ids=lambda path: path.stem)
def test_every_shipped_config_passes_the_checks_of_both_hosts(path, host, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check(load(path), host)


def test_later_files_override_earlier_ones_and_keep_the_rest(tmp_path):
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep" / "first.yaml", {"TOOLBOX_MODE": "only_test", "DEVICE": "cpu", "TRAIN": {"EPOCHS": 1}})
    write(tmp_path / "second.yaml", {"BASE": ["deep/first.yaml"], "TRAIN": {"EPOCHS": 2, "LR": 0.5}})
    config = load(write(tmp_path / "last.yaml", {"BASE": ["second.yaml"], "TRAIN": {"EPOCHS": 3}}))
    assert (config.TRAIN.EPOCHS, config.TRAIN.LR, config.DEVICE) == (3, 0.5, "cpu")
    assert config.TRAIN.BATCH_SIZE == toolbox_tree().TRAIN.BATCH_SIZE


@pytest.mark.parametrize("base", ["b.yaml", "../x/b.yaml"])
def test_a_file_that_inherits_from_itself_is_named_with_the_way_round(tmp_path, base):
    folder = tmp_path / "x"
    folder.mkdir()
    write(folder / "a.yaml", {"BASE": [base]})
    write(folder / "b.yaml", {"BASE": ["a.yaml"]})
    with pytest.raises(ConfigError, match=r"inherits from itself through BASE: .*a.yaml -> .*b.yaml -> .*a.yaml"):
        load(folder / "a.yaml")


@pytest.mark.parametrize(
    "text, message",
    [
        (None, r"no config file at .*x.yaml. Give --config_file the path"),
        ("BASE: [none.yaml]", r"no config file at .*none.yaml"),
        ("BASE: other.yaml", r"sets BASE to 'other.yaml'; expected a list of files"),
        ("", r"holds NoneType; expected the nested keys"),
        ("- a\n- b", r"holds list; expected the nested keys"),
        ("TRAIN:\n\tEPOCHS: 1", r"x.yaml is not readable as YAML: .*line 2"),
        ("TRAIN: [1", r"x.yaml is not readable as YAML"),
        ("TRAIN: 5", r"sets TRAIN to 5; expected the keys EPOCHS, BATCH_SIZE"),
        ("DEVICE: {CPU: 1}", r"sets DEVICE.CPU, but DEVICE is a value with no keys"),
        ("TRAIN: {EPOCHS: }", r"sets TRAIN.EPOCHS to nothing. Give it a value such as 50"),
        ("TRAIN: {EPOCHS: many}", r"Type mismatch .* TRAIN.EPOCHS. Compare the value with the default"),
        ("TRAIN: {LR: 1}", r"Type mismatch .* TRAIN.LR"),
        ("1: 2", r"sets 1, which is no setting"),
    ],
)
def test_files_that_are_no_config_are_refused_by_name(tmp_path, text, message):
    if text is not None:
        write(tmp_path / "x.yaml", text)
    with pytest.raises(ConfigError, match=f"(?s){message}") as error:
        load(tmp_path / "x.yaml")
    assert "\n\n" not in str(error.value)


@pytest.mark.parametrize(
    "misspelt, meant",
    [
        ("TRIAN.EPOCHS", "TRAIN"),
        ("TRAIN.EPOCH", "TRAIN.EPOCHS"),
        ("TEST.DATA.PREPROCESS.CHUNKLENGTH", "TEST.DATA.PREPROCESS.CHUNK_LENGTH"),
        ("TRAIN.DATA.PREPROCESS.CROP_FACE.DETECTION.USE_MEDIAN_BOX",
         "TRAIN.DATA.PREPROCESS.CROP_FACE.DETECTION.USE_MEDIAN_FACE_BOX"),
        ("MODEL.RFACENET.FUSON", "MODEL.RFACENET.FUSION"),
        ("MODEL.RFACENET.RUNTIME.PRECISON", "MODEL.RFACENET.RUNTIME.PRECISION"),
        ("MODEL.RFACENET.LOSS.TASK", "MODEL.RFACENET.LOSS.TASKS"),
        ("RFACENET.FUSION", "MODEL.RFACENET"),
        ("SEED", "MODEL.RFACENET.RUNTIME.SEED"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_answered_with_the_closest_spelling(changed, misspelt, meant):
    with pytest.raises(ConfigError) as error:
        changed({misspelt: 1})
    wrong = misspelt if misspelt in str(error.value) else misspelt.split(".")[0]
    assert f"changed.yaml sets {wrong}, which is no setting." in str(error.value)
    suggested = str(error.value).split("Did you mean ")[1].rstrip("?")
    assert suggested == meant


def test_a_key_that_resembles_nothing_is_sent_to_the_documentation(changed):
    with pytest.raises(ConfigError, match=r"sets ZZZ, which is no setting. See docs/configs.md"):
        changed({"ZZZ": 1})
    assert (ROOT / "docs" / "configs.md").is_file()


def test_a_mode_that_there_is_not(changed):
    with pytest.raises(ConfigError, match="TOOLBOX_MODE is 'train'; expected one of train_and_test, only_test"):
        changed({"TOOLBOX_MODE": "train"})


def test_paths_are_derived_as_in_the_toolbox(changed):
    config = changed({"LOG.PATH": "runs/x", "TRAIN.DATA.CACHED_PATH": "cache", "TRAIN.DATA.FOLD.FOLD_NAME": "one"})
    name = config.TRAIN.DATA.EXP_DATA_NAME
    assert name.startswith("PURE_SizeW72_SizeH72_ClipLength128_DataTypeDiffNormalized_")
    assert os.path.join("cache", name) == config.TRAIN.DATA.CACHED_PATH
    assert os.path.join("cache", "DataFileLists", f"{name}_0.0_0.8_one.csv") == config.TRAIN.DATA.FILE_LIST_PATH
    assert os.path.join("runs/x", name, "PreTrainedModels") == config.MODEL.MODEL_DIR
    outputs = os.path.join("runs/x", config.TEST.DATA.EXP_DATA_NAME, "saved_test_outputs")
    assert outputs == config.TEST.OUTPUT_SAVE_DIR


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"TRAIN.DATA.FILE_LIST_PATH": "lists/train.csv"}, "would write another. Set TRAIN.DATA.DO_PREPRO"),
        ({"TRAIN.DATA.FILE_LIST_PATH": "lists/train.txt"}, "expected a folder or a .csv file"),
    ],
)
def test_file_lists_that_cannot_be(changed, changes, message):
    with pytest.raises(ConfigError, match=message):
        changed(changes)


# --- the tree -> checked ------------------------------------------------------------------------------------------

PREPROCESS = "TRAIN.DATA.PREPROCESS"
REFUSED = [
    ({"MODEL.NAME": "rFacenet"}, r"MODEL.NAME is 'rFacenet', which no model here has. Did you mean 'rFaceNet'\?"),
    ({"TRAIN.EPOCHS": 0}, "TRAIN.EPOCHS is 0; expected 1 or more"),
    ({"TRAIN.BATCH_SIZE": 0}, "TRAIN.BATCH_SIZE is 0; expected 1 or more"),
    ({"TRAIN.LR": 0.0}, "TRAIN.LR is 0.0; expected more than 0"),
    ({"TRAIN.MODEL_FILE_NAME": ""}, "TRAIN.MODEL_FILE_NAME is empty"),
    ({"TOOLBOX_MODE": "only_test"}, "INFERENCE.MODEL_PATH is '', where no file is"),
    ({"TRAIN.DATA.FS": 0}, "TRAIN.DATA.FS is 0; expected the frame rate in Hz"),
    ({"TEST.DATA.CACHED_PATH": "my_inputs"}, r"TEST.DATA: CACHED_PATH 'my_inputs.*the word 'input'"),
    ({f"{PREPROCESS}.CROP_FACE.BACKEND": "Y5F"}, "TRAIN.DATA: .*BACKEND is 'Y5F'.*standalone host does not have"),
    ({f"{PREPROCESS}.DATA_TYPE": ["Normalised"]}, r"TRAIN.DATA: .*DATA_TYPE is \['Normalised'\]; expected one or more"),
    ({f"{PREPROCESS}.LABEL_TYPE": "ECG"}, "TRAIN.DATA: .*LABEL_TYPE is 'ECG'; expected one of"),
    ({f"{PREPROCESS}.DATA_TYPE": ["Raw", "DiffNormalized"]}, "rFaceNet takes one"),
    ({f"{PREPROCESS}.CHUNK_LENGTH": 64}, "CHUNK_LENGTH is 64, and MODEL.RFACENET.FRAME_NUM is 128"),
    ({f"{PREPROCESS}.DO_CHUNK": False}, "TRAIN.DATA.PREPROCESS.DO_CHUNK is False.*set DO_CHUNK to True"),
    ({f"{PREPROCESS}.RESIZE.W": 8}, "TRAIN.DATA.PREPROCESS.RESIZE is below 16x16"),
    ({"TEST.DATA.DATA_FORMAT": "NDCHW"}, "TEST.DATA.DATA_FORMAT is 'NDCHW'; rFaceNet takes NCDHW"),
    ({"TRAIN.DATA.BEGIN": 0.9}, "TRAIN.DATA: BEGIN is 0.9 and END is 0.8"),
    ({"TEST.DATA.DATASET": "UBFC-PHYS"}, r"TEST.DATA: DATASET is 'UBFC-PHYS'.*Did you mean 'UBFC-rPPG'\?"),
    ({"MODEL.RFACENET.FUSION": "stage4"}, "MODEL.RFACENET: fusion is 'stage4'; expected one of none, stage1"),
    ({"MODEL.RFACENET.IDENTITY": "none"}, "fusion 'stage3' has nothing to fuse with identity 'none'"),
    ({"MODEL.RFACENET.TCU_STEPS": 129}, "tcu_steps is 129; expected 1 to 128"),
    ({"MODEL.RFACENET.FRAME_NUM": 126}, "frames is 126; .*multiple of 4"),
    ({"MODEL.RFACENET.LOSS.TASKS": ["heart_rate"]}, "tasks are .*expected 'bvp'"),
    ({"MODEL.RFACENET.LOSS.HEART_RATE_UNIT": "Hz"}, "heart_rate_unit is 'Hz'; expected bpm or hz"),
    ({"MODEL.RFACENET.LOSS.SIGMA_INIT": [1.0, 1.0]}, "sigma_init is .*expected three positive numbers"),
    ({"MODEL.RFACENET.LOSS.SIGMA_INIT": [1.0, "one", 1.0]}, "sigma_init is .*expected three positive numbers"),
    ({"MODEL.RFACENET.FUSION_INIT": [1.0]}, "FUSION_INIT is .*expected two numbers, where alpha"),
    ({"MODEL.RFACENET.FUSION_INIT": ["zero", 1.0]}, "FUSION_INIT is .*expected two numbers, where alpha"),
    ({"MODEL.RFACENET.RUNTIME.PRECISION": "fp16"}, "RUNTIME.PRECISION is 'fp16'; expected one of fp32, bf16"),
    ({"MODEL.RFACENET.RUNTIME.SEED": -1}, "RUNTIME.SEED is -1; expected 0 to 4294967295"),
    ({"DEVICE": "gpu"}, "DEVICE is 'gpu'; expected cpu, or a GPU such as cuda:0"),
    ({"INFERENCE.BATCH_SIZE": 0}, "INFERENCE.BATCH_SIZE is 0; expected 1 or more"),
    ({"INFERENCE.EVALUATION_METHOD": "fft"}, "EVALUATION_METHOD is 'fft'; expected one of FFT, peak detection"),
    ({"INFERENCE.EVALUATION_WINDOW": {"USE_SMALLER_WINDOW": True, "WINDOW_SIZE": 0}},
     "EVALUATION_WINDOW.WINDOW_SIZE: A window of 0 s is 0 samples"),
]  # fmt: skip


BASELINE_REFUSED = [
    ("PHYSNET", {"MODEL.PHYSNET.FRAME_NUM": 130}, "MODEL.PHYSNET.FRAME_NUM is 130; expected a multiple of 4"),
    ("PHYSNET", {"MODEL.PHYSNET.FRAME_NUM": 64}, "CHUNK_LENGTH is 128, and MODEL.PHYSNET.FRAME_NUM is 64"),
    ("PHYSNET", {"TEST.DATA.DATA_FORMAT": "NDCHW"}, "TEST.DATA.DATA_FORMAT is 'NDCHW'; Physnet takes NCDHW"),
    ("DEEPPHYS", {f"{PREPROCESS}.DATA_TYPE": ["Raw"]}, r"PREPROCESS.DATA_TYPE is \['Raw'\]; DeepPhys takes two"),
    ("DEEPPHYS", {f"{PREPROCESS}.RESIZE.W": 64}, "TRAIN.DATA.PREPROCESS.RESIZE is W 64, H 72; DeepPhys takes square"),
    ("DEEPPHYS", {"TEST.DATA.PREPROCESS.RESIZE": {"W": 36, "H": 36}}, "TEST.*RESIZE is W 36.* for TRAIN's H, 72"),
    ("TSCAN", {"MODEL.TSCAN.FRAME_DEPTH": 0}, "MODEL.TSCAN.FRAME_DEPTH is 0 and NUM_OF_GPU_TRAIN 1; expected 1"),
    ("TSCAN", {"MODEL.TSCAN.FRAME_DEPTH": 100, "NUM_OF_GPU_TRAIN": 2}, "CHUNK_LENGTH is 180, and MODEL.TSCAN.*is 200"),
    ("EFFICIENTPHYS", {"MODEL.EFFICIENTPHYS.FRAME_DEPTH": 181}, "is 180, and MODEL.EFFICIENTPHYS.FRAME_DEPTH.*is 181"),
    ("EFFICIENTPHYS", {"TEST.DATA.PREPROCESS.DATA_TYPE": ["Raw", "Raw"]}, "TEST.DATA.*EfficientPhys takes one"),
    ("TSCAN", {"MODEL.RFACENET.RUNTIME.PRECISION": "fp16"}, "RUNTIME.PRECISION is 'fp16'"),
]


@pytest.mark.parametrize("row, changes, message", BASELINE_REFUSED)
def test_settings_that_a_baseline_cannot_have_are_refused_by_key(changed, row, changes, message):
    base = str(ROOT / "toolbox_configs" / "table2" / f"PURE_UBFC_{row}.yaml")
    with pytest.raises(ConfigError, match=message):
        check(changed(changes, base), "standalone")


@pytest.mark.parametrize("changes, message", REFUSED, ids=[next(iter(changes)) for changes, _ in REFUSED])
def test_what_would_fail_later_is_refused_first(changed, changes, message):
    with pytest.raises(ConfigError, match=message):
        check(changed(changes), "standalone")


UNSUPERVISED = [
    ({"METHOD": ["GREEN", "Pos"]}, r"METHOD has 'Pos', which is no signal method. Did you mean 'POS'\? There are: "),
    ({"METHOD": ["rFaceNet"]}, "METHOD has 'rFaceNet', which is no signal method. There are: GREEN, ICA, CHROM, LGI"),
    ({"METHOD": []}, "METHOD is empty; expected a list of signal methods. There are: GREEN"),
    ({"DATA.FS": 0}, "UNSUPERVISED.DATA.FS is 0; expected the frame rate"),
    ({"DATA.DATASET": "SCAMPS"}, "UNSUPERVISED.DATA: DATASET is 'SCAMPS'"),
    ({"DATA.DATA_FORMAT": "NCDHW"}, "UNSUPERVISED.DATA.DATA_FORMAT is 'NCDHW'; the signal methods take NDHWC"),
    ({"DATA.PREPROCESS.DATA_TYPE": ["DiffNormalized", "Raw"]}, r"take the colours as they are: \[Raw\]"),
    ({"DATA.PREPROCESS.LABEL_TYPE": "DiffNormalized"}, "LABEL_TYPE is 'DiffNormalized', a derivative"),
]


@pytest.mark.parametrize("changes, message", UNSUPERVISED)
def test_what_signal_methods_cannot_do_is_refused(tmp_path, changes, message):
    base = {"BASE": [str(ROOT / "toolbox_configs" / "PURE_UNSUPERVISED.yaml")], "LOG": {"PATH": str(tmp_path / "run")}}
    cached = nested("UNSUPERVISED.DATA.CACHED_PATH", str(tmp_path / "clips"))
    trees = [nested(f"UNSUPERVISED.{key}", value) for key, value in changes.items()]
    with pytest.raises(ConfigError, match=message):
        check(load(write(tmp_path / "changed.yaml", merged(base, cached, *trees))), "standalone")


def test_validation_data_is_checked_where_it_is_used(changed):
    wrong = {"VALID.DATA.FS": 0}
    check(changed(wrong), "standalone")
    with pytest.raises(ConfigError, match="VALID.DATA.FS is 0"):
        check(changed({**wrong, "TEST.USE_LAST_EPOCH": False}), "standalone")


def test_training_settings_do_not_matter_to_a_test(changed, tmp_path):
    (tmp_path / "w.pth").write_bytes(b"")
    changes = {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": str(tmp_path / "w.pth")}
    check(changed({**changes, "TRAIN.EPOCHS": 0, "TRAIN.DATA.FS": 0}), "standalone")


def test_the_toolbox_has_backends_that_the_standalone_host_has_not(changed):
    check(changed({f"{PREPROCESS}.CROP_FACE.BACKEND": "Y5F"}), "toolbox")
    with pytest.raises(ConfigError, match="BACKEND is 'MP'; the toolbox has HC, Y5F, RF"):
        check(changed({f"{PREPROCESS}.CROP_FACE.BACKEND": "MP"}), "toolbox")


@pytest.mark.parametrize("key", ["LOG.PATH", "TEST.DATA.CACHED_PATH"])
def test_folders_that_cannot_be_made_are_refused(changed, tmp_path, key):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=rf"{key} is .*nothing can be written there: .*file is no folder"):
        check(changed({key: str(tmp_path / "file" / "x")}), "standalone")
    assert sorted(os.listdir(tmp_path)) == ["changed.yaml", "file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_folders_without_permission_are_refused(changed, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(ConfigError, match="LOG.PATH is .*closed is not writable"):
        check(changed({"LOG.PATH": str(tmp_path / "closed" / "run")}), "standalone")


def test_a_cache_that_is_only_read_need_not_be_writable(changed, tmp_path):
    (tmp_path / "file").write_text("")
    check(changed({"TEST.DATA.CACHED_PATH": str(tmp_path / "file" / "x"), "TEST.DATA.DO_PREPROCESS": False}), "toolbox")


def test_checks_leave_the_random_numbers_alone(changed):
    config = changed({})
    state = torch.get_rng_state()
    check(config, "standalone")
    assert torch.equal(torch.get_rng_state(), state)


# --- the same as the toolbox --------------------------------------------------------------------------------------

THEIRS = """
import json, sys
from argparse import Namespace
import config
from rfacenet_toolbox.config import rfacenet_node

config._C.MODEL.RFACENET = rfacenet_node()
trees = {"defaults": config._C}
trees.update((path, config.get_config(Namespace(config_file=path))) for path in sys.argv[1:])
print("\\n" + json.dumps(trees))
"""

VARIANTS = {
    "best epoch": {"TEST.USE_LAST_EPOCH": False},
    "only test": {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": "w.pth"},
    "named": {"TRAIN.DATA.EXP_DATA_NAME": "mine", "TRAIN.DATA.FILE_LIST_PATH": "lists"},
    "a list": {"TEST.DATA.DO_PREPROCESS": False, "TEST.DATA.FILE_LIST_PATH": "lists/test.csv"},
    "high": {"TRAIN.DATA.PREPROCESS.RESIZE": {"W": 64, "H": 72}, "TEST.DATA.PREPROCESS.RESIZE": {"W": 64, "H": 72}},
}


@pytest.mark.toolbox
@pytest.mark.parametrize("checkout", CHECKOUTS or [None], ids=[Path(path).name for path in CHECKOUTS] or ["none"])
def test_tree_and_derived_paths_are_the_toolboxs(checkout, tmp_path):
    if checkout is None:
        pytest.skip("RPPG_TOOLBOX names no checkout")
    files = [str(path) for path in RUNNABLE]
    for name, changes in VARIANTS.items():
        tree = merged({"BASE": [DEMO]}, *(nested(key, value) for key, value in changes.items()))
        files.append(str(write(tmp_path / f"{name}.yaml", tree)))
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([checkout, str(ROOT)]), PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(
        [sys.executable, "-c", THEIRS, *files], cwd=checkout, env=environment, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    for file, theirs in json.loads(done.stdout.splitlines()[-1]).items():
        ours = flat(json.loads(json.dumps(toolbox_tree() if file == "defaults" else load(file))))
        theirs = flat(theirs)
        if "MODEL.iBVPNet.FRAME_NUM" not in theirs:  # a revision from before some keys were added
            ours = {key: value for key, value in ours.items() if key in theirs}
        assert ours == theirs, file


#: what our configs set otherwise than the toolbox's own: paths, plots, and a rate that no network reads
OTHERWISE = {"BASE", "DO_PREPROCESS", "PLOT_LOSSES_AND_LR", "METRICS", "DROP_RATE", "MODEL_FILE_NAME"}


@pytest.mark.toolbox
@pytest.mark.parametrize("checkout", CHECKOUTS or [None], ids=[Path(path).name for path in CHECKOUTS] or ["none"])
@pytest.mark.parametrize("row", BASELINES)
def test_rows_of_table_2_have_the_values_of_the_toolboxs_own_configs(checkout, row):
    if checkout is None:
        pytest.skip("RPPG_TOOLBOX names no checkout")
    for ours, theirs in (("PURE_UBFC", "PURE_PURE_UBFC-rPPG"), ("UBFC_PURE", "UBFC-rPPG_UBFC-rPPG_PURE")):
        ours = flat(load(ROOT / "toolbox_configs" / "table2" / f"{ours}_{row}.yaml"))
        theirs = flat(load(Path(checkout) / "configs" / "train_configs" / f"{theirs}_{BASELINES[row]}.yaml"))
        different = {key.rsplit(".", 1)[-1] for key in ours if ours[key] != theirs[key]}
        assert {key for key in different - OTHERWISE if not key.endswith(("PATH", "_DIR"))} == set()
        if row != "PHYSNET":  # whose file name says Standardized, for DiffNormalized data, in one direction
            assert ours["TRAIN.MODEL_FILE_NAME"] == theirs["TRAIN.MODEL_FILE_NAME"]


def test_the_node_is_a_fresh_one_each_time():
    first = rfacenet_node()
    first.LOSS.TASKS.append("more")
    assert rfacenet_node().LOSS.TASKS == ["bvp", "heart_rate", "identity"]
