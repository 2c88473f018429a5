"""Warm-started sequences of problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from skl1.batches import shared_paths
from skl1.designs import MomentDesign, TableDesign
from skl1.problem import Problem
from skl1.sequence import ALONG, results_along
from skl1.solvers.driver import Solver, minimise
from skl1.step import Step
from skl1.tracks import ALL

#: Each alpha of a continuation is about this share of the one before.
SHRINK = 0.6
#: Stages at most: for a tiny alpha the steps are longer.
STAGES = 40
#: What is asked of the solutions on the way.
LOOSE = 1e-3
ROUNDS = 100
#: Up to this many features, with at least as many rows, a path works on the Gram matrix of all,
#: formed once: 128 MB.
GRAM_COLUMNS = 4000


def follow_path(solver: Solver, problem: Problem, first: float, last: float) -> np.ndarray:
    """Follow the minimum from a large alpha, where it is empty, down to ``last``.

    The solutions on the way are rough: they only serve as starts. For nonconvex penalties the
    path leads to better minima than a start at zero (Mazumder, Friedman and Hastie 2011).
    """
    w = problem.null.w
    if not 0.0 < last < first < np.inf:
        return w
    count = min(int(np.ceil((np.log(last) - np.log(first)) / np.log(SHRINK))), STAGES)
    for alpha in np.geomspace(first, last, count + 1)[1:]:
        w = minimise(solver, problem.at_alpha(float(alpha)), w, tol=LOOSE, max_iter=ROUNDS).w
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
    return solve_paths([problem], alphas, tol=tol, max_iter=max_iter)[0]


def solve_paths(
    problems: Sequence[Problem],
    alphas,
    *,
    tol,
    max_iter,
    enough: Sequence[Callable[[list[Step]], bool]] | None = None,
) -> list[list[Step]]:
    """The same for several problems on the same X, or on moments, that differ in their weights.

    ``enough`` has a function for each problem: once it is true of the steps so far, no more alphas
    are begun, though some after it may have been solved for.
    """
    penalty, design = problems[0].penalty, problems[0].design
    p = design.n_features
    origins = problems
    if p <= min(GRAM_COLUMNS, design.n_samples) or p <= ALL:
        problems = [each.on(MomentDesign.of_design(each.design)) for each in problems]
    if (
        isinstance(problems[0].design, TableDesign | MomentDesign)
        and penalty.proportional
        and penalty.steady_curvature is not None
        and (penalty.kink() > 0.0 or p <= ALL)
    ):
        return shared_paths(
            problems, alphas, tol=tol, max_iter=max_iter, origins=origins, enough=enough
        )
    if enough is None:
        return [working_set_path(each, alphas, tol=tol, max_iter=max_iter) for each in problems]
    return [
        path_until(done, each, alphas, tol=tol, max_iter=max_iter)
        for each, done in zip(problems, enough, strict=True)
    ]


def path_until(done: Callable[[list[Step]], bool], problem, alphas, *, tol, max_iter):
    """One alpha after the other, until that is true of the steps so far."""
    steps: list[Step] = []
    results = results_along(ALONG, problem, alphas, problem.null.w, tol=tol, max_iter=max_iter)
    for alpha, result in zip(alphas, results, strict=False):
        steps.append(Step.of(alpha, result))
        if done(steps):
            break
    return steps


def working_set_path(problem, alphas, *, tol, max_iter) -> list[Step]:
    """One alpha after the other; the Gram matrix of the working set is kept on the way."""
    return sequential_path(ALONG, problem, alphas, tol=tol, max_iter=max_iter)


def sequential_path(solver: Solver, problem, alphas, *, tol, max_iter) -> list[Step]:
    """One alpha after the other by any solver, each from where the last one ended."""
    start, limits = problem.null.w, {"tol": tol, "max_iter": max_iter}
    results = results_along(solver, problem, alphas, start, **limits)
    return [Step.of(alpha, result) for alpha, result in zip(alphas, results, strict=True)]
