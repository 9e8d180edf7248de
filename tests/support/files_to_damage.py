"""Every kind of file that the package reads: made in a folder, with a function that reads it."""

import json
import pickle

import numpy as np
import torch
from safetensors.torch import save_file
from support.configs import PURE_TO_UBFC, data_node, write
from support.recordings import noise_frames, write_pure, write_ubfc_rppg, write_video

from rfacenet_toolbox import config
from rfacenet_toolbox.datasets import clip_cache, file_lists
from rfacenet_toolbox.datasets.clips import ClipDataset, check_files
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.evaluation.files import outputs, run_folder
from rfacenet_toolbox.experiments.run import RECORD, Run
from rfacenet_toolbox.hosts.toolbox import install
from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.prediction import clip_model
from rfacenet_toolbox.prediction.sources import open_source
from rfacenet_toolbox.synthetic import MANIFEST, write_dataset
from rfacenet_toolbox.synthetic.dataset import read_specs
from rfacenet_toolbox.training import state_dicts


def tensors():
    torch.manual_seed(0)
    return {"a.weight": torch.rand(4, 3), "a.bias": torch.rand(4), "n": torch.tensor(3)}


def results():
    metrics = dict.fromkeys(("MAE", "RMSE", "MAPE", "Pearson", "SNR", "MACC"), [1.0, 0.5])
    return {
        "schema": 1, "model": "rFaceNet", "host": "standalone", "host_revision": None, "mode": "only_test",
        "train_set": None, "test_set": "PURE", "weights": "w.pth", "seed": 100,
        "videos": {"expected": 3, "scored": 3, "missing": []}, "evaluation_method": "FFT",
        "protocols": {"neurips2023": {"n": 3, **metrics, "undefined": {}}}, "versions": {}, "config": {},
    }  # fmt: skip


def _yaml(folder):
    path = folder / "c.yaml"
    path.write_text(
        "BASE: ['']\nTOOLBOX_MODE: train_and_test\nDEVICE: cpu\nLOG: {PATH: runs/a}\nMODEL: {NAME: rFaceNet}\n"
        "TRAIN:\n  EPOCHS: 2\n  LR: 9e-3\n  MODEL_FILE_NAME: a\n  DATA: &data\n    FS: 30\n    DATASET: PURE\n"
        "    PREPROCESS: {DATA_TYPE: ['DiffNormalized'], RESIZE: {H: 72, W: 72}}\nTEST: {DATA: *data}\n"
    )
    return path, lambda: config.load(path)


def _weights(folder):
    torch.save(tensors(), folder / "w.pth")
    return folder / "w.pth", lambda: state_dicts.load_weights(folder / "w.pth")


def _old_weights(folder):
    torch.save(tensors(), folder / "w.pth", _use_new_zipfile_serialization=False)
    return folder / "w.pth", lambda: state_dicts.load_weights(folder / "w.pth")


def _safetensors(folder):
    path = folder / "w.safetensors"
    save_file(RFaceNet(frames=32, subjects=0).state_dict(), str(path), {"frames": "32", "size": "72", "fs_hz": "30"})
    return path, lambda: clip_model.load("rfacenet", path)


def _outputs(folder):
    signal = {0: torch.rand(100), 1: torch.rand(100)}
    content = {"predictions": {"101": signal}, "labels": {"101": signal}, "label_type": "Raw", "fs": 30}
    (folder / "x_outputs.pickle").write_bytes(pickle.dumps(content, protocol=4))
    return folder / "x_outputs.pickle", lambda: outputs.read(folder / "x_outputs.pickle").evaluate()


def _run(folder, damage):
    (folder / "results.json").write_text(json.dumps(results()))
    (folder / "epochs.csv").write_text("epoch,loss\n0,2.5\n1,\n")
    (folder / "per_video.csv").write_text(
        "protocol,video,heart_rate_bpm,label_heart_rate_bpm,error_bpm\nneurips2023,101,60,61,-1\n"
    )

    def read():
        run = run_folder.read_run(folder)
        for protocol in run.results["protocols"]:
            run.heart_rates(protocol), run.absolute_errors(protocol), run.metric("MAE", protocol)
        return run.scored_of_expected, run.seed

    return folder / damage, read


def _marker(folder):
    clip_cache.write_clip(str(folder), "101", 0, np.zeros((4, 8, 8, 3), np.float32), np.zeros(4, np.float32))
    clip_cache.write_marker(
        str(folder), "101", True, report={"clips": 1}, source=[1, 2, 3], settings={}, clip_bytes=[1]
    )
    return folder / "101_cached.json", lambda: clip_cache.cached_inputs(str(folder), "101")


def _clip(folder):
    path = clip_cache.write_clip(str(folder), "101", 0, np.zeros((4, 8, 8, 3), np.float32), np.zeros(4, np.float32))

    node = data_node("PURE", str(folder), str(folder))
    node.PREPROCESS.CHUNK_LENGTH, node.PREPROCESS.RESIZE.H, node.PREPROCESS.RESIZE.W = 4, 8, 8

    def read():
        check_files([path], node)
        return ClipDataset([path], "NCDHW")[0]

    return folder / "101_input0.npy", read


def _file_list(folder):
    file_lists.write_file_list(str(folder / "list.csv"), [str(folder / "101_input0.npy")])
    return folder / "list.csv", lambda: file_lists.read_file_list(str(folder / "list.csv"))


def _pure(folder):
    write_pure(folder / "data")
    (path,) = (folder / "data").rglob("*.json")
    return path, lambda: _signal("PURE", folder)


def _ubfc(folder):
    write_ubfc_rppg(folder / "data")
    (path,) = (folder / "data").rglob("ground_truth.txt")
    return path, lambda: _signal("UBFC-rPPG", folder)


def _signal(dataset, folder):
    (recording,) = find_recordings(dataset, str(folder / "data"))
    recording.dataset.times(recording)
    return recording.ppg()


def _record(folder):
    run = Run("a", folder / "a", {"BASE": [PURE_TO_UBFC]})
    run.begin()
    run.finish(2.5)

    def read():
        seconds = run.record.get("seconds", 0)
        return run.current, run.done, seconds + 1, run.record.get("settings", {}).items()

    return run.folder / RECORD, read


def _note(folder):
    write_dataset(folder / "data", "pure", 1, scenarios=[1, 2], seconds=0.1, size=(160, 120), workers=1)
    return folder / "data" / MANIFEST, lambda: [spec.frame_count for spec in read_specs(folder / "data").values()]


def _install_record(folder):
    path = folder / install.FOLDER / install.RECORD
    record = {"main": "ab" * 32, "configs": {"A.yaml": "cd" * 32, "table2/B.yaml": "ef" * 32}, "made_folder": True}
    write(path, json.dumps(record))
    write(folder / install.FOLDER / "users.yaml", "")  # or the folder is removed
    (folder / "main.py").write_text("")
    return path, lambda: install.uninstall(str(folder), keep_edits=True)


def _video(folder, name, codec):
    path = write_video(folder / name, noise_frames(12, 32, 48), 30.0, codec)

    def read():
        source = open_source(path)
        try:
            return sum(frame.image.size > 0 for frame in source.frames()), source.notes
        finally:
            source.close()

    return path, read


def _ubfc_video(folder):
    write_ubfc_rppg(folder / "data", frames=noise_frames(12, 32, 48))
    (path,) = (folder / "data").rglob("vid.avi")

    def read():
        (recording,) = find_recordings("UBFC-rPPG", str(folder / "data"))
        recording.dataset.times(recording)
        return sum(frame.size > 0 for frame in recording.frames())

    return path, read


FILES = {
    "YAML": _yaml, "weights": _weights, "weights before torch 1.6": _old_weights, "safetensors": _safetensors,
    "outputs": _outputs, "results.json": lambda folder: _run(folder, "results.json"),
    "per_video.csv": lambda folder: _run(folder, "per_video.csv"),
    "epochs.csv": lambda folder: _run(folder, "epochs.csv"), "marker": _marker, "clip": _clip, "file list": _file_list,
    "PURE": _pure, "UBFC-rPPG": _ubfc, "run record": _record, "note of synthetic recordings": _note,
    "install record": _install_record, "MP4": lambda folder: _video(folder, "a.mp4", "mp4v"),
    "AVI": lambda folder: _video(folder, "a.avi", "MJPG"), "Matroska": lambda folder: _video(folder, "a.mkv", "FFV1"),
    "AVI in UBFC-rPPG": _ubfc_video,
}  # fmt: skip
