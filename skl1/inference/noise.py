"""The scaled Lasso: coefficients and the level of the noise at once, with nothing to tune."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from skl1.designs import Design
from skl1.penalties import L1
from skl1.problem import Problem
from skl1.solvers.driver import Result, minimise
from skl1.solvers.inner import SweepsThenNewton
from skl1.solvers.working_set import WorkingSet

#: The noise level is settled when it changes by less than this share; rounds at most until then.
SETTLED, MOST_ROUNDS = 1e-6, 200


@dataclass(frozen=True)
class Fit:
    """A Lasso in standard units, ``alpha sum_j sd_j |w_j|``, and the noise that it leaves."""

    alpha: float
    result: Result
    sigma: float  #: root of the mean squared residual


def standard_lasso(design: Design, excluded: np.ndarray) -> Problem:
    """The Lasso with alpha = 1 and the standard deviations as penalty weights."""
    return Problem(design, L1(1.0), np.where(excluded, np.inf, design.lengths))


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
    return Fit(alpha, result, float(np.sqrt(result.point.rr)))


def scaled_lasso(problem: Problem, level: float, *, tol: float, max_iter: int) -> Fit:
    r"""The Lasso at ``alpha = level sigma``, with sigma the root of its mean squared residual.

    That is the minimum over w and sigma of
    :math:`\|r\|^2 / (2 n \sigma) + \sigma / 2 + \lambda \sum_j u_j |w_j|`, which is convex in both,
    and is minimised in turn (Sun and Zhang 2012, section 2).
    """
    solver = WorkingSet(SweepsThenNewton(), narrows=False)
    sigma, settings = float(np.sqrt(problem.null.rr)), {"tol": tol, "max_iter": max_iter}
    alpha = level * sigma
    result = minimise(solver, problem.scaled(alpha), problem.null.w, **settings)
    for _ in range(MOST_ROUNDS):
        last, sigma = sigma, float(np.sqrt(result.point.rr))
        if abs(sigma - last) <= SETTLED * last:
            break
        alpha = level * sigma
        result = minimise(solver, problem.scaled(alpha), result.w, last=result, **settings)
    return Fit(alpha, result, sigma)
