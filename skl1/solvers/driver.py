"""The one loop: ask the solver for an advance, certify, record, decide whether to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from skl1.problems.certificates import Certificate, certify
from skl1.problems.model import CONVERGED, EXHAUSTED, INTERRUPTED, PRECISION, Model
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.solvers.base import Goal, Solver, State

#: The relative error below which coefficients rounded to float32 cannot be expected to stay.
SINGLE = 1e-6
#: A null objective below this share of y's squares is rounding: there is nothing to explain. What
#: float32 then makes of y itself, in its squares, is no failure.
NOTHING, SINGLE_ROUNDING = 1e-24, 4.0 * float(np.finfo(np.float32).eps) ** 2


@dataclass(frozen=True)
class Run:
    """Where a run of a solver has ended: the model, and what a further run may go on with."""

    model: Model
    point: Point
    target: float  #: the error that was wanted
    history: dict[str, np.ndarray]
    state: State  #: of the solver, for a similar problem
    inner: Run | None = None  #: of the problem beside free features, if there are any

    @property
    def w(self) -> np.ndarray:
        """The coefficients of all features."""
        return self.point.w


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def run(
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
    """The loop for a problem without free features; the parameters are those of ``minimise``.

    Trial values may overflow: solvers compare with them and take the step back.
    """
    start = perf_counter()
    target = problem.target(tol)
    state = solver.init(problem, w) if last is None else solver.resume(problem, w, last.state)
    point = None
    if last is not None and w is last.w and last.state.narrowed is None:
        # Of a narrowed problem the point does not know the correlations that were left out.
        point = problem.again(last.point)
    rows: list[dict[str, float]] = []
    bound = -np.inf
    best: Visited | None = None
    while True:
        current = state.narrowed or problem
        if point is None:
            point = problem.null if state.w is problem.null.w else state.point(current)
        known = certify(current, point)
        error = known.error
        if problem.penalty.convex:
            # A dual point found earlier stays valid, so the best bound so far may be used.
            bound = max(bound, point.objective - known.error)
            error = min(error, max(point.objective - bound, 0.0))
        best = better(best, (state.w, point, known))
        if record:
            rows.append(
                {
                    "iteration": state.n_iter,
                    "seconds": perf_counter() - start,
                    "objective": point.objective,
                    "gap": error,
                    "nonzeros": int(np.count_nonzero(state.w)),
                    **state.trace,
                }
            )
        reason = met(error, target, known) or state.verdict
        if not reason and state.n_iter >= max_iter:
            reason = EXHAUSTED
        elif not reason and state.n_iter and callback is not None and callback(state.w):
            reason = INTERRUPTED
        if reason:
            break
        solver.advance(current, state, point, known, Goal(target, max_iter - state.n_iter))
        point = None
    w = state.w
    if not (error <= max(target, known.floor) or point.objective <= best[1].objective):
        # Steps that went astray: units too far apart for a method, or a step size too large.
        w, point, known = best
    w, point, known = without_rounding(problem, (w, point, known), max(error, target))
    error = min(known.error, max(point.objective - bound, 0.0))
    # Who says stop at the last step means the whole fit, of which this run may be a part.
    if reason == INTERRUPTED or (callback is not None and callback(w)):
        reason = INTERRUPTED
    else:  # of the point that is returned, by the best bound: both may have changed since
        reason = met(error, target, known) or reason
    history = {key: np.array([row[key] for row in rows]) for key in (rows[-1] if rows else ())}
    met_target = reason == CONVERGED or (reason != INTERRUPTED and known.error <= known.floor)
    count = max(state.n_iter, 1)
    model = Model.of(problem.penalty.strength, point, error, bound, count, reason, met_target)
    return Run(model, point, target, history, state)


def met(error: float, target: float, known: Certificate) -> str:
    """Why a point counts as solved; empty if it does not."""
    if error <= target:
        return CONVERGED
    return PRECISION if known.error <= known.floor else ""


Visited = tuple[np.ndarray, Point, Certificate]


def better(best: Visited | None, now: Visited) -> Visited:
    """The place of the smaller objective; the later one if they are equal."""
    return now if best is None or now[1].objective <= best[1].objective else best


def without_rounding(problem: Problem, found: Visited, error: float) -> Visited:
    """The place without coefficients that are nothing but rounding, if it is as good."""
    slight = problem.negligible(found[0])
    if not slight.any():
        return found
    w = np.where(slight, 0.0, found[0])
    point = problem.at(w)
    known = certify(problem, point)
    return (w, point, known) if known.error <= max(error, known.floor) else found


def certified(problem: Problem, found: Run, w: np.ndarray, excess: float = 0.0) -> Run:
    """The same run for other coefficients: the ones that float32 can hold, say.

    The dual bound found on the way stays valid for them. ``excess`` is what an intercept that is
    rounded too adds to the objective. Where they miss the target that the run had met, rounding
    is the reason; they still count as converged within the precision of float32.
    """
    before, point = found.model, problem.at(w)
    here = point
    if problem.bounded and not problem.penalty.convex:
        # What pulls hard at a bound is no step of its own where the bound itself is rounded.
        here = problem.at(np.where(problem.inside(found.w), w, found.w))
    error = certify(problem, here).error
    if problem.penalty.convex:
        error = min(error, max(point.objective - before.bound, 0.0)) + excess
    unit = problem.target(1.0)
    allowed = SINGLE * unit
    squares = problem.design.energy + problem.design.y_mean**2
    if unit <= NOTHING * squares:
        allowed = max(allowed, SINGLE_ROUNDING * squares)
    converged, reason = False, before.stop_reason
    if reason != INTERRUPTED and error <= found.target:
        converged, reason = True, CONVERGED
    elif before.converged:
        converged, reason = error <= allowed, PRECISION
    known = {"error": error, "bound": before.bound, "stop_reason": reason}
    return replace(found, model=before.at(point, converged=bool(converged), **known), point=point)
