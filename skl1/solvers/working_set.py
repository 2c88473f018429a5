"""The core: coordinate descent, and Newton's method on the support, on a working set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.designs.base import FULL_GRAM
from skl1.penalties.elementwise import pulls
from skl1.problems.certificates import Certificate, coordinate_moves, surely_zero
from skl1.problems.model import PRECISION
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.solvers.at_once import at_once, in_single
from skl1.solvers.base import Goal, Solver, State
from skl1.solvers.block import Block, ColumnBlock, GramBlock, by_columns
from skl1.solvers.gram_store import GramStore
from skl1.solvers.inner import Inner
from skl1.solvers.selection import distances, first_of

#: The penalty of a round is at least this share of the one that the last point would need.
STRIDE = 0.2
#: Bound on the sweeps of one round, far above what a round takes as a rule.
SWEEPS_A_ROUND = 1_000
#: Error left in a subproblem, as a share of what is wanted.
INNER_SHARE = 0.1
#: A change of the objective by less than this share of y's energy may be rounding; after more than
#: so many rounds in a row without a larger fall there is nothing left to gain.
ROUNDING, IDLE = 1e-14, 10
#: A round whose error is above this share of the one before is slow; after more than so many in a
#: row, rounding in a Gram matrix of single precision is suspected.
SLOW, PATIENT_ROUNDS = 0.7, 3
#: The working set may hold features that are no longer wanted, up to this factor.
SPARE = 1.3


@dataclass(kw_only=True)
class WorkingSetState(State):
    """``alive``: features not yet proved zero. ``members``: the working set."""

    alive: np.ndarray
    members: np.ndarray
    store: GramStore
    whole: bool  #: whether all that may be in use are in the set
    inner_share: float = INNER_SHARE  #: error left in the subproblem, as a share of what is wanted
    value: float = np.inf  #: the objective before the last round
    kept: np.ndarray  #: the coefficients before the last round
    stage: float = np.inf  #: factor of the penalty in the last round
    n_violators: int = 1  #: features outside the last point's support that pulled
    error: float = np.inf  #: the error before the last round
    slow: int = 0  #: rounds in a row that did not lower the error by much
    idle: int = 0  #: rounds in a row without a fall of the objective that is not rounding

    def sharpen(self) -> None:
        """From now on Gram matrices in double precision."""
        if self.store.dtype == np.float32:
            self.store = GramStore(self.members.size, np.float64)
            self.members = np.zeros_like(self.members)
            self.idle = self.slow = 0
            self.inner_share = INNER_SHARE

    def give_up(self) -> None:
        """Nothing left to gain: in double precision, if it was not that already."""
        if self.store.dtype == np.float32:
            self.sharpen()
        else:
            self.verdict = PRECISION


@dataclass(frozen=True)
class WorkingSet(Solver):
    """Solve on a small set of features, add those that violate optimality, repeat.

    Round: (1) features that the gap proves zero are dropped for good; (2) far from the minimum
    the penalty is taken larger, for this round, so that it falls in strides; (3) the features
    nearest to entering, by the distance ``(u_j g'(0+) - |z_j|) / ||x_j||`` (Fercoq, Gramfort and
    Salmon 2015; Massias, Gramfort and Salmon 2018), join those in use: about twice as many as
    pull, at most as many as are in use; (4) the subproblem on the set is solved to a tenth of the
    outer error, or to the final one when nothing pulls any more, from its Gram matrix or from its
    columns, whichever is cheaper. All features join at once where that costs less than to grow.
    Nonconvex penalties have neither safe deletions nor strides; there the features with the
    largest coordinate step join.

    Parameters
    ----------
    inner : Inner
        The solver of the subproblem.
    count_sweeps : bool
        Let ``n_iter`` count the inner sweeps and not the rounds.
    narrows : bool
        Leave what is proved zero out of later passes. Not on a path, whose next problem needs the
        correlations of all features.
    """

    inner: Inner
    count_sweeps: bool = False
    narrows: bool = True

    @property
    def unit(self) -> str:  # type: ignore[override]
        return "sweeps" if self.count_sweeps else "rounds"

    def init(self, problem: Problem, w: np.ndarray) -> WorkingSetState:
        p = problem.design.n_features
        members = np.zeros(p, dtype=bool)
        whole = p <= FULL_GRAM
        single = not whole and problem.penalty.convex and in_single(problem)
        store = GramStore(p, np.float32 if single else np.float64)
        return WorkingSetState(
            w=w, kept=w, alive=problem.included.copy(), members=members, store=store, whole=whole
        )

    def resume(self, problem: Problem, w: np.ndarray, state: WorkingSetState) -> WorkingSetState:
        fresh = self.init(problem, w)
        fresh.store = state.store  # which may have become double precision
        return fresh

    def advance(
        self,
        problem: Problem,
        state: WorkingSetState,
        point: Point,
        known: Certificate,
        goal: Goal,
    ) -> None:
        if not self._progress(problem, state, point, known):
            return
        if not problem.included.any():
            state.verdict = PRECISION
            return
        if problem.penalty.convex and not state.whole:
            problem = self._drop(problem, state, point, known)
        scale = state.stage = self._scale(problem, state, point)
        stage = problem.scaled(scale) if scale > 1.0 else problem
        wanted = self._wanted(stage, state, point, known)
        fresh = bool((wanted & ~state.members).any())
        block = self._block(stage, state, point, wanted)
        # With every feature that matters in the block, there is no reason to come back.
        complete = not state.n_violators or not (state.alive & ~state.members).any()
        complete = complete or problem.design.remote
        target = 3.0 * goal.target if complete else max(known.error, 3.0 * goal.target)
        if scale > 1.0:
            target = max(block.error(), 3.0 * goal.target)
        limit = goal.iterations if self.count_sweeps else SWEEPS_A_ROUND
        done = self.inner.solve(block, state.inner_share * target, limit)
        state.n_iter += max(done, 1) if self.count_sweeps else 1
        if not np.array_equal(block.w, point.w[block.features]):
            state.w = state.w.copy()
            state.w[block.features] = block.w
        elif not fresh:
            # The block looks solved, the whole does not: look more closely, then give up.
            state.inner_share *= 0.01
            if state.inner_share < 1e-6:
                state.give_up()
        if block.doubtful:
            state.sharpen()

    def _progress(
        self, problem: Problem, state: WorkingSetState, point: Point, known: Certificate
    ) -> bool:
        """Whether the last round did what its block promised; if not, see to it."""
        rounding = ROUNDING * problem.design.energy
        if state.stage == 1.0 and point.objective > state.value + rounding:
            state.w, state.narrowed = state.kept, None
            state.alive |= state.kept != 0.0
            state.give_up()
            return False
        fell = state.stage != 1.0 or point.objective < state.value - rounding
        state.idle = 0 if fell else state.idle + 1
        state.slow = state.slow + 1 if known.error > SLOW * state.error else 0
        if state.slow > PATIENT_ROUNDS:
            state.sharpen()
        endless = problem.design.remote and state.slow > IDLE
        if state.idle > IDLE or endless:
            state.give_up()
            return not state.verdict
        state.value, state.kept, state.error = point.objective, state.w, known.error
        return True

    def _drop(
        self, problem: Problem, state: WorkingSetState, point: Point, known: Certificate
    ) -> Problem:
        """Drop what is proved zero; from the passes too where that shortens them by half.

        Returns the problem without it, whose block must not hold it either.
        """
        used = point.w != 0.0
        state.alive &= ~surely_zero(problem, known) | used
        left = problem.design.n_features if problem.among is None else problem.among.size
        alive = np.count_nonzero(state.alive)
        narrows = self.narrows and problem.design.narrow(alive)
        if 2 * alive < left and narrows:
            state.narrowed = problem.narrowed(~surely_zero(problem, known, radii=2.0) | used)
            state.store.restrict(state.narrowed.included)
        return state.narrowed or problem

    def _scale(self, problem: Problem, state: WorkingSetState, point: Point) -> float:
        """By how much the penalty of this round is larger: towards a small alpha in strides.

        With fewer rows than columns, what enters for the sake of a larger alpha is mostly there
        to stay, and far less enters in vain. With more rows each round costs more than it saves.
        """
        if not problem.penalty.convex or problem.design.n_features <= problem.design.n_samples:
            return 1.0
        limit = problem.weights * problem.penalty.slope_at_zero()
        pulled = pulls(problem.penalty, point.z)
        resting = (limit > 0.0) & (point.w == 0.0)
        pulled = np.divide(pulled, limit, out=np.zeros(limit.size), where=resting)
        violation = float(pulled.max(initial=0.0))
        return max(1.0, min(STRIDE * violation, 0.5 * state.stage))

    def _wanted(
        self, problem: Problem, state: WorkingSetState, point: Point, known: Certificate
    ) -> np.ndarray:
        """Mask of the working set: the features in use, and some of those that may enter."""
        used = point.w != 0.0
        if not state.whole and problem.penalty.convex:
            state.whole = at_once(problem, point, state.store, state.alive)
            if state.whole and state.store.dtype == np.float32:
                state.sharpen()
        if state.whole:
            return state.alive | used
        candidates = np.flatnonzero(state.alive & ~used)
        if problem.penalty.convex:
            rank = distances(problem, point.z[candidates], candidates)
        else:
            norms, weights = problem.design.norms[candidates], problem.weights[candidates]
            w, z = point.w[candidates], point.z[candidates]
            penalty = problem.penalty.of(candidates)
            rank = -np.abs(coordinate_moves(penalty, weights, norms, w, z))
            candidates, rank = candidates[rank < 0.0], rank[rank < 0.0]
        state.n_violators = int(np.count_nonzero(rank < 0.0))
        if not state.n_violators:  # those of the last round are enough to watch
            return used | (state.members & state.alive)
        return first_of(problem, used, candidates, rank, state.n_violators)

    def _block(
        self, problem: Problem, state: WorkingSetState, point: Point, wanted: np.ndarray
    ) -> Block:
        """The subproblem on the wanted features, in the form that makes sweeps cheaper."""
        features = np.flatnonzero(wanted)
        store, design = state.store, problem.design
        if features.size > FULL_GRAM and design.walkable(features):
            held, new = np.flatnonzero(store.known), np.flatnonzero(wanted & ~store.known)
            size, entries = features.size, design.entries(features)
            if by_columns(size, size, entries, design.forming(new, held)):
                state.members = wanted
                return ColumnBlock(problem, features, point)
        # What is known already may stay, but its sweeps must not cost more than the rest.
        if np.count_nonzero(store.known | wanted) > SPARE * features.size:
            store.restrict(wanted)
        store.extend(design, np.flatnonzero(wanted & ~store.known))
        state.members = store.known.copy()
        return GramBlock(problem, store, point)
