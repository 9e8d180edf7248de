"""What do the ways to test clips longer than those of the training give?

``python benchmarks/long_clips.py FOLDER`` predicts every recording in FOLDER, which `rfacenet synth --dataset
varied-pure` wrote, with the shipped weights in each way of ``MODEL.RFACENET.TEST.CLIPS``, reads the heart rate off by
the protocol ``vipl`` (Eq. 3 on segments of about 8 s, whose mean it is), and prints the errors as a Markdown table.
"""

import argparse
import functools
import json
import statistics
from pathlib import Path

import numpy as np
import torch
from measuring import machine
from tqdm import tqdm

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.datasets.face_boxes import face_video
from rfacenet_toolbox.datasets.normalise import FrameFeatures
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.datasets.settings import preprocess_settings
from rfacenet_toolbox.evaluation import get_protocol
from rfacenet_toolbox.evaluation.segments import mean_heart_rate_bpm
from rfacenet_toolbox.runtime.weights_path import SHIPPED
from rfacenet_toolbox.synthetic import MANIFEST
from rfacenet_toolbox.training import learners, state_dicts, weights_files
from rfacenet_toolbox.training.clip_lengths import predictor

#: of the shipped weights' clips
FRAMES, SIDE, FS_HZ = 128, 36, 30
#: what the table calls it -> settings of MODEL.RFACENET.TEST
WAYS = {
    "`as_trained`, clips of 128 frames one after the other": {"CLIPS": "as_trained"},
    "`segments` of about 8 s": {"CLIPS": "segments"},
    "`segments`, the whole recording in one": {"CLIPS": "segments", "SEGMENT_S": 1e4},
    "`joined` windows of 128 frames": {"CLIPS": "joined"},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    notes = json.loads((folder / MANIFEST).read_text())["recordings"]
    tree = _config()
    learner = learners.for_inference(tree)
    learner.model.eval()
    file = weights_files.read(SHIPPED)
    state_dicts.fit(learner.model, file.weights, file.path, learner.optional_weights)
    rates = {way: {} for way in WAYS}
    for recording in tqdm(find_recordings("PURE", str(folder)), ncols=100):
        clip = _clip(recording, preprocess_settings(tree.TEST.DATA))
        for way, settings in WAYS.items():
            tree.MODEL.RFACENET.TEST.update({"SEGMENT_S": 8.0, **settings})
            rates[way][Path(recording.path).name] = _heart_rate_bpm(_waveform(tree, learner, clip))
    _print({name: notes[name]["heart_rate_bpm"] for name in rates[next(iter(WAYS))]}, rates)


def _config():
    tree = toolbox_tree()
    tree.MODEL.NAME, tree.MODEL.RFACENET.FRAME_NUM = "rFaceNet", FRAMES
    data = tree.TEST.DATA
    data.DATASET, data.FS, data.PREPROCESS.CHUNK_LENGTH = "PURE", FS_HZ, FRAMES
    data.PREPROCESS.DATA_TYPE, data.PREPROCESS.LABEL_TYPE = ["DiffNormalized"], "DiffNormalized"
    data.PREPROCESS.RESIZE.W = data.PREPROCESS.RESIZE.H = SIDE
    return tree


def _clip(recording, settings):
    frames = face_video(functools.partial(recording.frames, bgr=True), settings, bgr=True).frames
    clip = FrameFeatures(frames, settings.data_types).clip(0, len(frames))
    return torch.from_numpy(np.ascontiguousarray(clip.transpose(3, 0, 1, 2)))


def _waveform(tree, learner, clip):
    predict = predictor(tree, learner)
    clips = clip[None]
    if tree.MODEL.RFACENET.TEST.CLIPS == "as_trained":  # the tail that fills no clip is left out
        clips = torch.stack(clip[:, : clip.shape[1] // FRAMES * FRAMES].split(FRAMES, dim=1))
    with torch.inference_mode():
        return torch.cat(list(predict(clips, ["it"] * len(clips)))).numpy()


def _heart_rate_bpm(waveform):
    protocol = get_protocol("vipl")
    return mean_heart_rate_bpm(waveform, FS_HZ, protocol.band_hz, True, protocol.segment_s)


def _print(truth, rates):
    first = next(iter(rates))
    lines = [["", "MAE (bpm)", "RMSE (bpm)", "within 3 bpm", "mean difference from the first (bpm)"], ["---"] * 5]
    for way, found in rates.items():
        errors = [found[name] - truth[name] for name in truth]
        apart = [abs(found[name] - rates[first][name]) for name in truth]
        rmse = statistics.mean(error**2 for error in errors) ** 0.5
        near = sum(abs(error) <= 3 for error in errors)
        numbers = statistics.mean(map(abs, errors)), rmse
        cells = [f"{number:.2f}" for number in numbers] + [f"{near} of {len(errors)}", f"{statistics.mean(apart):.2f}"]
        lines.append([way, *cells])
    print("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
    print(f"\n{len(truth)} synthetic recordings; {machine()}")


if __name__ == "__main__":
    main()
