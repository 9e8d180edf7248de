"""The main job on what is wrong: data, configs and weights that are broken in turn.

Mostly tried by calling what main.py calls, in this process; the exit status is tried on real processes.
"""

import re
import shutil

import numpy as np
import pytest
from support.configs import for_splits
from support.main_job import FRAMES, LENGTH, finish, model_files, snapshot, start, write_config
from support.recordings import noise_frames, write_ubfc_rppg

from rfacenet_toolbox import RFaceNet
from rfacenet_toolbox.cli import standalone
from rfacenet_toolbox.training import state_dicts


def paragraph(errors):
    """The error message, after checking that it is all there is beside progress bars."""
    *bars, message = re.split(r"[\r\n](?=error: )", "\n" + errors)
    assert len(bars) == 1, errors
    for line in re.split(r"[\r\n]+", bars[0]):
        assert not line or re.match(r"(Preprocessing|Test|Train epoch \d+|Validation):", line), errors
    assert "Traceback" not in message and "\n\n" not in message, errors
    return message.strip()


def truncate(path):
    """Keep the first half of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def truncated_video(folder):
    truncate(folder / "UBFC-rPPG" / "subject2" / "vid.avi")


def missing_frame(folder):
    sorted((folder / "PURE" / "02-01" / "02-01").iterdir())[7].unlink()


def empty_ground_truth(folder):
    (folder / "UBFC-rPPG" / "subject10" / "ground_truth.txt").write_text("")


def no_such_data(folder):
    write_config(folder, {"TEST.DATA.DATA_PATH": str(folder / "nowhere")})


def misspelt_key(folder):
    write_config(folder, {"MODEL.RFACENET.FUSSION": "stage2"})


def short_recording(folder):
    write_ubfc_rppg(folder / "UBFC-rPPG", "subject3", noise_frames(FRAMES - 1))


def no_config(folder):
    (folder / "config.yaml").unlink()


def frame_num(folder):
    write_config(folder, {"MODEL.RFACENET.FRAME_NUM": 2 * FRAMES})


def only_test(folder, weights):
    write_config(folder, {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": str(weights)})


def damaged_weights(folder):
    weights = folder / "damaged.pth"
    shutil.copy(str(model_files(folder) / "small_Epoch2.pth"), str(weights))
    truncate(weights)
    only_test(folder, weights)


def weights_that_are_text(folder):
    (folder / "text.pth").write_text("a note, not weights\n")
    only_test(folder, folder / "text.pth")


def weights_of_another_variant(folder):
    state_dicts.save(
        folder / "other.pth", RFaceNet(frames=FRAMES, subjects=0, fusion="none", contours="none").state_dict()
    )
    only_test(folder, folder / "other.pth")


def state_instead_of_weights(folder):
    only_test(folder, model_files(folder) / "small_state.pth")


def unreadable_clip(folder):
    for path in folder.glob("clips/*/subject2_input1.npy"):
        truncate(path)
    write_config(folder, for_splits({"DO_PREPROCESS": False}))


def log_below_a_file(folder):
    (folder / "a_file").write_text("")
    write_config(folder, {"LOG.PATH": str(folder / "a_file" / "run")})


BROKEN = {
    truncated_video: r"1 of 3 .*- UBFC-rPPG recording subject2 .*(s of video are missing|video was cut short)",
    missing_frame: rf"1 of 4 .*- PURE recording 201 .*1 of the {LENGTH} frames .* not there, the first is Image\d+.png",
    empty_ground_truth: r"- UBFC-rPPG recording subject10 .*ground_truth.txt is empty",
    no_such_data: r"nowhere' is not a folder, so there are no UBFC-rPPG recordings",
    misspelt_key: r"config.yaml sets .*FUSSION, which is not a setting. Did you mean MODEL.RFACENET.FUSION\?",
    short_recording: r"- UBFC-rPPG recording subject3 .*it has 31 labelled frames, and a clip needs 32",
    no_config: r"no config file at .*config.yaml",
    frame_num: r"CHUNK_LENGTH is 32, and MODEL.RFACENET.FRAME_NUM is 64",
    damaged_weights: r"damaged.pth cannot be read as a checkpoint",
    weights_that_are_text: r"text.pth cannot be read as a checkpoint",
    weights_of_another_variant: r"other.pth is of another model than the config describes: .* absent \(",
    state_instead_of_weights: r"small_state.pth holds epoch, run, identities .* as a training state does",
    unreadable_clip: r"subject2_input1.npy cannot be read .*Delete it and run again",
    log_below_a_file: r"LOG.PATH is .*a_file/run",
}


@pytest.mark.parametrize("spoil", BROKEN, ids=lambda spoil: spoil.__name__)
def test_what_is_broken_is_named_before_any_training_and_nothing_is_lost(finished_job_copy, capfd, spoil):
    spoil(finished_job_copy)
    before = snapshot(finished_job_copy / "clips", finished_job_copy / "run")
    capfd.readouterr()
    assert standalone(["--config_file", str(finished_job_copy / "config.yaml")]) == 2
    errors = capfd.readouterr().err
    assert re.search(BROKEN[spoil], paragraph(errors), re.DOTALL)
    assert "Train epoch" not in errors
    after = snapshot(finished_job_copy / "clips", finished_job_copy / "run")
    assert {path: after.get(path) for path in before} == before


def test_a_clip_that_is_not_finite_stops_the_training_by_name(finished_job_copy, capfd):
    for path in finished_job_copy.glob("clips/*/102_input2.npy"):
        clip = np.load(path)
        clip[5] = np.nan
        np.save(path, clip)
    settings = {"MODEL.RFACENET.RESUME": "never", **for_splits({"DO_PREPROCESS": False})}
    config = write_config(finished_job_copy, settings)
    before = snapshot(finished_job_copy / "run")
    assert standalone(["--config_file", str(config)]) == 2
    message = paragraph(capfd.readouterr().err)
    assert re.search("the loss became nan in epoch 0, at the clips 102 chunk 2. No epoch was finished", message)
    assert snapshot(finished_job_copy / "run") == before


@pytest.mark.parametrize("spoil", [truncated_video, unreadable_clip], ids=lambda spoil: spoil.__name__)
def test_a_process_ends_with_status_2_and_the_paragraph(finished_job_copy, spoil):
    spoil(finished_job_copy)
    status, errors = finish(start(finished_job_copy / "config.yaml"))
    assert status == 2
    assert re.search(BROKEN[spoil], paragraph(errors), re.DOTALL)
