"""How large, how deep and how wide what this package reads may be, stated once for every reader.

Each limit is far above what recordings, networks and configs need, and low enough that a damaged or hostile file is
refused within seconds and without taking the memory.
"""

import math

MEGABYTE = 2**20

#: a config file: its size, its nested keys, and its values after aliases and merges have been written out
YAML_BYTES, YAML_DEPTH, YAML_VALUES = MEGABYTE // 4, 30, 20_000
#: results.json, a marker, PURE's ground truth; how deep its values are nested is limited by Python
JSON_BYTES = 16 * MEGABYTE
#: a table, such as per_video.csv, and characters of one of its fields
CSV_BYTES, CSV_FIELD = 32 * MEGABYTE, 4096
#: saved outputs: file, instructions, nesting, values and samples, each reference to a shared one counted
PICKLE_BYTES, PICKLE_STEPS, PICKLE_DEPTH, PICKLE_VALUES = 512 * MEGABYTE, 2_000_000, 30, 50_000_000
#: a whole number in a pickle
PICKLE_NUMBER_BYTES = 1024
#: a name of a video or a recording, as file systems have it
NAME_LENGTH = 255

#: numbers in one variable of a MATLAB file; SCAMPS's frames have 104 million
MAT_VALUES = 2**31
#: of these, what is read at once: one of HDF5's chunks, several that lie side by side, or the whole variable of an
#: older file. All frames of a SCAMPS video have 0.8 GB in double precision, and may be one chunk
MAT_BYTES = 2**31

#: frames per second of a recording
FS_HZ = (1, 1000)
#: beats per minute of a person
HEART_RATE_BPM = (20, 300)
#: frames of a network's clip, the side of its square frames in pixels, and the pixels of all its frames together
CLIP_FRAMES, CLIP_SIDE, CLIP_PIXELS = (2, 10_000), (8, 1024), 2**25
#: ways in which a clip's frames are normalised, one after the other
DATA_TYPES = 4
#: a method's settings in a weights file, and a number among them
SETTINGS_BYTES, SETTING = 4096, (-10_000, 10_000)
#: processes that load clips
WORKERS = 256
#: a network as ONNX; the largest that is exported, PhysFormer, has 30 MB
ONNX_BYTES = 512 * MEGABYTE


def within(value, bounds):
    """Whether a number is finite and lies in ``bounds`` (lowest, highest), both included."""
    low, high = bounds
    return math.isfinite(value) and low <= value <= high
