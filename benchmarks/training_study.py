"""How do the balance of the loss, the steps of the TCU and the speed options change training?

``python benchmarks/training_study.py loss`` (or another study) makes synthetic recordings, trains each variant on the
same clips and seeds, and writes ``<out>/<study>.json`` and ``<out>/<study>.png``. Runs that are there already are not
made again, and ``--variants`` takes some of a study's alone. docs/measurements.md shows the figures and says what was
chosen. The study ``hard`` trains on hard clips and tests with the map of the contour branch set to zero, too;
``main`` is the main config over all its epochs, on recordings of PURE's size.
"""

import argparse
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from measuring import ROOT
from step import variants
from training_runs import EASY, HARD, REAL_SIZE, Recordings, draw, markdown, run, summary

TUNED = {"LOSS": {"HEART_RATE_UNIT": "hz", "SIGMA_INIT": [0.5, 4.0, 1.0]}}
_EXPECTED = {"HEART_RATE_TERM": "expected_squared_error", "SHARPNESS": [2.0, 2.0]}
_ALPHA_0 = {"FUSION_INIT": [0.0, 1.0]}
_544 = {"SIGMA_INIT": [0.5, 4.0, 4.0]}


#: Eq. 4 as the paper prints it, where the main config caps a gradient
AS_PRINTED = {"LOSS": {"HEART_RATE_GRADIENT_CAP": 0.0}}


class Study(NamedTuple):
    """Variants, {name: settings of MODEL.RFACENET}, and the recordings, size and epochs that they share."""

    variants: dict
    recordings: Recordings = EASY
    size: int = 36
    epochs: int = 8


STUDIES = {
    "loss": Study(
        {
            "BVP term alone": {"LOSS": {"TASKS": ["bvp"]}},
            "Eq. 4, bpm, sigmas 1": {"LOSS": {"HEART_RATE_UNIT": "bpm"}},
            "Eq. 4, Hz, sigmas 1": {"LOSS": {"HEART_RATE_UNIT": "hz"}},
            "Eq. 4, Hz, tuned sigmas": TUNED,
        }
    ),
    "start": Study(
        {
            "BVP term alone": {"LOSS": {"TASKS": ["bvp"]}},
            "BVP term alone, alpha from 0": {**_ALPHA_0, "LOSS": {"TASKS": ["bvp"]}},
            "Eq. 4, alpha from 0": {
                **_ALPHA_0,
                "LOSS": {"HEART_RATE_UNIT": "hz", "SIGMA_INIT": [0.25, 4.0, 1.0]},
            },
        }
    ),
    "tcu": Study({"1 pooled step": TUNED, **{f"{n} pooled steps": {**TUNED, "TCU_STEPS": n} for n in (4, 8, 16)}}),
    "speed": Study({name: {**TUNED, "RUNTIME": options} for name, options in variants().items()}),
    "hard": Study(
        {
            "BVP term alone": {"LOSS": {"TASKS": ["bvp"]}},
            "BVP term alone, alpha 0": {**_ALPHA_0, "LOSS": {"TASKS": ["bvp"]}},
            "Eq. 4, sigmas 1": {},
            "Eq. 4, sigmas 0.5 4 4": {"LOSS": _544},
            "expected, sigmas 1": {"LOSS": _EXPECTED},
            "expected, sigmas 0.5 4 4": {"LOSS": {**_EXPECTED, **_544}},
            "expected, sigmas 0.5 4 4, alpha 0": {**_ALPHA_0, "LOSS": {**_EXPECTED, **_544}},
            "cap 0.3, sigmas 1": {"LOSS": {"HEART_RATE_GRADIENT_CAP": 0.3}},
            "cap 0.3, expected, sigmas 1": {"LOSS": {"HEART_RATE_GRADIENT_CAP": 0.3, **_EXPECTED}},
            "running means": {"LOSS": {"SIGMA_UPDATE": "running_mean"}},
            "running means, cap 0.3": {"LOSS": {"SIGMA_UPDATE": "running_mean", "HEART_RATE_GRADIENT_CAP": 0.3}},
            "floor 10, sigmas 1": {"LOSS": {"SIGMA_FLOOR": 10.0}},
            "hold below 1, sigmas 0.5 4 4": {"LOSS": {"SIGMA_HOLD": 1.0, **_544}},
            "sharpness 2 to 8, sigmas 0.5 4 4": {"LOSS": {"SHARPNESS": [2.0, 8.0], **_544}},
            "cross entropy, sigmas 0.5 4 4": {
                "LOSS": {"HEART_RATE_TERM": "cross_entropy", "SHARPNESS": [1.0, 1.0], **_544}
            },
            "Eq. 4, sigmas 0.5 4 1": TUNED,
            "raw BVP error, sigmas 0.5 4 4": {"LOSS": {"BVP_ERROR": "raw", **_544}},
        },
        HARD,
        size=24,
    ),
    "main": Study({"the main config": {}, "Eq. 4, sigmas 1": AS_PRINTED}, REAL_SIZE, epochs=30),
}


def main():
    args = _arguments()
    study = STUDIES[args.study]
    size, epochs = args.size or study.size, args.epochs or study.epochs
    study.recordings.write(args.out)
    chosen = {name: study.variants[name] for name in args.variants or study.variants}
    # A process each; the first one makes the clips that all share.
    if args.jobs > 1:
        os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // args.jobs)))
    jobs = [
        (args.out, study.recordings, size, epochs, name, chosen[name], seed) for seed in args.seeds for name in chosen
    ]
    done = [run(*jobs[0])]
    with ThreadPoolExecutor(args.jobs) as pool:
        done += pool.map(lambda job: run(*job), jobs[1:])
    runs = {name: [result for job, result in zip(jobs, done) if job[4] == name] for name in chosen}
    figures = {name: summary(seeds) for name, seeds in runs.items()}
    content = {"size": size, "epochs": epochs, "seeds": args.seeds, "variants": figures}
    (args.out / f"{args.study}.json").write_text(json.dumps(content, indent=1) + "\n")
    draw(runs, args.out / f"{args.study}.png")
    print(markdown(figures))


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=sorted(STUDIES))
    parser.add_argument("--variants", nargs="+", help="of the study's variants, only these")
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "study")
    parser.add_argument("--size", type=int, help="width and height of the clips, pixels; 36, or 24 for hard")
    parser.add_argument("--epochs", type=int, help="8, or 30 for main")
    parser.add_argument("--seeds", type=int, nargs="+", default=[100, 101, 102])
    parser.add_argument("--jobs", type=int, default=1, help="runs at the same time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
