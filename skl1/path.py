"""Warm-started sequences of problems."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skl1.penalties import Penalty
from skl1.problem import Problem
from skl1.solvers.driver import Solver, minimise

#: Each alpha of a continuation is about this share of the one before.
SHRINK = 0.6
#: Stages at most: for a tiny alpha the steps are longer.
STAGES = 40
#: What is asked of the solutions on the way.
LOOSE = 1e-3
ROUNDS = 100


def follow_path(
    solver: Solver,
    problem: Problem,
    penalty: Callable[[float], Penalty],
    first: float,
    last: float,
) -> np.ndarray:
    """Follow the minimum from a large alpha, where it is empty, down to ``last``.

    The solutions on the way are rough: they only serve as starts. For nonconvex penalties the
    path leads to better minima than a start at zero (Mazumder, Friedman and Hastie 2011).
    """
    w = problem.null.w
    if not 0.0 < last < first < np.inf:
        return w
    count = min(int(np.ceil((np.log(last) - np.log(first)) / np.log(SHRINK))), STAGES)
    for alpha in np.geomspace(first, last, count + 1)[1:]:
        stage = problem.with_penalty(penalty(float(alpha)))
        w = minimise(solver, stage, w, tol=LOOSE, max_iter=ROUNDS).w
    return w
