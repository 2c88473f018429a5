"""The compiled inner loops of coordinate descent."""

from __future__ import annotations

from skl1.compiled import kernel


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
            new = penalty.prox(old + z[j] / d, weights[j] / d)
            if new != old:
                move = new - old
                w[j] = new
                for i in range(k):
                    z[i] -= float(gram[j, i]) * move
                changes += 1
        done += 1
        if changes == before:
            break
    return done, changes


@kernel(exact=True)
def settle(penalty, gram, norms, weights, alpha, limit, most, w, z):
    """Coordinate descent on a Gram matrix for weights times alpha, in place. Returns the sweeps.

    It ends when a sweep over all moves less than ``limit`` in the sum of ``d_j (change of w_j)^2``,
    which is what the objective falls by at least twice; or after ``most``. Between such sweeps only
    the coefficients in use are looked at.
    """
    p = w.size
    full = True
    for done in range(1, most + 1):
        moved = 0.0
        for j in range(p):
            old = w[j]
            d = norms[j]
            if d > 0.0 and (full or old != 0.0):
                new = penalty.prox(old + z[j] / d, alpha * weights[j] / d)
                if new != old:
                    move = new - old
                    w[j] = new
                    moved += d * move * move
                    for i in range(p):
                        z[i] -= gram[j, i] * move
        if moved <= limit:
            if full:
                return done
            full = True
        else:
            full = False
    return most


@kernel(exact=True)
def settle_along(penalty, gram, norms, weights, alphas, limit, most, W, Z, sweeps):
    """The same for one alpha after the other, each from where the last one ended.

    Row k + 1 of W and of Z becomes the solution for alpha k; row 0 is the start.
    """
    for k in range(alphas.size):
        W[k + 1] = W[k]
        Z[k + 1] = Z[k]
        sweeps[k] = settle(
            penalty, gram, norms, weights, alphas[k], limit, most, W[k + 1], Z[k + 1]
        )


@kernel(exact=True)
def gram_shift(gram, index, step, z):
    """``z <- z - G[:, index] step``."""
    for k in range(index.size):
        if step[k] != 0.0:
            for i in range(z.size):
                z[i] -= float(gram[index[k], i]) * step[k]


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
        before = changes
        for j in range(w.size):
            old = w[j]
            d = norms[j]
            new = penalty.prox(old + columns.dot(j, r) / d, weights[j] / d)
            if new != old:
                columns.subtract(j, new - old, r)
                w[j] = new
                changes += 1
        done += 1
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
def column_correlations(columns, index, r, z):
    """``z = X[:, index]' r``."""
    for k in range(index.size):
        z[k] = columns.dot(index[k], r)
