"""Newton's method for any smooth loss: squares around a point, solved by the core, and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.designs.base import FULL_GRAM
from skl1.designs.gathered import Gathered
from skl1.penalties.elementwise import total
from skl1.problems.certificates import Certificate, surely_zero
from skl1.problems.model import PRECISION
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothPoint, SmoothProblem
from skl1.problems.smooth_gap import likely_gap
from skl1.problems.unpenalised import TINY, floored
from skl1.solvers.base import Goal, Solver, State
from skl1.solvers.inner import Inner, SweepsThenNewton
from skl1.solvers.majorised import descended, largest_move, moved_alone
from skl1.solvers.quadratic_model import ModelBlock, ModelColumns, Place, QuadraticModel
from skl1.solvers.selection import MARGIN, SOME, distances, first_of

#: Error left in the problem of the working set, as a share of that of the whole, or of what is
#: wanted at the end; and in a quadratic model, as a share of the error of the set.
ROUND_SHARE, LAST_SHARE, MODEL_SHARE = 0.1, 0.3, 1e-2
#: Sweeps in a quadratic model at most.
SWEEPS = 1_000
#: Multiplications of a matrix that is formed for all features at once; turns in which they join.
CHEAP, TURNS = 2e6, 6
#: Multiplications from which on it is worth while to try the matrix of the last step once more.
DEAR = 3e7
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
    #: A guess of the intercept and of what is refitted besides.
    start: tuple[float, np.ndarray] | None = None

    def point(self, problem):
        return problem.at(self.w, self.start)


@dataclass(frozen=True)
class ProxNewton(Solver):
    """Proximal Newton method on a working set.

    Around the point at hand the loss is replaced by its quadratic model,

        ``sum_i s_i (v_i d_i + h_i d_i^2 / 2)``,   d_i = x_i . (w' - w) + b' - b,

    with slopes v and curvatures h. That is a problem of squares with the weights ``s h``, which the
    core solves on the Gram matrix of the working set (Lee, Sun and Saunders 2014, eq. 2.8). A line
    search takes a share of the step, of which the intercept is a part; between rounds it is
    refitted. Features that the gap proves to be zero leave, those nearest to entering join, as in
    ``WorkingSet``.

    Under a nonconvex penalty a share of a step may be worse than both of its ends: the curvatures
    are doubled instead until the step descends (``majorised.py``). Where none does, coefficients
    move one by one, as far as that lowers the objective.

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
        wanted, complete = self._wanted(problem, state, point, known)
        target = LAST_SHARE * goal.target if complete else ROUND_SHARE * known.error
        if state.idle:  # the set looks solved, the whole does not: look more closely
            target *= 10.0 ** (-2 * state.idle)
        target = max(target, 0.5 * known.floor)
        here: SmoothPoint | None = point
        done = 0
        while here is not None:
            self._gather(problem, state, wanted | (here.w != 0.0))
            place = self.begin(problem, state.columns, here)
            done += self.descend(problem, state.columns, place, target, goal.iterations - done)
            here = moved_alone(problem, place, known, target) if done < goal.iterations else None
            done += here is not None
        state.n_iter = max(state.n_iter + done, 1)
        state.w, state.start = place.point.w, (place.point.level, place.point.along)

    def begin(self, problem: SmoothProblem, columns: Gathered, point: SmoothPoint) -> Place:
        """Where a point is, seen from the working set of some columns."""
        place = Place(point.w[columns.features], point.z[columns.features], point)
        self.look(problem, columns, place)
        return place

    def descend(
        self, problem: SmoothProblem, columns: Gathered, place: Place, target: float, most: int
    ) -> int:
        """Newton steps until the problem of the working set is solved; how many."""
        done = idle = 0
        while place.w.size and place.error > target and done < most and idle < IDLE:
            value, error, model = place.point.objective, place.error, place.model
            if model is not None and (
                columns.work < DEAR or error * model.change(place.bend) > target
            ):
                place.model = None
            if not self._step(problem, columns, place, max(target, MODEL_SHARE * place.error)):
                break
            done += 1
            fell = place.point.objective < value * (1.0 - ROUNDING) or place.error < FELL * error
            idle = 0 if fell else idle + 1
        return done

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

    def _wanted(
        self, problem: SmoothProblem, state: ProxNewtonState, point: SmoothPoint, known: Certificate
    ):
        """Mask of the working set, and whether no feature is missing in it that pulls."""
        used = point.w != 0.0
        if used.size <= FULL_GRAM:
            return state.alive | used, True
        candidates = np.flatnonzero(state.alive & ~used)
        if known.alone is None:
            rank = distances(problem, point.z[candidates], candidates)
        else:
            rank = -known.alone.sizes[candidates]
            candidates, rank = candidates[rank < 0.0], rank[rank < 0.0]
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

    def _step(self, problem: SmoothProblem, columns: Gathered, place: Place, target: float) -> bool:
        """One Newton step on the working set. Whether it moved."""
        if not problem.penalty.convex:
            if not descended(self.inner, problem, columns, place, target, SWEEPS):
                return False
            self.look(problem, columns, place)
            return True
        weights, here = problem.weights[columns.features], place.point
        model, place.model = place.model, None
        if model is None:
            model = QuadraticModel(problem.refitted_part, columns, here.slopes, place.bend, place.z)
            place.model = model
        else:  # with the curvatures of the last step one may suffice
            model.aim(here.slopes, place.z)
        aim, (e, level, along) = self._solved(problem, model, place, target)
        charge = total(problem.penalty, weights, place.w)
        promise = total(problem.penalty, weights, aim) - charge + float(model.pull @ e)
        before, share = here.loss + charge, 1.0
        for _ in range(HALVINGS):
            new = place.w + share * (aim - place.w) if share < 1.0 else aim
            t = here.predictions + share * e
            samples = problem.look(t)
            value = samples[0] + total(problem.penalty, weights, new)
            if value <= before + ARMIJO * share * promise + ROUNDING * abs(before):
                break
            share *= 0.5
        else:
            return False
        level, along = here.level + share * level, here.along + share * along
        w = np.zeros(problem.weights.size)
        w[columns.features] = place.w = new
        place.point = SmoothPoint(
            w, here.z, samples[0], value, t, *samples[1:], level=level, along=along
        )
        place.z = -columns.sums(problem.design.weights * samples[1])
        self.look(problem, columns, place)
        return True

    def _solved(self, problem, model: QuadraticModel, place: Place, target: float):
        """The minimum of a quadratic model with the penalty, and the change of the predictions.

        As the matrix of all columns would be formed anew for each step, features join in turn, as
        in the working set itself.
        """
        w, z, columns = place.w.copy(), model.z, model.columns
        kind = ModelColumns if ModelColumns.suits(model, w) else ModelBlock
        few = int(columns.count * np.sqrt(CHEAP / max(columns.work, 1.0)))
        new, left = np.flatnonzero(w), np.flatnonzero(w == 0.0)
        if model.chosen.size:
            new, left = new[:0], np.setdiff1d(np.arange(columns.count), model.chosen)
        elif few >= columns.count or kind is ModelColumns:
            new, left = np.arange(columns.count), left[:0]
        for turn in range(TURNS):
            if left.size:
                rank = distances(problem, z[left], columns.features[left])
                violators = int(np.count_nonzero(rank < 0.0))
                if turn and not violators:
                    break
                in_use = np.count_nonzero(w)
                room = min(max(few, in_use, SOME), 2 * violators + int(MARGIN * in_use) + SOME)
                order = np.argsort(rank)
                new, left = np.sort(np.append(new, left[order[:room]])), left[order[room:]]
            if new.size:
                model.extend(new)
            block, new = kind(problem, model, w, z), new[:0]
            self.inner.solve(block, target, SWEEPS)
            w[model.chosen] = block.w
            found = model.fit(w - place.w)
            if not left.size:
                break
            z = model.after(found[0])
        return w, found

    def look(self, problem: SmoothProblem, columns: Gathered, place: Place) -> None:
        """What follows from the samples and the correlations of a place."""
        here = place.point
        place.bend = floored(problem.loss, here.slopes, here.curvatures)
        bends = np.maximum(here.curvatures, TINY)
        place.squares = float(problem.design.weights @ (here.slopes * here.slopes / bends))
        if not problem.penalty.convex:
            place.error = largest_move(problem, columns, place)
            return
        place.error = problem.refitted_part.left_over(here.slopes, place.bend)
        samples = here.loss, place.squares
        penalty, weights = problem.penalty.of(columns.features), problem.weights[columns.features]
        place.error += likely_gap(penalty, weights, place.w, place.z, *samples)
