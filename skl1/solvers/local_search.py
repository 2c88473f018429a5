"""Local search: exchange features of a model while the objective falls, the others refitted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from skl1.compiled import kernel
from skl1.designs import Design, MomentDesign
from skl1.problem import Problem
from skl1.solvers.driver import Result, Solver, minimise

#: Exchanges tried from one model, the most promising first, before it counts as the best around.
TRIES = 10
#: Share of a column's norm below which what is left of it beside others is rounding; eigenvalues
#: of a support's matrix, in units of its columns, below which nothing follows along their vectors.
DEPENDENT, FLAT = 1e-8, 1e-8
#: A fall of the objective below this share of the null objective may be rounding.
FALL = 1e-10
#: Tolerance and rounds for a model on a few features, which the whole problem then finishes.
LOOSE, ROUNDS = 1e-9, 50
#: Entries of the Gram matrix that a search may hold: 128 MB.
HELD = 2**24


class ColumnStore:
    """Columns of the Gram matrix, each formed once."""

    def __init__(self, design: Design):
        self.design = design
        self.every = np.arange(design.n_features)
        self.place = np.full(design.n_features, -1)
        self.rows = np.empty((0, design.n_features))

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """``G[:, features]'``: a row for each feature."""
        new = features[self.place[features] < 0]
        if new.size:
            if len(self.rows) + new.size > max(HELD // self.every.size, features.size):
                self.rows, new = self.rows[:0], features
                self.place[:] = -1
            self.place[new] = len(self.rows) + np.arange(new.size)
            self.rows = np.concatenate([self.rows, self.design.gram(new, self.every)])
        return self.rows[self.place[features]]

    def correlations(self, problem: Problem, w: np.ndarray) -> np.ndarray:
        """Those of all features with the residual at w, from the columns in use."""
        support = np.flatnonzero(w)
        z = self.design.correlation - w[support] @ self(support)
        z[~problem.included] = 0.0
        return z

    def objective(self, problem: Problem, w: np.ndarray) -> float:
        """That of w, from the same."""
        support = np.flatnonzero(w)
        return restricted(problem, support, self).at(w[support]).objective


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
        bend = problem.weights[support] * problem.penalty.curvature(inside)
        inverse = inverse_of(columns[:, support], bend)
        self.own = inverse.diagonal().copy()
        self.A = inverse @ columns
        self.beside = problem.design.norms - np.einsum("ij,ij->j", columns, self.A)
        charge = problem.weights[support] * problem.penalty.value(inside)
        self.drops = 0.5 * (1.0 / self.own - bend) * inside**2 + z[support] * inside - charge
        self.drops[problem.free[support]] = np.inf

    def moves(self, *, grow: bool) -> list[Move]:
        """The best move with each feature that leaves, and with none (if it may ``grow``).

        Those that lower the objective, the most promising first.
        """
        outside = self.problem.included.copy()
        outside[self.support] = False
        changes = np.append(self.drops, 0.0 if grow else np.inf)
        enters = np.full(changes.size, -1)
        values = np.zeros(changes.size)
        best_entries.sized(10 * self.A.size)(
            self.problem.penalty,
            self.A,
            self.inside / self.own,
            self.own,
            self.z,
            self.beside,
            self.problem.design.norms,
            self.problem.weights,
            np.flatnonzero(outside),
            changes,
            enters,
            values,
        )
        leaves = np.append(self.support, -1)
        good = np.flatnonzero(changes < 0.0)
        good = good[np.argsort(changes[good], kind="stable")]
        return [Move(*e) for e in zip(leaves[good], enters[good], values[good], strict=True)]


@kernel(exact=True)
def best_entries(
    penalty, A, ratio, own, z, beside, norms, weights, outside, changes, enters, values
):  # fmt: skip
    """For each feature that leaves, and for none in the last row, the best one that enters.

    ``changes`` holds what leaving alone does to the objective, and is brought up to date.
    """
    size = own.size
    for i in range(size + 1):
        start = changes[i]
        if start == np.inf:
            continue
        for j in outside:
            d, c = beside[j], z[j]
            if i < size:
                d += A[i, j] * A[i, j] / own[i]
                c += ratio[i] * A[i, j]
            # Without any penalty the entry would lower the loss by c^2 / (2 d).
            if d > DEPENDENT * norms[j] and start - 0.5 * c * c / d < changes[i]:
                v = penalty.prox(c / d, weights[j] / d)
                change = start + (0.5 * d * v - c) * v + weights[j] * penalty.value(v)
                if v != 0.0 and change < changes[i]:
                    changes[i] = change
                    enters[i] = j
                    values[i] = v


def inverse_of(gram: np.ndarray, bend: np.ndarray) -> np.ndarray:
    """Inverse of ``gram + diag(bend)``; what does not bend upwards is taken to stay where it is."""
    units = 1.0 / np.sqrt(gram.diagonal())
    values, vectors = np.linalg.eigh((gram + np.diag(bend)) * units * units[:, None])
    stiff = np.where(values > FLAT, values, 1.0)
    return (vectors / stiff) @ vectors.T * units * units[:, None]


def exchanged(
    solver: Solver,
    problem: Problem,
    result: Result,
    *,
    tol: float,
    max_iter: int,
    most: int,
    store: ColumnStore | None = None,
) -> tuple[Result, int]:
    """Exchange features while the objective falls. The model, and how many exchanges led to it.

    Hazimeh and Mazumder 2020, "Fast best subset selection: coordinate descent and local
    combinatorial optimization algorithms", algorithm 2 with sets of one feature; here all others
    are refitted, and any penalty and any norms of the columns are allowed.

    Parameters
    ----------
    solver : Solver
    problem : Problem
    result : Result
        A minimum to start from.
    tol, max_iter
        As for ``minimise``.
    most : int
        Models with more features stay as they are.
    store : ColumnStore, optional
        Columns formed before.
    """
    store = store or ColumnStore(problem.design)
    least = FALL * problem.null.objective
    count = 0
    while 0 < np.count_nonzero(result.w) <= most:
        w, z, done = result.w, result.point.z, 0
        while np.count_nonzero(w) <= most and (better := step(solver, problem, w, z, store, least)):
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


def step(solver, problem, w, z, store, least, *, grow=True) -> tuple[np.ndarray, np.ndarray] | None:
    """The first of the best moves that lowers the objective: ``(w, z)`` after it, if any does."""
    support = np.flatnonzero(w)
    before = restricted(problem, support, store).at(w[support]).objective
    for move in Neighbourhood(problem, w, z, store).moves(grow=grow)[:TRIES]:
        features = support[support != move.leaves]
        if move.enters >= 0:
            features = np.append(features, move.enters)
        start = w[features]
        start[features == move.enters] = move.value
        part = restricted(problem, features, store)
        now = minimise(solver, part, followed(part, start), tol=LOOSE, max_iter=ROUNDS)
        if now.point.objective < before - least:
            new = np.zeros_like(w)
            new[features] = now.w
            changed = np.union1d(features, support)
            z = z - (new - w)[changed] @ store(changed)
            z[~problem.included] = 0.0
            return new, z
    return None


def restricted(problem: Problem, features: np.ndarray, store: ColumnStore) -> Problem:
    """The problem on a few features alone."""
    design = problem.design
    part = MomentDesign(
        design.n_samples,
        design.fit_intercept,
        store(features)[:, features],
        design.correlation[features],
        design.energy,
        design.x_mean[features],
        design.y_mean,
    )
    return Problem(part, problem.penalty, problem.weights[features])


def refitted(solver: Solver, problem: Problem, w: np.ndarray, store: ColumnStore) -> np.ndarray:
    """A minimum on the support of w alone."""
    support = np.flatnonzero(w)
    part = restricted(problem, support, store)
    new = np.zeros_like(w)
    new[support] = minimise(solver, part, followed(part, w[support]), tol=LOOSE, max_iter=ROUNDS).w
    return new


def followed(problem: Problem, w: np.ndarray) -> np.ndarray:
    """A Newton step from w on all features of a small problem; w where there is none."""
    penalty, weights = problem.penalty, problem.weights
    every = np.arange(w.size)
    hessian = problem.design.gram(every, every) + np.diag(weights * penalty.curvature(w))
    try:
        factor = cho_factor(hessian)
    except LinAlgError:
        return w
    new = w + cho_solve(factor, problem.at(w).z - weights * penalty.derivative(w))
    new[new * w < 0.0] = 0.0
    return new
