"""A nonconvex problem on a Gram matrix, followed to a minimum within one compiled call."""

from __future__ import annotations

from math import sqrt

import numpy as np

from skl1.compiled import kernel
from skl1.penalties.elementwise import moving
from skl1.solvers.factor import SINGULAR
from skl1.solvers.vectors import subtract, used

#: Newton steps in a row, and the share of the price of one that sweeps may cost before the next.
STEPS, PATIENCE = 5, 0.3
#: Shares of a step that are tried at most, each half of the one before.
SHARES = 12
#: Pivots of coefficients whose penalty is concave are too small up to this share of the diagonal.
WEAK = 0.01
#: A pivot further below zero than so many times the diagonal says that the entries have grown.
GROWTH = 30.0


@kernel(exact=True)
def descend(penalty, gram, norms, weights, limit, most, w, z):
    """Sweeps, and Newton's method on the support. Returns the sweeps.

    w and ``z = q - G w`` change in place. It ends with a sweep over all that moves less than
    ``limit`` in the sum of ``d_j (change of w_j)^2``; or after ``most``. Between such sweeps only
    the coefficients in use are looked at. Newton steps are taken first, as the start may be near,
    and again whenever sweeps have cost a share of one; after a step that did not lower the
    objective twice that.
    """
    p = w.size
    full = True
    spent = np.inf
    patience = PATIENCE
    for done in range(1, most + 1):
        size = used(w)
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
                new = penalty.prox_of(j, old + z[j] / d, weights[j] / d)
                if new != old:
                    move = new - old
                    w[j] = new
                    moved += d * move * move
                    spent += p
                    subtract(gram, j, move, z)
        spent += 4.0 * p
        still = moved <= limit
        if still and full:
            return done
        full = still
    return most


@kernel(exact=True)
def newton(penalty, gram, weights, limit, w, z):
    """One Newton step on the support, if the objective falls.

    ``(G_SS + diag(u g'')) d = z_S - u g'``, of those at no bound. Coefficients that would change
    sign become zero, those that would leave their bounds end there, all at once; if the objective
    rises by that, the step ends where the first of them does. Beyond
    that it is halved until the objective falls, as the penalty's curvature may change on the way.
    Returns ``sum_j d_j (change of w_j)^2``; -1 if no share of the step was good. A whole step of at
    most ``limit`` is not taken: what it changes in the objective is rounding.
    """
    index = places_inside(penalty, w)
    size = index.size
    if size == 0:
        return 0.0
    factor = np.empty((size, size))
    whole = np.empty(size)
    if not factorise(penalty, gram, weights, index, w, factor):
        return -1.0
    for i in range(size):
        j = index[i]
        whole[i] = z[j] - weights[j] * penalty.slope(w[j])
    substitute(factor, whole)
    d = whole.copy()
    product = np.empty(w.size)
    crossed = bounded(penalty, index, w, d)
    while True:
        moved = 0.0
        for i in range(size):
            moved += gram[index[i], index[i]] * d[i] * d[i]
        if moved <= limit and not crossed:
            return moved
        product[:] = 0.0
        for i in range(size):
            j = index[i]
            for k in range(w.size):
                product[k] += gram[j, k] * d[i]
        shares = 1 if crossed else SHARES
        share = good_share(penalty, weights, index, w, z, product, d, shares)
        if share > 0.0:
            for i in range(size):
                w[index[i]] += share * d[i]
            for k in range(w.size):
                z[k] -= share * product[k]
            return share * share * moved
        if not crossed:
            return -1.0
        crossed = False
        d = whole
        shorten(penalty, index, w, d)


@kernel(exact=True, arrays=moving)
def places_inside(penalty, w):
    """``moving``: the coefficients in use that are at no bound."""
    index = np.empty(used(w), dtype=np.intp)
    size = 0
    for j in range(w.size):
        if penalty.moves_of(j, w[j]):
            index[size] = j
            size += 1
    return index[:size]


@kernel(exact=True)
def bounded(penalty, index, w, d):
    """End each step at zero where the sign would change, or at a bound. Whether any ends so."""
    crossed = False
    for i in range(index.size):
        j = index[i]
        end = penalty.end_of(j, w[j], d[i])
        if abs(d[i]) >= abs(end - w[j]):
            d[i] = end - w[j]
            crossed = True
    return crossed


@kernel(exact=True)
def shorten(penalty, index, w, d):
    """End the step of all where the first sign would change, or the first bound is met."""
    share = 1.0
    first = -1
    for i in range(index.size):
        j = index[i]
        way = abs(penalty.end_of(j, w[j], d[i]) - w[j])
        if way <= share * abs(d[i]):
            share = way / abs(d[i])
            first = i
    for i in range(index.size):
        d[i] *= share
    if first >= 0:
        j = index[first]
        d[first] = penalty.end_of(j, w[j], d[first]) - w[j]


@kernel(exact=True)
def good_share(penalty, weights, index, w, z, product, d, most):
    """The first of the shares 1, 1/2, 1/4, ... of a step d that lowers the objective; 0 if none.

    ``product`` is ``G d``: each share costs a look at the penalty, and none at G.
    """
    slope = 0.0
    square = 0.0
    for i in range(index.size):
        slope -= d[i] * z[index[i]]
        square += d[i] * product[index[i]]
    share = 1.0
    for _ in range(most):
        change = share * (slope + 0.5 * share * square)
        for i in range(index.size):
            j = index[i]
            new = w[j] + share * d[i]
            change += weights[j] * (penalty.value(new) - penalty.value(w[j]))
        if change <= 0.0:
            return share
        share *= 0.5
    return 0.0


@kernel
def factorise(penalty, gram, weights, index, w, factor):
    """The lower Cholesky factor of ``G_SS + diag(u g'')``, made positive definite.

    Where g'' < 0 leaves too small a pivot, it is left out; if that is not enough, the pivot is that
    of the column by itself. Either adds to the diagonal only, so the step descends. Returns False
    if the entries grow by that beyond all measure, and the step would be of no use.
    """
    for i in range(index.size):
        j = index[i]
        for k in range(i + 1):
            factor[i, k] = gram[j, index[k]]
        for k in range(i):
            rest = factor[i, k]
            for m in range(k):
                rest -= factor[i, m] * factor[k, m]
            factor[i, k] = rest / factor[k, k]
        without = gram[j, j]
        for m in range(i):
            without -= factor[i, m] * factor[i, m]
        if without < -GROWTH * gram[j, j]:
            return False
        extra = weights[j] * (0.0 + penalty.curvature(w[j]))
        pivot = without + extra
        if pivot <= (WEAK if extra < 0.0 else SINGULAR) * gram[j, j]:
            # Not ``pivot - extra``: near zero g'' may be so large that nothing is left of G.
            pivot = without if without > WEAK * gram[j, j] else gram[j, j]
        factor[i, i] = sqrt(pivot)
    return True


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
