"""What a path function found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skl1.estimators.base import PenalisedRegressor
from skl1.paths.grid import check_limits, cut, explained, warn_of_failures
from skl1.problem import Problem
from skl1.step import Step, coefficients
from skl1.threads import single_threaded


@dataclass(frozen=True)
class FittedPath:
    """The models of a path, one entry for each alpha.

    Attributes
    ----------
    alphas : ndarray of shape (n_alphas,)
        From large to small.
    coefs : ndarray of shape (n_features, n_alphas)
    intercepts : ndarray of shape (n_alphas,)
    errors : ndarray of shape (n_alphas,)
        How far each model may be from its minimum: the duality gap in units of the objective, or
        the stationarity where the penalty is not convex.
    objectives : ndarray of shape (n_alphas,)
    explained : ndarray of shape (n_alphas,)
        Share of the (weighted) variance of y that is explained, on the data of the fit; of its mean
        square without an intercept.
    n_nonzeros : ndarray of shape (n_alphas,)
    degrees_of_freedom : ndarray of shape (n_alphas,)
        Of the coefficients, without the intercept: the number of non-zeros [1]_, or the trace of
        the hat matrix on the support where there is an l2 term.
    n_iters : ndarray of shape (n_alphas,)
        Iterations, in units of the solver.
    converged : ndarray of bool of shape (n_alphas,)
    stop_reasons : list of str
    alpha_max : float
        The smallest alpha for which no penalised feature enters.

    References
    ----------
    .. [1] H. Zou, T. Hastie and R. Tibshirani, "On the degrees of freedom of the lasso", The
       Annals of Statistics 35, 2007, theorem 1.
    """

    alphas: np.ndarray
    coefs: np.ndarray
    intercepts: np.ndarray
    errors: np.ndarray
    objectives: np.ndarray
    explained: np.ndarray
    n_nonzeros: np.ndarray
    degrees_of_freedom: np.ndarray
    n_iters: np.ndarray
    converged: np.ndarray
    stop_reasons: list[str]
    alpha_max: float

    def predict(self, X):
        """Predictions of all models, of shape (n_samples, n_alphas)."""
        return X @ self.coefs + self.intercepts


class LassoPath(FittedPath):
    """What ``lasso_path`` found."""

    @property
    def dual_gaps(self) -> np.ndarray:
        """Upper bounds of the distance of each objective from its minimum."""
        return self.errors


class RidgePath(FittedPath):
    """What ``ridge_path`` found."""

    @property
    def dual_gaps(self) -> np.ndarray:
        """Upper bounds of the distance of each objective from its minimum."""
        return self.errors


class LpPath(FittedPath):
    """What ``lp_path`` found."""

    @property
    def stationarities(self) -> np.ndarray:
        """How far an exact coordinate step would move each model, as a share of y's length."""
        return self.errors


def run(
    kind: type[FittedPath],
    model: PenalisedRegressor,
    data: tuple,
    *,
    grid: Callable[[Problem], np.ndarray],
    solve: Callable[[Problem, np.ndarray], list[Step]],
    degrees: Callable[[Problem, list[Step]], np.ndarray],
    end: tuple,
    rich: bool,
):
    """Pose the problem as a model of alpha = 1 does, follow its path, warn once, and collect."""
    check_limits(*end)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        X, problem = model._posed(*data)  # noqa: SLF001 (validation as in fit)
        with single_threaded(float(X.size) * min(X.shape)):
            steps = cut(problem, solve(problem, grid(problem)), *end)
            coefs = coefficients(steps, problem.design.n_features).T + 0.0
            path = kind(
                alphas=np.array([step.alpha for step in steps]),
                coefs=coefs,
                intercepts=problem.design.intercepts(coefs.T),
                errors=np.array([step.error for step in steps]),
                objectives=np.array([step.objective for step in steps]),
                explained=np.array([explained(problem, step) for step in steps]),
                n_nonzeros=np.array([step.features.size for step in steps]),
                degrees_of_freedom=degrees(problem, steps) if rich else np.zeros(0),
                n_iters=np.array([step.n_iter for step in steps]),
                converged=np.array([step.converged for step in steps]),
                stop_reasons=[step.stop_reason for step in steps],
                alpha_max=problem.alpha_max,
            )
    if problem.penalty.convex:
        goal = model.tol * problem.null.objective
        wanted = f"{goal:.3g} (tol={model.tol:g} of the null objective)"
        warn_of_failures(steps, "duality gap", wanted)
    else:
        warn_of_failures(steps, "stationarity", f"tol={model.tol:g}")
    return path if rich else (path.alphas, path.coefs, path.errors)
