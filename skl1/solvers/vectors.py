"""What kernels do to whole vectors, compiled or with NumPy."""

from __future__ import annotations

import numpy as np

from skl1.compiled import kernel


def subtract_small(gram, j, move, z):
    """``subtract`` with arrays."""
    z -= np.multiply(gram[j], move, dtype=np.float64)  # G may be single precision


@kernel(exact=True, arrays=subtract_small)
def subtract(gram, j, move, z):
    """``z <- z - G[:, j] move``."""
    for i in range(z.size):
        z[i] -= float(gram[j, i]) * move


@kernel(exact=True)
def follow(gram, before, w, z):
    """``z <- z - G (w - before)``."""
    for j in range(w.size):
        move = w[j] - before[j]
        if move != 0.0:
            subtract(gram, j, move, z)


def used_small(w):
    """``used`` with arrays."""
    return int(np.count_nonzero(w))


@kernel(exact=True, arrays=used_small)
def used(w):
    """How many coefficients are not zero."""
    size = 0
    for j in range(w.size):
        size += w[j] != 0.0
    return size
