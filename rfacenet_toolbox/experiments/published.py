"""The numbers of the paper's tables, as printed there, and how many videos stand behind them.

Source: D. Zhu, W. Zhang, H. Zeng, X. Liu, L. Yang, J. Zheng, "rFaceNet: an end-to-end network for enhanced
physiological signal extraction through identity-specific facial contours", Table 1 (section 4.3), Table 2 (section 4.4)
and Table 3 (section 4.5). Every row stands below as the paper has it, in its order. In Tables 2 and 3 that is "value ±
standard error" under :data:`HEADINGS`: MAE and RMSE are in bpm, and RMSE's error is formula A's, std(e^2) / sqrt(N), in
bpm^2: the protocol ``neurips2023``. Table 1 has no standard errors, and the standard deviation of the errors besides.
"""

import itertools
import math
from typing import NamedTuple, Optional

#: metric -> the head of its column in the paper
HEADINGS = {"MAE": "MAE↓", "RMSE": "RMSE↓", "Pearson": "ρ↑"}
TABLE1_HEADINGS = {"SD": "SD↓", **HEADINGS}
#: method as Table 2 has it -> as configs have it (``MODEL.NAME``, ``UNSUPERVISED.METHOD``), where the two differ, and
#: Table 1's signal method
CONFIG_NAMES = {
    "TS-CAN": "Tscan", "PHYSNET": "Physnet", "DEEPPHYS": "DeepPhys", "EFF.PHYS-C": "EfficientPhys",
    "Tulyakov2016": "SAMC",
}  # fmt: skip

_TABLE1 = """
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
    """A printed number, what stands behind its ±, and half a unit of their last digits: what rounding may hide."""

    value: float
    standard_error: Optional[float] = None
    rounding: float = 0.0
    rounding_of_error: float = 0.0


class VideoCount(NamedTuple):
    """How many videos a row's numbers are of, and the ends of what their rounding leaves open."""

    n: float
    low: float
    high: float

    @property
    def text(self):
        """The whole number that fits, or the nearest with the interval where none or several do."""
        fitting = range(math.ceil(self.low), math.floor(self.high) + 1)
        return str(fitting[0]) if len(fitting) == 1 else f"{self.n:.0f} ({self.low:.1f} to {self.high:.1f})"


def video_count(numbers):
    """The :class:`VideoCount` of a row ``{metric: Number}``; None where no standard error is printed.

    The standard error of the MAE is the standard deviation of the absolute errors over sqrt(N), and the square of that
    deviation is RMSE^2 - MAE^2, all with N. So N = (RMSE^2 - MAE^2) / SE(MAE)^2.
    """
    mae, rmse = numbers["MAE"], numbers["RMSE"]
    if mae.standard_error is None:
        return None
    values = (mae.value, mae.standard_error, rmse.value)
    roundings = (mae.rounding, mae.rounding_of_error, rmse.rounding)
    corners = itertools.product(*((one - half, one + half) for one, half in zip(values, roundings)))
    possible = [_count(*corner) for corner in corners]
    return VideoCount(_count(*values), min(possible), max(possible))


def _count(mae, standard_error, rmse):
    return (rmse**2 - mae**2) / standard_error**2


def parse_number(text):
    """``"13.8 ± 113.84"`` as a :class:`Number`."""
    parts = text.split(" ± ")
    halves = [0.5 * 10.0 ** -len(part.partition(".")[2]) for part in parts]
    return Number(*map(float, parts), *([None] if len(parts) == 1 else []), *halves)


def _rows(text, headings=HEADINGS):
    """``[(words of the first columns, {metric: Number})]``."""
    for row in text.strip().splitlines():
        cells = [cell.strip() for cell in row.split("|")]
        yield cells[: -len(headings)], dict(zip(headings, map(parse_number, cells[-len(headings) :])))


def _by_method(text):
    return {CONFIG_NAMES.get(method, method): numbers for (method,), numbers in _rows(text)}


#: Intra-dataset on VIPL-HR: ``{method as the paper has it: {metric: Number}}``. "SD" is the standard deviation of the
#: signed errors, but in the row of rFaceNet, where it is that of the absolute errors.
TABLE1 = {method: numbers for (method,), numbers in _rows(_TABLE1, TABLE1_HEADINGS)}
#: The rows of Table 1 whose "SD" is ``SD_abs`` of the protocol ``vipl``.
SD_OF_ABSOLUTE_ERRORS = ("rFaceNet",)
#: Cross-dataset: ``{(train set, test set): {method: {metric: Number}}}``, data sets and methods named as in configs.
TABLE2 = {
    ("PURE", "UBFC-rPPG"): _by_method(_TABLE2_PURE_TO_UBFC),
    ("UBFC-rPPG", "PURE"): _by_method(_TABLE2_UBFC_TO_PURE),
}
#: Ablations, PURE to UBFC-rPPG: ``{(TCU, CTFC): {metric: Number}}``, as the paper's two columns say it.
TABLE3 = {tuple(settings): numbers for settings, numbers in _rows(_TABLE3)}


def text():
    """Every row for people, with the number of videos that its numbers are of."""
    lines = ["The paper's tables. N = (RMSE^2 - MAE^2) / SE(MAE)^2 is the number of videos that a row's numbers imply."]
    for title, rows in _tables().items():
        lines += ["", title, *(_line(name, numbers) for name, numbers in rows.items())]
    return "\n".join(lines)


def records():
    """The same, fit for JSON: a dict for each row."""
    return [
        {
            "table": title,
            "row": name,
            "metrics": {metric: list(number[:2]) for metric, number in numbers.items()},
            "n": None if video_count(numbers) is None else video_count(numbers)._asdict(),
        }
        for title, rows in _tables().items()
        for name, numbers in rows.items()
    ]


def _tables():
    """{title: {row: {metric: Number}}}."""
    return {
        "Table 1, VIPL-HR": TABLE1,
        **{f"Table 2, {train} to {test}": rows for (train, test), rows in TABLE2.items()},
        "Table 3, TCU and CTFC, PURE to UBFC-rPPG": {" ".join(parts): numbers for parts, numbers in TABLE3.items()},
    }


def _line(name, numbers):
    cells = "".join(f"{f'{metric} {_shown(number)}':22}" for metric, number in numbers.items())
    count = video_count(numbers)
    return f"  {name:14}{cells}{'' if count is None else f'N {count.text}'}".rstrip()


def _shown(number):
    """As the paper prints it."""
    pairs = ((number.value, number.rounding), (number.standard_error, number.rounding_of_error))
    return " ± ".join(f"{value:.{_digits(half)}f}" for value, half in pairs if value is not None)


def _digits(half_unit):
    return round(-math.log10(2 * half_unit)) if half_unit else 0
