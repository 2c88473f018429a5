"""One alpha after the other, by any solver."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from skl1.problems.model import Model
from skl1.problems.problem import Problem
from skl1.solvers.base import Solver
from skl1.solvers.driver import Run
from skl1.solvers.inner import SweepsThenNewton
from skl1.solvers.minimise import minimise
from skl1.solvers.prox_newton import ProxNewton
from skl1.solvers.working_set import WorkingSet

#: The working-set solver as a sequence needs it: the next problem asks for all correlations.
ALONG = WorkingSet(SweepsThenNewton(), narrows=False)
#: That of any other loss.
NEWTON = ProxNewton(narrows=False)


def along(problem: Problem) -> Solver:
    """The solver of a sequence of problems like this one."""
    return NEWTON if problem.any_loss else ALONG


def models_until(done: Callable[[list[Model]], bool], runs: Iterator[Run]) -> list[Model]:
    """The models of some runs, until that is true of them."""
    models: list[Model] = []
    for run in runs:
        models.append(run.model)
        if done(models):
            break
    return models


def runs_along(
    solver: Solver,
    problem: Problem,
    alphas: np.ndarray,
    w: np.ndarray,
    *,
    tol: float,
    max_iter: int,
    last: Run | None = None,
) -> Iterator[Run]:
    """The run for the penalty of each alpha, from w first, then from where the last ended.

    What the solver has formed, a Gram matrix say, is kept on the way; that of the ``last`` run
    before, if there was one.
    """
    for alpha in alphas:
        stage = problem.at_alpha(float(alpha))
        last = minimise(solver, stage, w, tol=tol, max_iter=max_iter, last=last)
        w = last.w
        yield last
