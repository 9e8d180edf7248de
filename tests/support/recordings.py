"""Frames and pulses made for tests, and the one writer of them: as PURE, as UBFC-rPPG, as videos and pictures."""

import hashlib
import json

import cv2
import numpy as np

from rfacenet_toolbox.synthetic import writers

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


def stamps_ns(times_s):
    """Times from the first frame on as PURE's stamps."""
    return [FIRST_NS + int(time_s * 1e9) for time_s in times_s]


def write_images(folder, frames, times_s=None):
    """Write BGR frames as PNG, named by time in nanoseconds as PURE's are, or numbered; returns the folder."""
    folder.mkdir(parents=True)
    names = [f"frame{index}" for index in range(len(frames))]
    if times_s is not None:
        names = [f"Image{stamp}" for stamp in stamps_ns(times_s)]
    for name, frame in zip(names, frames):
        cv2.imwrite(str(folder / f"{name}.png"), frame)
    return folder


def write_video(path, frames, fps_hz=30.0, codec="FFV1"):
    """Write BGR frames; returns the path."""
    size = frames[0].shape[1], frames[0].shape[0]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*codec), fps_hz, size)
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path


def write_pure(root, folder="01-01", frames=None, ppg=None, timestamps=True):
    """Write RGB frames as a PURE recording at 30 fps with a 60 Hz PPG; returns its folder."""
    frames = noise_frames(40) if frames is None else frames
    ppg = pulse(2 * len(frames), 60) if ppg is None else ppg
    path, times_s = root / folder, np.arange(len(frames)) / 30
    write_images(path / folder, [cv2.cvtColor(frame, cv2.COLOR_RGB2BGR) for frame in frames], times_s)
    content = {"/FullPackage": [{"Value": {"waveform": value, "pulseRate": 72}} for value in np.asarray(ppg).tolist()]}
    if timestamps:
        for stamp, sample in zip(stamps_ns(np.arange(len(ppg)) / 60), content["/FullPackage"]):
            sample["Timestamp"] = stamp
        content["/Image"] = [{"Timestamp": stamp, "Value": {"seq": 0}} for stamp in stamps_ns(times_s)]
    (path / (folder + ".json")).write_text(json.dumps(content))
    return path


def edit_truth(path, change):
    """Let a function change the content of a PURE recording's JSON file."""
    file = path / (path.name + ".json")
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


def keep_frames(path, keep):
    """Remove the frames of a PURE recording whose number ``keep`` says no to, and their entries in the JSON file."""
    images = sorted((path / path.name).glob("*.png"))
    for index, image in enumerate(images):
        if not keep(index):
            image.unlink()

    def cut(content):
        content["/Image"] = [entry for index, entry in enumerate(content["/Image"]) if keep(index)]

    edit_truth(path, cut)


def write_ubfc_rppg(root, folder="subject1", frames=None, ppg=None, fps_hz=30.0):
    """Write RGB frames as a UBFC-rPPG recording (MJPG AVI); returns its folder."""
    frames = noise_frames(40) if frames is None else frames
    path = root / folder
    path.mkdir(parents=True)
    write_video(path / "vid.avi", [cv2.cvtColor(frame, cv2.COLOR_RGB2BGR) for frame in frames], fps_hz, "MJPG")
    write_ground_truth(path, pulse(len(frames), fps_hz) if ppg is None else ppg, fps_hz)
    return path


def write_both(root, frames, scenarios=(1, 2), test_subjects=(1, 2, 10)):
    """Write ``PURE``, of subjects 1 and 2, and ``UBFC-rPPG``, with these RGB frames and a heart rate for each."""
    for subject in (1, 2):
        for scenario in scenarios:
            ppg = pulse(2 * len(frames), 60, 1.0 + 0.2 * scenario)
            write_pure(root / "PURE", f"0{subject}-0{scenario}", frames[:, :, :: (-1) ** subject], ppg)
    for subject in test_subjects:
        write_ubfc_rppg(root / "UBFC-rPPG", f"subject{subject}", frames, pulse(len(frames), 30, 1 + 0.1 * subject))


def write_ground_truth(path, ppg, fps_hz=30.0):
    """Write the three lines of ``ground_truth.txt``: PPG, heart rate, time."""
    lines = [ppg, np.full(len(ppg), 72.0), np.arange(len(ppg)) / fps_hz]
    text = "\n".join(" ".join(f"{value:.7e}" for value in line) for line in lines)
    (path / "ground_truth.txt").write_text(text + "\n")


def write_vipl_hr(
    root, folder="data/p1/v1/source1", frames=None, fs_hz=25.0, heart_rates=None, wave=None, stamps="own"
):
    """Write RGB frames as a VIPL-HR video whose frames come at ``fs_hz``; returns its folder.

    ``stamps`` are the milliseconds of the frames, None for no ``time.txt``. Ground truth covers the video by default.
    """
    frames = noise_frames(100) if frames is None else frames
    times_s = np.arange(len(frames)) / fs_hz
    stamps = 1000 * times_s if isinstance(stamps, str) else stamps
    end_s = times_s[-1] if stamps is None else stamps[-1] / 1000
    heart_rates = np.full(int(np.ceil(end_s)) + 1, 72.0) if heart_rates is None else heart_rates
    wave = (pulse(int(60 * end_s), 60) - 70) / 60 if wave is None else wave
    writers.write_vipl_hr(root / folder, frames, heart_rates, wave, stamps)
    return root / folder


def digests(folder):
    """{relative path: SHA-256} of all files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
