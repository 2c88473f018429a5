"""How the subproblem on the working set is solved: sweeps, and Newton's method to finish."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from skl1.penalties.elementwise import moving
from skl1.solvers.block import Block
from skl1.solvers.newton import newton_step

#: Sweeps between two looks at the block's own certificate; more of them in a small block, where
#: a look costs as much as this many updates of a coefficient by another.
SWEEPS, LOOK = 5, 1e5
#: What a call costs whatever the size, in the unit of ``Block.sweep``.
SWEEP_OVERHEAD, NEWTON_OVERHEAD = 3e5, 2e6


class Inner(ABC):
    """How the subproblem on the working set is solved."""

    @abstractmethod
    def solve(self, block: Block, target: float, limit: int) -> int:
        """Improve ``block.w`` until its error is at most target. Returns the sweeps done."""


def sweeps_at_once(block: Block) -> int:
    """Sweeps between two looks at the error."""
    return int(min(max(SWEEPS, LOOK / block.w.size**2), 10 * SWEEPS))


class Sweeps(Inner):
    """Cyclic coordinate descent, nothing else."""

    def solve(self, block: Block, target: float, limit: int) -> int:
        done, at_once = 0, sweeps_at_once(block)
        while done < limit:
            count, cost = block.sweep(min(at_once, limit - done))
            done += count
            if not cost or block.error() <= target:
                break
        return done


class SweepsThenNewton(Inner):
    """Sweeps find the support; Newton's method on it finishes.

    Rent or buy: Newton's method is called once the sweeps have cost as much as it would, and
    its price doubles each time that it does not keep the support. So the work is at most about
    twice that of the better of the two (Karlin, Manasse, Rudolph and Sleator 1988).
    """

    def solve(self, block: Block, target: float, limit: int) -> int:
        if block.compiled:
            return block.minimise(target, limit)
        done, spent, patience, at_once = 0, 0.0, 1.0, sweeps_at_once(block)
        while done < limit:
            count, cost = block.sweep(min(at_once, limit - done))
            done += count
            if not cost or block.error() <= target or block.doubtful:
                break
            spent += cost + SWEEP_OVERHEAD
            m = int(np.count_nonzero(block.w))
            price = block.price(m) + NEWTON_OVERHEAD
            if spent > patience * price and m:
                kept_support = finish(block, insist=patience > 2.0)
                spent, patience = 0.0, patience if kept_support else 2.0 * patience
        return done


def finish(block: Block, insist: bool) -> bool:
    """A Newton step; if sweeps keep undoing it (``insist``), steps until one keeps the support.

    Each that does not leaves a coefficient at zero or at a bound, so they end at the minimum of a
    face of the penalty.
    """
    while True:
        size = moving(block.penalty, block.w).size
        kept_support = newton_step(block, insist)
        if kept_support or not insist or moving(block.penalty, block.w).size == size:
            return kept_support
