"""Newton's method for any smooth loss: squares around a point, solved by the core, and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.designs.gathered import Gathered
from skl1.penalties.elementwise import total
from skl1.problems.certificates import Certificate, surely_zero
from skl1.problems.model import PRECISION
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothPoint, SmoothProblem, floored
from skl1.problems.smooth_gap import gap_of
from skl1.solvers.base import Goal, Solver, State
from skl1.solvers.block import GramBlock
from skl1.solvers.gram_store import GramStore
from skl1.solvers.inner import Inner, SweepsThenNewton
from skl1.solvers.selection import nearest

#: Error left in the problem of the working set, as a share of that of the whole, or of what is
#: wanted at the end; and in a quadratic model, as a share of the error of the set.
ROUND_SHARE, LAST_SHARE, MODEL_SHARE = 0.1, 0.3, 1e-2
#: Sweeps in a quadratic model at most.
SWEEPS = 1_000
#: Newton steps in a row that lower nothing, after which rounding is all that is left.
IDLE = 3
#: A step has to lower the objective by this share of what its slope promises; halvings at most.
ARMIJO, HALVINGS = 1e-4, 40
#: What rounding may add to an objective, as a share of it.
ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
#: The working set may hold features that are no longer wanted, up to this factor.
SPARE = 2.0


@dataclass(kw_only=True)
class ProxNewtonState(State):
    """``alive``: features not yet proved zero. ``columns``: those of the working set."""

    alive: np.ndarray
    columns: Gathered
    known: np.ndarray  #: mask of the working set
    value: float = np.inf  #: the objective before the last round
    idle: int = 0  #: rounds in a row without a fall of it


@dataclass
class Place:
    """Where the Newton steps in a working set are: its coefficients, and what follows from them."""

    w: np.ndarray
    z: np.ndarray
    point: SmoothPoint  #: of the samples: of its coefficients and correlations nothing is asked
    error: float


@dataclass(frozen=True)
class ProxNewton(Solver):
    """Proximal Newton method on a working set.

    Around the point at hand the loss is replaced by its quadratic model,

        ``sum_i s_i (v_i d_i + h_i d_i^2 / 2)``,   d_i = x_i . (w' - w) + b' - b,

    with slopes v and curvatures h. That is a problem of squares with the weights ``s h``, which the
    core solves on the Gram matrix of the working set (Lee, Sun and Saunders 2014, eq. 2.8). A line
    search takes a share of the step; the intercept is then refitted. Features that the gap proves
    to be zero leave, those nearest to entering join, as in ``WorkingSet``.

    Parameters
    ----------
    inner : Inner
        The solver of the quadratic model.
    narrows : bool
        Leave what is proved zero out of later passes. Not on a path, whose next problem needs the
        correlations of all features.
    """

    inner: Inner = SweepsThenNewton()
    narrows: bool = True
    unit = "Newton steps"

    def accepts(self, problem: Problem) -> str:
        if not isinstance(problem, SmoothProblem):
            return "squares need no Newton's method around them."
        return ""

    def init(self, problem: SmoothProblem, w: np.ndarray) -> ProxNewtonState:  # type: ignore[override]
        return ProxNewtonState(
            w=w,
            alive=problem.included.copy(),
            columns=problem.design.gathering(),
            known=np.zeros(w.size, dtype=bool),
        )

    def resume(self, problem, w, state):
        fresh = self.init(problem, w)
        fresh.columns, fresh.known = state.columns, state.known
        return fresh

    def advance(  # type: ignore[override]
        self,
        problem: SmoothProblem,
        state: ProxNewtonState,
        point: SmoothPoint,
        known: Certificate,
        goal: Goal,
    ) -> None:
        fell = point.objective < state.value * (1.0 - ROUNDING)
        state.idle = 0 if fell else state.idle + 1
        state.value = point.objective
        if state.idle > IDLE or not problem.included.any():
            state.verdict = PRECISION
            return
        problem = self._drop(problem, state, point, known)
        wanted, complete = nearest(problem, point, state.alive, state.known & state.alive)
        self._gather(problem, state, wanted)
        features = state.columns.features
        target = LAST_SHARE * goal.target if complete else ROUND_SHARE * known.error
        if state.idle:  # the set looks solved, the whole does not: look more closely
            target *= 10.0 ** (-2 * state.idle)
        place = Place(point.w[features], point.z[features], point, np.inf)
        place.error = self._error(problem, features, place)
        for _ in range(goal.iterations):
            if place.error <= target:
                break
            moved = self._step(problem, state.columns, place, max(target, MODEL_SHARE * place.error))
            state.n_iter += 1
            if not moved:
                break
        state.n_iter = max(state.n_iter, 1)
        state.w = point.w.copy()
        state.w[features] = place.w

    def _drop(self, problem, state, point, known):
        """Drop what is proved zero; from the passes too where that shortens them by half."""
        if not problem.penalty.convex:
            return problem
        used = point.w != 0.0
        state.alive &= ~surely_zero(problem, known) | used | problem.free
        left = problem.design.n_features if problem.among is None else problem.among.size
        alive = int(np.count_nonzero(state.alive))
        if self.narrows and 2 * alive < left and problem.design.narrow(alive):
            kept = ~surely_zero(problem, known, radii=2.0) | used | problem.free
            state.narrowed = problem.narrowed(kept)
        return state.narrowed or problem

    def _gather(self, problem: SmoothProblem, state: ProxNewtonState, wanted: np.ndarray) -> None:
        """See to it that the columns of the working set are there, and not many others."""
        if np.count_nonzero(state.known | wanted) > SPARE * np.count_nonzero(wanted) + 1:
            state.columns = problem.design.gathering()
            state.known = np.zeros_like(wanted)
        state.columns.extend(np.flatnonzero(wanted & ~state.known))
        state.known |= wanted

    def _error(self, problem: SmoothProblem, features: np.ndarray, place: Place) -> float:
        """The gap of the problem of the working set."""
        return gap_of(problem, place.point, features, place.w, place.z)[0]

    def _step(
        self, problem: SmoothProblem, columns: Gathered, place: Place, target: float
    ) -> bool:
        """One Newton step on the working set. Whether it moved."""
        features, here, design = columns.features, place.point, problem.design
        bend = floored(here.curvatures, design.weights)
        weighted, mass = columns.reweighted(bend)
        store = GramStore(problem.weights.size, np.float64)
        store.features = features
        store.matrix = mass * columns.gram(weighted, features, features)
        w, z = np.zeros((2, problem.weights.size))
        w[features], z[features] = place.w, place.z
        squares = float(design.weights @ (here.slopes * here.slopes / bend))
        block = GramBlock(problem, store, Point(w, z, 0.5 * squares, 0.0))
        self.inner.solve(block, target, SWEEPS)
        step = block.w - place.w
        if not step.any():
            return False
        shift = (weighted.x_mean - design.x_mean)[features]
        e = columns.fits(step[None])[0] - float(shift @ step)
        charge = total(problem.penalty, problem.weights[features], place.w)
        promise = total(problem.penalty, problem.weights[features], block.w) - charge
        promise -= float(place.z @ step)
        before = here.loss + charge
        share = 1.0
        for _ in range(HALVINGS):
            new = place.w + share * step if share < 1.0 else block.w
            t = here.predictions + share * e
            loss = problem.mean_along(here.predictions, e, share)
            value = loss + total(problem.penalty, problem.weights[features], new)
            if value <= before + ARMIJO * share * promise + ROUNDING * abs(before):
                break
            share *= 0.5
        else:
            return False
        t += problem.level(t)
        loss, slopes, curvatures = problem.look(t)
        place.w = new
        place.point = SmoothPoint(new, place.z, loss, value, t, slopes, curvatures)
        place.z = -columns.sums(design.weights * slopes)
        place.error = self._error(problem, features, place)
        return True
