"""Newton's method for any smooth loss: squares around a point, solved by the core, and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lstsq

from skl1.designs.base import FULL_GRAM
from skl1.designs.gathered import Gathered
from skl1.penalties.elementwise import total
from skl1.problems.certificates import Certificate, surely_zero
from skl1.problems.model import PRECISION
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothPoint, SmoothProblem
from skl1.problems.smooth_gap import gap_of
from skl1.problems.unpenalised import Unpenalised, floored
from skl1.solvers.base import Goal, Solver, State
from skl1.solvers.block import GramBlock
from skl1.solvers.gram_store import GramStore
from skl1.solvers.inner import Inner, SweepsThenNewton
from skl1.solvers.selection import distances, first_of

#: Error left in the problem of the working set, as a share of that of the whole, or of what is
#: wanted at the end; and in a quadratic model, as a share of the error of the set.
ROUND_SHARE, LAST_SHARE, MODEL_SHARE = 0.1, 0.3, 1e-2
#: Sweeps in a quadratic model at most.
SWEEPS = 1_000
#: Newton steps in a row that lower nothing, after which rounding is all that is left.
IDLE = 3
#: A gap below this share of another one is smaller for more reasons than rounding.
FELL = 0.7
#: A step has to lower the objective by this share of what its slope promises; halvings at most.
ARMIJO, HALVINGS = 1e-4, 40
#: What rounding may add to an objective, as a share of it.
ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
#: The working set may hold features that are no longer wanted, up to this factor.
SPARE = 2.0


FINISH = SweepsThenNewton()


@dataclass(kw_only=True)
class ProxNewtonState(State):
    """``alive``: features not yet proved zero. ``columns``: those of the working set."""

    alive: np.ndarray
    columns: Gathered
    known: np.ndarray  #: mask of the working set
    value: float = np.inf  #: the objective before the last round
    error: float = np.inf  #: the least gap so far
    idle: int = 0  #: rounds in a row without a fall of it


@dataclass
class Place:
    """Where the Newton steps in a working set are: its coefficients, and what follows from them."""

    w: np.ndarray
    z: np.ndarray
    point: SmoothPoint  #: where z is that of the beginning
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

    inner: Inner = FINISH
    narrows: bool = True
    unit = "Newton steps"
    any_loss = True

    def accepts(self, problem: Problem) -> str:
        if not isinstance(problem, SmoothProblem):
            return (
                "squares need no Newton's method around them. Use WorkingSet(SweepsThenNewton())."
            )
        if not problem.penalty.convex:
            return (
                "the penalty must be convex. Squares with any take WorkingSet(SweepsThenNewton())."
            )
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
        # Near the minimum the gap falls further than the objective, which is right to second order.
        fell = point.objective < state.value * (1.0 - ROUNDING) or known.error < FELL * state.error
        state.idle = 0 if fell else state.idle + 1
        state.value, state.error = point.objective, min(state.error, known.error)
        if state.idle > IDLE or not problem.included.any():
            state.verdict = PRECISION
            return
        problem = self._drop(problem, state, point, known)
        wanted, complete = self._wanted(problem, state, point)
        self._gather(problem, state, wanted)
        features = state.columns.features
        target = LAST_SHARE * goal.target if complete else ROUND_SHARE * known.error
        if state.idle:  # the set looks solved, the whole does not: look more closely
            target *= 10.0 ** (-2 * state.idle)
        target = max(target, 0.5 * known.floor)
        place = Place(point.w[features], point.z[features], point, np.inf)
        place.error = self._error(problem, features, place)
        done = idle = 0
        while features.size and place.error > target and done < goal.iterations and idle < IDLE:
            value, error = place.point.objective, place.error
            if not self._step(
                problem, state.columns, place, max(target, MODEL_SHARE * place.error)
            ):
                break
            done += 1
            fell = place.point.objective < value * (1.0 - ROUNDING) or place.error < FELL * error
            idle = 0 if fell else idle + 1
        state.n_iter += done
        state.n_iter = max(state.n_iter, 1)
        state.w = place.point.w

    def _drop(self, problem, state, point, known):
        """Drop what is proved zero; from the passes too where that shortens them by half."""
        if not problem.penalty.convex:
            return problem
        used = point.w != 0.0
        state.alive &= ~surely_zero(problem, known) | used
        left = problem.design.n_features if problem.among is None else problem.among.size
        alive = int(np.count_nonzero(state.alive))
        if self.narrows and 2 * alive < left and problem.design.narrow(alive):
            kept = ~surely_zero(problem, known, radii=2.0) | used
            state.narrowed = problem.narrowed(kept)
        return state.narrowed or problem

    def _wanted(self, problem: SmoothProblem, state: ProxNewtonState, point: SmoothPoint):
        """Mask of the working set, and whether no feature is missing in it that pulls."""
        used = point.w != 0.0
        if used.size <= FULL_GRAM:
            return state.alive | used, True
        candidates = np.flatnonzero(state.alive & ~used)
        rank = distances(problem, point, candidates)
        violators = int(np.count_nonzero(rank < 0.0))
        if not violators:  # the last set will do
            return used | (state.known & state.alive), True
        wanted = first_of(problem, used, candidates, rank, violators)
        return wanted, not (state.alive & ~wanted).any()

    def _gather(self, problem: SmoothProblem, state: ProxNewtonState, wanted: np.ndarray) -> None:
        """See to it that the columns of the working set are there, and not many others.

        Of what a narrowed problem leaves out none: there it has no penalty.
        """
        gone = bool((state.known & ~problem.included).any())
        if gone or np.count_nonzero(state.known | wanted) > SPARE * np.count_nonzero(wanted) + 1:
            state.columns = problem.design.gathering()
            state.known = np.zeros_like(wanted)
        state.columns.extend(np.flatnonzero(wanted & ~state.known))
        state.known |= wanted

    def _error(self, problem: SmoothProblem, features: np.ndarray, place: Place) -> float:
        """The gap of the problem of the working set."""
        return gap_of(problem, place.point, problem.weights[features], place.w, place.z)[0]

    def _step(self, problem: SmoothProblem, columns: Gathered, place: Place, target: float) -> bool:
        """One Newton step on the working set. Whether it moved."""
        features, here, design = columns.features, place.point, problem.design
        weights = problem.weights[features]
        bend = floored(problem.loss, here.slopes, here.curvatures)
        model = QuadraticModel(problem.refitted_part, columns, bend)
        store = GramStore(problem.weights.size, np.float64)
        store.features, store.matrix = features, model.gram
        w, z = np.zeros((2, problem.weights.size))
        w[features], z[features] = place.w, place.z
        squares = float(design.weights @ (here.slopes * here.slopes / bend))
        block = GramBlock(problem, store, Point(w, z, 0.5 * squares, 0.0))
        self.inner.solve(block, target, SWEEPS)
        step = block.w - place.w
        if not step.any():
            return False
        e, level, along = model.fit(step)
        charge = total(problem.penalty, weights, place.w)
        promise = total(problem.penalty, weights, block.w) - charge - float(place.z @ step)
        before, share = here.loss + charge, 1.0
        for _ in range(HALVINGS):
            new = place.w + share * step if share < 1.0 else block.w
            loss = problem.mean_along(here.predictions, e, share)
            value = loss + total(problem.penalty, weights, new)
            if value <= before + ARMIJO * share * promise + ROUNDING * abs(before):
                break
            share *= 0.5
        else:
            return False
        level, along = here.level + share * level, here.along + share * along
        w[features] = new
        self._move(problem, columns, place, w, here.predictions + share * e, level, along)
        return True

    def _move(self, problem, columns, place, w, t, level, along) -> None:
        """Go to other coefficients, whose predictions are t but for a refit."""
        part = problem.refitted_part
        shift, more, change = part.refit(t, 0.0, np.zeros_like(along))
        loss, slopes, curvatures = problem.look(shift)
        place.w = w[columns.features]
        objective = loss + total(problem.penalty, problem.weights[columns.features], place.w)
        samples = shift, slopes, curvatures, level + more, along + change
        place.point = SmoothPoint(w, place.point.z, loss, objective, *samples)
        place.z = -columns.sums(problem.design.weights * slopes)
        place.error = self._error(problem, columns.features, place)


class QuadraticModel:
    """The loss around a point as squares: on gathered columns, and beside what is refitted."""

    def __init__(self, part: Unpenalised, columns: Gathered, bend: np.ndarray):
        self.part, self.columns, features = part, columns, columns.features
        design = part.design
        weighted, mass = columns.reweighted(bend)
        self.gram = mass * columns.gram(weighted, features, features)
        self.shift = (weighted.x_mean - design.x_mean)[features]
        self.basis = part.basis
        if self.basis.shape[1]:
            v = weighted.weights
            self.mean = v @ self.basis if design.fit_intercept else np.zeros(self.basis.shape[1])
            around = self.basis - self.mean
            across = np.stack([columns.sums(v * each) for each in around.T])
            across -= np.outer(v @ around, self.shift)
            self.across = lstsq((around * v[:, None]).T @ around, across, check_finite=False)[0]
            self.gram -= mass * (across.T @ self.across)

    def fit(self, step: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
        """How predictions, intercept and coordinates change with a step of the coefficients."""
        level, along = -float(self.shift @ step), np.zeros(self.basis.shape[1])
        fit = self.columns.fits(step[None])[0]
        if along.size:
            along = -self.across @ step
            level -= float(self.mean @ along)
            fit = fit + self.basis @ along
        return fit + level, level, along
