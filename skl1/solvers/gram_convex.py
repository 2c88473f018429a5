"""A convex problem on a Gram matrix, solved within one compiled call for one alpha or for many."""

from __future__ import annotations

from math import copysign

import numpy as np

from skl1.compiled import kernel
from skl1.solvers.factor import BLOCK, ROTATIONS, append, remove, solve, withdraw

#: Moves that lower the objective by less than this share of what is negligible for all p together
#: are left out: after a Newton step they would be rounding, each at the price of a row.
SLIGHT = 1e-3


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
    slight = SLIGHT * limit / max(p, 1)
    full = True
    still = False
    regular = True
    fresh = False  # whether a Newton step was among the moves
    # With the factor in hand a Newton step is the best guess of where the support moves to.
    spent = 2.0 * p * held[0]
    for done in range(1, most + 1):
        if regular and not still and spent > newton_price(w, order, held):
            spent = 0.0
            full = True
            regular = update_factor(gram, pull, extra, w, z, order, held, factor)
            fresh = True
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
            if fresh or not regular:
                return done
            # Along columns that are nearly dependent sweeps move as little as one likes.
            spent = np.inf
            still = False
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
    # Rows come in by matrix products, which take a fraction of the time for large blocks.
    entering = 0.5 * new * size * size / (1.0 + size / BLOCK)
    leaving = min(gone, ROTATIONS) * size * size
    return entering + leaving + size * (w.size + size) + 1.0


@kernel(exact=True)
def update_factor(gram, pull, extra, w, z, order, held, factor):
    """Bring a Cholesky factor ``U' U = G_SS + diag(extra_S)`` to the support S of w.

    ``order[:m]`` are the features of its m rows, m being ``held[0]``. Of features that depend on
    each other some become zero. Returns whether there is a factor.
    """
    while True:
        inside = withdraw(w, order, held, factor)
        count = 0
        for j in range(w.size):
            count += w[j] != 0.0 and not inside[j]
        new = np.empty(count, dtype=np.intp)
        count = 0
        for j in range(w.size):
            if w[j] != 0.0 and not inside[j]:
                new[count] = j
                count += 1
        dependent = np.empty(count, dtype=np.intp)
        columns = np.zeros((order.size, count))
        lost = 0
        for start in range(0, count, BLOCK):
            block = new[start : min(start + BLOCK, count)]
            lost = append(gram, extra, block, order, held, factor, dependent, columns, lost)
            if lost < 0:
                return False
        if lost == 0:
            return True
        if not shed(gram, pull, extra, w, z, order, held, factor, dependent[:lost], columns):
            return False


@kernel(exact=True)
def shed(gram, pull, extra, w, z, order, held, factor, dependent, columns):
    """Move along dependences of features on the held ones, each until a coefficient is zero.

    ``v_j = 1, v_S = -U^-1 x`` changes no prediction, and the penalty is linear as long as no sign
    changes, so one of the two directions costs nothing. What has become zero is taken out of the
    dependences that are left. Returns whether there is an end to each.
    """
    size = held[0]
    count = dependent.size
    if charged(extra, dependent):
        return False
    feature = joined(order, size, dependent)
    V = null_vectors(factor, size, columns, count)
    before = w.copy()
    ended = True
    for c in range(count):
        charge = 0.0
        for i in range(size + count):
            k = feature[i]
            if w[k] != 0.0:
                charge += V[i, c] * (pull[k] * copysign(1.0, w[k]) - z[k])
        side = -1.0 if charge > 0.0 else 1.0
        reach = np.inf
        first = -1
        for i in range(size + count):
            v = side * V[i, c]
            if w[feature[i]] * v < 0.0 and -w[feature[i]] / v < reach:
                reach = -w[feature[i]] / v
                first = i
        if first < 0:
            ended = False
            break
        for i in range(size + count):
            if w[feature[i]] != 0.0:
                w[feature[i]] += side * reach * V[i, c]
        w[feature[first]] = 0.0
        for other in range(c + 1, count):
            share = V[first, other] / V[first, c]
            if share != 0.0:
                for i in range(size + count):
                    V[i, other] -= share * V[i, c]
                V[first, other] = 0.0
    follow(gram, before, w, z)
    return ended


@kernel(exact=True)
def charged(extra, dependent):
    """Whether any of the features has an l2 term."""
    count = 0
    for j in dependent:
        count += extra[j] != 0.0
    return count > 0


@kernel(exact=True)
def joined(order, size, dependent):
    """The features of the rows of the factor, and then those that depend on them."""
    out = np.empty(size + dependent.size, dtype=np.intp)
    for i in range(size):
        out[i] = order[i]
    for c in range(dependent.size):
        out[size + c] = dependent[c]
    return out


@kernel(exact=True)
def follow(gram, before, w, z):
    """``z <- z - G (w - before)``."""
    for j in range(w.size):
        move = w[j] - before[j]
        if move != 0.0:
            for k in range(w.size):
                z[k] -= gram[j, k] * move


@kernel(exact=True)
def newton_walk(gram, pull, extra, one_sided, w, z, order, held, factor):
    """Walk to the minimum on the support with its signs, or on what is left of it at the end.

    Where a coefficient would change its sign the step ends and it leaves the support; what is left
    of the slope is what is left of the step. The objective falls all the way. Coefficients without
    a slope at zero may pass it.
    """
    before = w.copy()
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
    follow(gram, before, w, z)


@kernel(exact=True)
def null_vectors(factor, size, columns, count):
    """``(-U^-1 x, e_c)`` for each column x."""
    V = np.empty((size + count, count))
    for i in range(size):
        for c in range(count):
            V[i, c] = -columns[i, c]
    for c in range(count):
        for k in range(count):
            V[size + k, c] = 0.0
        V[size + c, c] = 1.0
    for i in range(size - 1, -1, -1):
        for c in range(count):
            V[i, c] /= factor[i, i]
        for k in range(i):
            for c in range(count):
                V[k, c] -= factor[k, i] * V[i, c]
    return V
