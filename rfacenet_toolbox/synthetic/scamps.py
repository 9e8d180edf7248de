"""SCAMPS's format: a MATLAB file of version 7.3 for each video, with the square around the face and the PPG."""

import numpy as np

_HEADER = b"MATLAB 7.3 MAT-file, synthetic".ljust(116) + bytes(8) + b"\x00\x02IM"  # SciPy's and MATLAB's hold the time
_COLUMNS = 16


def write_scamps(path, frames, bvp, dtype="float32"):
    """Write ``Xsub`` and ``d_ppg``; the data set's other variables are left out.

    Args:
        path: ``Path`` of the file.
        frames: iterable of (H, W, 3) uint8 RGB; the square in their middle is written, as colours from 0 to 1.
        bvp: the PPG, a sample per frame; it is scaled to a deviation of 1 and a smallest value of 0.
        dtype: of the colours.
    """
    import h5py

    frames = np.stack([_middle(frame) for frame in frames])
    bvp = (np.asarray(bvp) - np.mean(bvp)) / np.std(bvp)
    count, height, width = frames.shape[:3]
    with h5py.File(str(path), "w", userblock_size=512) as file:
        stored = file.create_dataset(
            "Xsub", (3, width, height, count), dtype, chunks=(1, min(_COLUMNS, width), height, count),
            compression="gzip", compression_opts=1, track_times=False,
        )  # fmt: skip
        for left in range(0, width, _COLUMNS):
            stored[:, left : left + _COLUMNS] = frames[:, :, left : left + _COLUMNS].T.astype(dtype) / 255
        ppg = file.create_dataset("d_ppg", data=(bvp - bvp.min())[:, None], track_times=False)
        stored.attrs["MATLAB_class"] = np.bytes_({"float32": "single", "float64": "double"}[dtype])
        ppg.attrs["MATLAB_class"] = np.bytes_("double")
    with open(str(path), "r+b") as file:
        file.write(_HEADER)


def _middle(frame):
    side = min(frame.shape[:2])
    top, left = ((length - side) // 2 for length in frame.shape[:2])
    return frame[top : top + side, left : left + side]
