"""Problems with free (unpenalised) features: these are refitted to what is found beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from skl1.problems.certificates import EPS, ORTHOGONAL, certify
from skl1.problems.model import CONVERGED, EXHAUSTED, INTERRUPTED, PRECISION, Model
from skl1.problems.point import Point
from skl1.problems.problem import ROUNDING, Problem
from skl1.solvers.base import Solver
from skl1.solvers.driver import Run, run

#: Changes of the set of free features in use, for each of them, after which it stays as it is.
CHANGES = 3
#: The least tolerance of the problem beside them, as a share of what is wanted; the first one.
CLOSEST, ROUGH = 1e-3, 1e-4

Callback = Callable[[np.ndarray], bool] | None


def lift_calls(core: Problem, callback: Callback) -> Callback:
    """The callback for coefficients of the problem beside free features."""
    if callback is None:
        return None
    return lambda w: callback(core.clip(core.lift(w)))


def lifted(problem: Problem, inner: Run, tol: float) -> Run:
    """The run of a problem with free features, from that of the problem beside them."""
    return judged(problem, inner, problem.core.lift_exactly(inner.w), tol)


def judged(problem: Problem, inner: Run, w: np.ndarray, tol: float) -> Run:
    """The run at w, whose coefficients without those of free features come from ``inner``."""
    null, target = problem.null, problem.target(tol)
    point = problem.again(null) if w is null.w else problem.at(w)
    model = model_at(problem, point, inner.model, target)
    return replace(inner, model=model, point=point, target=target, inner=inner)


def model_at(problem: Problem, point: Point, beside: Model, target: float) -> Model:
    """The model at a point, whose coefficients without those of free features ``beside`` has."""
    error, floor = certified_error(problem, point, beside.error)
    reason = beside.stop_reason
    if reason in {CONVERGED, PRECISION}:
        reason = CONVERGED if error <= target else PRECISION
    solved = error <= target or (beside.converged and error <= floor)
    return beside.at(
        point,
        error=error,
        bound=point.objective - error if problem.penalty.convex else -np.inf,
        stop_reason=reason,
        converged=reason != INTERRUPTED and bool(solved),
    )


def certified_error(problem: Problem, point: Point, beside: float) -> tuple[float, float]:
    """``(error, floor)`` of a point of which the problem beside its free features says ``beside``.

    A better bound that a run has met on its way holds here too, but for what refitting may have
    cost in digits. Of combinations of free features that are too short to be refitted there the run
    has seen nothing.
    """
    known = certify(problem, point)
    if problem.binds_free and problem.penalty.convex:
        return known.error, known.floor  # of the free features not in use the run saw nothing
    if problem.penalty.convex:
        blurred = problem.core.design.blurred(2.0 * point.loss)
        return min(known.error, beside + known.excess + blurred), known.floor
    return max(known.error, beside), known.floor


def refit_signed(
    solver: Solver, problem: Problem, w: np.ndarray, *, max_iter: int, tol: float, **limits: Any
) -> Run:
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
        aim = core.lift_exactly(result.w)
        low = np.flatnonzero(active & (aim <= 0.0))
        if low.size:
            shares = w[low] / np.maximum(w[low] - aim[low], np.finfo(float).tiny)
            first = low[np.argmin(shares)]
            barred[first] = w[first] == 0.0
            w = w + min(float(shares.min()), 1.0) * (aim - w)
            w[first] = 0.0
            w[free] = np.maximum(w[free], 0.0)
            active[first] = False
            if result.model.stop_reason in {INTERRUPTED, EXHAUSTED}:
                break
            continue
        w = aim
        if result.point.objective < lowest * (1.0 - ROUNDING):
            lowest = result.point.objective
            barred[:] = False  # elsewhere they may fit
        if result.model.stop_reason in {INTERRUPTED, EXHAUSTED}:
            break
        joining = pulling(problem, core, w, free & ~active & ~barred)
        if joining.size:
            active[joining] = True
            continue
        # A run may have converged by a dual point that it met before, for which the features not
        # in use were not asked: a closer look at its end.
        found = judged(problem, result, w, tol)
        if found.model.converged or strict < CLOSEST * tol or result.model.stop_reason != CONVERGED:
            break
        strict = tol if strict > tol else 0.1 * strict
    found = judged(problem, result, np.where(free, np.maximum(w, 0.0), w), tol)
    stopped = result.model.stop_reason == INTERRUPTED or done >= max_iter
    if not (found.model.converged or problem.penalty.convex or stopped):
        found = together(solver, problem, found, tol=tol, max_iter=max_iter - done, **limits)
        more = found.history
        history.append({**more, **_shifted(more, done, perf_counter() - begun)})
        done += found.model.n_iter
    joined = {key: np.concatenate([each[key] for each in history]) for key in history[-1]}
    return replace(found, model=found.model._replace(n_iter=max(done, 1)), history=joined)


def pulling(problem: Problem, core: Problem, w: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Of some features the one that pulls the most towards positive values; empty if none does."""
    design, point = problem.design, problem.at(w)
    size = problem.slope_size(point)
    slack = core.design.slack(w, size * size)
    slack += 8.0 * EPS * (np.sqrt(design.total) + float(np.abs(w) @ design.lengths))
    index = np.flatnonzero(outside)
    pull = point.z[index] / design.lengths[index]
    most = pull.max(initial=-np.inf)
    return index[pull == most][:1] if most > 0.1 * ORTHOGONAL * size + slack else index[:0]


def together(solver: Solver, problem: Problem, found: Run, **limits: Any) -> Run:
    """A nonconvex problem from where the changes of the set of free features have ended.

    The penalised features may jump to another minimum each time that the set changes. In single
    steps they and the free ones find one together.
    """
    other = run(solver, problem, found.w, **limits)
    if other.model.converged:
        return other
    model = found.model._replace(n_iter=other.model.n_iter)
    return replace(found, model=model, history=other.history)


def _shifted(history: dict[str, np.ndarray], done: int, seconds: float) -> dict[str, np.ndarray]:
    """Iterations and seconds of a run that was not the first."""
    if not history:
        return {}
    times = history["seconds"]
    return {"iteration": done + history["iteration"], "seconds": seconds - times[-1] + times}
