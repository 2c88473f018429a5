"""The Lasso that belongs to a problem with another penalty: whose features enter where its do."""

from __future__ import annotations

import numpy as np

from skl1.penalties import L1
from skl1.problems.problem import Problem


def lasso_of(problem: Problem, penalty_weights: np.ndarray | None = None) -> Problem:
    """The Lasso on the same data, within the same bounds, with alpha = 1."""
    lasso = problem.with_penalty(L1(1.0))
    return lasso if penalty_weights is None else lasso.reweighted(penalty_weights)


def entry_share(problem: Problem, alpha):
    """The share of the largest correlation at which features enter for this alpha.

    A threshold on a correlation goes as the ``order``-th root of alpha.
    """
    return (alpha / problem.alpha_max) ** (1.0 / problem.penalty.order)


def lasso_at(problem: Problem, factors: np.ndarray | float = 1.0) -> Problem:
    """The Lasso at the alpha that belongs to that of the problem, its weights times factors."""
    lasso = lasso_of(problem)
    lasso = lasso.at_alpha(entry_share(problem, problem.penalty.strength) * lasso.alpha_max)
    lasso.weights = lasso.weights * factors
    return lasso
