"""A convex problem on a Gram matrix, solved within one compiled call for one alpha or for many."""

from __future__ import annotations

from math import copysign
from typing import Any

import numpy as np

from skl1.compiled import formula, kernel
from skl1.penalties.numerical import soft_threshold
from skl1.solvers.dependent import update_factor
from skl1.solvers.factor import BLOCK, ROTATIONS, extend, places, remove, solve, vector
from skl1.solvers.vectors import follow, subtract, used

#: Moves that lower the objective by less than this share of what is negligible for all p together
#: are left out: after a Newton step they would be rounding, each at the price of a row.
SLIGHT = 1e-3
#: How a call begins: from the solution before, or where an earlier call has met columns that depend
#: on each other, with the factor that has been made since, or without one.
AFRESH, ONWARD, WITHOUT = 0, 1, 2


def solve_along(cost: int, *arguments: Any) -> None:
    """Solve for one alpha after the other, of `solve_convex_along`'s arguments the first.

    Columns that depend on each other are dealt with in between, by a kernel of their own: most data
    have none, so that most first fits do not wait for its compilation.
    """
    l1, l2, _, gram, _, weights, alphas, _, _, W, Z, _, *factor = arguments
    run = solve_convex_along.sized(cost)
    k = run(*arguments, 0, AFRESH)
    while k < alphas.size:
        pull, extra = alphas[k] * l1 * weights, alphas[k] * l2 * weights
        part = update_factor.sized(weights.size * (100 + weights.size // 10))
        regular = part(gram, pull, extra, W[k + 1], Z[k + 1], *factor)
        k = run(*arguments, k, ONWARD if regular else WITHOUT)


@kernel(exact=True)
def solve_convex(
    l1, l2, one_sided, gram, norms, weights, alpha, limit, most, w, z, order, held, factor, made,
    way,
):  # fmt: skip
    """Sweeps, and Newton's method on the support, for weights times alpha. Returns the sweeps.

    w and ``z = q - G w`` change in place. The penalty is ``l1 |w| + l2 w^2 / 2``: it comes as
    numbers, so that all convex penalties share one piece of machine code. It ends with a sweep
    over all that moves less than ``limit`` in the sum of ``d_j (change of w_j)^2``, which is what
    the objective falls by at least twice; or after ``most``. Between such sweeps only the
    coefficients in use are looked at. Once sweeps have cost as much, a Newton step is taken: rent
    or buy. ``order``, ``held`` and ``factor`` carry the Cholesky factor from call to call.

    Where columns in use depend on each other it ends after k sweeps with -1 - k; ``made`` and
    ``way`` say how a later call goes on.
    """
    p = w.size
    extra = vector(p)
    pull = vector(p)
    for j in range(p):
        extra[j] = alpha * l2 * weights[j]
        pull[j] = alpha * l1 * weights[j]
    if l2 > 0.0 and way == AFRESH:
        held[0] = 0  # the factor was that of another alpha
    slight = SLIGHT * limit / (p + (p == 0))
    full = True
    still = False
    regular = way != WITHOUT
    fresh = False  # whether a Newton step was among the moves
    dependent = places(p)
    before = places(p)
    # With the factor in hand a Newton step is the best guess of where the support moves to.
    spent = np.inf if way == ONWARD else 2.0 * p * held[0]
    for done in range(made + 1, most + 1):
        if regular and not still and spent > newton_price(w, order, held):
            spent = 0.0
            full = True
            lost = extend(gram, extra, w, order, held, factor, dependent, before)
            if lost > 0:
                return -done
            regular = lost == 0
            fresh = True
            if regular:
                newton_walk(gram, pull, extra, one_sided, w, z, order, held, factor)
        moved = 0.0
        for j in range(p):
            old = w[j]
            d = norms[j]
            if d > 0.0 and (full or old != 0.0):
                new = shrunk(old + z[j] / d, pull[j] / d, extra[j], d, one_sided)
                move = new - old
                fall = d * move * move
                if fall > slight or (move != 0.0 and (new == 0.0 or old == 0.0)):
                    w[j] = new
                    moved += fall
                    spent += p
                    subtract(gram, j, move, z)
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
    l1, l2, one_sided, gram, norms, weights, alphas, limit, most, W, Z, sweeps,
    order, held, factor, first, way,
):  # fmt: skip
    """The same for one alpha after the other, each from where the last one ended.

    Row k + 1 of W and of Z becomes the solution for alpha k; row 0 is the start. Returns the number
    of alphas, or the k where columns in use depend on each other.
    """
    for k in range(first, alphas.size):
        w, z = W[k + 1], Z[k + 1]
        if way == AFRESH:
            sweeps[k] = 0
            for j in range(w.size):
                w[j] = W[k, j]
                z[j] = Z[k, j]
        done = solve_convex(
            l1, l2, one_sided, gram, norms, weights, alphas[k], limit, most, w, z,
            order, held, factor, sweeps[k], way,
        )  # fmt: skip
        if done < 0:
            sweeps[k] = -1 - done
            return k
        sweeps[k] = done
        way = AFRESH
    return alphas.size


@formula
def shrunk(z, slope, extra, d, one_sided):
    """``argmin_w (w - z)^2 / 2 + slope |w| + extra / d w^2 / 2``, of w >= 0 if one-sided."""
    if one_sided and z < 0.0:
        return 0.0
    w = soft_threshold(z, slope)
    return w / (1.0 + extra / d) if extra > 0.0 else w


@kernel(exact=True)
def newton_price(w, order, held):
    """What a Newton step costs, in multiplications: to update the factor, and to use it."""
    gone = 0
    for i in range(held[0]):
        gone += w[order[i]] == 0.0
    size = used(w)
    new = size - (held[0] - gone)
    # Rows come in by matrix products, which take a fraction of the time for large blocks.
    entering = 0.5 * new * size * size / (1.0 + size / BLOCK)
    leaving = min(gone, ROTATIONS) * size * size
    return entering + leaving + size * (w.size + size) + 1.0


@kernel(exact=True)
def newton_walk(gram, pull, extra, one_sided, w, z, order, held, factor):
    """Walk to the minimum on the support with its signs, or on what is left of it at the end.

    Where a coefficient would change its sign the step ends and it leaves the support; what is left
    of the slope is what is left of the step. The objective falls all the way. Coefficients without
    a slope at zero may pass it.
    """
    before = vector(w.size)
    for j in range(w.size):
        before[j] = w[j]
    slope = vector(held[0])
    d = vector(held[0])
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
