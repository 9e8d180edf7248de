"""How long is the gradient of Eq. 4's heart-rate term at the predicted BVP beside the BVP term's, and at which angle?

``python benchmarks/loss_gradients.py`` mixes drawn labels with white noise, as a network in its first epochs might give
them, and weighs both terms with the sigmas at which Eq. 4 is smallest, sigma^2 being the term. It prints a Markdown
table: the ratio of the gradients' lengths over all clips, and the cosine between them.
"""

import argparse

import measuring  # noqa: F401  the package of this checkout
import numpy as np
import torch

from rfacenet_toolbox.methods.rfacenet.loss import MultiTaskLoss
from rfacenet_toolbox.synthetic.pulse import heart_rate_course, wave_of_course

FRAMES, FS_HZ = 128, 30.0
MIXTURES = (0.05, 0.2, 0.5, 0.8, 0.95)
TERMS = {"squared error": {}, "expected squared error": {"heart_rate_term": "expected_squared_error", "sharpness": 2.0}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=200)
    args = parser.parse_args()
    rng = np.random.default_rng(0)
    labels = _labels(args.clips, rng)
    noise = torch.from_numpy(rng.standard_normal(labels.shape)).float()
    print("| correlation of prediction and label | " + " | ".join(f"{name}: ratio | cosine" for name in TERMS) + " |")
    print("|" + "---|" * (1 + 2 * len(TERMS)))
    for share in MIXTURES:
        prediction = share * labels + (1 - share**2) ** 0.5 * noise
        cells = [f"{value:.2f}" for settings in TERMS.values() for value in _compared(prediction, labels, settings)]
        print(f"| {share} | " + " | ".join(cells) + " |")


def _labels(clips, rng):
    """DiffNormalized labels (clips, T): derivatives of drawn pulses of 45 to 180 bpm."""
    rows = []
    for rate in rng.uniform(45, 180, clips):
        course = heart_rate_course((FRAMES + 1) / FS_HZ, FS_HZ, rate, rng)
        change = np.diff(wave_of_course(course, FS_HZ, rng))
        rows.append((change - change.mean()) / change.std())
    return torch.from_numpy(np.stack(rows)).float()


def _compared(prediction, labels, settings):
    """Ratio and cosine of the gradients with respect to all clips."""
    gradients = {}
    for task in ("bvp", "heart_rate"):
        bvp = prediction.clone().requires_grad_()
        term = getattr(MultiTaskLoss(FS_HZ, **settings)(bvp, labels), task)
        (term / (2 * term.detach())).backward()  # sigma^2 is the term
        gradients[task] = bvp.grad.flatten()
    ratio = gradients["heart_rate"].norm() / gradients["bvp"].norm()
    return float(ratio), float(torch.cosine_similarity(gradients["heart_rate"], gradients["bvp"], dim=0))


if __name__ == "__main__":
    main()
