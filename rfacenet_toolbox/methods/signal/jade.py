"""Joint approximate diagonalisation of eigen-matrices (JADE), for real signals."""

import numpy as np

from ...errors import DataError


def jade(mixtures):
    """Independent components of linear mixtures, as many as there are mixtures.

    Args:
        mixtures: (n, T) float64 of zero mean.

    Returns:
        (n, T) float64 of unit variance, in no particular order.

    Raises:
        DataError: the mixtures depend linearly on one another.

    Source: J.-F. Cardoso, A. Souloumiac, "Blind beamforming for non-Gaussian signals", IEE Proceedings F 140(6), 1993,
    section 4.3; steps as numbered there. For real signals its complex rotations are plain ones. The n most significant
    eigen-matrices are diagonalised, as in the paper.
    """
    whitened = _whiten(mixtures)  # step 1
    eigen_matrices = _eigen_matrices(_cumulants(whitened), len(mixtures))  # step 2
    rotation = _joint_diagonaliser(eigen_matrices, 0.01 / np.sqrt(mixtures.shape[1]))  # step 3
    return rotation.T @ whitened  # step 4


def _whiten(mixtures):
    """The mixtures times the inverse square root of their covariance."""
    powers, axes = np.linalg.eigh(mixtures @ mixtures.T / mixtures.shape[1])
    if powers[0] <= 1e-12 * powers[-1]:
        raise DataError(
            "Colour channels that depend on one another, as those of a grey video do, have no independent components. "
            "Use a colour video, or GREEN."
        )
    return (axes / np.sqrt(powers)) @ axes.T @ mixtures


def _cumulants(signals):
    """Fourth-order cumulants of all quadruples: (n^2, n^2)."""
    n, samples = signals.shape
    covariance = signals @ signals.T / samples
    products = (signals[:, None] * signals[None]).reshape(n * n, samples)
    gaussian = sum(np.einsum(f"{pair},{other}->ijkl", covariance, covariance) for pair, other in _PAIRINGS)
    return products @ products.T / samples - gaussian.reshape(n * n, n * n)


_PAIRINGS = (("ij", "kl"), ("ik", "jl"), ("il", "jk"))


def _eigen_matrices(cumulants, count):
    """The ``count`` most significant eigen-matrices, each times its eigenvalue: (count, n, n)."""
    values, vectors = np.linalg.eigh(cumulants)
    significant = np.argsort(np.abs(values))[::-1][:count]
    side = int(round(np.sqrt(len(values))))
    return (values[significant] * vectors[:, significant]).T.reshape(count, side, side)


def _joint_diagonaliser(matrices, threshold):
    """The rotation (n, n) that makes all matrices as diagonal as one rotation can, by sweeps of plane rotations.

    A rotation smaller than ``threshold`` is not done; a sweep without any ends it.
    """
    n = matrices.shape[1]
    rotation, matrices = np.identity(n), matrices.copy()
    rotated = True
    while rotated:
        rotated = False
        for p in range(n - 1):
            for q in range(p + 1, n):
                cosine, sine = _plane_rotation(matrices, p, q)
                if abs(sine) <= threshold:
                    continue
                rotated = True
                plane = np.array([[cosine, -sine], [sine, cosine]])
                pair = [p, q]
                rotation[:, pair] = rotation[:, pair] @ plane
                matrices[:, pair] = plane.T @ matrices[:, pair]
                matrices[:, :, pair] = matrices[:, :, pair] @ plane
    return rotation


def _plane_rotation(matrices, p, q):
    """Cosine and sine of the rotation by at most 45 degrees that best zeroes entries (p, q) of all matrices at once."""
    differences = np.stack([matrices[:, p, p] - matrices[:, q, q], matrices[:, p, q] + matrices[:, q, p]])
    _, vectors = np.linalg.eigh(differences @ differences.T)
    x, y = vectors[:, -1] if vectors[0, -1] >= 0 else -vectors[:, -1]
    cosine = np.sqrt(0.5 + x / 2)
    return cosine, 0.5 * y / cosine
