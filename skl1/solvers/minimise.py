"""``minimise``: a problem, a solver and a tolerance in, a certified model out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skl1.problems.problem import Problem
from skl1.solvers.base import Solver
from skl1.solvers.driver import Run, run
from skl1.solvers.free import lift_calls, lifted, refit_signed


def minimise(
    solver: Solver,
    problem: Problem,
    w: np.ndarray,
    *,
    tol: float,
    max_iter: int,
    callback: Callable[[np.ndarray], bool] | None = None,
    record: bool = False,
    last: Run | None = None,
) -> Run:
    """Run a solver until its certificate meets the tolerance.

    It sees no free features: it runs on the data beside them, and they are refitted to what it
    finds. Where none may be negative those that may be in use vary (``refit_signed``); within other
    bounds of theirs they are features like others, of weight 0.

    Parameters
    ----------
    solver : Solver
    problem : Problem
    w : ndarray of shape (n_features,)
        Where to start.
    tol : float
        For convex penalties the duality gap wanted, as a share of the null objective; for
        others the fixed-point distance wanted, as a share of y's spread.
    max_iter : int
        Iterations allowed, in the solver's own unit.
    callback : callable, optional
        Called with the coefficients after each step; a true result stops the run, and says so in
        ``stop_reason`` at the last step too.
    record : bool, default=False
        Keep iteration, seconds, objective, gap and non-zeros of every check.
    last : Run, optional
        The run for the same data and a penalty of another strength: what the solver has formed
        serves again, and so does what is known of its minimiser, if that is w.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If the solver does not accept the problem, with the reason.
    """
    refusal = solver.accepts(problem)
    if problem.any_loss and not solver.any_loss:
        refusal = f"its loss is {problem.loss!r}, and not squares. Use ProxNewton()."
    if refusal:
        raise ValueError(f"{type(solver).__name__} cannot solve this problem: {refusal}")
    limits: dict[str, Any] = {"tol": tol, "record": record, "callback": callback}
    if not problem.has_free:
        return run(solver, problem, w, max_iter=max_iter, last=last, **limits)
    if problem.binds_free and not problem.penalty.one_sided:
        return run(solver, problem, w, max_iter=max_iter, last=last, **limits)
    if problem.binds_free:
        return refit_signed(solver, problem, w, max_iter=max_iter, **limits)
    core = problem.core
    limits["callback"] = lift_calls(core, callback)
    inner = None if last is None else last.inner
    start = np.where(problem.free, 0.0, w)
    if inner is not None and np.array_equal(start, inner.w):
        start = inner.w
    return lifted(problem, run(solver, core, start, max_iter=max_iter, last=inner, **limits), tol)
