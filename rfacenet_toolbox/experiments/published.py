"""The numbers of the paper's Tables 2 and 3, as printed there.

Source: D. Zhu, W. Zhang, H. Zeng, X. Liu, L. Yang, J. Zheng, "rFaceNet: an end-to-end network for enhanced
physiological signal extraction through identity-specific facial contours", Table 2 (section 4.4) and Table 3 (section
4.5). Every row stands below as the paper has it, in its order: "value ± standard error" under :data:`HEADINGS`. MAE and
RMSE are in bpm, and RMSE's error is formula A's, std(e^2) / sqrt(N), in bpm^2: the protocol ``neurips2023``.

The paper's Table 1 is not here: it is measured on VIPL-HR, which this package does not read.
"""

from typing import NamedTuple

#: metric -> the head of its column in the paper
HEADINGS = {"MAE": "MAE↓", "RMSE": "RMSE↓", "Pearson": "ρ↑"}
#: method as Table 2 has it -> as configs have it (``MODEL.NAME``, ``UNSUPERVISED.METHOD``), where the two differ
CONFIG_NAMES = {"TS-CAN": "Tscan", "PHYSNET": "Physnet", "DEEPPHYS": "DeepPhys", "EFF.PHYS-C": "EfficientPhys"}

_TABLE2_PURE_TO_UBFC = """
GREEN          | 19.73 ± 3.75 | 31.00 ± 235.38 | 0.37 ± 0.15
ICA            | 16.00 ± 3.09 | 25.65 ± 163.58 | 0.44 ± 0.14
CHROM          | 4.06 ± 1.21  | 8.83 ± 33.93   | 0.89 ± 0.07
LGI            | 15.80 ± 3.67 | 28.55 ± 236.17 | 0.36 ± 0.15
PBV            | 15.90 ± 3.25 | 26.40 ± 199.71 | 0.48 ± 0.14
POS            | 4.08 ± 1.01  | 7.72 ± 21.87   | 0.92 ± 0.06
TS-CAN         | 1.30 ± 0.40  | 2.87 ± 3.05    | 0.99 ± 0.02
PHYSNET        | 1.63 ± 0.53  | 3.79 ± 7.59    | 0.98 ± 0.03
DEEPPHYS       | 1.21 ± 0.41  | 2.90 ± 3.75    | 0.99 ± 0.02
EFF.PHYS-C     | 2.07 ± 0.92  | 6.32 ± 32.01   | 0.94 ± 0.05
rFaceNet       | 1.05 ± 0.35  | 2.51 ± 2.55    | 0.99 ± 0.02
"""
_TABLE2_UBFC_TO_PURE = """
GREEN          | 10.09 ± 2.81 | 23.85 ± 217.81 | 0.34 ± 0.12
ICA            | 4.77 ± 2.08  | 16.07 ± 153.84 | 0.72 ± 0.09
CHROM          | 5.77 ± 1.79  | 14.93 ± 81.53  | 0.81 ± 0.08
LGI            | 4.61 ± 1.91  | 15.38 ± 134.14 | 0.77 ± 0.08
PBV            | 3.92 ± 1.61  | 12.99 ± 123.60 | 0.84 ± 0.07
POS            | 3.67 ± 1.46  | 11.82 ± 66.87  | 0.88 ± 0.06
TS-CAN         | 3.69 ± 1.74  | 13.8 ± 113.84  | 0.82 ± 0.08
PHYSNET        | 9.36 ± 2.39  | 20.63 ± 116.59 | 0.62 ± 0.10
DEEPPHYS       | 5.54 ± 2.30  | 18.51 ± 173.09 | 0.66 ± 0.10
EFF.PHYS-C     | 5.47 ± 2.10  | 17.04 ± 143.80 | 0.71 ± 0.09
rFaceNet       | 3.74 ± 1.52  | 11.95 ± 71.94  | 0.86 ± 0.07
"""
# The columns TCU and CTFC, and the metrics.
_TABLE3 = """
×  | ×         | 1.99 ± 0.82  | 5.67 ± 24.84   | 0.95 ± 0.05
×  | ✓         | 1.57 ± 0.46  | 3.37 ± 4.17    | 0.98 ± 0.03
✓  | ×         | 2.53 ± 0.88  | 6.26 ± 26.27   | 0.94 ± 0.05
✓  | Stage-1   | 2.22 ± 0.91  | 6.30 ± 25.15   | 0.94 ± 0.06
✓  | Stage-2   | 1.26 ± 0.43  | 3.04 ± 3.88    | 0.99 ± 0.03
✓  | Stage-3   | 1.05 ± 0.35  | 2.51 ± 2.55    | 0.99 ± 0.02
"""


class Number(NamedTuple):
    """A printed number, and what stands behind its ±."""

    value: float
    standard_error: float


def _rows(text):
    """``[(words of the first columns, {metric: Number})]``."""
    for row in text.strip().splitlines():
        cells = [cell.strip() for cell in row.split("|")]
        numbers = [Number(*map(float, cell.split(" ± "))) for cell in cells[-len(HEADINGS) :]]
        yield cells[: -len(HEADINGS)], dict(zip(HEADINGS, numbers))


def _by_method(text):
    return {CONFIG_NAMES.get(method, method): numbers for (method,), numbers in _rows(text)}


#: Cross-dataset: ``{(train set, test set): {method: {metric: Number}}}``, data sets and methods named as in configs.
TABLE2 = {
    ("PURE", "UBFC-rPPG"): _by_method(_TABLE2_PURE_TO_UBFC),
    ("UBFC-rPPG", "PURE"): _by_method(_TABLE2_UBFC_TO_PURE),
}
#: Ablations, PURE to UBFC-rPPG: ``{(TCU, CTFC): {metric: Number}}``, as the paper's two columns say it.
TABLE3 = {tuple(settings): numbers for settings, numbers in _rows(_TABLE3)}
