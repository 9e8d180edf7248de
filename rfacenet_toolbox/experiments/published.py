"""The numbers of the paper's Tables 1, 2 and 3, as printed there.

Source: D. Zhu, W. Zhang, H. Zeng, X. Liu, L. Yang, J. Zheng, "rFaceNet: an end-to-end network for enhanced
physiological signal extraction through identity-specific facial contours", Table 1 (section 4.3), Table 2 (section
4.4) and Table 3 (section 4.5). Every row stands below as the paper has it, in its order, the columns parted by bars,
"value ± standard error" where it gives one.

In Tables 2 and 3, MAE and RMSE are in bpm, and RMSE's error is formula A's, std(e^2) / sqrt(N), in bpm^2: the protocol
``neurips2023``. Methods go by the names that configs use (``MODEL.NAME``, ``UNSUPERVISED.METHOD``); see ``NAMES``.
"""

from typing import NamedTuple, Optional

#: Table 2's name -> name in configs, where the two differ.
NAMES = {"TS-CAN": "Tscan", "PHYSNET": "Physnet", "DEEPPHYS": "DeepPhys", "EFF.PHYS-C": "EfficientPhys"}
TABLE1_NAMES = {"PhysNet": "Physnet"}

TABLE1_COLUMNS = ("SD", "MAE", "RMSE", "Pearson")
#: Intra-dataset, VIPL-HR; bpm. No standard errors are given.
TABLE1 = """
Tulyakov2016   | 18.0 | 15.9 | 21.0 | 0.11
POS            | 15.3 | 11.5 | 17.2 | 0.30
CHROM          | 15.1 | 11.4 | 16.9 | 0.28
RhythmNet      | 8.11 | 5.30 | 8.14 | 0.76
ST-Attention   | 7.99 | 5.40 | 7.99 | 0.66
NAS-HR         | 8.10 | 5.12 | 8.01 | 0.79
CVD            | 7.92 | 5.02 | 7.97 | 0.79
Dual-GAN       | 7.63 | 4.93 | 7.68 | 0.81
I3D            | 15.9 | 12.0 | 15.9 | 0.07
PhysNet        | 14.9 | 10.8 | 14.8 | 0.20
DeepPhys       | 13.6 | 11.0 | 13.8 | 0.11
AutoHR         | 8.48 | 5.68 | 8.68 | 0.72
PhysFormer     | 7.74 | 4.97 | 7.79 | 0.78
PhysFormer++   | 7.65 | 4.88 | 7.62 | 0.80
rFaceNet       | 4.87 | 5.21 | 7.13 | 0.87
"""

TABLE2_COLUMNS = TABLE3_COLUMNS = ("MAE", "RMSE", "Pearson")
#: Cross-dataset: {(train set, test set): rows}. The signal methods are not trained.
TABLE2 = {
    ("PURE", "UBFC-rPPG"): """
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
""",
    ("UBFC-rPPG", "PURE"): """
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
""",
}

#: Ablations of TCU and CTFC, PURE -> UBFC-rPPG. The rows have no names in the paper; these are ours.
TABLE3 = """
neither        | 1.99 ± 0.82  | 5.67 ± 24.84   | 0.95 ± 0.05
CTFC only      | 1.57 ± 0.46  | 3.37 ± 4.17    | 0.98 ± 0.03
TCU only       | 2.53 ± 0.88  | 6.26 ± 26.27   | 0.94 ± 0.05
Stage-1        | 2.22 ± 0.91  | 6.30 ± 25.15   | 0.94 ± 0.06
Stage-2        | 1.26 ± 0.43  | 3.04 ± 3.88    | 0.99 ± 0.03
Stage-3        | 1.05 ± 0.35  | 2.51 ± 2.55    | 0.99 ± 0.02
"""
#: The settings of ``MODEL.RFACENET`` that each row of Table 3 describes: (FUSION, IDENTITY).
TABLE3_SETTINGS = {
    "neither": ("none", "none"),
    "CTFC only": ("stage3", "noise"),
    "TCU only": ("none", "tcu"),
    "Stage-1": ("stage1", "tcu"),
    "Stage-2": ("stage2", "tcu"),
    "Stage-3": ("stage3", "tcu"),
}


class Number(NamedTuple):
    """A printed number and what stands behind its ±, or None."""

    value: float
    standard_error: Optional[float]


def table1():
    """``{method: {"SD", "MAE", "RMSE", "Pearson": Number}}``, on VIPL-HR."""
    return _parse(TABLE1, TABLE1_COLUMNS, TABLE1_NAMES)


def table2():
    """``{(train set, test set): {method: {"MAE", "RMSE", "Pearson": Number}}}``, data sets named as in configs."""
    return {direction: _parse(rows, TABLE2_COLUMNS) for direction, rows in TABLE2.items()}


def table3():
    """``{row: {"MAE", "RMSE", "Pearson": Number}}``, rows named as in ``TABLE3_SETTINGS``."""
    return _parse(TABLE3, TABLE3_COLUMNS)


def _parse(rows, columns, names=NAMES):
    table = {}
    for row in rows.strip().splitlines():
        name, *cells = (cell.strip() for cell in row.split("|"))
        table[names.get(name, name)] = dict(zip(columns, map(_number, cells)))
    return table


def _number(cell):
    value, _, error = cell.partition(" ± ")
    return Number(float(value), float(error) if error else None)
