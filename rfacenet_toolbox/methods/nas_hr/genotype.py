"""What a search finds: the operations of a cell that keeps the size of its maps, and of one that halves it."""

from typing import Dict, NamedTuple, Tuple

from ...errors import ShapeError, unknown
from ..cell_text import parse_node
from .operations import NONE, OPERATIONS

#: an operation, and which of the cell's maps it is applied to: 0 and 1 are its inputs, 2 its first node, and so on
Edge = Tuple[str, int]
#: what a node is the sum of
Node = Tuple[Edge, ...]


class Genotype(NamedTuple):
    """Both cells. As text, ``str(genotype)``, an edge is ``operation:map``, nodes stand between ``/``, cells between
    ``//``; :func:`parse` reads it."""

    normal: Tuple[Node, ...]
    reduction: Tuple[Node, ...]

    def __str__(self) -> str:
        cells = (" / ".join(" ".join(f"{name}:{source}" for name, source in node) for node in cell) for cell in self)
        return " // ".join(cells)


#: those that can be asked for by name. ``synthetic`` was found by ``benchmarks/nas_hr_search.py``, on drawn maps
GENOTYPES: Dict[str, str] = {
    "synthetic": "max_pool_3x3:0 dil_conv_3x3:1 / max_pool_3x3:0 sep_conv_3x3:1 / sep_conv_5x5:0 avg_pool_3x3:2 // "
    "avg_pool_3x3:0 avg_pool_3x3:1 / sep_conv_3x3:0 dil_conv_5x5:1 / sep_conv_5x5:0 avg_pool_3x3:1",
}


def parse(text: str) -> Genotype:
    """A genotype from its text, or one of :data:`GENOTYPES` from its name.

    Raises:
        ShapeError: neither, or a cell that there cannot be.
    """
    if ":" not in text:
        if text not in GENOTYPES:
            raise ShapeError(
                unknown("GENOTYPE", text, GENOTYPES) + " Or write out the edges, as `rfacenet search-nas-hr` does."
            )
        text = GENOTYPES[text]
    cells = text.split("//")
    if len(cells) != 2:
        raise ShapeError(f"GENOTYPE is {text!r}; expected two cells with // between them, and found {len(cells)}.")
    usable = [name for name in OPERATIONS if name != NONE]
    normal, reduction = (
        tuple(parse_node(node, number + 2, usable, "GENOTYPE", text) for number, node in enumerate(cell.split("/")))
        for cell in cells
    )
    return Genotype(normal, reduction)
