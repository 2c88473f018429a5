"""Warm-started sequences of problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from skl1.designs import MomentDesign, TableDesign
from skl1.designs.span import EPS
from skl1.paths.one_by_one import ALONG, models_until, runs_along
from skl1.paths.smooth_path import smooth_path
from skl1.paths.together import SharedPaths, shared_paths
from skl1.problems import moments
from skl1.problems.model import Model, coefficients
from skl1.problems.problem import Problem
from skl1.solvers.base import Solver
from skl1.solvers.free import model_at
from skl1.solvers.minimise import minimise
from skl1.solvers.prox_newton import ProxNewton

#: Each alpha of a continuation is about this share of the one before.
SHRINK = 0.6
#: Stages at most: for a tiny alpha the steps are longer.
STAGES = 40
#: What is asked of the solutions on the way.
LOOSE = 1e-3
ROUNDS = 100
#: Models whose refitted coefficients err by less than this share of the target, with so much to
#: spare, need no look at the data of their own.
SLIGHT, CUSHION = 0.01, 16.0


def follow_path(solver: Solver, problem: Problem, first: float, last: float) -> np.ndarray:
    """Follow the minimum from a large alpha, where it is empty, down to ``last``.

    The solutions on the way are rough: they only serve as starts. For nonconvex penalties the
    path leads to better minima than a start at zero (Mazumder, Friedman and Hastie 2011).
    """
    w = problem.null.w
    for alpha in stages(first, last):
        w = minimise(solver, problem.at_alpha(alpha), w, tol=LOOSE, max_iter=ROUNDS).w
    return w


def stages(first: float, last: float) -> list[float]:
    """The alphas from below the first one down to the last; none if that is not smaller."""
    if not 0.0 < last < first < np.inf:
        return []
    count = min(int(np.ceil((np.log(last) - np.log(first)) / np.log(SHRINK))), STAGES)
    return np.geomspace(first, last, count + 1)[1:].tolist()


def solve_path(problem: Problem, alphas: np.ndarray, *, tol: float, max_iter: int) -> list[Model]:
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
    enough: Sequence[Callable[[list[Model]], bool]] | None = None,
) -> list[list[Model]]:
    """The same for several problems on the same X, or on moments, that differ in their weights.

    ``enough`` has a function for each problem: once it is true of the models so far, no more alphas
    are begun, though some after it may have been solved for.
    """
    if problems[0].any_loss:
        solver, ends = ProxNewton(narrows=False), enough or [lambda _: False] * len(problems)
        return [
            smooth_path(solver, problem, alphas, tol=tol, max_iter=max_iter, enough=end)
            for problem, end in zip(problems, ends, strict=True)
        ]
    cores = [each.core for each in problems]
    if any(core is not each for core, each in zip(cores, problems, strict=True)):
        paths = solve_paths(cores, alphas, tol=tol, max_iter=max_iter, enough=enough)
        return [with_free(*each, tol) for each in zip(problems, paths, strict=True)]
    origins, problems = problems, for_paths(problems)
    if go_together(problems):
        limits = {"tol": tol, "max_iter": max_iter, "origins": origins, "enough": enough}
        return shared_paths(problems, alphas, **limits)
    if enough is None:
        return [working_set_path(each, alphas, tol=tol, max_iter=max_iter) for each in problems]
    limits = {"tol": tol, "max_iter": max_iter}
    return [
        models_until(done, runs_along(ALONG, each, alphas, each.null.w, **limits))
        for each, done in zip(problems, enough, strict=True)
    ]


def paths_in_stages(problems: Sequence[Problem], alphas, *, tol, max_iter) -> SharedPaths | None:
    """The same paths before their first alpha, to be followed in stages and to other tolerances.

    None where they go another way, or in one stage anyway.
    """
    penalty, p = problems[0].penalty, problems[0].design.n_features
    if p <= moments.ALL or not penalty.slope_at_zero() > 0.0:
        return None
    ready = for_paths(problems)
    if any(each.core is not each for each in problems) or not go_together(ready):
        return None
    return SharedPaths(ready, alphas, tol=tol, max_iter=max_iter, origins=problems)


def for_paths(problems: Sequence[Problem]) -> Sequence[Problem]:
    """The problems on their moments, if that is worth it for a path."""
    # Free features that must not be negative are left to an active set of them.
    if any(each.has_free for each in problems):
        return problems
    return [moments.for_path(each) for each in problems]


def go_together(problems: Sequence[Problem]) -> bool:
    """Whether many alphas of these problems are solved for at a time."""
    penalty, design = problems[0].penalty, problems[0].design
    return (
        not any(each.has_free for each in problems)
        and isinstance(design.whole, TableDesign | MomentDesign)
        and penalty.proportional
        and penalty.constant_curvature is not None
        and penalty.bounded == penalty.one_sided
        and (penalty.slope_at_zero() > 0.0 or design.n_features <= moments.ALL)
    )


def with_free(problem: Problem, models: list[Model], tol: float) -> list[Model]:
    """The models of a problem with free features, from those of the problem beside them."""
    if problem.core is problem or not models:
        return models
    beside = problem.core.design
    W = beside.lift(coefficients(models, beside.n_features))
    return [_with_free(problem, model, w, tol) for model, w in zip(models, W, strict=True)]


def _with_free(problem: Problem, model: Model, w: np.ndarray, tol: float) -> Model:
    convex, beside = problem.penalty.convex, problem.core.design
    target = problem.target(tol)
    slack = CUSHION * beside.slack(w, 2.0 * model.loss)
    excess = 0.5 * slack**2 if convex else slack / (np.sqrt(beside.total) or 1.0)
    if beside.sees_all and excess <= SLIGHT * max(target, EPS):
        features = np.flatnonzero(w)
        error = model.error + excess if convex else model.error
        bound = model.objective - error if convex else -np.inf
        return model._replace(features=features, values=w[features], error=error, bound=bound)
    stage = problem.at_alpha(model.alpha)
    return model_at(stage, stage.at(beside.lift_exactly(w)), model, target)


def working_set_path(problem, alphas, *, tol, max_iter) -> list[Model]:
    """One alpha after the other; the Gram matrix of the working set is kept on the way."""
    return sequential_path(ALONG, problem, alphas, tol=tol, max_iter=max_iter)


def sequential_path(solver: Solver, problem, alphas, *, tol, max_iter) -> list[Model]:
    """One alpha after the other by any solver, each from where the last one ended."""
    start, limits = problem.null.w, {"tol": tol, "max_iter": max_iter}
    return [run.model for run in runs_along(solver, problem, alphas, start, **limits)]
