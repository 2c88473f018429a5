"""Degrees of freedom of penalised models."""

from __future__ import annotations

import numpy as np

from skl1.penalties.elementwise import curvatures, moving
from skl1.problems.model import Model, coefficients
from skl1.problems.problem import Problem


def degrees_of_freedom(problem: Problem, w: np.ndarray, alpha: float) -> float:
    """Of the coefficients w: ``trace G (G + H)^-1`` on the support, H the penalty's curvature.

    Without those at a bound, which small changes of y leave there. G is the loss's, which of
    squares is the Gram matrix.
    The problem is that of a path, with any alpha; the penalty is that of the model's.
    """
    penalty = problem.penalty.with_alpha(alpha)
    support = moving(penalty, w)
    curvature = problem.weights[support] * curvatures(penalty, w[support])
    if not curvature.any():
        return float(support.size)
    gram = problem.hessian_of(problem.at(w), support)
    # Of least squares, as free columns may be dependent; in units of the columns.
    units = 1.0 / np.sqrt(gram.diagonal() + curvature)
    gram = gram * units * units[:, None]
    hessian = gram + np.diag(curvature * units * units)
    return float(np.trace(np.linalg.lstsq(hessian, gram, rcond=None)[0]))


def degrees_along(problem: Problem, models: list[Model]) -> np.ndarray:
    """Those of each model of a path; without an l2 term the number of its nonzeros at no bound."""
    penalty = problem.penalty
    if not (penalty.convex and penalty.superlinear):
        inside = [moving(penalty.of(each.features), each.values) for each in models]
        return np.array([float(each.size) for each in inside])
    whole = coefficients(models, problem.design.n_features)
    return np.array(
        [degrees_of_freedom(problem, w, s.alpha) for w, s in zip(whole, models, strict=True)]
    )
