"""A nonconvex problem on a Gram matrix, followed to a minimum within one compiled call."""

from __future__ import annotations

from math import sqrt

import numpy as np

from skl1.compiled import kernel
from skl1.solvers.factor import SINGULAR

#: Newton steps in a row, and the share of the price of one that sweeps may cost before the next.
STEPS, PATIENCE = 5, 0.3


@kernel(exact=True)
def descend(penalty, gram, norms, weights, limit, most, w, z):
    """Sweeps, and Newton's method on the support. Returns the sweeps.

    w and ``z = q - G w`` change in place. It ends with a sweep over all that moves less than
    ``limit`` in the sum of ``d_j (change of w_j)^2``; or after ``most``. Between such sweeps only
    the coefficients in use are looked at. Newton steps are taken first, as the start may be near,
    and again whenever sweeps have cost a share of one; after a step that did not keep the support
    twice that.
    """
    p = w.size
    full = True
    spent = np.inf
    patience = PATIENCE
    for done in range(1, most + 1):
        size = 0
        for j in range(p):
            size += w[j] != 0.0
        if size > 0 and spent > patience * (size**3 / 6.0 + size * (size + p)):
            spent = 0.0
            full = True
            for _ in range(STEPS):
                step = newton(penalty, gram, weights, size, w, z)
                if step <= limit:
                    break
            if step < 0.0:
                patience *= 2.0
        moved = 0.0
        for j in range(p):
            old = w[j]
            d = norms[j]
            if d > 0.0 and (full or old != 0.0):
                new = penalty.prox(old + z[j] / d, weights[j] / d)
                if new != old:
                    move = new - old
                    w[j] = new
                    moved += d * move * move
                    spent += p
                    for i in range(p):
                        z[i] -= gram[j, i] * move
        spent += 4.0 * p
        still = moved <= limit
        if still and full:
            return done
        full = still
    return most


@kernel(exact=True)
def newton(penalty, gram, weights, size, w, z):
    """One Newton step on the support, if the objective falls.

    ``(G_SS + diag(u g'')) d = z_S - u g'``, where coefficients that would change sign become zero.
    If that matrix is not positive definite, or the objective rises, then without g'' < 0: the step
    to the minimum of the loss plus the tangents of the penalty, which lie above it (Zou and Li
    2008). Returns ``sum_j d_j (change of w_j)^2``; -1 if no step was good, or not for the support.
    """
    index = np.empty(size, dtype=np.intp)
    k = 0
    for j in range(w.size):
        if w[j] != 0.0:
            index[k] = j
            k += 1
    factor = np.empty((size, size))
    d = np.empty(size)
    for least in (-np.inf, 0.0):
        if not factorise(penalty, gram, weights, index, least, w, factor):
            continue
        for i in range(size):
            j = index[i]
            d[i] = z[j] - weights[j] * penalty.slope(w[j])
        substitute(factor, d)
        moved = bounded(gram, index, w, d)
        if change_of(penalty, gram, weights, index, w, z, d) <= 0.0:
            for i in range(size):
                j = index[i]
                w[j] += d[i]
                for k in range(w.size):
                    z[k] -= gram[j, k] * d[i]
            return moved
    return -1.0


@kernel(exact=True)
def bounded(gram, index, w, d):
    """End the step at zero where a sign would change. Its square, or -1 if any would."""
    moved = 0.0
    crossed = False
    for i in range(index.size):
        j = index[i]
        if (w[j] + d[i]) * w[j] <= 0.0:
            d[i] = -w[j]
            crossed = True
        moved += gram[j, j] * d[i] * d[i]
    return -1.0 if crossed else moved


@kernel(exact=True)
def change_of(penalty, gram, weights, index, w, z, d):
    """What a step d on the support does to the objective."""
    change = 0.0
    for i in range(index.size):
        j = index[i]
        product = 0.0
        for k in range(index.size):
            product += gram[j, index[k]] * d[k]
        change += d[i] * (0.5 * product - z[j])
        change += weights[j] * (penalty.value(w[j] + d[i]) - penalty.value(w[j]))
    return change


@kernel(exact=True)
def factorise(penalty, gram, weights, index, least, w, factor):
    """The lower Cholesky factor of ``G_SS + diag(u max(g'', least))``. Whether it is regular."""
    for i in range(index.size):
        j = index[i]
        for k in range(i + 1):
            factor[i, k] = gram[j, index[k]]
        factor[i, i] += weights[j] * max(0.0 + penalty.curvature(w[j]), least)
        for k in range(i + 1):
            rest = factor[i, k]
            for m in range(k):
                rest -= factor[i, m] * factor[k, m]
            if k < i:
                factor[i, k] = rest / factor[k, k]
            elif rest > SINGULAR * gram[j, j]:
                factor[i, i] = sqrt(rest)
            else:
                return False
    return True


@kernel(exact=True)
def substitute(factor, d):
    """Solve ``L L' x = d`` in place."""
    for i in range(d.size):
        for k in range(i):
            d[i] -= factor[i, k] * d[k]
        d[i] /= factor[i, i]
    for i in range(d.size - 1, -1, -1):
        for k in range(i + 1, d.size):
            d[i] -= factor[k, i] * d[k]
        d[i] /= factor[i, i]
