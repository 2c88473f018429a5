"""Grids of alphas: which are asked for, where a path ends early, which did not converge."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skl1.exceptions import warn_user
from skl1.problems.model import Model
from skl1.problems.problem import Problem

#: The smallest alpha of a grid as a share of the largest: with more rows than columns, and without.
TALL_EPS, WIDE_EPS = 1e-3, 1e-2


def length_or_alphas(alphas, n_alphas):
    """``(alphas, n_alphas)``, of which a whole number for alphas means the second."""
    if isinstance(alphas, Integral) and not isinstance(alphas, bool):
        return None, alphas
    return alphas, n_alphas


def check_grid(n_alphas, eps):
    """Refuse a grid of no length, or that does not go down."""
    if not (isinstance(n_alphas, Integral) and n_alphas >= 1):
        raise ValueError(f"n_alphas must be an integer of at least 1, got {n_alphas!r}.")
    if eps is not None and not (isinstance(eps, Real) and 0.0 < eps < 1.0):
        raise ValueError(f"eps must lie between 0 and 1, got {eps!r}.")


def check_ends(max_nonzeros, max_explained):
    """Refuse limits that no model can meet, or every one does."""
    if max_nonzeros is not None and not (isinstance(max_nonzeros, Integral) and max_nonzeros >= 0):
        raise ValueError(f"max_nonzeros must be an integer of at least 0, got {max_nonzeros!r}.")
    if max_explained is not None and not (
        isinstance(max_explained, Real) and 0.0 <= max_explained <= 1.0
    ):
        raise ValueError(f"max_explained must lie in [0, 1], got {max_explained!r}.")


def default_eps(problem: Problem) -> float:
    """The bottom of the Lasso's grid as a share of its top."""
    return TALL_EPS if problem.design.n_samples > problem.design.n_features else WIDE_EPS


def given_alphas(alphas) -> np.ndarray:
    """The alphas as asked for, from large to small."""
    grid = np.asarray(alphas)
    numbers = grid.ndim == 1 and grid.size and grid.dtype.kind in "iuf"
    if not numbers or not np.all((grid > 0.0) & np.isfinite(grid)):
        raise ValueError(
            f"alphas must be a sequence of positive numbers, got {alphas!r}; for no penalty "
            "use LinearRegression."
        )
    return np.sort(grid.astype(np.float64))[::-1].copy()


def alpha_grid(problem: Problem, alphas, n_alphas: int, eps: float | None) -> np.ndarray:
    """The alphas as asked for, from large to small, or a grid down from alpha_max."""
    if alphas is not None:
        return given_alphas(alphas)
    top = problem.alpha_max
    if not np.isfinite(top):
        raise ValueError("With l1_ratio=0 no alpha is the largest: give the alphas.")
    if top == 0.0:  # nothing can enter: y is constant, say
        return np.full(n_alphas, np.finfo(np.float64).tiny)
    grid = np.geomspace(top, top * (default_eps(problem) if eps is None else eps), n_alphas)
    grid[0] = top
    return grid


def cut(problem: Problem, models: list[Model], max_nonzeros, max_explained) -> list[Model]:
    """The path up to where the caller wants to see it; at least one model."""
    end = len(models)
    for k, model in enumerate(models):
        if max_nonzeros is not None and model.features.size > max_nonzeros:
            end = min(end, k)
        if max_explained is not None and problem.explained(model.loss) > max_explained:
            end = min(end, k + 1)
    return models[: max(end, 1)]


def warn(problem: Problem, models: list[Model], tol: float, where: str = "") -> None:
    """One warning for all alphas that did not converge; the caller is a path function."""
    failed = [model for model in models if not model.converged]
    if not failed:
        return
    worst = max(failed, key=lambda model: model.error)
    if problem.penalty.convex:
        measure = "duality gap"
        wanted = f"{problem.target(tol):.3g} was wanted (tol={tol:g} of the null objective)"
    else:
        measure, wanted = "stationarity", f"tol={tol:g} was wanted"
    warn_user(
        f"{where}{len(failed)} of {len(models)} alphas did not converge, from "
        f"{failed[0].alpha:g} to {failed[-1].alpha:g}: the largest {measure} is {worst.error:.3g} "
        f"at alpha={worst.alpha:g} ({worst.stop_reason}); {wanted}. Increase max_iter or tol, or "
        "scale the columns.",
        ConvergenceWarning,
    )
