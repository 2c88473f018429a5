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
from skl1.solvers.kernels import path_sweeps
from skl1.solvers.working_set import WorkingSet

#: Each alpha of a continuation is about this share of the one before.
SHRINK = 0.6
#: Stages at most: for a tiny alpha the steps are longer.
STAGES = 40
#: What is asked of the solutions on the way.
LOOSE = 1e-3
ROUNDS = 100
#: Up to this many features a path works on the Gram matrix of all, formed once.
GRAM_COLUMNS = 2000
#: Sweeps for an alpha at most; what is not solved then is left to Newton's method.
MOST_SWEEPS = 100
#: A sweep that lowers the objective by less than this share of the gap wanted, times the relative
#: gap itself, is the last. The gap is of first order in the error of the coefficients, and the
#: objective of second.
LAST_SHARE, LAST_FACTOR = 0.1, 100.0


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
    if problem.design.n_features <= GRAM_COLUMNS:
        return gram_path(problem, alphas, tol=tol, max_iter=max_iter)
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
    sweeps did not suffice the working-set solver goes on.
    """
    if not isinstance(problem.design, MomentDesign):
        problem = problem.on(MomentDesign.of_design(problem.design))
    design = problem.design
    null = problem.null
    w, z = null.w.copy(), null.z.copy()
    shape = alphas.size, design.n_features
    W, Z, sweeps = np.empty(shape), np.empty(shape), np.empty(alphas.size, dtype=np.intp)
    last = null.objective * tol * min(LAST_SHARE, LAST_FACTOR * tol)
    norms = np.where(problem.included, design.norms, 0.0)
    sizes = alphas.size * 10 * design.n_features**2
    path_sweeps.sized(sizes)(
        problem.penalty,
        design.matrix,
        norms,
        problem.weights,
        alphas,
        np.full(alphas.size, last),
        min(MOST_SWEEPS, max_iter),
        w,
        z,
        W,
        Z,
        sweeps,
    )
    Z = design.correlation - W @ design.matrix
    Z[:, ~problem.included] = 0.0
    rr = np.maximum(design.energy - np.einsum("kj,kj->k", W, design.correlation + Z), 0.0)
    steps = []
    solver = WorkingSet(SweepsThenNewton())
    for k, alpha in enumerate(alphas):
        stage = problem.scaled(float(alpha))
        point = stage.again(Point(W[k], Z[k], float(rr[k]), 0.0))
        error = certify(stage, point).error
        if error <= tol * null.objective:
            steps.append(Step(alpha, point, error, int(sweeps[k]), CONVERGED, True))
        else:
            result = minimise(solver, stage, W[k], tol=tol, max_iter=max_iter)
            steps.append(_step(alpha, result))
    return steps


def _step(alpha: float, result: Result) -> Step:
    return Step(
        alpha, result.point, result.error, result.n_iter, result.stop_reason, result.converged
    )
