"""A model of the relaxed Lasso on a path: between its two stages, of which it knows the first."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

from skl1.problems.model import CONVERGED, Model, coefficients
from skl1.problems.problem import Problem

#: A column of which less than this share of its square is its own is left to a slower method.
OWN = 1e-5
#: The part of the tolerance that may be left to gain.
SLIGHT = 0.01


class Relaxed(Model):
    """A share of a Lasso model, and the rest of least squares on its support.

    Objective and error are those of the Lasso, as in ``RelaxedLasso``; features, values and loss
    those of the mixture.
    """

    lasso: Model
    gamma: float

    @property
    def first(self) -> Model:
        """The Lasso model."""
        return self.lasso


def relaxed(problem: Problem, lasso: Model, refit: Model, gamma: float) -> Relaxed:
    """The model with the share gamma of the Lasso."""
    features, values, loss = lasso.features, lasso.values, lasso.loss
    if gamma == 0.0:
        features, values, loss = refit.features, refit.values, refit.loss
    elif gamma < 1.0:
        features = np.union1d(features, refit.features)
        values = np.zeros(features.size)
        values[np.searchsorted(features, lasso.features)] += gamma * lasso.values
        values[np.searchsorted(features, refit.features)] += (1.0 - gamma) * refit.values
        # The loss is quadratic: on the line between two points it is below the chord by this much.
        first, second = coefficients([lasso, refit], problem.design.n_features)
        bend = float((first - second) @ problem.design.hessian(first - second))
        chord = gamma * lasso.loss + (1.0 - gamma) * refit.loss
        loss = max(chord - 0.5 * gamma * (1.0 - gamma) * bend, 0.0)
    ends = lasso if gamma == 1.0 or not lasso.converged else refit
    model = Relaxed(
        lasso.alpha,
        features,
        values,
        lasso.objective,
        loss,
        lasso.error,
        lasso.bound,
        lasso.n_iter,
        ends.stop_reason,
        lasso.converged and ends.converged,
    )
    model.lasso, model.gamma = lasso, gamma
    return model


def quick_refit(problem: Problem, features: np.ndarray, tol: float) -> Model | None:
    """Least squares on some features by their Gram matrix; None where that is not good enough.

    That is where columns nearly depend on each other, or a coefficient is not within its bounds.
    What is left to gain, as the gradient at the solution says, is a part of the tolerance.
    """
    if not features.size:
        return None
    design, lengths = problem.design, problem.design.lengths[features]
    try:
        factor = np.linalg.cholesky(design.gram(features, features) / lengths / lengths[:, None])
    except np.linalg.LinAlgError:
        return None
    if not factor.diagonal().min() ** 2 >= OWN:
        return None
    half = solve_triangular(factor, design.correlation[features] / lengths, lower=True)
    w = np.zeros(design.n_features)
    w[features] = solve_triangular(factor, half, lower=True, trans="T") / lengths
    point = problem.at(w)
    half = solve_triangular(factor, point.z[features] / lengths, lower=True)
    left = 0.5 * float(half @ half)
    outside = problem.bounded and not np.array_equal(problem.clip(w), w)
    if outside or not left <= SLIGHT * problem.target(tol):
        return None
    return Model.of(0.0, point, left, -np.inf, 1, CONVERGED, True)
