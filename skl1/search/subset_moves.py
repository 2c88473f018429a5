"""A feature enters a least-squares fit on a subset or leaves it, and which one had best do so.

The arrays are those of `skl1.search.swaps.exchange_all`. What ends in ``_small`` is a kernel's
other form, with NumPy's operations on arrays: the same sums in the same order.
"""

from __future__ import annotations

import numpy as np

from skl1.compiled import kernel


def begin_small(q, norms, ridge, used, z, beside):
    """``begin`` with arrays."""
    used[:] = 0
    z[:] = q
    beside[:] = norms + ridge


@kernel(exact=True, arrays=begin_small)
def begin(q, norms, ridge, used, z, beside):
    """No feature is in use."""
    for j in range(q.size):
        used[j] = 0
        z[j] = q[j]
        beside[j] = norms[j] + ridge[j]


@kernel(exact=True)
def least_needed(held, V, w):
    """The place of the feature without which the objective rises least."""
    least = 0
    for i in range(1, held):
        if w[i] * w[i] * V[least, least] < w[least] * w[least] * V[i, i]:
            least = i
    return least


def best_entry_small(pool, used, beside, dependent, norms, z, least):
    """``best_entry`` with arrays."""
    free = pool[(used[pool] == 0) & (beside[pool] > dependent * norms[pool])]
    _, k = best_of(z[free], beside[free], 0.0, 0.0, least)
    return -1 if k < 0 else free[k]


def best_of(c, d, cost, best, least):
    """The best gain ``c^2 / (2 d) - cost`` and its place, -1 if none is better than that before.

    One that comes later has to be better by more than ``least``.
    """
    squares, place = c * c, -1
    while True:
        better = squares[place + 1 :] > 2.0 * d[place + 1 :] * (cost + best + least)
        k = int(better.argmax()) if better.size else 0
        if not better.size or not better[k]:
            return best, place
        place += 1 + k
        best = 0.5 * c[place] * c[place] / d[place] - cost


@kernel(exact=True, arrays=best_entry_small)
def best_entry(pool, used, beside, dependent, norms, z, least):
    """The feature that lowers the objective most beside those in use; -1 if none does."""
    best = 0.0
    enters = -1
    for k in range(pool.size):
        j = pool[k]
        d = beside[j]
        gains = z[j] * z[j] > 2.0 * d * (best + least)
        if gains and used[j] == 0 and d > dependent * norms[j]:
            best = 0.5 * z[j] * z[j] / d
            enters = j
    return enters


def best_swap_small(pool, used, beside, dependent, norms, z, held, A, V, w, least):
    """``best_swap`` with arrays."""
    free = pool[used[pool] == 0]
    near, limit, along = beside[free], dependent * norms[free], z[free]
    best, leaves, enters = 0.0, -1, -1
    for i in range(held):
        own = V[i, i]
        share = w[i] / own
        a = A[i, free]
        d = near + a * a / own
        good = (d > limit).nonzero()[0]
        c = along[good] + share * a[good]
        best, k = best_of(c, d[good], 0.5 * share * w[i], best, least)
        if k >= 0:
            leaves, enters = i, free[good[k]]
    return leaves, enters


@kernel(exact=True, arrays=best_swap_small)
def best_swap(pool, used, beside, dependent, norms, z, held, A, V, w, least):
    """The place that is left and the feature that enters; -1 and -1 if no exchange gains.

    Without i what is left of x_j has the squared norm ``beside_j + A_ij^2 / V_ii``, and the
    correlation ``z_j + A_ij w_i / V_ii`` with what is left of y.
    """
    best = 0.0
    leaves = -1
    enters = -1
    for i in range(held):
        own = V[i, i]
        share = w[i] / own
        cost = 0.5 * share * w[i]
        for k in range(pool.size):
            j = pool[k]
            a = A[i, j]
            c = z[j] + share * a
            d = beside[j] + a * a / own
            gains = c * c > 2.0 * d * (cost + best + least)
            if gains and used[j] == 0 and d > dependent * norms[j]:
                best = 0.5 * c * c / d - cost
                leaves = i
                enters = j
    return leaves, enters


@kernel(exact=True)
def energy_left(rows, place, q, ridge, energy, order, held, V, w, left, inside):
    """The coefficients, once more from the Gram matrix itself, and their objective."""
    for i in range(held):
        left[i] = q[order[i]] - ridge[order[i]] * w[i]
        for k in range(held):
            left[i] -= rows[place[order[i]], order[k]] * w[k]
    for i in range(held):
        inside[i] = w[i]
        for k in range(held):
            inside[i] += V[i, k] * left[k]
    objective = 0.5 * energy
    for i in range(held):
        product = ridge[order[i]] * inside[i]
        for k in range(held):
            product += rows[place[order[i]], order[k]] * inside[k]
        objective += inside[i] * (0.5 * product - q[order[i]])
    return objective


def enter_small(
    j, rows, place, norms, ridge, dependent, order, held, used, A, V, w, z, beside, left
):  # fmt: skip
    """``enter`` with arrays."""
    left[:] = rows[place[j]]
    for i in range(held):
        left -= A[i, j] * rows[place[order[i]]]
    rest = left[j] + ridge[j]
    if not rest > dependent * norms[j]:
        return 0
    v = z[j] / rest
    share = 1.0 / rest
    z -= left * v
    beside -= left * left * share
    own = A[:held, j].copy()
    V[:held, held] = -own * share
    V[held, :held] = V[:held, held]
    V[:held, :held] += V[:held, held, None] * V[:held, held] * rest
    V[held, held] = share
    w[:held] -= own * v
    A[:held] -= (own * share)[:, None] * left
    w[held] = v
    A[held] = left * share
    order[held] = j
    used[j] = 1
    return 1


@kernel(exact=True, arrays=enter_small)
def enter(
    j, rows, place, norms, ridge, dependent, order, held, used, A, V, w, z, beside, left
):  # fmt: skip
    """Take feature j into the subset, unless it depends on those in it: 1, or 0 then."""
    p = z.size
    row = rows[place[j]]
    for k in range(p):
        left[k] = row[k]
    for i in range(held):
        a = A[i, j]
        other = rows[place[order[i]]]
        for k in range(p):
            left[k] -= a * other[k]
    rest = left[j] + ridge[j]
    if not rest > dependent * norms[j]:
        return 0
    v = z[j] / rest
    share = 1.0 / rest
    for k in range(p):
        z[k] -= left[k] * v
        beside[k] -= left[k] * left[k] * share
    for i in range(held):
        V[i, held] = -A[i, j] * share
        V[held, i] = V[i, held]
    for i in range(held):
        for k in range(held):
            V[i, k] += V[i, held] * V[k, held] * rest
    V[held, held] = share
    for i in range(held):
        a = A[i, j]
        w[i] -= a * v
        a *= share
        for k in range(p):
            A[i, k] -= a * left[k]
    w[held] = v
    for k in range(p):
        A[held, k] = left[k] * share
    order[held] = j
    used[j] = 1
    return 1


def leave_small(i, order, held, used, A, V, w, z, beside):
    """``leave`` with arrays."""
    used[order[i]] = 0
    own = 1.0 / V[i, i]
    share = w[i] * own
    z += A[i] * share
    beside += A[i] * A[i] * own
    others = np.delete(np.arange(held), i)
    h = V[others, i] * own
    w[others] -= h * w[i]
    A[others] -= h[:, None] * A[i]
    V[others[:, None], others] -= h[:, None] * V[i, others]
    last = held - 1
    if i != last:
        order[i] = order[last]
        w[i] = w[last]
        A[i] = A[last]
        V[i, :held] = V[last, :held]
        V[:held, i] = V[:held, last]


@kernel(exact=True, arrays=leave_small)
def leave(i, order, held, used, A, V, w, z, beside):
    """Take the i-th feature out; the last one has its place then."""
    p = z.size
    used[order[i]] = 0
    own = 1.0 / V[i, i]
    share = w[i] * own
    for k in range(p):
        z[k] += A[i, k] * share
        beside[k] += A[i, k] * A[i, k] * own
    for m in range(held):
        if m != i:
            h = V[m, i] * own
            w[m] -= h * w[i]
            for k in range(p):
                A[m, k] -= h * A[i, k]
            for k in range(held):
                if k != i:
                    V[m, k] -= h * V[i, k]
    last = held - 1
    if i != last:
        order[i] = order[last]
        w[i] = w[last]
        for k in range(p):
            A[i, k] = A[last, k]
        for k in range(held):
            V[i, k] = V[last, k]
        for k in range(held):
            V[k, i] = V[k, last]
