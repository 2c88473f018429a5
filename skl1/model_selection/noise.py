"""The noise variance that information criteria compare residuals with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.linalg.lapack import dpotrs, dpstrf
from sklearn.utils import check_random_state

from skl1.designs import Design
from skl1.inference.noise import penalty_level, scaled_lasso, standard_lasso
from skl1.model_selection.criteria import TALL
from skl1.problem import Problem

#: How often the rows are cut in two: one cut is a matter of luck where rows are few.
CUTS = 5
#: Least squares on all features, of at most so many.
MOST = 4000
#: Pivots of the scaled Gram matrix below which a column depends on those before it.
DEPENDENT = 1e-10
#: How exactly the Lasso of a half is solved, and rounds at most.
TOL, ROUNDS = 1e-6, 1000
#: A variance below this share of y's is rounding.
EXACT = 1e-15


def noise_variance(
    problem: Problem,
    count: float,
    weights: np.ndarray | None,
    part: Callable[[np.ndarray], Design] | None,
    random_state: Any,
) -> float | None:
    """The variance of the noise, of all that no feature explains; None if it cannot be known.

    Least squares on all features where there are two samples for each, else refitted
    cross-validation.

    Parameters
    ----------
    problem : Problem
        Of all data.
    count : float
        The number of samples, or the sum of their weights.
    weights : ndarray of shape (n_samples,) or None
        Of the rows, where these can be cut in two.
    part : callable or None
        Makes the design of some rows.
    random_state : int, RandomState instance or None
        For the cuts.
    """
    design = problem.design
    inside = np.flatnonzero(problem.included)
    large = inside.size > MOST and part is not None
    if count >= TALL * inside.size and not large:
        squares, degrees = residuals(design, inside, count)
    elif part is not None and weights is not None:
        squares, degrees = refitted_cross_validation(problem, weights, part, random_state)
    else:
        return None
    return max(squares / degrees, EXACT * design.energy) if degrees > 0.0 else None


def residuals(design: Design, columns: np.ndarray, count: float) -> tuple[float, float]:
    """The sum of squared residuals of least squares on some columns, and its degrees of freedom.

    Columns that depend on others cost no degree.
    """
    columns = columns[design.norms[columns] > 0.0]
    spare = count - design.fit_intercept
    if not columns.size:
        return design.energy * count, spare
    units = 1.0 / design.lengths[columns]
    factor, pivots, rank, _ = dpstrf(
        design.gram(columns, columns) * units * units[:, None], tol=DEPENDENT
    )
    kept = pivots[:rank] - 1
    factor, columns, units = factor[:rank, :rank], columns[kept], units[kept]
    w, rest = np.zeros(design.n_features), design.correlation
    for _ in range(2):  # the second time for what rounding has left
        w[columns] += units * dpotrs(factor, units * rest[columns])[0]
        rest, square = design.gradient(w)
    return square * count, spare - rank


def refitted_cross_validation(
    problem: Problem,
    weights: np.ndarray,
    part: Callable[[np.ndarray], Design],
    random_state: Any,
) -> tuple[float, float]:
    """Squares and degrees of freedom, summed over halves of the rows (Fan, Guo and Hao 2012).

    Features are chosen on one half, and their residuals are those of least squares on the other.
    There nothing was chosen: what chance has put into the choice explains no more of it than
    chance does. What half of the rows cannot find counts as noise.
    """
    rng = check_random_state(random_state)
    used = np.flatnonzero(weights)
    squares = degrees = 0.0
    for _ in range(CUTS if used.size > 1 else 0):
        mixed = rng.permutation(used)
        halves = [np.sort(rows) for rows in (mixed[: used.size // 2], mixed[used.size // 2 :])]
        designs = [part(rows) for rows in halves]
        for one, other in ((0, 1), (1, 0)):
            columns = chosen(problem, designs[one], halves[one].size, halves[other].size // 2)
            count = float(weights[halves[other]].sum())
            square, spare = residuals(designs[other], columns, count)
            if spare > 0.0:
                squares, degrees = squares + square, degrees + spare
    return squares, degrees


def chosen(problem: Problem, design: Design, n: int, most: int) -> np.ndarray:
    """The features of the scaled Lasso, the largest ``most`` of them, and the free ones."""
    free = np.flatnonzero(problem.free)
    penalised = problem.included & ~problem.free
    if design.energy == 0.0 or not penalised.any():
        return free
    factors = np.where(problem.included, np.where(problem.free, 0.0, 1.0), np.inf)
    lasso = standard_lasso(design, factors, problem.one_sided)
    level = penalty_level(n, int(np.count_nonzero(penalised)))
    w = scaled_lasso(lasso, level, tol=TOL, max_iter=ROUNDS).result.w
    sizes = np.where(penalised, np.abs(w) * design.lengths, 0.0)
    largest = np.argsort(-sizes, kind="stable")[: max(most - free.size, 0)]
    return np.sort(np.concatenate([free, largest[sizes[largest] > 0.0]]))
