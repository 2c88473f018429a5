"""Exchanges of features between subsets that are fitted by least squares, in one compiled call."""

from __future__ import annotations

import numpy as np

from skl1.compiled import kernel
from skl1.problems.problem import Problem
from skl1.search.column_store import ColumnStore
from skl1.search.exchanges import DEPENDENT, least_gain
from skl1.search.subset_moves import (
    begin,
    best_entry,
    best_swap,
    energy_left,
    enter,
    least_needed,
    leave,
)
from skl1.solvers.factor import places, table, vector

#: Exchanges in one call at most: each lowers the objective, so they end anyway.
MOST = 1000


class Swaps:
    """Local search among the subsets of a problem without a penalty, or with a squared one.

    What `skl1.search.exchanges` does for any penalty. After an exchange the inverse of the matrix
    of a subset, and what all columns look like beside it, follow by a product of two vectors.
    """

    def __init__(self, problem: Problem, store: ColumnStore):
        design = problem.design
        self.problem, self.store = problem, store
        self.least = least_gain(problem)
        self.ridge = problem.weights * problem.penalty.ridge
        self.pool = np.flatnonzero(problem.included)
        self.complete = not design.has_rows  # all of the Gram matrix is there
        if self.complete:
            store(self.pool)

    def best_from(
        self, features: np.ndarray, *, change: int = 0, forbidden: int = -1
    ) -> tuple[float, np.ndarray, int]:
        """Exchange one feature for another while the objective falls.

        Parameters
        ----------
        features : ndarray of int
            Where to start.
        change : int
            At 1 the feature enters first that lowers the objective most; at -1 the one leaves
            first that raises it least.
        forbidden : int
            A feature that must not enter.

        Returns
        -------
        objective : float
        w : ndarray
        exchanges : int
        """
        problem, store, design = self.problem, self.store, self.problem.design
        size, count = features.size, 0
        chosen = np.zeros(size + 1, dtype=np.intp)
        chosen[:size] = features
        inside = np.zeros(size + 1)
        pool = self.pool if forbidden < 0 else self.pool[self.pool != forbidden]
        run = exchange_all.sized((size + 1) * (500 + pool.size))
        while True:
            if not self.complete:
                store(chosen[:size])
            size, done, missing, value = run(
                store.rows,
                store.place,
                design.norms,
                design.correlation,
                self.ridge,
                pool,
                design.energy,
                self.least,
                DEPENDENT,
                MOST,
                chosen,
                size,
                change,
                inside,
            )
            count += done
            change = 0 if done or change < 0 else change
            if missing < 0:
                break
            # Its column has not been formed yet: then the search goes on from where it is.
            store(np.append(chosen[:size], missing))
        w = np.zeros(problem.weights.size)
        w[chosen[:size]] = inside[:size]
        return value, w, count


@kernel(exact=True)
def exchange_all(
    rows, place, norms, q, ridge, pool, energy, least, dependent, most, chosen, size, change, inside
):  # fmt: skip
    """Exchanges from ``chosen[:size]``. Its new size, their number, a column that is missing or -1.

    With S the features in use and H = G_SS + diag(ridge), it keeps V = H^-1, A = V G_S, the
    coefficients, the correlations z of all features with the residual, and the squared norm of
    what is left of each column beside S, ``d_j + ridge_j - G_jS A_j``. One feature that enters or
    leaves changes each of them by a product of two vectors. ``inside`` gets the coefficients; the
    last of what is returned is the objective.
    """
    p = norms.size
    room = chosen.size
    A = table(room, p)
    V = table(room, room)
    w = vector(room)
    order = places(room)
    used = places(p)
    z = vector(p)
    beside = vector(p)
    left = vector(p)
    begin(q, norms, ridge, used, z, beside)
    held = 0
    # The subset is filled first, feature by feature, then it may lose or gain one, then exchanges.
    step = 0
    done = 0
    missing = -1
    while done < most:
        leaves = -1
        enters = -1
        if step < size:
            enters = chosen[step]
        elif step == size and change < 0 and held > 0:
            leaves = least_needed(held, V, w)
        elif step == size and change > 0 and held < room:
            enters = best_entry(pool, used, beside, dependent, norms, z, least)
        elif step > size or change <= 0:
            leaves, enters = best_swap(
                pool, used, beside, dependent, norms, z, held, A, V, w, least
            )
            if enters < 0:
                break
        if step >= size and enters >= 0:
            if place[enters] < 0:
                missing = enters
                break
            done += 1
        step += 1
        if leaves >= 0:
            leave(leaves, order, held, used, A, V, w, z, beside)
            held -= 1
        if enters >= 0:
            held += enter(
                enters, rows, place, norms, ridge, dependent, order, held, used, A, V, w, z,
                beside, left,
            )  # fmt: skip
    objective = energy_left(rows, place, q, ridge, energy, order, held, V, w, left, inside)
    for i in range(held):
        chosen[i] = order[i]
    return held, done, missing, objective
