"""Halves of the rows: how they are drawn, and the paths on them, of the Lasso on some together."""

from __future__ import annotations

from functools import partial

import numpy as np

from skl1.designs import make_design
from skl1.inference.entries import Entries
from skl1.inference.followed import Followed
from skl1.paths.one_by_one import runs_along
from skl1.paths.path_state import MOST
from skl1.paths.solve import solve_paths
from skl1.problems.problem import Problem
from skl1.sklearn_api import (
    check_sample_weight,
)
from skl1.solvers.prox_newton import ProxNewton

#: The alphas of a half as shares of its alpha_max: each this share of the one before, until one
#: is below this share of the first.
STEP, END = 0.93, 1e-4
SHARES = STEP ** np.arange(1, int(np.ceil(np.log(END) / np.log(STEP))) + 1)
#: Halves that are followed together at most, and entries of their Gram matrices (128 MB).
MANY, ENTRIES = 20, 2**24


#: The solver of paths of other losses than squares.
NEWTON = ProxNewton(narrows=False)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def entries_of(
    what: Followed, X, n_selected: int, quadratic: bool, halves: list[np.ndarray]
) -> list[Entries]:
    """Which features enter first on some halves.

    The rows of the other half have a weight of 0, so that all share X. With squares the paths are
    followed together.
    """
    problems = [problems_on(half, what, X) for half in halves]
    if not quadratic:
        return [entries_along(each, what, n_selected) for each in problems]
    alone = [each for (each,) in problems]
    entries = [Entries([problem], n_selected) for problem in alone]
    moving = [k for k, problem in enumerate(alone) if problem.alpha_max > 0.0]
    if moving:
        # With each penalty in units of its alpha_max all have the same alphas.
        solve_paths(
            [alone[k].scaled(alone[k].alpha_max) for k in moving],
            SHARES,
            tol=what.one.tol,
            max_iter=what.one.max_iter,
            enough=[entries[k].enough for k in moving],
        )
    return entries


def problems_on(half: np.ndarray, what: Followed, X) -> list[Problem]:
    """The problems of alpha = 1 on a half, one for each response."""
    s = np.zeros(what.weights.size)
    s[half] = what.weights[half]
    first, *others = what.responses
    try:
        design = make_design(X, first, s, what.one.fit_intercept, part=True)
        problems = [what.one.problem_on(design)]
        problems += [what.one.problem_on(design.with_response(each)) for each in others]
        for each in problems:
            each.null  # noqa: B018 (where there is no best one, this says so)
    except ValueError as error:
        error.add_note("This is of one half of the rows, drawn at random, and not of all rows.")
        raise
    return problems


def entries_along(problems: list[Problem], what: Followed, n_selected: int) -> Entries:
    """Which features enter first as alpha falls, for any of the problems, by Newton's method."""
    entries = Entries(problems, n_selected)
    top = max(each.alpha_max for each in problems)
    if top > 0.0:
        follow = partial(
            runs_along, NEWTON, alphas=SHARES, tol=what.one.tol, max_iter=what.one.max_iter
        )
        scaled = [each.scaled(top) for each in problems]
        paths = [follow(problem=each, w=each.null.w) for each in scaled]
        for runs in zip(*paths, strict=True):
            if entries.add([run.model for run in runs]):
                break
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


def halved(rows: np.ndarray, n_pairs: int, rng, labels=None) -> list[np.ndarray]:
    """Pairs of disjoint halves, each of ``rows.size // 2``, one after the other.

    With the labels of the rows each class is halved by itself.
    """
    groups = [rows] if labels is None else [rows[labels == k] for k in np.unique(labels)]
    halves = []
    for _ in range(n_pairs):
        pair: tuple[list, list] = ([], [])
        for group in groups:
            size, order = group.size // 2, rng.permutation(group.size)
            pair[0].append(group[order[:size]])
            pair[1].append(group[order[size : 2 * size]])
        halves += [np.sort(np.concatenate(half)) for half in pair]
    return halves
