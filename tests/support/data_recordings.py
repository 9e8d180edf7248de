"""Small recordings in the data sets' formats, and the config node to read them with, for the data tests."""

import json

import cv2
import numpy as np
from yacs.config import CfgNode

FIRST_NS = 1392643993642815000


def pulse(count, rate_hz, heart_rate_hz=1.2):
    """A PPG with a second harmonic."""
    phase = 2 * np.pi * heart_rate_hz * np.arange(count) / rate_hz
    return 100 + 20 * np.sin(phase) + 7 * np.sin(2 * phase + 0.5)


def noise_frames(count, height=24, width=32, seed=0):
    """uint8 RGB frames that differ in every pixel."""
    return np.random.RandomState(seed).randint(0, 256, (count, height, width, 3)).astype(np.uint8)


def face_frames(count, height=120, width=160, seed=0):
    """uint8 RGB frames of a drawn face that drifts, blinks with the pulse and is found by the Haar cascade."""
    random = np.random.RandomState(seed)
    backdrop = random.randint(90, 110, (height, width, 3)).astype(np.uint8)
    frames = []
    for index in range(count):
        frame = backdrop.copy()
        x, y = width // 2 + index // 6, height // 2 + index // 10
        skin = (205 + int(6 * np.sin(index * 0.25)), 160, 135)
        cv2.ellipse(frame, (x, y), (30, 40), 0, 0, 360, skin, -1)
        for side in (-1, 1):
            cv2.ellipse(frame, (x + side * 12, y - 10), (7, 4), 0, 0, 360, (45, 30, 25), -1)
            cv2.ellipse(frame, (x + side * 12, y - 18), (9, 2), 0, 0, 360, (80, 50, 40), -1)
        cv2.ellipse(frame, (x, y + 4), (4, 7), 0, 0, 360, (180, 130, 110), -1)
        cv2.ellipse(frame, (x, y + 20), (12, 4), 0, 0, 360, (150, 70, 70), -1)
        blurred = cv2.GaussianBlur(frame, (5, 5), 0).astype(np.int16)
        frames.append(np.clip(blurred + random.randint(-3, 4, blurred.shape), 0, 255).astype(np.uint8))
    return np.stack(frames)


def write_pure(root, folder="01-01", frames=None, ppg=None, timestamps=True):
    """Write a PURE recording at 30 fps with a 60 Hz PPG; returns its folder."""
    frames = noise_frames(40) if frames is None else frames
    ppg = pulse(2 * len(frames), 60) if ppg is None else ppg
    path = root / folder
    (path / folder).mkdir(parents=True)
    frame_ns = [FIRST_NS + index * 1000000000 // 30 for index in range(len(frames))]
    for stamp, frame in zip(frame_ns, frames):
        cv2.imwrite(str(path / folder / f"Image{stamp}.png"), cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    samples = [{"Value": {"waveform": value, "pulseRate": 72}} for value in np.asarray(ppg).tolist()]
    content = {"/FullPackage": samples}
    if timestamps:
        for index, sample in enumerate(samples):
            sample["Timestamp"] = FIRST_NS + index * 1000000000 // 60
        content["/Image"] = [{"Timestamp": stamp, "Value": {"seq": 0}} for stamp in frame_ns]
    (path / (folder + ".json")).write_text(json.dumps(content))
    return path


def write_ubfc_rppg(root, folder="subject1", frames=None, ppg=None):
    """Write a UBFC-rPPG recording (MJPG AVI at 30 fps); returns its folder."""
    frames = noise_frames(40) if frames is None else frames
    ppg = pulse(len(frames), 30) if ppg is None else ppg
    path = root / folder
    path.mkdir(parents=True)
    size = frames.shape[2], frames.shape[1]
    video = cv2.VideoWriter(str(path / "vid.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 30, size)
    for frame in frames:
        video.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    video.release()
    write_ground_truth(path, ppg)
    return path


def write_ground_truth(path, ppg):
    """Write the three lines of ``ground_truth.txt``: PPG, heart rate, time."""
    lines = [ppg, np.full(len(ppg), 72.0), np.arange(len(ppg)) / 30]
    text = "\n".join(" ".join(f"{value:.7e}" for value in line) for line in lines)
    (path / "ground_truth.txt").write_text(text + "\n")


def data_node(dataset, data_path, cached_path, **changes):
    """A ``DATA`` node as a config has it; ``changes`` are keys of PREPROCESS in one word, e.g. ``DO_CROP_FACE``."""
    crop = {
        "DO_CROP_FACE": False,
        "BACKEND": "HC",
        "USE_LARGE_FACE_BOX": True,
        "LARGE_BOX_COEF": 1.5,
        "DETECTION": {
            "DO_DYNAMIC_DETECTION": False,
            "DYNAMIC_DETECTION_FREQUENCY": 30,
            "USE_MEDIAN_FACE_BOX": False,
        },
    }
    preprocess = {
        "DATA_TYPE": ["DiffNormalized"],
        "LABEL_TYPE": "DiffNormalized",
        "DATA_AUG": ["None"],
        "DO_CHUNK": True,
        "CHUNK_LENGTH": 16,
        "CROP_FACE": crop,
        "RESIZE": {"W": 12, "H": 12},
        "USE_PSUEDO_PPG_LABEL": False,
    }
    node = {
        "DATASET": dataset,
        "DATA_PATH": str(data_path),
        "CACHED_PATH": str(cached_path),
        "FILE_LIST_PATH": str(cached_path) + "_list.csv",
        "EXP_DATA_NAME": "",
        "BEGIN": 0.0,
        "END": 1.0,
        "FS": 30,
        "DO_PREPROCESS": True,
        "DATA_FORMAT": "NCDHW",
        "FOLD": {"FOLD_NAME": "", "FOLD_PATH": ""},
        "PREPROCESS": preprocess,
    }
    places = (node, preprocess, crop, crop["DETECTION"], preprocess["RESIZE"])
    for key, value in changes.items():
        place = next(place for place in places if key in place)
        place[key] = value
    return CfgNode(node)
