"""Local search: exchange features of a model while the objective falls, the others refitted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skl1.compiled import kernel
from skl1.penalties.elementwise import curvatures, total, values
from skl1.problems.problem import Problem
from skl1.search.column_store import ColumnStore
from skl1.solvers.base import Solver
from skl1.solvers.driver import Run
from skl1.solvers.gram_nonconvex import descend
from skl1.solvers.minimise import minimise

#: Exchanges tried in vain from one model, the most promising first, before it counts as the best
#: around.
TRIES = 10
#: Share of a column's norm below which what is left of it beside others is rounding; eigenvalues
#: of a support's matrix, in units of its columns, below which nothing follows along their vectors.
DEPENDENT, FLAT = 1e-8, 1e-8
#: Share by which a threshold may be off by rounding.
SLACK = 1e-9
#: A fall of the objective below this share of the null objective may be rounding.
FALL = 1e-10
#: What rounding may make of an objective, as a share of y's energy.
ROUNDING = 1e-14
#: A model on a few features is a minimum after a sweep that lowers the objective by less than
#: this share of y's energy, or after so many sweeps: the whole problem finishes what is kept.
NO_FALL, SWEEPS = 1e-18, 300


class Move(NamedTuple):
    """Feature ``leaves`` makes room for ``enters``; -1 stands for none."""

    leaves: int
    enters: int
    value: float  #: of the coefficient that enters


class Neighbourhood:
    """What happens to the objective if a feature leaves, or enters, and all others follow.

    With S the features in use, H = G_SS + diag(u g'') there, A = H^-1 G_S, and the others following
    by Newton's equations,

    * taking i out raises the loss by ``s_i w_i^2 / 2 + z_i w_i``, s_i = 1 / (H^-1)_ii - u_i g'';
    * what is left of x_j beside S has the norm ``d_j - G_jS A_j``; beside S without i it has
      ``a_ij^2 / (H^-1)_ii`` more, and the correlation ``z_j + w_i a_ij / (H^-1)_ii`` with what is
      left of y;
    * the feature that enters takes the value of its proximal operator.

    Exact for p = 0, where these are the changes after least squares on each new support; else as
    exact as Newton's equations.

    Attributes
    ----------
    support : ndarray of int
        S.
    drops : ndarray
        The change of the objective if each of these leaves; inf for free ones.
    """

    def __init__(self, problem: Problem, w: np.ndarray, z: np.ndarray, store: ColumnStore):
        self.problem, self.z = problem, z
        self.support = support = np.flatnonzero(w)
        self.inside = inside = w[support]
        columns = store(support)
        curvature = problem.weights[support] * curvatures(problem.penalty, inside)
        inverse = inverse_of(columns[:, support], curvature)
        self.own = inverse.diagonal().copy()
        self.A = inverse @ columns
        self.beside = problem.design.norms - np.einsum("ij,ij->j", columns, self.A)
        charge = problem.weights[support] * values(problem.penalty, inside)
        self.drops = 0.5 * (1.0 / self.own - curvature) * inside**2 + z[support] * inside - charge
        self.drops[problem.free[support]] = np.inf

    def moves(self, least: float = 0.0, *, grow: bool) -> list[Move]:
        """The best move with each feature that leaves, and with none (if it may ``grow``).

        Those that lower the objective, the most promising first; of moves that differ by less than
        ``least`` the first, as rounding must not decide where any feature completes an exact fit.
        """
        problem = self.problem
        outside = problem.included.copy()
        outside[self.support] = False
        changes = np.append(self.drops, 0.0 if grow else np.inf)
        enters = np.full(changes.size, -1)
        values = np.zeros(changes.size)
        best_entries.sized(10 * self.A.size, problem.penalty)(
            problem.penalty,
            self.A,
            self.inside / self.own,
            self.own,
            self.z,
            self.beside,
            problem.design.norms,
            problem.weights,
            np.flatnonzero(outside),
            least,
            changes,
            enters,
            values,
        )
        leaves = np.append(self.support, -1)
        good = np.flatnonzero(changes < 0.0)
        order = np.round(changes[good] / least) if least > 0.0 else changes[good]
        good = good[np.argsort(order, kind="stable")]
        return [Move(*e) for e in zip(leaves[good], enters[good], values[good], strict=True)]


@kernel(exact=True)
def best_entries(
    penalty, A, ratio, own, z, beside, norms, weights, outside, least, changes, enters, values
):  # fmt: skip
    """For each feature that leaves, and for none in the last row, the best one that enters.

    ``changes`` holds what leaving alone does to the objective, and is brought up to date.
    """
    size = own.size
    # Thresholds on a correlation rise with the norm, which is least beside all of S.
    entry = np.empty(outside.size)
    for k in range(outside.size):
        j = outside[k]
        d = max(beside[j], DEPENDENT * norms[j])
        entry[k] = (1.0 - SLACK) * d * penalty.threshold(weights[j] / d)
    for i in range(size + 1):
        start = changes[i]
        if start == np.inf:
            continue
        for k in range(outside.size):
            j = outside[k]
            c = z[j]
            if i < size:
                c += ratio[i] * A[i, j]
            if abs(c) <= entry[k]:
                continue
            d = beside[j]
            if i < size:
                d += A[i, j] * A[i, j] / own[i]
            # Without any penalty the entry would lower the loss by c^2 / (2 d).
            if d > DEPENDENT * norms[j] and start - 0.5 * c * c / d < changes[i] - least:
                v = penalty.prox_of(j, c / d, weights[j] / d)
                change = start + (0.5 * d * v - c) * v + weights[j] * penalty.value(v)
                if v != 0.0 and change < changes[i] - least:
                    changes[i] = change
                    enters[i] = j
                    values[i] = v


def inverse_of(gram: np.ndarray, curvature: np.ndarray, flat: float = FLAT) -> np.ndarray:
    """Inverse of ``gram + diag(curvature)``; a direction without curvature stays where it is."""
    units = 1.0 / np.sqrt(gram.diagonal())
    values, vectors = np.linalg.eigh((gram + np.diag(curvature)) * units * units[:, None])
    stiff = np.where(values > flat, values, 1.0)
    return (vectors / stiff) @ vectors.T * units * units[:, None]


def least_gain(problem: Problem) -> float:
    """By how much an objective has to fall to count as smaller.

    A share of the null objective, unless that is rounding itself: where free features explain y
    exactly, exchanges would go round in circles.
    """
    return max(FALL * problem.null.objective, ROUNDING * problem.design.energy)


def exchanged(
    solver: Solver,
    problem: Problem,
    result: Run,
    *,
    tol: float,
    max_iter: int,
    most: int,
    store: ColumnStore | None = None,
) -> tuple[Run, int]:
    """Exchange features while the objective falls. The model, and how many exchanges led to it.

    Hazimeh and Mazumder 2020, "Fast best subset selection: coordinate descent and local
    combinatorial optimization algorithms", algorithm 2 with sets of one feature; here all others
    are refitted, and any penalty and any norms of the columns are allowed.

    Parameters
    ----------
    solver : Solver
    problem : Problem
    result : Run
        A minimum to start from.
    tol, max_iter
        As for ``minimise``.
    most : int
        Models with more features stay as they are.
    store : ColumnStore, optional
        Columns formed before.
    """
    store = store or ColumnStore(problem.design)
    least = least_gain(problem)
    count = 0
    while 0 < np.count_nonzero(result.w) <= most:
        w, z, done = result.w, result.point.z, 0
        while np.count_nonzero(w) <= most and (better := exchange(problem, w, z, store, least)):
            w, z = better
            done += 1
        if not done:
            break
        new = minimise(solver, problem, w, tol=tol, max_iter=max_iter)
        if not new.point.objective < result.point.objective - least:
            break
        result = new
        count += done
    return result, count


def exchange(problem, w, z, store, least, *, grow=True) -> tuple[np.ndarray, np.ndarray] | None:
    """The moves that lower the objective, of all around w: ``(w, z)`` after them, if any does.

    Each is tried on the features in use alone, from where the last good one led to.
    """
    moves = Neighbourhood(problem, w, z, store).moves(least, grow=grow)
    if not moves:
        return None
    start, value, failed = w, store.objective(problem, w), 0
    for move in moves:
        if (move.leaves >= 0 and w[move.leaves] == 0.0) or (move.enters >= 0 and w[move.enters]):
            continue  # a move before has changed that
        new = w.copy()
        if move.leaves >= 0:
            new[move.leaves] = 0.0
        if move.enters >= 0:
            new[move.enters] = move.value
        new, reached = refitted(problem, new, store)
        if reached < value - least:
            w, value = new, reached
        else:
            failed += 1
        if failed == TRIES:
            break
    return None if w is start else (w, store.correlations(problem, w))


def refitted(problem: Problem, w: np.ndarray, store: ColumnStore) -> tuple[np.ndarray, float]:
    """A minimum on the support of w alone, from w, and the objective there."""
    design, penalty = problem.design, problem.penalty
    support = np.flatnonzero(w)
    gram, q = store.block(support), design.correlation[support]
    weights, v = problem.weights[support], w[support]
    z = q - gram @ v
    limit = NO_FALL * design.energy
    inside = penalty.of(support)
    run = descend.sized(20 * support.size * (20 + support.size), inside)
    run(inside, gram, gram.diagonal().copy(), weights, limit, SWEEPS, v, z)
    new = np.zeros_like(w)
    new[support] = v
    return new, 0.5 * (design.energy - float(v @ (q + z))) + total(penalty, weights, v)
