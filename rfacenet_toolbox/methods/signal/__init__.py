"""Pulse from mean colours, without training: the signal methods of Tables 1 and 2, a file per method.

Each is a function ``f(rgb, fs_hz)``: rgb (T, 3) are the spatial means of each frame's red, green and blue, as
:func:`mean_rgb` gives them; the result is the blood volume pulse (BVP), (T,) float64, in the method's own unit.

>>> bvp = METHODS["POS"](mean_rgb(frames), fs_hz=30)                                   # doctest: +SKIP

The methods in :data:`GRIDS` take the mean colours of several regions instead, (R, T, 3), as :func:`regional_rgb` gives
them; :func:`colours` gives each method its own.

Written from the papers that each docstring cites. Where the rPPG-Toolbox departs from a paper, the toolbox is followed,
and the docstring says so: on the same frames the waveforms agree with its ``unsupervised_methods`` to 1e-6 of their
largest value, scale and sign included. That holds for float32 frames too, which its loaders give, because colours are
averaged and normalised in the frames' own precision, as there. In float64 the same recording gives waveforms that
differ by 1e-5 of their largest value, and for PBV, whose equations are ill-conditioned, by 1e-3.

Nothing in here reads files, prints, or knows of configs or torch.
"""

from .chrom import chrom
from .colour import mean_rgb, regional_rgb
from .green import green
from .ica import ica
from .lgi import lgi
from .omit import omit
from .pbv import pbv
from .pos import pos
from .samc import samc

#: the name in ``UNSUPERVISED.METHOD`` -> the method: those of Table 2 in its order, with the toolbox's names; OMIT,
#: which is not in that table; and SAMC, which is in Table 1 and which the toolbox does not have
METHODS = {
    "GREEN": green, "ICA": ica, "CHROM": chrom, "LGI": lgi, "PBV": pbv, "POS": pos, "OMIT": omit, "SAMC": samc,
}  # fmt: skip
#: methods that take the mean colours of regions -> (rows, columns) of the grid into which each frame is divided
GRIDS = {"SAMC": (5, 5)}


def colours(frames, grid=None):
    """What a method takes of frames (T, H, W, C): the :func:`mean_rgb`, or the :func:`regional_rgb` of its grid.

    Args:
        grid: ``GRIDS.get(name)`` of the method.
    """
    return mean_rgb(frames) if grid is None else regional_rgb(frames, grid)


__all__ = [
    "GRIDS", "METHODS", "chrom", "colours", "green", "ica", "lgi", "mean_rgb", "omit", "pbv", "pos", "regional_rgb",
    "samc",
]  # fmt: skip
