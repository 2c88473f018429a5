"""The first estimate of an adaptive Lasso on a design, and the penalty weights that it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import clone

from skl1.compiled.threads import single_threaded
from skl1.designs import Design, TableDesign
from skl1.designs.weights import moderate_weights
from skl1.model_selection.scaled_lasso import (
    penalty_level,
    scaled_lasso,
    shortfall,
    standard_lasso,
    standard_weights,
)
from skl1.paths.degrees import degrees_along
from skl1.paths.solve import solve_path
from skl1.penalties import L1, elastic_net
from skl1.problems.model import EXHAUSTED
from skl1.problems.problem import Problem
from skl1.solvers.inner import SweepsThenNewton
from skl1.solvers.minimise import minimise
from skl1.solvers.working_set import WorkingSet

#: First estimates that have a name.
NAMES = ("ridge", "least_squares", "lasso")
#: Penalties that are tried for a first estimate by ridge regression in standard units.
RIDGE_ALPHAS = np.geomspace(10.0, 1e-6, 15)
#: Up to this many features ridge regression is the first estimate where there are more rows.
RIDGE_COLUMNS = 500
#: A row of a smaller share of the largest weight is as good as removed.
EPS = float(np.finfo(np.float64).eps)
#: What is said of a first estimate of zeros.
NOTHING = (
    "Every penalised coefficient of the first estimate is zero, so that every penalised feature is "
    "excluded."
)


@dataclass(frozen=True)
class Estimate:
    """A first estimate.

    Attributes
    ----------
    coef : ndarray of shape (n_features,)
    stage : str or estimator
        The name of the method, or the fitted estimator.
    remark : str
        What fell short, with figures; empty if nothing did.
    gap : float
        The duality gap as a share of the null objective, where something fell short.
    stop_reason : str
        Why it ended there.
    """

    coef: np.ndarray
    stage: Any
    remark: str = ""
    gap: float = 0.0
    stop_reason: str = ""


def rows_of(design: Design) -> int:
    """The number of rows that have a weight, beside which rounding does not take it away."""
    if isinstance(design, TableDesign):
        return int(np.count_nonzero(design.weights > EPS * design.weights.max()))
    return design.n_samples


def method_for(stage: Any, design: Design) -> Any:
    """What "auto" means on these data; anything else as it is."""
    if not (isinstance(stage, str) and stage == "auto"):
        return stage
    return "ridge" if rows_of(design) > design.n_features <= RIDGE_COLUMNS else "lasso"


#: The lower bounds of the coefficients, and the upper ones.
Bounds = tuple[Any, Any]


def first_estimate(
    stage: str, design: Design, factors: np.ndarray, *, bounds: Bounds, tol: float, max_iter: int
) -> Estimate:
    """The estimate of one of the ``NAMES``; factors of the penalty are 0 for free features."""
    limits = {"tol": tol, "max_iter": max_iter}
    with single_threaded(design.work()):
        if stage == "ridge":
            return _ridge(design, factors, bounds, limits)
        if stage == "lasso":
            return _scaled(design, factors, bounds, limits)
        return _least_squares(design, factors, bounds, limits)


def fitted_estimate(stage: Any, design: Design) -> Estimate:
    """The coefficients of a clone that is fitted to the rows of a design that have a weight."""
    if not isinstance(design, TableDesign) or design.remote:
        raise ValueError(
            f"first_stage={stage!r} needs rows to be fitted to, and there are only sums over them, "
            f"or rows elsewhere. Use one of {NAMES}, or fit to rows in memory."
        )
    X, y, weights = design.X, design.response, design.given_weights
    extra = {}
    if weights is not None:
        held = np.flatnonzero(weights)
        if held.size < y.size:
            X, y, weights = (X.tocsr() if issparse(X) else X)[held], y[held], weights[held]
        if np.any(weights != 1.0):
            extra["sample_weight"] = moderate_weights(weights)
    model = clone(stage).fit(X, y, **extra)
    if not hasattr(model, "coef_"):
        name = type(stage).__name__
        raise TypeError(f"first_stage must be an estimator with coef_; {name} sets none.")
    return Estimate(checked(np.ravel(model.coef_), design.n_features, "first_stage"), model)


def checked(coef: Any, p: int, name: str) -> np.ndarray:
    """Coefficients of p features, or an error that names the argument they come from."""
    coef = np.asarray(coef)
    if coef.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be a name, an estimator or coefficients, got {coef!r}.")
    if coef.shape != (p,) or not np.isfinite(coef).all():
        raise ValueError(
            f"{name} must have one finite coefficient for each of the {p} features, got shape "
            f"{coef.shape}, {np.count_nonzero(~np.isfinite(coef))} of them not finite."
        )
    return coef.astype(np.float64)


def adapted(coef: np.ndarray, factors: np.ndarray, gamma: float, bounds: Bounds) -> np.ndarray:
    """Factors times ``(max |coef| / |coef|)^gamma``; inf where there is no coefficient.

    Those of the nearest coefficients within the bounds.
    """
    size = np.abs(np.clip(coef, *bounds))
    penalised = np.isfinite(factors) & (factors > 0.0)
    largest = size[penalised].max(initial=0.0)
    weights = factors.copy()
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        weights[penalised] *= np.where(
            size[penalised] > 0.0, (largest / size[penalised]) ** gamma, np.inf
        )
    return weights


def excludes_all(weights: np.ndarray, factors: np.ndarray) -> bool:
    """Whether there were penalised features, and none of them may enter."""
    penalised = np.isfinite(factors) & (factors > 0.0)
    return bool(penalised.any()) and not np.isfinite(weights[penalised]).any()


def _least_squares(design, factors, bounds, limits) -> Estimate:
    free = np.where(np.isfinite(factors), 0.0, np.inf)
    problem = Problem(design, L1(1.0), free, lower=bounds[0], upper=bounds[1])
    run = minimise(WorkingSet(SweepsThenNewton()), problem, problem.null.w, **limits)
    model, null = run.model, problem.null.objective or 1.0
    if model.converged:
        return Estimate(run.w, "least_squares")
    remark = (
        f"The first estimate, least squares, did not reach tol={limits['tol']:g}: its duality gap "
        f"is {model.error / null:.3g} of the null objective ({model.stop_reason}). Increase "
        "max_iter or tol, or scale the columns."
    )
    return Estimate(run.w, "least_squares", remark, model.error / null, model.stop_reason)


def _scaled(design, factors, bounds, limits) -> Estimate:
    """The scaled Lasso in standard units."""
    columns = np.count_nonzero(np.isfinite(factors))
    level = penalty_level(rows_of(design), max(int(columns), 1))
    fit = scaled_lasso(standard_lasso(design, factors, bounds), level, **limits)
    if fit.converged:
        return Estimate(fit.result.w, "lasso")
    remark = (
        f"The first estimate, a scaled Lasso, did not reach tol={limits['tol']:g}: "
        f"{shortfall(fit.gap, limits['tol'])}. Increase max_iter or tol, or scale the columns."
    )
    reason = EXHAUSTED if fit.result.model.converged else fit.result.model.stop_reason
    return Estimate(fit.result.w, "lasso", remark, fit.gap, reason)


def _ridge(design, factors, bounds, limits) -> Estimate:
    """Ridge regression at the smallest ``(1 - R^2) / (1 - df / n)^2``."""
    weights = standard_weights(design.norms, factors)
    penalty = elastic_net(1.0, 0.0)
    problem = Problem(design, penalty, weights, lower=bounds[0], upper=bounds[1])
    models = solve_path(problem, RIDGE_ALPHAS, **limits)
    left = 1.0 - (degrees_along(problem, models) + design.fit_intercept) / rows_of(design)
    explained = np.array([problem.explained(model.loss) for model in models])
    with np.errstate(divide="ignore", invalid="ignore"):
        criterion = np.where(left > 0.0, (1.0 - explained) / left**2, np.inf)
    best = models[int(np.argmin(criterion))]
    coef = np.zeros(design.n_features)
    coef[best.features] = best.values
    failed = [model for model in models if not model.converged]
    if not failed:
        return Estimate(coef, "ridge")
    worst = max(failed, key=lambda model: model.error)
    gap = worst.error / (problem.null.objective or 1.0)
    remark = (
        f"The first estimate, ridge regression, did not reach tol={limits['tol']:g} with "
        f"{len(failed)} of the {len(models)} penalties that are tried: the largest duality gap is "
        f"{gap:.3g} of the null objective ({worst.stop_reason}). Increase max_iter or tol, or "
        "scale the columns."
    )
    return Estimate(coef, "ridge", remark, gap, worst.stop_reason)
