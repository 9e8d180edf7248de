"""The runs behind Table 3: rFaceNet without parts of it, trained on PURE and tested on UBFC-rPPG."""

from .grid import seeded
from .run import Run
from .table2 import DIRECTIONS, Row, training_content

DIRECTION = DIRECTIONS[0]
#: row -> its config; the names are those of the published numbers
CONFIGS = {
    "neither": "NEITHER",
    "CTFC only": "CTFC_ONLY",
    "TCU only": "TCU_ONLY",
    "Stage-1": "STAGE1",
    "Stage-2": "STAGE2",
    "Stage-3": "STAGE3",
}
#: what the others are tested against
REFERENCE = "Stage-3"


def table3_rows(sets, seeds, out, cache, toolbox=None, extra=None):
    """The six rows, top to bottom; the arguments are those of :func:`~.table2.table2_rows`."""
    rows = []
    for name, config in CONFIGS.items():
        content = training_content(f"table3/{config}.yaml", sets, DIRECTION, cache, extra)
        rows.append(Row(name, DIRECTION, seeded(Run(name, out / config, content, toolbox, name), seeds), ""))
    return rows
