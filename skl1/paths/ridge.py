"""The models of a squared penalty for many alphas: from one factor, or one after the other."""

from __future__ import annotations

import numpy as np

from skl1.designs import MomentDesign
from skl1.paths.degrees import degrees_along
from skl1.paths.grid import given_alphas
from skl1.paths.model_path import no_worse
from skl1.paths.ridge_factors import LARGEST_FACTOR, Factor, Models, factor_of
from skl1.paths.solve import with_free
from skl1.problems.certificates import certify
from skl1.problems.model import CONVERGED, PRECISION, Model
from skl1.problems.moments import on_moments
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.solvers.first_order import Nesterov
from skl1.solvers.gradient_descent import ConjugateGradient, GradientDescent
from skl1.solvers.minimise import minimise

#: The largest alpha of a grid in units of the mean curvature, and the smallest as a share of it.
TOP, RIDGE_EPS = 1e3, 1e-7
#: Steps with the same factor at most, for what rounding has left.
REFINEMENTS = 4
#: Numbers of the arrays that some models at a time may take: 128 MB each.
MODEL_ENTRIES = 2**24


def ridge_grid(problem: Problem, alphas, n_alphas: int, eps: float | None) -> np.ndarray:
    """The alphas as asked for, from large to small, or a grid around the mean curvature."""
    if alphas is not None:
        return given_alphas(alphas)
    penalised = problem.included & ~problem.free
    curvatures = problem.design.norms[penalised] / problem.weights[penalised]
    count = min(problem.design.n_samples, curvatures.size)
    # Without penalised features any grid will do.
    top = TOP * float(curvatures.sum()) / count if count else TOP
    if not np.isfinite(top):
        raise ValueError(
            "With penalty_weights so small the eigenvalues that a grid starts from overflow: give "
            "the alphas, or larger weights."
        )
    return np.geomspace(top, top * (RIDGE_EPS if eps is None else eps), n_alphas)


def solve_ridge_path(
    problem: Problem, alphas: np.ndarray, *, tol: float, max_iter: int
) -> list[Model]:
    """The models of a squared penalty multiplied by each alpha, all certified.

    Parameters
    ----------
    problem : Problem
        With the penalty for alpha = 1: ``SquaredL2(1.0)``, or that on nonnegative coefficients.
    alphas : ndarray of shape (n_alphas,)
        Positive, from large to small.
    tol, max_iter
        As for ``minimise``, for each alpha.
    """
    return with_factor(problem, alphas, tol, max_iter)[0]


def with_factor(problem, alphas, tol, max_iter) -> tuple[list[Model], Factor | None]:
    """The models, and the factor that they come from, if they do."""
    if _condenses(problem) and problem.core is not problem:
        beside, factor = with_factor(problem.core, alphas, tol, max_iter)
        return with_free(problem, beside, tol), factor
    origin, problem = problem, _condensed(problem)
    design = problem.design
    certify(problem, problem.null)  # what certificates of all alphas need is found once
    factor = None if problem.bounded else factor_of(problem)
    if factor is None:
        return _descended(problem, alphas, tol, max_iter), None
    solved: list[Model] = []
    at_once = max(1, MODEL_ENTRIES // (design.n_features + design.n_samples))
    for start in range(0, len(alphas), at_once):
        solved += _refined(problem, factor, alphas[start : start + at_once], tol)
    for k, model in enumerate(solved):
        if not model.converged:
            solved[k] = _mended(origin, model, tol, max_iter)
    return solved, factor


def _refined(problem: Problem, factor: Factor, alphas: np.ndarray, tol: float) -> list[Model]:
    """Models from the factor; what has not converged is improved by another step with it."""
    models = factor.improved(alphas, factor.null(len(alphas)))
    solved = _judged(problem, alphas, models, tol, 1)
    left = np.arange(len(alphas))
    for count in range(2, REFINEMENTS + 1):
        failed = np.array([not solved[k].converged for k in left], dtype=bool)
        left, models = left[failed], models.pick(failed)
        if not left.size:
            break
        models = factor.improved(alphas[left], models)
        for k, model in zip(left, _judged(problem, alphas[left], models, tol, count), strict=True):
            solved[k] = min(solved[k], model, key=lambda model: model.error)
    return solved


def _judged(problem, alphas, models: Models, tol, n_iter) -> list[Model]:
    """The same with certificates."""
    solved = []
    target = problem.target(tol)
    for alpha, w, z, loss in zip(alphas, models.W, models.Z, models.losses, strict=True):
        stage = problem.scaled(float(alpha))
        point = stage.again(Point(w, z, float(loss), np.nan))
        known = certify(stage, point)
        reached = bool(known.error <= target)
        error = known.error if np.isfinite(known.error) else np.inf
        model = Model.of(
            float(alpha),
            point,
            error=error,
            bound=point.objective - error,
            n_iter=n_iter,
            stop_reason=CONVERGED if reached else PRECISION,
            converged=reached or bool(known.error <= known.floor),
        )
        solved.append(model)
    return solved


def _mended(problem: Problem, model: Model, tol: float, max_iter: int) -> Model:
    """Conjugate gradients from where the digits of the factor end: units too far apart, say."""
    start = problem.null.w
    if np.isfinite(model.values).all() and model.objective <= problem.null.objective:
        start = np.zeros_like(start)
        start[model.features] = model.values
    stage = problem.scaled(model.alpha)
    run = minimise(ConjugateGradient(), stage, start, tol=tol, max_iter=max_iter)
    other = run.model._replace(alpha=model.alpha)  # here alpha is a factor of the weights
    best = min(model, other, key=lambda model: model.error)
    return no_worse(problem, best, tol)


def _descended(problem: Problem, alphas, tol, max_iter) -> list[Model]:
    """One alpha after the other, each from the model before."""
    solver = GradientDescent(Nesterov()) if problem.bounded else ConjugateGradient()
    problem.operator  # noqa: B018 (it is the same for all alphas)
    solved, w = [], problem.null.w
    for alpha in alphas:
        run = minimise(solver, problem.scaled(float(alpha)), w, tol=tol, max_iter=max_iter)
        solved.append(no_worse(problem, run.model._replace(alpha=float(alpha)), tol))
        w = run.w if np.isfinite(run.w).all() else problem.null.w
    return solved


def ridge_degrees(problem: Problem, solved: list[Model]) -> np.ndarray:
    """Degrees of freedom of each model: the trace of its hat matrix."""
    condensed = _condensed(problem.core if _condenses(problem) else problem)
    factor = None if problem.bounded else factor_of(condensed)
    return degrees_from(problem, solved, factor)


def degrees_from(problem: Problem, solved: list[Model], factor: Factor | None) -> np.ndarray:
    """From the factor, or from the support of each model if that is not too large; else NaN."""
    if factor is not None:
        alphas = np.array([model.alpha for model in solved])[:, None]
        free_rank = problem.core.design.rank
        return free_rank + (factor.spectrum / (factor.spectrum + alphas)).sum(axis=1)
    if max(model.features.size for model in solved) > LARGEST_FACTOR:
        return np.full(len(solved), np.nan)
    return degrees_along(problem, solved)


def _condensed(problem: Problem) -> Problem:
    """On moments, where there are no fewer rows than columns: they are read once."""
    return on_moments(problem) if _condenses(problem) else problem


def _condenses(problem: Problem) -> bool:
    """Whether there are no rows, or it is worth while to forget them."""
    design = problem.design
    small = design.n_features <= min(LARGEST_FACTOR, design.n_samples)
    return small or isinstance(design.whole, MomentDesign)
