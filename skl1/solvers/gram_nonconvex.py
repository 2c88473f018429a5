"""A nonconvex problem on a Gram matrix, followed to a minimum within one compiled call."""

from __future__ import annotations

from math import sqrt

import numpy as np

from skl1.compiled import kernel
from skl1.solvers.factor import SINGULAR

#: Newton steps in a row, and the share of the price of one that sweeps may cost before the next.
STEPS, PATIENCE = 5, 0.3
HALVINGS = 12


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
                step = newton(penalty, gram, weights, limit, w, z)
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
def newton(penalty, gram, weights, limit, w, z):
    """One Newton step on the support, if the objective falls."""
    size = 0
    for j in range(w.size):
        size += w[j] != 0.0
    index = np.empty(size, dtype=np.intp)
    size = 0
    for j in range(w.size):
        if w[j] != 0.0:
            index[size] = j
            size += 1
    factor = np.empty((size, size))
    d = np.empty(size)
    whole = np.empty(size)
    product = np.empty(w.size)
    factorise(penalty, gram, weights, index, w, factor)
    for i in range(size):
        j = index[i]
        d[i] = z[j] - weights[j] * penalty.slope(w[j])
    substitute(factor, d)
    for i in range(size):
        whole[i] = d[i]
    crossed = bounded(index, w, d)
    while True:
        moved = 0.0
        for i in range(size):
            moved += gram[index[i], index[i]] * d[i] * d[i]
        if moved <= limit and not crossed:
            return moved
        for k in range(w.size):
            product[k] = 0.0
        for i in range(size):
            j = index[i]
            for k in range(w.size):
                product[k] += gram[j, k] * d[i]
        share = line_search(penalty, weights, index, w, z, product, d, 1 if crossed else HALVINGS)
        if share > 0.0:
            for i in range(size):
                w[index[i]] += share * d[i]
            for k in range(w.size):
                z[k] -= share * product[k]
            return share * share * moved
        if not crossed:
            return -1.0
        crossed = False
        shorten(index, w, whole)
        for i in range(size):
            d[i] = whole[i]


@kernel(exact=True)
def bounded(index, w, d):
    """End the step at zero where a sign would change. Whether any would."""
    crossed = False
    for i in range(index.size):
        j = index[i]
        if (w[j] + d[i]) * w[j] <= 0.0:
            d[i] = -w[j]
            crossed = True
    return crossed


@kernel(exact=True)
def shorten(index, w, d):
    """End the step where the first sign would change."""
    share = 1.0
    first = -1
    for i in range(index.size):
        j = index[i]
        if w[j] * d[i] < 0.0 and -w[j] / d[i] <= share:
            share = -w[j] / d[i]
            first = i
    for i in range(index.size):
        d[i] *= share
    if first >= 0:
        d[first] = -w[index[first]]


@kernel(exact=True)
def line_search(penalty, weights, index, w, z, product, d, halvings):
    """What share of a step d on the support to take, by halving. ``product`` is G d; 0 if none.
    """
    linear = 0.0
    square = 0.0
    for i in range(index.size):
        linear -= d[i] * z[index[i]]
        square += d[i] * product[index[i]]
    t = 1.0
    for _ in range(halvings):
        change = t * (linear + 0.5 * t * square)
        for i in range(index.size):
            j = index[i]
            change += weights[j] * (penalty.value(w[j] + t * d[i]) - penalty.value(w[j]))
        if change <= 0.0:
            return t
        t *= 0.5
    return 0.0


@kernel
def factorise(penalty, gram, weights, index, w, factor):
    """The lower Cholesky factor of ``G_SS + diag(u max(g'', least))``. Whether it is regular."""
    for i in range(index.size):
        j = index[i]
        for k in range(i + 1):
            factor[i, k] = gram[j, index[k]]
        extra = weights[j] * (0.0 + penalty.curvature(w[j]))
        factor[i, i] += extra
        for k in range(i + 1):
            rest = factor[i, k]
            for m in range(k):
                rest -= factor[i, m] * factor[k, m]
            if k < i:
                factor[i, k] = rest / factor[k, k]
            else:
                if rest <= SINGULAR * gram[j, j]:
                    rest -= extra
                if rest <= SINGULAR * gram[j, j]:
                    rest = gram[j, j]
                factor[i, i] = sqrt(rest)


@kernel
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
