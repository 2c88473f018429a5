"""The core: coordinate descent, and Newton's method on the support, on a growing Gram block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from skl1.certificates import Certificate, coordinate_moves, surely_zero
from skl1.problem import Point, Problem
from skl1.solvers.block import Block, GramBlock
from skl1.solvers.driver import PRECISION, Goal, Solver, State
from skl1.solvers.kernels import sweep
from skl1.solvers.newton import newton_step

#: Up to this many features the Gram matrix of all of them is formed at once.
FULL_GRAM = 100
#: Features that the first round looks at.
FIRST_SET = 50
#: Sweeps between two looks at the block's own certificate.
SWEEPS = 5
#: Bound on the sweeps of one round, far above what a round takes as a rule.
SWEEPS_A_ROUND = 1_000
#: A rise of the objective by less than this share of y's energy may be rounding.
ROUNDING = 1e-14
#: Rounds without such a fall after which there is nothing left to gain.
IDLE = 10
#: What calling into LAPACK costs whatever the size, in multiplications.
NEWTON_OVERHEAD = 2e4


@dataclass(kw_only=True)
class WorkingSetState(State):
    """``alive``: features not yet proved zero. ``block``: Gram matrix of the working set."""

    alive: np.ndarray
    block: GramBlock
    haste: float = 0.1  #: error left in the subproblem, as a share of what is wanted
    value: float = np.inf  #: the objective before the last round
    kept: np.ndarray  #: the coefficients before the last round
    idle: int = 0  #: rounds in a row without a fall of the objective that is not rounding


class Inner(ABC):
    """How the subproblem on a Gram block is solved."""

    @abstractmethod
    def solve(self, block: Block, target: float, limit: int) -> int:
        """Improve ``block.w`` until its error is at most target. Returns the sweeps done."""


class Sweeps(Inner):
    """Cyclic coordinate descent, nothing else."""

    def solve(self, block: Block, target: float, limit: int) -> int:
        done = 0
        while done < limit and block.error() > target:
            count, changes = advance(block, min(SWEEPS, limit - done))
            done += count
            if not changes:
                break
        return done


class SweepsThenNewton(Inner):
    """Sweeps find the support; Newton's method on it finishes.

    Rent or buy: Newton's method is called once the sweeps have cost as much as it would, and
    its price doubles each time that it does not keep the support. So the work is at most about
    twice that of the better of the two (Karlin, Manasse, Rudolph and Sleator 1988).
    """

    def solve(self, block: Block, target: float, limit: int) -> int:
        done, spent, patience = 0, 0.0, 1.0
        while done < limit and block.error() > target:
            count, changes = advance(block, min(SWEEPS, limit - done))
            done += count
            if not changes:
                break
            spent += (2.0 * changes + 4.0 * count) * block.w.size
            m = np.count_nonzero(block.w)
            price = m**3 / 3.0 + 6.0 * m**2 + 2.0 * m * block.w.size + NEWTON_OVERHEAD
            if spent > patience * price and m:
                kept_support = finish(block, insist=patience > 2.0)
                spent, patience = 0.0, patience if kept_support else 2.0 * patience
        return done


def finish(block: Block, insist: bool) -> bool:
    """A Newton step; if sweeps keep undoing it (``insist``), steps until one keeps the support.

    Each that does not drops a coefficient, so they end at the minimum of a face of the penalty.
    """
    while True:
        size = np.count_nonzero(block.w)
        kept_support = newton_step(block, insist)
        if kept_support or not insist or np.count_nonzero(block.w) == size:
            return kept_support


def advance(block: Block, count: int) -> tuple[int, int]:
    """Some sweeps over the block."""
    w, z = block.w.copy(), block.z.copy()
    run = sweep.sized(count * w.size * (w.size + 20))
    done, changes = run(block.problem.penalty, block.gram, block.weights, w, z, count)
    block.follow(w, z)
    return done, changes


@dataclass(frozen=True)
class WorkingSet(Solver):
    """Solve on a small set of features, add those that violate optimality, repeat.

    Round: (1) features that the gap proves zero are dropped for good; (2) the features nearest
    to entering, by the distance ``(u_j kink - |z_j|) / ||x_j||`` (Fercoq, Gramfort and Salmon
    2015; Massias, Gramfort and Salmon 2018), join the set, which about doubles the support;
    (3) the subproblem on the set is solved from its Gram block to a tenth of the outer error.
    Nonconvex penalties have no safe deletions; there the features with the largest coordinate
    step join.

    Parameters
    ----------
    inner : Inner
        The solver of the subproblem.
    count_sweeps : bool
        Let ``n_iter`` count the inner sweeps and not the rounds.
    """

    inner: Inner
    count_sweeps: bool = False

    @property
    def unit(self) -> str:  # type: ignore[override]
        return "sweeps" if self.count_sweeps else "rounds"

    def init(self, problem: Problem, w: np.ndarray) -> WorkingSetState:
        block = GramBlock(problem.design.n_features)
        return WorkingSetState(w=w, kept=w, alive=problem.included.copy(), block=block)

    def step(
        self,
        problem: Problem,
        state: WorkingSetState,
        point: Point,
        known: Certificate,
        goal: Goal,
    ) -> None:
        if point.objective > state.value + ROUNDING * problem.design.energy:
            # The Gram block promised a fall that rounding did not keep.
            state.w, state.verdict = state.kept, PRECISION
            return
        fell = point.objective < state.value - ROUNDING * problem.design.energy
        state.value, state.kept = point.objective, state.w
        if problem.penalty.convex:
            state.alive &= ~surely_zero(problem, known) | (point.w != 0.0)
        entering = self._entering(problem, state, point, known)
        state.block.extend(problem, entering)
        state.idle = 0 if fell or entering.size else state.idle + 1
        if state.idle > IDLE:
            state.verdict = PRECISION
            return
        complete = not (state.alive & ~state.block.known).any()
        features = state.block.features
        block = Block(
            problem,
            state.block.matrix,
            problem.weights[features],
            problem.free[features],
            point.w[features],
            point.z[features],
            point.rr,
        )
        # With every feature that matters in the block, there is no reason to come back.
        wanted = 3.0 * goal.target if complete else max(known.error, 3.0 * goal.target)
        limit = goal.iterations if self.count_sweeps else SWEEPS_A_ROUND
        done = self.inner.solve(block, state.haste * wanted, limit)
        state.n_iter += max(done, 1) if self.count_sweeps else 1
        if not np.array_equal(block.w, point.w[features]):
            state.w = state.w.copy()
            state.w[features] = block.w
        elif not entering.size:
            # The block looks solved, the whole does not: look more closely, then give up.
            state.haste *= 0.01
            if state.haste < 1e-6:
                state.verdict = PRECISION

    def _entering(
        self, problem: Problem, state: WorkingSetState, point: Point, known: Certificate
    ) -> np.ndarray:
        """Features that join the working set, the most promising first."""
        block = state.block
        candidates = np.flatnonzero(state.alive & ~block.known)
        used = np.flatnonzero((point.w != 0.0) | problem.free)
        missing = used[~block.known[used]]
        if problem.included.sum() <= FULL_GRAM:
            return np.union1d(candidates, missing)
        room = max(FIRST_SET, used.size)
        norms = problem.design.norms[candidates]
        if problem.penalty.convex:
            limit = problem.weights[candidates] * problem.penalty.kink()
            rank = (limit - problem.penalty.pull(known.dual[candidates])) / np.sqrt(norms)
        else:
            weights = problem.weights[candidates]
            w, z = point.w[candidates], point.z[candidates]
            rank = -np.abs(coordinate_moves(problem.penalty, weights, norms, w, z))
            candidates, rank = candidates[rank < 0.0], rank[rank < 0.0]
        if candidates.size > room:
            candidates = candidates[np.argsort(rank, kind="stable")[:room]]
        return np.union1d(candidates, missing)
