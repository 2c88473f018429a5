"""The noise variance that information criteria compare residuals with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.linalg.lapack import dpotrs, dpstrf
from sklearn.utils import check_random_state

from skl1.designs import Design
from skl1.model_selection.criteria import TALL
from skl1.model_selection.scaled_lasso import penalty_level, standard_lasso
from skl1.paths.solve import solve_paths
from skl1.problems.problem import Problem

#: How often the rows are cut in two: one cut is a matter of luck where rows are few.
CUTS = 5
#: Least squares on all features, of at most so many.
MOST = 4000
#: Pivots of the scaled Gram matrix below which a column depends on those before it.
DEPENDENT = 1e-10
#: The Lasso path of a half: its length, how far down it reaches, how exact it is.
LENGTH, DOWN, TOL, ROUNDS = 50, 1e-2, 1e-4, 1000
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
        choices = chosen(problem, designs, halves[0].size)
        for columns, design, rows in zip(choices, designs[::-1], halves[::-1], strict=True):
            count = float(weights[rows].sum())
            square, spare = residuals(design, columns, count)
            if spare > 0.0:
                squares, degrees = squares + square, degrees + spare
    return squares, degrees


def chosen(problem: Problem, designs: list[Design], n: int) -> list[np.ndarray]:
    """The features of the scaled Lasso on each half of n rows, n / 2 at most, and the free ones.

    It is the Lasso whose alpha is ``level`` times the root of its own mean squared residual (Sun
    and Zhang 2012): as that falls along the path, the first one with an alpha no larger.
    """
    free = np.flatnonzero(problem.free)
    penalised = problem.included & ~problem.free
    factors = np.where(problem.included, np.where(problem.free, 0.0, 1.0), np.inf)
    lassos = [standard_lasso(design, factors, problem.bounds) for design in designs]
    top = max(lasso.alpha_max for lasso in lassos)
    if not top > 0.0:
        return [free] * len(designs)
    level = penalty_level(n, int(np.count_nonzero(penalised)))
    alphas = np.geomspace(top, DOWN * top, LENGTH)
    choices = []
    for design, models in zip(
        designs, solve_paths(lassos, alphas, tol=TOL, max_iter=ROUNDS), strict=True
    ):
        small = (each for each in models if each.alpha <= level * np.sqrt(2.0 * each.loss))
        model = next(small, models[-1])
        kept = penalised[model.features]
        features = model.features[kept]
        sizes = np.abs(model.values[kept]) * design.lengths[features]
        most = max(n // 2 - free.size, 0)
        largest = np.sort(features[np.argsort(-sizes, kind="stable")[:most]])
        choices.append(np.concatenate([free, largest]))
    return choices
