"""What is refused before a run starts."""

import os
from pathlib import Path

import pytest
import torch
from support.configs import RUNNABLE, TABLE1, for_splits
from support.paths import CONFIGS

from rfacenet_toolbox.config import check, load
from rfacenet_toolbox.errors import ConfigError

PREPROCESS = "TRAIN.DATA.PREPROCESS"
REFUSED = [
    ({"MODEL.NAME": "rFacenet"}, r"MODEL.NAME is 'rFacenet', which is unknown. Did you mean 'rFaceNet'\?"),
    ({"TRAIN.EPOCHS": 0}, "TRAIN.EPOCHS is 0; expected 1 or more"),
    ({"TRAIN.BATCH_SIZE": 0}, "TRAIN.BATCH_SIZE is 0; expected 1 or more"),
    ({"TRAIN.LR": 0.0}, "TRAIN.LR is 0.0; expected more than 0"),
    ({"TRAIN.DATA.PREPROCESS.RESIZE.W": 100000}, "TRAIN.DATA: PREPROCESS.RESIZE has 100000; expected at most 1024"),
    ({"TRAIN.DATA.CACHED_PATH": "a\0b"}, "TRAIN.DATA.CACHED_PATH is .*, with a NUL character in it"),
    ({"MODEL.RFACENET.RUNTIME.WORKERS": -2}, "WORKERS is -2; expected 0 to 256 processes, or -1"),
    ({"MODEL.RFACENET.LOSS.TASKS": ["bvp", "bvp"]}, "tasks are .*expected 'bvp', .*, once"),
    ({"MODEL.RFACENET.OPTIMIZER.NAME": "adadelta"}, "OPTIMIZER.NAME is 'adadelta'; expected one of Adam, Adadelta"),
    ({"MODEL.RFACENET.OPTIMIZER.NAME": "Adadelta"}, "Adadelta and SCHEDULER OneCycleLR.*Set SCHEDULER to constant"),
    (
        {
            "MODEL.RFACENET.OPTIMIZER": {"NAME": "Adadelta", "SCHEDULER": "constant"},
            "MODEL.RFACENET.RUNTIME.FUSED_OPTIMIZER": True,
        },
        "Adadelta and .*FUSED_OPTIMIZER is True; only Adam has a fused kernel",
    ),
    ({"MODEL.RFACENET.OPTIMIZER.SCHEDULER": "step"}, "OPTIMIZER.SCHEDULER is 'step'; expected one of OneCycleLR"),
    ({"MODEL.RFACENET.OPTIMIZER.WEIGHT_DECAY": -1.0}, "OPTIMIZER.WEIGHT_DECAY is -1.0; expected 0 or more"),
    ({"MODEL.RFACENET.OPTIMIZER.HALVE_AFTER": [30]}, r"HALVE_AFTER is \[30\] and SCHEDULER OneCycleLR; only a consta"),
    ({"MODEL.RFACENET.OPTIMIZER.HALVE_AFTER": [0]}, r"HALVE_AFTER is \[0\]; expected whole numbers of epochs"),
    ({"MODEL.RFACENET.OPTIMIZER.LARGEST_GRADIENT": -5.0}, "LARGEST_GRADIENT is -5.0; expected 0, for no limit"),
    ({"MODEL.RFACENET.AUGMENT.FLIP": 2.0}, "MODEL.RFACENET.AUGMENT.FLIP is 2.0; expected 0, for none, to 1"),
    ({"MODEL.RFACENET.AUGMENT.NOISE": -0.1}, "MODEL.RFACENET.AUGMENT.NOISE is -0.1; expected 0, for none, to 3"),
    ({"MODEL.RFACENET.AUGMENT.SPEED": [1.2, 1.4]}, "SPEED is .1.2, 1.4.; expected the smallest and"),
    ({"MODEL.RFACENET.AUGMENT": {"SPEED": [0.5, 2.0], "HALVE_OR_DOUBLE": 0.5}}, "both change a clip's heart rate"),
    ({"MODEL.RFACENET.AUGMENT.CONTRAST": 0.2}, "CONTRAST is 0.2, .*'DiffNormalized'.: .*no brightness"),
    ({"TRAIN.MODEL_FILE_NAME": ""}, "TRAIN.MODEL_FILE_NAME is empty"),
    ({"TRAIN.MODEL_FILE_NAME": "../x"}, "MODEL_FILE_NAME is '../x'; expected the beginning of a file name within"),
    ({"TRAIN.MODEL_FILE_NAME": "a/../../x"}, "expected the beginning of a file name within MODEL_DIR"),
    ({"TRAIN.MODEL_FILE_NAME": "/x"}, "expected the beginning of a file name within MODEL_DIR"),
    ({"TRAIN.MODEL_FILE_NAME": "x" * 240}, "MODEL_FILE_NAME has 240 bytes"),
    ({"LOG.PATH": "x" * 300}, "LOG.PATH has a folder name of 300 bytes"),
    ({"DEVICE": "meta"}, "DEVICE is 'meta'; expected cpu"),
    ({"MODEL.RFACENET.NOISE_SEED": 2**70}, "MODEL.RFACENET: NOISE_SEED is 1180.*expected a number of 64 bits"),
    ({"TOOLBOX_MODE": "only_test"}, "INFERENCE.MODEL_PATH is '', and there is no such file"),
    ({"TRAIN.DATA.FS": 1000000000}, "TRAIN.DATA.FS is 1000000000; expected the frame rate in Hz, 1 to 1000"),
    ({"MODEL.RFACENET.RUNTIME.WORKERS": 3000}, "WORKERS is 3000; expected 0 to 256 processes"),
    ({"TRAIN.DATA.FS": 0}, "TRAIN.DATA.FS is 0; expected the frame rate in Hz"),
    ({"TEST.DATA.CACHED_PATH": "my_inputs"}, r"TEST.DATA: CACHED_PATH 'my_inputs.*the word 'input'"),
    ({f"{PREPROCESS}.CROP_FACE.BACKEND": "Y5F"}, "TRAIN.DATA: .*BACKEND is 'Y5F'.*standalone host does not have"),
    ({f"{PREPROCESS}.DATA_TYPE": ["Normalised"]}, r"TRAIN.DATA: .*DATA_TYPE is \['Normalised'\]; expected one or more"),
    ({f"{PREPROCESS}.LABEL_TYPE": "ECG"}, "TRAIN.DATA: .*LABEL_TYPE is 'ECG'; expected one of"),
    ({f"{PREPROCESS}.DATA_TYPE": ["Raw", "DiffNormalized"]}, "rFaceNet takes one"),
    ({f"{PREPROCESS}.CHUNK_LENGTH": 64}, "CHUNK_LENGTH is 64, and MODEL.RFACENET.FRAME_NUM is 128"),
    ({f"{PREPROCESS}.DO_CHUNK": False}, "TRAIN.DATA.PREPROCESS.DO_CHUNK is False.*Set DO_CHUNK to True"),
    ({f"{PREPROCESS}.RESIZE.W": 8}, "TRAIN.DATA.PREPROCESS.RESIZE is W 8, H .*takes 16 or more"),
    ({"TEST.DATA.DATA_FORMAT": "NDCHW"}, "TEST.DATA.DATA_FORMAT is 'NDCHW'; rFaceNet takes NCDHW"),
    ({"TRAIN.DATA.BEGIN": 0.9}, "TRAIN.DATA: BEGIN is 0.9 and END is 0.8"),
    ({"TEST.DATA.DATASET": "UBFC-PHYS"}, r"TEST.DATA: DATASET is 'UBFC-PHYS'.*Did you mean 'UBFC-rPPG'\?"),
    ({"MODEL.RFACENET.FUSION": "stage4"}, "MODEL.RFACENET: fusion is 'stage4'; expected one of none, stage1"),
    ({"MODEL.RFACENET.IDENTITY": "none"}, r"nothing to fuse with: contours \(IDENTITY in configs\) is .none."),
    ({"MODEL.RFACENET.TCU_STEPS": 129}, "tcu_steps is 129; expected 1 to 128"),
    ({"MODEL.RFACENET.FRAME_NUM": 126}, "MODEL.RFACENET.FRAME_NUM is 126; expected a multiple of 4, such as 124"),
    ({"MODEL.RFACENET.LOSS.TASKS": ["heart_rate"]}, "tasks are .*expected 'bvp'"),
    ({"MODEL.RFACENET.LOSS.HEART_RATE_UNIT": "Hz"}, "heart_rate_unit is 'Hz'; expected bpm or hz"),
    ({"MODEL.RFACENET.LOSS.SIGMA_INIT": [1.0, 1.0]}, "sigma_init is .*expected three positive numbers"),
    ({"MODEL.RFACENET.LOSS.SIGMA_INIT": [1.0, "one", 1.0]}, "sigma_init is .*expected three positive numbers"),
    ({"MODEL.RFACENET.LOSS.SHARPNESS": [2.0]}, "LOSS.SHARPNESS is .2.0.; expected two numbers"),
    ({"MODEL.RFACENET.LOSS.SHARPNESS": [2.0, "high"]}, "LOSS.SHARPNESS is .*expected two numbers"),
    ({"MODEL.RFACENET.LOSS.HEART_RATE_TERM": "squared"}, "heart_rate_term is 'squared'; expected squared_error or"),
    ({"MODEL.RFACENET.LOSS.SIGMA_FLOOR": -1.0}, "sigma_floor is -1.0; expected a number above 0"),
    ({"MODEL.RFACENET.LOSS.SIGMA_UPDATE": "fixed"}, "sigma_update is 'fixed'; expected learned or running_mean"),
    ({"MODEL.RFACENET.FUSION_INIT": [1.0]}, "fusion_init is .*expected two numbers, where alpha"),
    ({"MODEL.RFACENET.FUSION_INIT": ["zero", 1.0]}, "fusion_init is .*expected two numbers, where alpha"),
    ({"MODEL.RFACENET.TCU_UPSCALE": 4}, "MODEL.RFACENET: tcu_upscale is 4; expected 1 or 2"),
    ({"MODEL.RFACENET.CTFC_CONV": "scalars"}, "MODEL.RFACENET: ctfc_conv is 'scalars'; expected one of full, scalar"),
    ({"MODEL.RFACENET.NORM": "layer"}, "MODEL.RFACENET: norm is 'layer'; expected one of batch, instance, time"),
    ({"MODEL.RFACENET.RUNTIME.PRECISION": "fp16"}, "RUNTIME.PRECISION is 'fp16'; expected one of fp32, bf16"),
    ({"MODEL.RFACENET.RUNTIME.SEED": -1}, "RUNTIME.SEED is -1; expected 0 to 4294967295"),
    ({"MODEL.RFACENET.INIT": "none.pth"}, "INIT is 'none.pth'. There is no weights file at none.pth"),
    ({"DEVICE": "gpu"}, "DEVICE is 'gpu'; expected cpu, or a GPU such as cuda:0"),
    ({"INFERENCE.BATCH_SIZE": 0}, "INFERENCE.BATCH_SIZE is 0; expected 1 or more"),
    ({"INFERENCE.EVALUATION_METHOD": "fft"}, "EVALUATION_METHOD is 'fft'; expected one of FFT, peak detection"),
    (
        {"INFERENCE.EVALUATION_WINDOW": {"USE_SMALLER_WINDOW": True, "WINDOW_SIZE": 0}},
        "EVALUATION_WINDOW.WINDOW_SIZE: The window is 0 s; expected a finite number",
    ),
]


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
    ("PHYSFORMER", {f"{PREPROCESS}.CHUNK_LENGTH": 158}, "CHUNK_LENGTH is 158; expected a multiple of 4, such as 156"),
    (
        "PHYSFORMER",
        {"TEST.DATA.PREPROCESS.RESIZE.W": 72},
        "TEST.*RESIZE is W 72, H 128; PhysFormer takes multiples of 32",
    ),
    ("PHYSFORMER", {"MODEL.PHYSFORMER.NUM_HEADS": 5}, "MODEL.PHYSFORMER: NUM_HEADS is 5; expected a divisor of DIM"),
    ("PHYSFORMER", {"MODEL.DROP_RATE": 1.0}, "MODEL.PHYSFORMER: THETA is 0.7 and DROP_RATE 1.0"),
    ("PHYSFORMER", {"TRAIN.DATA.FS": 5}, "MODEL.PHYSFORMER: fs_hz is 5; PhysFormer's loss looks at heart rates up to"),
    ("TSCAN", {"MODEL.RFACENET.RUNTIME.PRECISION": "fp16"}, "RUNTIME.PRECISION is 'fp16'"),
]


@pytest.mark.parametrize("path", TABLE1, ids=lambda path: path.stem)
def test_table_1s_configs_pass_the_checks_of_the_standalone_host_alone(path, monkeypatch):
    monkeypatch.setattr("rfacenet_toolbox.datasets.settings.check_backend", lambda name: None)  # MTCNN's weights
    config = load(path)
    check(config, "standalone")
    with pytest.raises(ConfigError, match="DATASET is 'VIPL-HR', which only the standalone host reads"):
        check(config, "toolbox")


@pytest.mark.parametrize("host", ["standalone", "toolbox"])
@pytest.mark.parametrize("path", RUNNABLE, ids=lambda path: path.stem)
def test_every_shipped_config_passes_the_checks_of_both_hosts(path, host, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = load(path)
    if config.MODEL.RFACENET.INIT:  # what an earlier run leaves
        (tmp_path / "runs").mkdir()
        (tmp_path / config.MODEL.RFACENET.INIT).touch()
    check(config, host)


@pytest.mark.parametrize("row, changes, message", BASELINE_REFUSED)
def test_settings_that_a_baseline_cannot_have_are_refused_by_key(config_with, row, changes, message):
    with pytest.raises(ConfigError, match=message):
        check(config_with(changes, CONFIGS / "table2" / f"PURE_UBFC_{row}.yaml"), "standalone")


@pytest.mark.parametrize("changes, message", REFUSED, ids=[next(iter(changes)) for changes, _ in REFUSED])
def test_what_would_fail_later_is_refused_first(config_with, changes, message):
    with pytest.raises(ConfigError, match=message):
        check(config_with(changes), "standalone")


UNSUPERVISED = [
    ({"METHOD": ["GREEN", "Pos"]}, r"METHOD is 'Pos', which is unknown. Did you mean 'POS'\? Available: "),
    ({"METHOD": ["rFaceNet"]}, "METHOD is 'rFaceNet', which is unknown. Available: GREEN, ICA, CHROM, LGI"),
    ({"METHOD": []}, "METHOD is empty; expected names of signal methods: GREEN"),
    ({"DATA.FS": 0}, "UNSUPERVISED.DATA.FS is 0; expected the frame rate"),
    ({"DATA.DATASET": "MMPD"}, "UNSUPERVISED.DATA: DATASET is 'MMPD'"),
    ({"DATA.DATA_FORMAT": "NCDHW"}, "UNSUPERVISED.DATA.DATA_FORMAT is 'NCDHW'; the signal methods take NDHWC"),
    ({"DATA.PREPROCESS.DATA_TYPE": ["DiffNormalized", "Raw"]}, r"take the colours as they are: \[Raw\]"),
    ({"DATA.PREPROCESS.LABEL_TYPE": "DiffNormalized"}, "LABEL_TYPE is 'DiffNormalized', a derivative"),
]


@pytest.mark.parametrize("changes, message", UNSUPERVISED)
def test_what_signal_methods_cannot_do_is_refused(config_with, tmp_path, changes, message):
    settings = {"UNSUPERVISED": {"DATA.CACHED_PATH": str(tmp_path / "clips"), **changes}}
    with pytest.raises(ConfigError, match=message):
        check(config_with(settings, CONFIGS / "PURE_UNSUPERVISED.yaml"), "standalone")


def test_validation_data_is_checked_where_it_is_used(config_with):
    wrong = {"VALID.DATA.FS": 0}
    check(config_with(wrong), "standalone")
    with pytest.raises(ConfigError, match="VALID.DATA.FS is 0"):
        check(config_with({**wrong, "TEST.USE_LAST_EPOCH": False}), "standalone")


def test_training_settings_do_not_matter_to_a_test(config_with, tmp_path):
    (tmp_path / "w.pth").write_bytes(b"")
    changes = {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": str(tmp_path / "w.pth")}
    check(config_with({**changes, "TRAIN.EPOCHS": 0, "TRAIN.DATA.FS": 0}), "standalone")


def test_the_toolbox_has_backends_that_the_standalone_host_has_not(config_with):
    check(config_with({f"{PREPROCESS}.CROP_FACE.BACKEND": "Y5F"}), "toolbox")
    for name in ("MP", "MTCNN", "MTCNN_SMOOTH"):
        with pytest.raises(
            ConfigError, match=f"BACKEND is '{name}'; the toolbox has HC, Y5F, RF.*DO_PREPROCESS: False"
        ):
            check(config_with({f"{PREPROCESS}.CROP_FACE.BACKEND": name}), "toolbox")


def test_clips_that_were_made_elsewhere_may_have_any_backend(config_with):
    cached = for_splits({"DO_PREPROCESS": False})
    check(config_with({**cached, f"{PREPROCESS}.CROP_FACE.BACKEND": "MTCNN"}), "toolbox")
    check(config_with({**cached, f"{PREPROCESS}.CROP_FACE.BACKEND": "Y5F"}), "standalone")


@pytest.mark.parametrize("key", ["LOG.PATH", "TEST.DATA.CACHED_PATH"])
def test_folders_that_cannot_be_made_are_refused(config_with, tmp_path, key):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=rf"{key} is .*nothing can be written there: .*file is not a folder"):
        check(config_with({key: str(tmp_path / "file" / "x")}), "standalone")
    assert sorted(os.listdir(tmp_path)) == ["config.yaml", "file"]


def test_folders_without_permission_are_refused(config_with, tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "closed")  # root may write anywhere
    with pytest.raises(ConfigError, match="LOG.PATH is .*closed is not writable"):
        check(config_with({"LOG.PATH": str(tmp_path / "closed" / "run")}), "standalone")


def test_a_cache_that_is_only_read_need_not_be_writable(config_with, tmp_path):
    (tmp_path / "file").write_text("")
    settings = {"CACHED_PATH": str(tmp_path / "file" / "x"), "DO_PREPROCESS": False}
    check(config_with({"TEST.DATA": settings}), "toolbox")


def test_checks_leave_the_random_numbers_alone(config_with):
    config = config_with({})
    state = torch.get_rng_state()
    check(config, "standalone")
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="this machine has the GPU of a Mac")
def test_the_gpu_of_a_mac_is_refused_where_there_is_none(config_with):
    with pytest.raises(ConfigError, match="DEVICE is 'mps', the GPU of a Mac, and there is none here"):
        check(config_with({"DEVICE": "mps"}), "standalone")


@pytest.mark.parametrize(
    "settings, key",
    [({"LOG.PATH": "~/runs"}, "LOG.PATH"), ({"TEST.DATA": {"CACHED_PATH": "~/cache"}}, "TEST.DATA.CACHED_PATH")],
)
def test_the_home_folder_is_not_taken_for_a_folder_called_so(config_with, settings, key):
    with pytest.raises(ConfigError, match=f"{key} begins with '~', which .* Write the whole path"):
        check(config_with(settings), "standalone")


def test_a_data_type_that_the_toolbox_does_not_have_is_standalone_only(config_with, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tree = config_with({f"{split}.DATA.PREPROCESS.DATA_TYPE": ["Scaled"] for split in ("TRAIN", "VALID", "TEST")})
    check(tree, "standalone")
    assert "_DataTypeScaled_" in tree.TRAIN.DATA.CACHED_PATH
    with pytest.raises(ConfigError, match="In a checkout TRAIN.DATA.PREPROCESS.DATA_TYPE is 'Scaled'; expected one of"):
        check(tree, "toolbox")
