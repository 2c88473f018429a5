"""The scaled Lasso: coefficients and the level of the noise at once, with nothing to tune."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from skl1.designs import Design
from skl1.penalties import L1
from skl1.problems.problem import Problem
from skl1.solvers.driver import Run
from skl1.solvers.inner import SweepsThenNewton
from skl1.solvers.minimise import minimise
from skl1.solvers.working_set import WorkingSet

#: The noise level is settled when it changes by less than this share; rounds at most until then.
SETTLED, MOST_ROUNDS = 1e-6, 200


@dataclass(frozen=True)
class Fit:
    """A Lasso in standard units, ``alpha sum_j sd_j |w_j|``, and the noise that it leaves."""

    alpha: float
    result: Run
    sigma: float  #: root of the mean squared residual
    converged: bool  #: of the Lasso, and of the noise level where that is estimated
    gap: float  #: the duality gap as a share of the null objective


def standard_weights(units: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Penalty weights: factors in these units of the columns; inf excludes."""
    weights = np.full(units.size, np.inf)
    return np.multiply(factors, units, out=weights, where=np.isfinite(factors))


def standard_lasso(
    design: Design, factors: np.ndarray, bounds: tuple[Any, Any] = (-np.inf, np.inf)
) -> Problem:
    """The Lasso with alpha = 1 and penalty weights in standard deviations."""
    weights = standard_weights(design.lengths, factors)
    return Problem(design, L1(1.0), weights, lower=bounds[0], upper=bounds[1])


def penalty_level(n: int, p: int) -> float:
    r"""The penalty per noise level, :math:`\sqrt{2 / n} L` with :math:`p \Phi(-L) = L^4 + 2 L^2`.

    Below the universal :math:`\sqrt{2 \log p / n}`, at which the noise level is overestimated
    unless n is very large (Sun and Zhang 2013, section 4).
    """
    level = brentq(lambda L: p * norm.sf(L) - L**4 - 2.0 * L**2, 0.0, 40.0)
    return float(np.sqrt(2.0 / n) * level)


def fixed_lasso(problem: Problem, alpha: float, *, tol: float, max_iter: int) -> Fit:
    """The Lasso at a given alpha."""
    solver = WorkingSet(SweepsThenNewton())
    result = minimise(solver, problem.scaled(alpha), problem.null.w, tol=tol, max_iter=max_iter)
    return _fit(problem, alpha, result, result.model.converged)


def scaled_lasso(problem: Problem, level: float, *, tol: float, max_iter: int) -> Fit:
    r"""The Lasso at ``alpha = level sigma``, with sigma the root of its mean squared residual.

    That is the minimum over w and sigma of
    :math:`\|r\|^2 / (2 n \sigma) + \sigma / 2 + \lambda \sum_j u_j |w_j|`, which is convex in both,
    and is minimised in turn (Sun and Zhang 2012, section 2).
    """
    solver = WorkingSet(SweepsThenNewton(), narrows=False)
    settings: dict[str, Any] = {"tol": tol, "max_iter": max_iter}
    sigma = float(np.sqrt(2.0 * problem.null.loss))
    alpha = level * sigma
    result = minimise(solver, problem.scaled(alpha), problem.null.w, **settings)
    for _ in range(MOST_ROUNDS):
        last, sigma = sigma, float(np.sqrt(2.0 * result.model.loss))
        if abs(sigma - last) <= SETTLED * last:
            return _fit(problem, alpha, result, result.model.converged)
        alpha = level * sigma
        result = minimise(solver, problem.scaled(alpha), result.w, last=result, **settings)
    return _fit(problem, alpha, result, False)


def shortfall(gap: float, tol: float) -> str:
    """What kept a Lasso from its tolerance, of which the gap is known."""
    if gap > tol:
        return f"the largest duality gap is {gap:.3g} of the null objective"
    return "the level of the noise did not settle"


def _fit(problem: Problem, alpha: float, result: Run, converged: bool) -> Fit:
    share = result.model.error / (problem.null.objective or 1.0)
    return Fit(alpha, result, float(np.sqrt(2.0 * result.model.loss)), converged, share)
