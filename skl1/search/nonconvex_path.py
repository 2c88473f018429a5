"""The models of a nonconvex penalty for a whole grid of alphas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np

from skl1.paths.grid import default_eps
from skl1.paths.model_path import no_worse
from skl1.paths.one_by_one import ALONG, along
from skl1.paths.solve import (
    ROUNDS,
    SHRINK,
    STAGES,
    sequential_path,
    solve_path,
    with_free,
    working_set_path,
)
from skl1.paths.together import shared_paths
from skl1.problems.model import Model
from skl1.problems.moments import for_path
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothProblem, on_features
from skl1.search.column_store import ColumnStore
from skl1.search.exchanges import exchange, least_gain, refitted
from skl1.search.lasso import entry_share, lasso_of
from skl1.solvers.base import Solver
from skl1.solvers.minimise import minimise

#: How exact the Lasso's solutions are that serve as starts, and how many features they may have
#: for each one that a model may have.
LOOSE, LARGER = 1e-3, 2
#: Of how many alphas the Lasso is solved for at a time, as not all may be asked for.
LASSOS = 25


def grid_share(problem: Problem, eps: float | None) -> float:
    """The bottom of a grid of alphas as a share of its top; ``eps`` if that is given.

    A feature enters at a correlation that goes as ``alpha^(1 / order)``: it spans the range of the
    Lasso's grid.
    """
    return default_eps(problem) ** problem.penalty.order if eps is None else eps


def solve_nonconvex_path(
    problem: Problem, alphas: np.ndarray, *, tol: float, max_iter: int, most: int
) -> list[Model]:
    """The models of a problem with the penalty of each alpha.

    Parameters
    ----------
    problem : Problem
        With the penalty for alpha = 1.
    alphas : ndarray of shape (n_alphas,)
        Positive, from large to small.
    tol, max_iter
        As for ``minimise``, for each alpha.
    most : int
        Features at most of models that also start from the Lasso and exchange features; 0 leaves
        the path as it is.
    """
    if problem.any_loss:
        return path_of_any_loss(problem, alphas, tol=tol, max_iter=max_iter)
    if problem.penalty.convex:
        return solve_path(problem, alphas, tol=tol, max_iter=max_iter)
    if (core := problem.core) is not problem:
        models = solve_nonconvex_path(core, alphas, tol=tol, max_iter=max_iter, most=most)
        return with_free(problem, models, tol)
    origin, problem = problem, for_path(problem)
    ladder, asked = _ladder(problem.alpha_max, alphas)
    if problem.has_free:  # which must not be negative
        models = working_set_path(problem, ladder, tol=tol, max_iter=max_iter)
    else:
        models = shared_paths([problem], ladder, tol=tol, max_iter=max_iter, origins=[origin])[0]
    models = [no_worse(problem, models[k], tol) for k in asked]
    return list(improved(origin, models, tol=tol, max_iter=max_iter, most=most))


def path_of_any_loss(
    problem: Problem, alphas: np.ndarray, *, tol: float, max_iter: int
) -> list[Model]:
    """The same under another loss than squares, without exchanges.

    Each model is the best of what follows from alpha_max down, from the Lasso's solution, and from
    the model before it, if that was found in such a way.
    """
    solver = along(problem)
    limits: dict[str, Any] = {"tol": tol, "max_iter": max_iter}
    top = problem.alpha_max
    if problem.penalty.convex or not 0.0 < top < np.inf:
        return sequential_path(solver, problem, alphas, **limits)
    ladder, asked = _ladder(top, alphas)
    followed = sequential_path(solver, problem, ladder, **limits)
    lasso, least = lasso_of(problem), least_gain(problem)
    at = entry_share(problem, alphas) * lasso.alpha_max
    lassos = solve_path(lasso, at, tol=LOOSE, max_iter=ROUNDS)
    models: list[Model] = []
    carried: list[Model] = []
    ends: dict[bytes, np.ndarray] = {}
    for k, start in zip(asked, lassos, strict=True):
        best = followed[k]
        stage = problem.at_alpha(best.alpha)
        rivals = [*carried, start] if not problem.empties(best.alpha) else []
        carried, ends, before = [], {}, ends
        for rival in rivals:
            if not rival.features.size:
                continue
            # A look at few columns tells whether it may be better, where none are refitted beside.
            near = -np.inf
            if not problem.has_free:
                near = alone(solver, stage, rival, before, ends)
            if near < best.objective - least:
                found = minimise(solver, stage, whole(problem, rival), **limits).model
                if found.objective < best.objective - least:
                    best, carried = found, [found]
        models.append(no_worse(problem, best, tol))
    return models


def alone(solver: Solver, problem: Problem, rival: Model, before: dict, ends: dict) -> float:
    """The objective to which the features of a rival lead by themselves, about.

    ``before`` has where they led at the alpha before, by their signs: from there it is not far.
    Where they lead now is put into ``ends``.
    """
    few = on_features(cast(SmoothProblem, problem), rival.features)
    signs = np.sign(rival.values)
    key = rival.features.tobytes() + signs.tobytes()
    start = before.get(key, rival.values)
    if not np.array_equal(np.sign(start), signs):
        start = rival.values
    found = minimise(solver, few, start, tol=LOOSE, max_iter=ROUNDS)
    ends[key] = found.w
    return found.point.objective


def _ladder(top: float, alphas: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Alphas from the top down in moderate steps, and where among them those asked for are."""
    ladder: list[float] = []
    asked = []
    above = top
    for alpha in alphas:
        if 0.0 < alpha < SHRINK * above < np.inf:
            count = int(np.ceil(np.log(alpha / above) / np.log(SHRINK)))
            ladder.extend(np.geomspace(above, alpha, min(count, STAGES) + 1)[1:-1])
        asked.append(len(ladder))
        ladder.append(float(alpha))
        above = min(above, alpha)
    return np.array(ladder), asked


def improved(
    problem: Problem, models: list[Model], *, tol: float, max_iter: int, most: int, first: int = 0
) -> Iterator[Model]:
    """Models that are no worse: from the Lasso, from a better one before, by exchanges.

    One at a time, as long as they are asked for.

    Parameters
    ----------
    problem, tol, max_iter, most
        As for `solve_nonconvex_path`.
    models : list of Model
        Its path.
    first : int, default=0
        Where to begin: models before have been improved.
    """
    if problem.penalty.convex or not most or problem.alpha_max == 0.0:
        yield from models[first:]
        return
    limits: dict[str, Any] = {"tol": tol, "max_iter": max_iter}
    if (core := problem.core) is not problem:
        without = [penalised(problem, model) for model in models]
        for better in improved(core, without, **limits, most=most, first=first):
            yield from with_free(problem, [better], tol)
        return
    problem = for_path(problem)
    store = ColumnStore(problem.design)
    least = least_gain(problem)
    carried = [whole(problem, models[first - 1])] if first else []
    for known, lasso in zip(models[first:], lasso_models(problem, models[first:]), strict=True):
        stage = problem.at_alpha(known.alpha)
        if problem.empties(known.alpha):
            yield known
            continue
        near = 0 < lasso.features.size <= LARGER * most
        rivals = [*carried, whole(problem, lasso)] if near else carried
        w = better_of(stage, known, rivals, store, least)
        w = search(stage, w, store, least, most)
        carried, best = [], known
        if not np.array_equal(np.flatnonzero(w), known.features):
            result = minimise(ALONG, stage, w, **limits)
            if result.point.objective < known.objective - least:
                carried, best = [result.w], result.model
        yield best


def penalised(problem: Problem, model: Model) -> Model:
    """The model without its free features, as the problem beside them has it."""
    charged = ~problem.free[model.features]
    return model._replace(features=model.features[charged], values=model.values[charged])


def better_of(problem: Problem, known: Model, rivals, store, least) -> np.ndarray:
    """Coefficients of a known model, or of the minimum on a rival's support if that is smaller."""
    w, value = whole(problem, known), known.objective
    for rival in rivals:
        fitted, reached = refitted(problem, rival, store)
        if reached < value - least:
            w, value = fitted, reached
    return w


def search(problem: Problem, w: np.ndarray, store, least: float, most: int) -> np.ndarray:
    """Exchange features while the objective falls."""
    z = store.correlations(problem, w)
    while 0 < np.count_nonzero(w) <= most and (found := exchange(problem, w, z, store, least)):
        w, z = found
    return w


def lasso_models(problem: Problem, models: list[Model]) -> Iterator[Model]:
    """The Lasso's solutions at the alphas at which as much of a correlation passes."""
    lasso = lasso_of(problem)
    shares = entry_share(problem, np.array([each.alpha for each in models]))
    for start in range(0, len(models), LASSOS):
        alphas = shares[start : start + LASSOS] * lasso.alpha_max
        yield from solve_path(lasso, alphas, tol=LOOSE, max_iter=100)


def whole(problem: Problem, known: Model) -> np.ndarray:
    """The coefficients of all features."""
    w = np.zeros(problem.weights.size)
    w[known.features] = known.values
    return w
