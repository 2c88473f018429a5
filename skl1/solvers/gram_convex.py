"""A convex problem on a Gram matrix, solved within one compiled call for one alpha or for many."""

from __future__ import annotations

from math import copysign, sqrt

import numpy as np

from skl1.compiled import kernel

#: Pivots below this share of the diagonal mean a support that is numerically singular.
SINGULAR = 1e-13
#: Moves that lower the objective by less than this share of what is negligible for all p together
#: are left out: after a Newton step they would be rounding, each at the price of a row.
SLIGHT = 1e-3


def blank_factor(room: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The arrays ``order``, ``held`` and ``factor`` of a factor of at most so many rows."""
    return np.zeros(room, dtype=np.intp), np.zeros(1, dtype=np.intp), np.empty((room, room))


@kernel(exact=True)
def solve_convex(
    penalty, l1, l2, gram, norms, weights, alpha, limit, most, w, z, order, held, factor
):  # fmt: skip
    """Sweeps, and Newton's method on the support, for weights times alpha. Returns the sweeps.

    w and ``z = q - G w`` change in place. The penalty is ``l1 |w| + l2 w^2 / 2``. It ends with
    a sweep over all that moves less than ``limit`` in the sum of ``d_j (change of w_j)^2``, which
    is what the objective falls by at least twice; or after ``most``. Between such sweeps only the
    coefficients in use are looked at. Once sweeps have cost as much, a Newton step is taken: rent
    or buy. ``order``, ``held`` and ``factor`` carry the Cholesky factor from call to call.
    """
    p = w.size
    extra = np.empty(p)
    pull = np.empty(p)
    for j in range(p):
        extra[j] = alpha * l2 * weights[j]
        pull[j] = alpha * l1 * weights[j]
    one_sided = penalty.project(-1.0) == 0.0
    if l2 > 0.0:
        held[0] = 0  # the factor was that of another alpha
    slight = SLIGHT * limit / p
    full = True
    still = False
    regular = True
    # With the factor in hand a Newton step is the best guess of where the support moves to.
    spent = 2.0 * p * held[0]
    for done in range(1, most + 1):
        if regular and not still and spent > newton_price(w, order, held):
            spent = 0.0
            full = True
            regular = update_factor(gram, pull, extra, w, z, order, held, factor)
            if regular:
                newton_walk(gram, pull, extra, one_sided, w, z, order, held, factor)
        moved = 0.0
        for j in range(p):
            old = w[j]
            d = norms[j]
            if d > 0.0 and (full or old != 0.0):
                new = penalty.prox(old + z[j] / d, alpha * weights[j] / d)
                move = new - old
                fall = d * move * move
                if fall > slight or (move != 0.0 and (new == 0.0 or old == 0.0)):
                    w[j] = new
                    moved += fall
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
def solve_convex_along(
    penalty, l1, l2, gram, norms, weights, alphas, limit, most, W, Z, sweeps,
    order, held, factor,
):  # fmt: skip
    """The same for one alpha after the other, each from where the last one ended.

    Row k + 1 of W and of Z becomes the solution for alpha k; row 0 is the start.
    """
    for k in range(alphas.size):
        alpha, w, z = alphas[k], W[k + 1], Z[k + 1]
        for j in range(w.size):
            w[j] = W[k, j]
            z[j] = Z[k, j]
        sweeps[k] = solve_convex(
            penalty, l1, l2, gram, norms, weights, alpha, limit, most, w, z, order, held, factor
        )


@kernel(exact=True)
def newton_price(w, order, held):
    """What a Newton step costs, in multiplications: to update the factor, and to use it."""
    gone = 0
    for i in range(held[0]):
        gone += w[order[i]] == 0.0
    size = 0
    for j in range(w.size):
        size += w[j] != 0.0
    new = size - (held[0] - gone)
    return (0.5 * new + gone) * size * size + size * (w.size + size) + 1.0


@kernel(exact=True)
def update_factor(gram, pull, extra, w, z, order, held, factor):
    """Bring a Cholesky factor ``U' U = G_SS + diag(extra_S)`` to the support S of w.

    ``order[:m]`` are the features of its m rows, m being ``held[0]``. A feature that depends on
    those has one of them, or itself, become zero. Returns whether there is a factor.
    """
    inside = np.zeros(w.size, dtype=np.bool_)
    for i in range(held[0] - 1, -1, -1):
        if w[order[i]] == 0.0:
            remove(order, held, factor, i)
        else:
            inside[order[i]] = True
    x = np.empty(order.size)
    for j in range(w.size):
        while w[j] != 0.0 and not inside[j]:
            size = held[0]
            diagonal = gram[j, j] + extra[j]
            rest = diagonal
            for k in range(size):
                x[k] = gram[j, order[k]]
            for k in range(size):
                x[k] /= factor[k, k]
                for m in range(k + 1, size):
                    x[m] -= x[k] * factor[k, m]
                rest -= x[k] * x[k]
            if rest > SINGULAR * diagonal:
                if size == order.size:
                    return False
                for k in range(size):
                    factor[k, size] = x[k]
                factor[size, size] = sqrt(rest)
                order[size] = j
                held[0] = size + 1
                inside[j] = True
            elif not shed(gram, pull, extra, w, z, order, held, factor, x, j):
                return False
    return True


@kernel(exact=True)
def shed(gram, pull, extra, w, z, order, held, factor, x, j):
    """Move along the dependence of feature j on the held ones until a coefficient is zero.

    ``v_j = 1, v_S = -U^-1 x`` changes no prediction, and the penalty is linear as long as no sign
    changes, so one of the two directions costs nothing. Returns whether there is an end to it.
    """
    size = held[0]
    charge = pull[j] * copysign(1.0, w[j]) - z[j]
    if extra[j] != 0.0:
        return False
    for i in range(size - 1, -1, -1):
        for k in range(i + 1, size):
            x[i] -= factor[i, k] * x[k]
        x[i] /= factor[i, i]
    for i in range(size):
        x[i] = -x[i]
        k = order[i]
        charge += x[i] * (pull[k] * copysign(1.0, w[k]) - z[k])
    side = -1.0 if charge > 0.0 else 1.0
    reach = -w[j] / side if w[j] * side < 0.0 else np.inf
    first = -1
    for i in range(size):
        k = order[i]
        if w[k] * side * x[i] < 0.0 and -w[k] / (side * x[i]) < reach:
            reach = -w[k] / (side * x[i])
            first = i
    if reach == np.inf:
        return False
    for i in range(size + 1):
        k = order[i] if i < size else j
        move = side * reach * (x[i] if i < size else 1.0)
        if i == first or (i == size and first < 0):
            move = -w[k]
        w[k] += move
        for m in range(w.size):
            z[m] -= gram[k, m] * move
    if first >= 0:
        remove(order, held, factor, first)
    return True


@kernel(exact=True)
def remove(order, held, factor, place):
    """Take a row out of the Cholesky factor: the columns behind it move up, and are rotated.

    Golub and Van Loan, "Matrix computations", 4th edition, section 6.5.3.
    """
    size = held[0] - 1
    held[0] = size
    for k in range(place, size):
        order[k] = order[k + 1]
    for i in range(size + 1):
        for k in range(max(place, i - 1), size):
            factor[i, k] = factor[i, k + 1]
    for i in range(place, size):
        a, b = factor[i, i], factor[i + 1, i]
        length = sqrt(a * a + b * b)
        a, b = a / length, b / length
        for k in range(i, size):
            upper, lower = factor[i, k], factor[i + 1, k]
            factor[i, k] = a * upper + b * lower
            factor[i + 1, k] = a * lower - b * upper


@kernel(exact=True)
def newton_walk(gram, pull, extra, one_sided, w, z, order, held, factor):
    """Walk to the minimum on the support with its signs, or on what is left of it at the end.

    Where a coefficient would change its sign the step ends and it leaves the support; what is left
    of the slope is what is left of the step. The objective falls all the way. Coefficients without
    a slope at zero may pass it.
    """
    before = np.empty(w.size)
    for j in range(w.size):
        before[j] = w[j]
    slope = np.empty(held[0])
    d = np.empty(held[0])
    for i in range(held[0]):
        j = order[i]
        slope[i] = z[j] - copysign(1.0, w[j]) * pull[j] - extra[j] * w[j]
    left = 1.0
    while True:
        size = held[0]
        for i in range(size):
            d[i] = left * slope[i]
        solve(factor, d, size)
        share = 1.0
        first = -1
        for i in range(size):
            j = order[i]
            bounded = one_sided or pull[j] > 0.0
            crosses = bounded and w[j] * d[i] < 0.0
            if crosses and abs(w[j]) <= share * abs(d[i]):
                share = abs(w[j] / d[i])
                first = i
        for i in range(size):
            w[order[i]] += share * d[i]
        if first < 0:
            break
        w[order[first]] = 0.0
        left *= 1.0 - share
        remove(order, held, factor, first)
        for i in range(first, size - 1):
            slope[i] = slope[i + 1]
    for j in range(w.size):
        move = w[j] - before[j]
        if move != 0.0:
            for k in range(w.size):
                z[k] -= gram[j, k] * move


@kernel
def solve(factor, d, size):
    """Solve ``U' U x = d`` in place, for the first rows."""
    for i in range(size):
        d[i] /= factor[i, i]
        for k in range(i + 1, size):
            d[k] -= d[i] * factor[i, k]
    for i in range(size - 1, -1, -1):
        dot = 0.0
        for k in range(i + 1, size):
            dot += factor[i, k] * d[k]
        d[i] = (d[i] - dot) / factor[i, i]
