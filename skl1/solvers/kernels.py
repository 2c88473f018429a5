"""The compiled inner loops of coordinate descent."""

from __future__ import annotations

import numpy as np

from skl1.compiled import kernel


@kernel(exact=True)
def sweep(penalty, gram, weights, w, z, count):
    """Cyclic coordinate descent on a Gram block: at most ``count`` sweeps.

        w_j <- prox(w_j + z_j / d_j, u_j / d_j),     z <- z - G[:, j] (change of w_j)

    Ends early with a sweep that changes nothing. Returns the sweeps done and the coordinates
    changed.
    """
    k = w.size
    changes = 0
    done = 0
    for _ in range(count):
        done += 1
        before = changes
        for j in range(k):
            d = gram[j, j]
            old = w[j]
            new = penalty.prox(old + z[j] / d, weights[j] / d)
            if new != old:
                move = new - old
                w[j] = new
                for i in range(k):
                    z[i] -= gram[j, i] * move
                changes += 1
        if changes == before:
            break
    return done, changes


@kernel(exact=True)
def column_sweep(penalty, columns, norms, weights, w, r, count):
    """Cyclic coordinate descent on columns and a residual: at most ``count`` sweeps.

        w_j <- prox(w_j + x_j' r / d_j, u_j / d_j),     r <- r - x_j (change of w_j)

    Ends early with a sweep that changes nothing. Returns the sweeps done and the coordinates
    changed.
    """
    changes = 0
    done = 0
    for _ in range(count):
        done += 1
        before = changes
        for j in range(w.size):
            d = norms[j]
            old = w[j]
            new = penalty.prox(old + columns.dot(j, r) / d, weights[j] / d)
            if new != old:
                columns.subtract(j, new - old, r)
                w[j] = new
                changes += 1
        if changes == before:
            break
    return done, changes


@kernel(exact=True)
def column_shift(columns, index, step, r):
    """``r <- r - X[:, index] step``."""
    for k in range(index.size):
        if step[k] != 0.0:
            columns.subtract(index[k], step[k], r)


@kernel(exact=True)
def column_correlations(columns, r, z):
    """``z_j = x_j' r`` for every column."""
    for j in range(z.size):
        z[j] = columns.dot(j, r)


@kernel
def walk_face(L, w, slope):  # noqa: PLR0912 (loops, not cases)
    """Descend a quadratic along Newton directions, dropping coefficients that reach zero.

    The quadratic has the Cholesky factor L (lower) and minus the gradient ``slope`` at w. Where
    a coefficient reaches zero, the step ends, the coefficient leaves, and the factor is brought
    up to date by plane rotations (Golub and Van Loan, "Matrix computations", section 6.5.3):
    each turn costs m^2 and not m^3. L and slope are used up.
    """
    size = w.size
    order = np.arange(size)
    d = np.empty(size)
    while size > 0:
        for i in range(size):
            rest = slope[i]
            for j in range(i):
                rest -= L[i, j] * d[j]
            d[i] = rest / L[i, i]
        for i in range(size - 1, -1, -1):
            d[i] /= L[i, i]
            for j in range(i):
                d[j] -= d[i] * L[i, j]
        reach = 1.0
        out = -1
        for i in range(size):
            if w[order[i]] * d[i] < 0.0 and -w[order[i]] / d[i] < reach:
                reach = -w[order[i]] / d[i]
                out = i
        for i in range(size):
            w[order[i]] += reach * d[i]
            slope[i] *= 1.0 - reach
        if out < 0:
            break
        w[order[out]] = 0.0
        size -= 1
        for i in range(out, size):
            order[i] = order[i + 1]
            slope[i] = slope[i + 1]
            for j in range(i + 2):
                L[i, j] = L[i + 1, j]
        for j in range(out, size):
            r = np.hypot(L[j, j], L[j, j + 1])
            c = L[j, j] / r
            s = L[j, j + 1] / r
            L[j, j] = r
            for i in range(j + 1, size):
                x = L[i, j]
                L[i, j] = c * x + s * L[i, j + 1]
                L[i, j + 1] = c * L[i, j + 1] - s * x
