"""The one loop: ask the solver for a step, certify, record, decide whether to stop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import numpy as np

from skl1.problems.certificates import EPS, ORTHOGONAL, Certificate, certify
from skl1.problems.problem import ROUNDING, Point, Problem

CONVERGED = "tolerance reached"
PRECISION = "numerical precision"
EXHAUSTED = "max_iter reached"
INTERRUPTED = "stopped by a callback"
#: The relative error below which coefficients rounded to float32 cannot be expected to stay.
SINGLE = 1e-6
#: Changes of the set of free features in use, for each of them, after which it counts as settled.
CHANGES = 3
#: The least tolerance of the problem beside them, as a share of what is wanted; the first one.
CLOSEST, ROUGH = 1e-3, 1e-4
#: A null objective below this share of y's squares is rounding: there is nothing to explain. What
#: float32 then makes of y itself, in its squares, is no failure.
NOTHING, SINGLE_ROUNDING = 1e-24, 4.0 * float(np.finfo(np.float32).eps) ** 2


@dataclass(kw_only=True)
class State:
    """What a solver carries from step to step. Each solver extends it.

    Attributes
    ----------
    w : ndarray
        The coefficients that the solver would return now.
    n_iter : int
        Iterations done, in the solver's own unit.
    verdict : str
        Set by a solver that cannot go on: the reason.
    trace : dict
        Further figures for the history, overwritten at each step.
    narrowed : Problem
        The problem without features that a solver has proved to be zero, if it has.
    """

    w: np.ndarray
    n_iter: int = 0
    verdict: str = ""
    trace: dict[str, float] = field(default_factory=dict)
    narrowed: Problem | None = None


@dataclass(frozen=True)
class Goal:
    """What the driver wants of a solver: the error to reach, the iterations left."""

    target: float
    iterations: int


class Solver(ABC):
    """One algorithm: ``init`` makes its state, ``step`` advances it by a bounded amount.

    A step is a round, or a number of compiled iterations; the driver certifies after each.
    """

    #: What ``n_iter_`` counts, in the plural.
    unit = "steps"

    @abstractmethod
    def init(self, problem: Problem, w: np.ndarray) -> Any:
        """The state at the start w."""

    def resume(self, problem: Problem, w: np.ndarray, state: Any) -> Any:
        """The state at the start w of a problem that differs in the strength of the penalty only.

        ``state`` is the one at the end of the last problem.
        """
        return self.init(problem, w)

    @abstractmethod
    def step(
        self, problem: Problem, state: Any, point: Point, known: Certificate, goal: Goal
    ) -> None:
        """Advance the state. ``point`` is the point at ``state.w``, ``known`` its certificate."""


@dataclass(frozen=True)
class Result:
    """Where a run ended, and why."""

    w: np.ndarray
    point: Point
    error: float
    bound: float  #: the best lower bound of the optimal objective; -inf if nonconvex
    target: float
    n_iter: int
    converged: bool
    stop_reason: str
    history: dict[str, np.ndarray]
    state: State  #: of the solver, for a similar problem to go on with
    inner: Result | None = None  #: of the problem beside free features, if there are any


def minimise(
    solver: Solver,
    problem: Problem,
    w: np.ndarray,
    *,
    tol: float,
    max_iter: int,
    callback: Callable[[np.ndarray], bool] | None = None,
    record: bool = False,
    last: Result | None = None,
) -> Result:
    """Run a solver until its certificate meets the tolerance.

    It sees no free features: it runs on the data beside them, and they are refitted to what it
    finds. Under a sign constraint those that may be in use vary (``refit_signed``).

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
    last : Result, optional
        The result for the same data and a penalty of another strength: what the solver has formed
        serves again, and so does what is known of its minimiser, if that is w.

    Returns
    -------
    Result
    """
    limits: dict[str, Any] = {"tol": tol, "record": record, "callback": callback}
    if not problem.has_free:
        return run(solver, problem, w, max_iter=max_iter, last=last, **limits)
    if problem.one_sided:
        return refit_signed(solver, problem, w, max_iter=max_iter, **limits)
    core = problem.core
    limits["callback"] = lift_calls(core, callback)
    inner = None if last is None else last.inner
    start = np.where(problem.free, 0.0, w)
    if inner is not None and np.array_equal(start, inner.w):
        start = inner.w
    return lifted(problem, run(solver, core, start, max_iter=max_iter, last=inner, **limits), tol)


Callback = Callable[[np.ndarray], bool] | None


def lift_calls(core: Problem, callback: Callback) -> Callback:
    """The callback for coefficients of the problem beside free features."""
    if callback is None:
        return None
    least = 0.0 if core.one_sided else -np.inf
    return lambda w: callback(np.maximum(core.design.lift(w), least))


def lifted(problem: Problem, inner: Result, tol: float) -> Result:
    """The result of a problem with free features, from that of the problem beside them."""
    return judged(problem, inner, problem.core.design.lift_exactly(inner.w), tol)


def judged(problem: Problem, inner: Result, w: np.ndarray, tol: float) -> Result:
    """The result at w, whose coefficients without those of free features come from ``inner``."""
    point = problem.again(problem.null) if w is problem.null.w else problem.at(w)
    error, floor = certified_error(problem, point, inner.error)
    target = tol * problem.null.objective if problem.penalty.convex else tol
    reason = inner.stop_reason
    if reason in {CONVERGED, PRECISION}:
        reason = CONVERGED if error <= target else PRECISION
    return replace(
        inner,
        w=w,
        point=point,
        error=error,
        bound=point.objective - error if problem.penalty.convex else -np.inf,
        target=target,
        converged=reason != INTERRUPTED
        and bool(error <= target or (inner.converged and error <= floor)),
        stop_reason=reason,
        inner=inner,
    )


def certified_error(problem: Problem, point: Point, beside: float) -> tuple[float, float]:
    """``(error, floor)`` of a point of which the problem beside its free features says ``beside``.

    A better bound that a run has met on its way holds here too, but for what refitting may have
    cost in digits.
    """
    known = certify(problem, point)
    if problem.one_sided and problem.penalty.convex:
        return known.error, known.floor  # of the free features not in use the run saw nothing
    if problem.penalty.convex:
        return min(known.error, beside + known.excess), known.floor
    return max(known.error, beside), known.floor


def refit_signed(
    solver: Solver, problem: Problem, w: np.ndarray, *, max_iter: int, tol: float, **limits: Any
) -> Result:
    """With free coefficients that must not be negative: by the set of those in use.

    These are refitted without a bound, as in ``minimise``. Where one would become negative, the
    step ends where the first of them is zero, and that one leaves the set. Once none would, the one
    whose correlation is the largest joins it, until all are at most zero. (Lawson and Hanson 1974,
    "Solving least squares problems", chapter 23, with a penalised problem inside.)
    """
    free = problem.free
    active, w = free & (w > 0.0), w.copy()
    begun = perf_counter()
    # Slow methods would spend all iterations on a set that is not the last one.
    strict = max(tol, ROUGH) if problem.penalty.convex else tol
    barred, done, lowest = np.zeros_like(free), 0, np.inf
    history: list[dict[str, np.ndarray]] = []
    for _ in range(CHANGES * (2 + int(np.count_nonzero(free)))):
        core = problem.beside(active)
        options = {**limits, "callback": lift_calls(core, limits["callback"])}
        start = np.where(free, 0.0, w)
        left = max(max_iter - done, 1)
        result = run(solver, core, start, tol=strict, max_iter=left, **options)
        history.append({**result.history, **_shifted(result.history, done, perf_counter() - begun)})
        done += result.state.n_iter
        aim = core.design.lift_exactly(result.w)
        low = np.flatnonzero(active & (aim <= 0.0))
        if low.size:
            shares = w[low] / np.maximum(w[low] - aim[low], np.finfo(float).tiny)
            first = low[np.argmin(shares)]
            barred[first] = w[first] == 0.0
            w = w + min(float(shares.min()), 1.0) * (aim - w)
            w[first] = 0.0
            w[free] = np.maximum(w[free], 0.0)
            active[first] = False
            if result.stop_reason in {INTERRUPTED, EXHAUSTED}:
                break
            continue
        w = aim
        if result.point.objective < lowest * (1.0 - ROUNDING):
            lowest = result.point.objective
            barred[:] = False  # elsewhere they may fit
        if result.stop_reason in {INTERRUPTED, EXHAUSTED}:
            break
        joining = pulling(problem, core, w, free & ~active & ~barred)
        if joining.size:
            active[joining] = True
            continue
        # A run may have converged by a dual point that it met before, for which the features not
        # in use were not asked: a closer look at its end.
        found = judged(problem, result, w, tol)
        if found.converged or strict < CLOSEST * tol or result.stop_reason != CONVERGED:
            break
        strict = tol if strict > tol else 0.1 * strict
    found = judged(problem, result, np.where(free, np.maximum(w, 0.0), w), tol)
    stopped = result.stop_reason == INTERRUPTED or done >= max_iter
    if not (found.converged or problem.penalty.convex or stopped):
        found = together(solver, problem, found, tol=tol, max_iter=max_iter - done, **limits)
        more = found.history
        history.append({**more, **_shifted(more, done, perf_counter() - begun)})
        done += found.n_iter
    joined = {key: np.concatenate([each[key] for each in history]) for key in history[-1]}
    return replace(found, n_iter=max(done, 1), history=joined)


def pulling(problem: Problem, core: Problem, w: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Of some features the one that pulls the most towards positive values; empty if none does."""
    design = problem.design
    z, rr = design.gradient(w)
    slack = core.design.slack(w, rr)
    slack += 8.0 * EPS * (np.sqrt(design.total) + float(np.abs(w) @ design.lengths))
    index = np.flatnonzero(outside)
    pull = z[index] / design.lengths[index]
    most = pull.max(initial=-np.inf)
    return index[pull == most][:1] if most > 0.1 * ORTHOGONAL * np.sqrt(rr) + slack else index[:0]


def together(solver: Solver, problem: Problem, found: Result, **limits: Any) -> Result:
    """A nonconvex problem from where the changes of the set of free features have ended.

    The penalised features may jump to another minimum each time that the set changes. In single
    steps they and the free ones find one together.
    """
    other = run(solver, problem, found.w, **limits)
    return other if other.converged else replace(found, history=other.history, n_iter=other.n_iter)


def _shifted(history: dict[str, np.ndarray], done: int, seconds: float) -> dict[str, np.ndarray]:
    """Iterations and seconds of a run that was not the first."""
    if not history:
        return {}
    times = history["seconds"]
    return {"iteration": done + history["iteration"], "seconds": seconds - times[-1] + times}


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
    last: Result | None = None,
) -> Result:
    """The same of a problem without free features.

    Trial values may overflow: solvers compare with them and take the step back.
    """
    start = perf_counter()
    target = tol * problem.null.objective if problem.penalty.convex else tol
    state = solver.init(problem, w) if last is None else solver.resume(problem, w, last.state)
    point = problem.again(last.point) if last is not None and w is last.w else None
    rows: list[dict[str, float]] = []
    bound = -np.inf
    best: Visited | None = None
    while True:
        current = state.narrowed or problem
        if point is None:
            point = problem.null if state.w is problem.null.w else current.at(state.w)
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
        solver.step(current, state, point, known, Goal(target, max_iter - state.n_iter))
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
    return Result(
        w=w,
        point=point,
        error=error,
        bound=bound,
        target=target,
        n_iter=max(state.n_iter, 1),
        converged=reason == CONVERGED or (reason != INTERRUPTED and known.error <= known.floor),
        stop_reason=reason,
        history=history,
        state=state,
    )


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


def certified(problem: Problem, result: Result, w: np.ndarray, excess: float = 0.0) -> Result:
    """The same result for other coefficients: the ones that float32 can hold, say.

    The dual bound found on the way stays valid for them. ``excess`` is what an intercept that is
    rounded too adds to the objective. Where they miss the target that the result had met, rounding
    is the reason; they still count as converged within the precision of float32.
    """
    point = problem.at(w)
    error = certify(problem, point).error
    if problem.penalty.convex:
        error = min(error, max(point.objective - result.bound, 0.0)) + excess
    unit = problem.null.objective if problem.penalty.convex else 1.0
    allowed = SINGLE * unit
    squares = problem.design.energy + problem.design.y_mean**2
    if unit <= NOTHING * squares:
        allowed = max(allowed, SINGLE_ROUNDING * squares)
    converged, reason = False, result.stop_reason
    if reason != INTERRUPTED and error <= result.target:
        converged, reason = True, CONVERGED
    elif result.converged:
        converged, reason = error <= allowed, PRECISION
    return replace(
        result, w=w, point=point, error=error, converged=bool(converged), stop_reason=reason
    )
