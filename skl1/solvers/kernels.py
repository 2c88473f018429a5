"""The compiled inner loops of coordinate descent."""

from __future__ import annotations

from skl1.compiled import kernel
from skl1.solvers.vectors import subtract

#: One sweep over columns in so many is over all of them.
PASSED_BY = 5


@kernel(exact=True)
def sweep(penalty, gram, norms, weights, w, z, count):
    """Cyclic coordinate descent on a Gram block: at most ``count`` sweeps.

        w_j <- prox(w_j + z_j / d_j, u_j / d_j),     z <- z - G[:, j] (change of w_j)

    Ends early with a sweep that changes nothing. Returns the sweeps done and the coordinates
    changed.
    """
    k = w.size
    changes = 0
    done = 0
    for _ in range(count):
        before = changes
        for j in range(k):
            old = w[j]
            d = norms[j]
            new = penalty.prox_of(j, old + z[j] / d, weights[j] / d)
            if new != old:
                move = new - old
                w[j] = new
                subtract(gram, j, move, z)
                changes += 1
        done += 1
        if changes == before:
            break
    return done, changes


@kernel(exact=True)
def gram_shift(gram, index, step, z):
    """``z <- z - G[:, index] step``."""
    for k in range(index.size):
        if step[k] != 0.0:
            subtract(gram, index[k], step[k], z)


@kernel(exact=True)
def column_sweep(penalty, columns, norms, weights, w, r, count):
    """Cyclic coordinate descent on columns and a residual: at most ``count`` sweeps.

        w_j <- prox(w_j + x_j' r / d_j, u_j / d_j),     r <- r - x_j (change of w_j)

    A look at a coefficient costs its column: those at zero are looked at in every fifth sweep, the
    first one of them, and after one over the others that changes nothing. Ends early with a sweep
    over all that changes nothing. Returns the sweeps done, the coordinates looked at and those
    changed.
    """
    looks = changes = done = passed_by = 0
    for _ in range(count):
        before = changes
        for j in range(w.size):
            old = w[j]
            if not passed_by or old != 0.0:
                looks += 1
                d = norms[j]
                new = penalty.prox_of(j, old + columns.dot(j, r) / d, weights[j] / d)
                if new != old:
                    columns.subtract(j, new - old, r)
                    w[j] = new
                    changes += 1
        done += 1
        if changes > before:
            passed_by = (passed_by + 1) % PASSED_BY
        elif not passed_by:
            break
        else:
            passed_by = 0
    return done, looks, changes


@kernel(exact=True)
def column_shift(columns, index, step, r):
    """``r <- r - X[:, index] step``."""
    for k in range(index.size):
        if step[k] != 0.0:
            columns.subtract(index[k], step[k], r)


@kernel(exact=True)
def column_correlations(columns, index, r, z):
    """``z = X[:, index]' r``."""
    for k in range(index.size):
        z[k] = columns.dot(index[k], r)
