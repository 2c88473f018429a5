"""Warm-started sequences of problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skl1.certificates import certify
from skl1.designs import MomentDesign
from skl1.penalties import Penalty
from skl1.problem import Point, Problem
from skl1.solvers.driver import CONVERGED, Result, Solver, minimise
from skl1.solvers.inner import SweepsThenNewton
from skl1.solvers.kernels import settle, settle_along
from skl1.solvers.working_set import WorkingSet

#: Each alpha of a continuation is about this share of the one before.
SHRINK = 0.6
#: Stages at most: for a tiny alpha the steps are longer.
STAGES = 40
#: What is asked of the solutions on the way.
LOOSE = 1e-3
ROUNDS = 100
#: Up to this many features a path is swept over the Gram matrix of all, formed once; up to so many
#: more, with at least as many rows, the working set is taken from that matrix: 128 MB.
SWEPT_COLUMNS, GRAM_COLUMNS = 500, 4000
#: Sweeps for an alpha at most; what is not solved then is left to Newton's method.
MOST_SWEEPS = 100
#: The last sweep lowers the objective by less than this share of the gap wanted, and less than its
#: square: the gap is of first order in the error of the coefficients, the objective of second.
#: Where that does not suffice it is this much less again.
LAST_SHARE, CLOSER = 0.1, 1e-2


@dataclass(frozen=True)
class Step:
    """The solution at one alpha of a path."""

    alpha: float
    point: Point
    error: float  #: the duality gap
    n_iter: int
    stop_reason: str
    converged: bool


def follow_path(
    solver: Solver,
    problem: Problem,
    penalty: Callable[[float], Penalty],
    first: float,
    last: float,
) -> np.ndarray:
    """Follow the minimum from a large alpha, where it is empty, down to ``last``.

    The solutions on the way are rough: they only serve as starts. For nonconvex penalties the
    path leads to better minima than a start at zero (Mazumder, Friedman and Hastie 2011).
    """
    w = problem.null.w
    if not 0.0 < last < first < np.inf:
        return w
    count = min(int(np.ceil((np.log(last) - np.log(first)) / np.log(SHRINK))), STAGES)
    for alpha in np.geomspace(first, last, count + 1)[1:]:
        stage = problem.with_penalty(penalty(float(alpha)))
        w = minimise(solver, stage, w, tol=LOOSE, max_iter=ROUNDS).w
    return w


def solve_path(problem: Problem, alphas: np.ndarray, *, tol: float, max_iter: int) -> list[Step]:
    """The solutions of a convex problem with its penalty multiplied by each alpha, all certified.

    Parameters
    ----------
    problem : Problem
        With the penalty for alpha = 1.
    alphas : ndarray of shape (n_alphas,)
        Positive, from large to small.
    tol, max_iter
        As for ``minimise``, for each alpha.
    """
    p = problem.design.n_features
    if p <= SWEPT_COLUMNS:
        return gram_path(problem, alphas, tol=tol, max_iter=max_iter)
    if p <= min(GRAM_COLUMNS, problem.design.n_samples):
        problem = problem.on(MomentDesign.of_design(problem.design))
    return working_set_path(problem, alphas, tol=tol, max_iter=max_iter)


def working_set_path(problem, alphas, *, tol, max_iter) -> list[Step]:
    """One alpha after the other; the Gram matrix of the working set is kept on the way."""
    solver = WorkingSet(SweepsThenNewton(), narrows=False)
    steps: list[Step] = []
    result = None
    for alpha in alphas:
        start = problem.null.w if result is None else result.w
        stage = problem.scaled(float(alpha))
        result = minimise(solver, stage, start, tol=tol, max_iter=max_iter, last=result)
        steps.append(_step(alpha, result))
    return steps


def gram_path(problem, alphas, *, tol, max_iter) -> list[Step]:
    """All alphas by sweeps over the Gram matrix of all features, in one compiled loop.

    One matrix product then gives the gradients of all solutions, and each is certified. Where the
    sweeps did not suffice more follow, and then the working-set solver.
    """
    problem = problem.on(MomentDesign.of_design(problem.design))
    design, null = problem.design, problem.null
    norms = np.where(problem.included, design.norms, 0.0)
    W, Z = np.empty((2, alphas.size + 1, design.n_features))
    W[0], Z[0] = null.w, null.z
    sweeps = np.zeros(alphas.size, dtype=np.intp)
    target = tol * null.objective
    limit, most = target * min(LAST_SHARE, tol), min(MOST_SWEEPS, max_iter)
    data = problem.penalty, design.matrix, norms, problem.weights
    work = 10 * design.n_features**2
    settle_along.sized(work * alphas.size)(*data, alphas, limit, most, W, Z, sweeps)
    W, Z = W[1:], Z[1:]
    exact = design.correlation - W @ design.matrix
    exact[:, ~problem.included] = 0.0
    rr = np.maximum(design.energy - np.einsum("kj,kj->k", W, design.correlation + exact), 0.0)
    steps: list[Step] = []
    solver, last = WorkingSet(SweepsThenNewton(), narrows=False), None
    for k, alpha in enumerate(alphas):
        stage = problem.scaled(float(alpha))
        point = stage.again(Point(W[k], exact[k], float(rr[k]), 0.0))
        error = certify(stage, point).error
        left = limit
        while error > target and sweeps[k] < most:
            left *= CLOSER
            more = settle.sized(work)(*data, alpha, left, most - sweeps[k], W[k], Z[k])
            sweeps[k] += more
            point = stage.at(W[k])
            error = certify(stage, point).error
        if error <= target:
            steps.append(Step(alpha, point, error, int(sweeps[k]), CONVERGED, True))
        else:
            last = minimise(solver, stage, W[k], tol=tol, max_iter=max_iter, last=last)
            steps.append(_step(alpha, last))
    return steps


def _step(alpha: float, result: Result) -> Step:
    return Step(
        alpha, result.point, result.error, result.n_iter, result.stop_reason, result.converged
    )
