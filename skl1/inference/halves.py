"""Halves of the rows: how they are drawn, and the paths of the Lasso on some of them together."""

from __future__ import annotations

import numpy as np

from skl1.designs import make_design
from skl1.estimators import ProximalLasso
from skl1.inference.entries import Entries
from skl1.paths.path_state import MOST
from skl1.paths.solve import solve_paths
from skl1.sklearn_api import (
    check_sample_weight,
)

#: The alphas of a half as shares of its alpha_max: each this share of the one before, until one
#: is below this share of the first.
STEP, END = 0.93, 1e-4
SHARES = STEP ** np.arange(1, int(np.ceil(np.log(END) / np.log(STEP))) + 1)
#: Halves that are followed together at most, and entries of their Gram matrices (128 MB).
MANY, ENTRIES = 20, 2**24


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def entries_of(
    lasso: ProximalLasso, X, y, weights, n_selected: int, halves: list[np.ndarray]
) -> list[Entries]:
    """Which features enter first on some halves, whose paths are followed together.

    The rows of the other half have a weight of 0, so that all share X. With each penalty in
    units of its alpha_max, all have the same alphas.
    """
    problems = []
    for half in halves:
        s = np.zeros(y.size)
        s[half] = weights[half]
        design = make_design(X, y, s, lasso.fit_intercept, part=True)
        problems.append(lasso.problem_on(design))
    entries = [Entries(problem, n_selected) for problem in problems]
    moving = [k for k, problem in enumerate(problems) if problem.alpha_max > 0.0]
    if moving:
        solve_paths(
            [problems[k].scaled(problems[k].alpha_max) for k in moving],
            SHARES,
            tol=lasso.tol,
            max_iter=lasso.max_iter,
            enough=[entries[k].enough for k in moving],
        )
    return entries


def together(n_features: int, n_halves: int, n_jobs: int | None) -> int:
    """How many halves are followed together: their Gram matrices must find room."""
    jobs = n_halves if n_jobs is not None and n_jobs < 0 else n_jobs or 1
    room = max(ENTRIES // min(n_features, MOST) ** 2, 1)
    return max(min(room, MANY, -(-n_halves // jobs)), 1)


def counted(X, y, sample_weight):
    """The rows of positive weight, with their weights if there are any."""
    if sample_weight is not None:
        sample_weight = check_sample_weight(sample_weight, X)
        kept = sample_weight > 0.0
        if not kept.all():
            X, y, sample_weight = X[kept], y[kept], sample_weight[kept]
    if y.size < 4:
        given = "" if sample_weight is None else " of positive sample_weight"
        raise ValueError(
            f"StabilitySelection needs at least four rows{given} to halve, got n_samples={y.size}."
        )
    return X, y, sample_weight


def halved(rows: np.ndarray, n_pairs: int, rng) -> list[np.ndarray]:
    """Pairs of disjoint halves, each of ``rows.size // 2``, one after the other."""
    size = rows.size // 2
    halves = []
    for _ in range(n_pairs):
        order = rng.permutation(rows.size)
        halves += [np.sort(rows[order[:size]]), np.sort(rows[order[size : 2 * size]])]
    return halves
