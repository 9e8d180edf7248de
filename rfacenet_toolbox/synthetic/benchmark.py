"""DrawnFaces-102: two fixed data sets of drawn faces, hard enough that methods come apart on them.

60 recordings of ten people in PURE's six scenarios, in PURE's format, and 42 recordings of other people at rest, with
other light, cameras and compression, in UBFC-rPPG's. What is measured on them is synthetic: it compares methods under
known conditions, and says nothing about real faces. ``docs/benchmark.md`` has results.
"""

from pathlib import Path

from ..errors import DataError
from .dataset import is_synthetic, write_dataset

NAME = "DrawnFaces-102"
#: the folders of the two data sets, as :func:`write_benchmark` names them
PURE, UBFC = "PURE", "UBFC-rPPG"
#: how large frames are unless asked otherwise, and how long recordings are: four clips of 128 frames, five of 120
SIZE, SECONDS = (160, 120), 20.1
#: Strengths of pulse, motion, light and noise were chosen on this seed and two others so that POS and CHROM are off by
#: 4 to 12 bpm, and PhysNet, trained on easier recordings, by 1 to 6. On this seed, no other network was looked at.
SEED = 102


def write_benchmark(out, size=SIZE, workers=None, on_recording=None):
    """Write the benchmark into ``out/PURE`` and ``out/UBFC-rPPG``, or what is missing of it.

    Args:
        out: folder, made if missing.
        size: (width, height) of the frames; the same people and pulses at every size.
        workers, on_recording: as of :func:`~.dataset.write_dataset`.

    Returns:
        {``"PURE"`` and ``"UBFC-rPPG"``: the recordings' folders}.

    Raises:
        ConfigError, DataError: as :func:`~.dataset.write_dataset` does; or one of the two folders is there already and
            holds something else.
    """
    for name in (PURE, UBFC):
        _check_own(Path(out) / name)
    shared = {"seed": SEED, "seconds": SECONDS, "size": size, "workers": workers, "on_recording": on_recording}
    return {
        PURE: write_dataset(Path(out) / PURE, "benchmark-pure", subjects=10, **shared),
        UBFC: write_dataset(Path(out) / UBFC, "benchmark-ubfc", subjects=42, first_subject=101, **shared),
    }


def _check_own(folder):
    """Refuse a folder with other things in it, such as the real data set: the two would be taken for one."""
    if not folder.is_dir() or is_synthetic(folder):
        return
    others = sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))
    if others:
        raise DataError(
            f"{folder} is there already and holds {', '.join(others[:3])}{', ...' if len(others) > 3 else ''}, which "
            f"are no recordings of {NAME}. Nothing was changed. Choose another folder."
        )
