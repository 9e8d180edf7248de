"""The benchmark of a whole evaluation: all metrics of the saved outputs of 42 real videos."""
from pathlib import Path

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "deepphys_pure_to_ubfc_outputs.npz"


def evaluate_all(checkout, args):
    """All metrics of DeepPhys' outputs for 42 UBFC-rPPG subjects, against the toolbox's own functions."""
    import numpy as np
    from rows import Row, _from_checkout

    from rfacenet_toolbox.evaluation import evaluate

    if not REAL.exists():
        print(f"evaluation of 42 real videos: not measured, as {REAL} is not there")
        return
    with np.load(str(REAL)) as arrays:
        names = sorted({name.split("/")[0] for name in arrays})
        predictions, labels = ({name: arrays[f"{name}/{side}"] for name in names} for side in ("prediction", "label"))

    def ours():
        return evaluate(predictions, labels, 30, protocols=["toolbox2025"])

    theirs = None
    if checkout:
        scorer = _from_checkout(checkout, "evaluation.post_process").calculate_metric_per_video

        def theirs():
            for name in names:
                scorer(predictions[name], labels[name], fs=30, diff_flag=True, hr_method="FFT")

    yield Row("all metrics of 42 real videos", ours, theirs, "the toolbox's evaluation", 0.01)
