"""Where to start the search for a minimum of a nonconvex problem, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from skl1.paths.nonconvex_state import FACTORED
from skl1.paths.one_by_one import along
from skl1.paths.solve import stages
from skl1.penalties import Lp
from skl1.penalties.elementwise import total
from skl1.problems import moments
from skl1.problems.model import INTERRUPTED
from skl1.problems.problem import Problem
from skl1.search.column_store import ColumnStore
from skl1.search.exchanges import NO_FALL, SWEEPS, exchanged, least_gain, refitted
from skl1.search.lasso import lasso_at
from skl1.search.subsets import Subsets
from skl1.solvers.driver import Run
from skl1.solvers.gram_nonconvex import descend
from skl1.solvers.minimise import minimise

#: Shares of the way from the Lasso to the penalty at which the homotopy halts.
HALTS = (0.8, 0.6, 0.4, 0.2)
#: What is asked of the minima on the way.
LOOSE, ROUNDS = 1e-3, 100
#: Spread of the logarithms of the random weights that make further starts.
SPREAD = 1.0
#: Coefficients that differ by less than this share of the largest are those of the same minimum.
SAME = 1e-5


def lasso_start(problem: Problem) -> np.ndarray:
    """The solution of the Lasso whose features enter where those of the problem would."""
    lasso = lasso_at(problem)
    return minimise(along(lasso), lasso, lasso.null.w, tol=LOOSE, max_iter=ROUNDS).w


def path_start(problem: Problem) -> np.ndarray:
    """The minimum followed from the empty model at alpha_max down to alpha."""
    w = problem.null.w
    above = stages(problem.alpha_max, problem.penalty.strength)[:-1]
    for alpha in above:
        w = approached(problem.at_alpha(alpha), w)
    # At the end all digits that the Gram matrix has: far beyond the tolerance, at little cost.
    return approached(problem, w, NO_FALL)


def homotopy_start(problem: Problem, w: np.ndarray) -> np.ndarray:
    """From the Lasso's solution w through penalties between: convex at first, then less so."""
    penalty = problem.penalty
    share = (penalty.strength / problem.alpha_near) ** (1.0 / penalty.order)
    for halt in HALTS:
        stage = problem.with_penalty(penalty.relaxed(halt))
        alpha = stage.alpha_near * share**stage.penalty.order
        if not np.isfinite(alpha):  # penalty weights of extreme sizes overflow
            break
        w = approached(stage.at_alpha(alpha), w)
    return w


def random_starts(problem: Problem, count: int, random_state) -> Iterator[np.ndarray]:
    """Solutions of Lassos with random weights (Meinshausen and Buhlmann 2010, section 3)."""
    for _ in range(count):
        factors = np.exp(SPREAD * random_state.standard_normal(problem.weights.size))
        lasso = lasso_at(problem, factors)
        yield minimise(along(lasso), lasso, lasso.null.w, tol=LOOSE, max_iter=ROUNDS).w


def subset_start(problem: Problem, most: int) -> np.ndarray:
    """Of the best subsets of every size, found without a penalty, the one that is best with it."""
    subsets = Subsets(problem.with_penalty(Lp(0.0, 0.0)), most)
    subsets.search()
    charged = [
        (loss + total(problem.penalty, problem.weights, w), loss, w)
        for loss, w in subsets.best.values()
    ]
    best, least = problem.null.w, np.inf
    for _, loss, w in sorted(charged, key=lambda each: each[0]):
        if loss < least:  # no penalty can be below none
            fitted, reached = refitted(problem, w, subsets.store)
            if reached < least:
                best, least = fitted, reached
    return best


def approached(problem: Problem, w: np.ndarray, share: float = LOOSE**2) -> np.ndarray:
    """A minimum near w, which may be rough: in one compiled call where the Gram matrix is small.

    There it ends with a sweep that lowers the objective by less than a share of y's energy.
    """
    design = problem.design
    small = design.n_features <= moments.ALL and not design.has_rows and not problem.has_free
    if small and np.count_nonzero(w) <= FACTORED:
        near = _descended(problem, w.copy(), share)
        if np.isfinite(near).all():  # penalty weights of extreme sizes overflow
            return near
    return minimise(along(problem), problem, w, tol=LOOSE, max_iter=ROUNDS).w


def _descended(problem: Problem, w: np.ndarray, share: float) -> np.ndarray:
    design = problem.design
    if "gram" not in problem.made:
        every = np.arange(design.n_features)
        problem.made["gram"] = np.ascontiguousarray(design.gram(every, every))
    gram = problem.made["gram"]
    support = np.flatnonzero(w)
    z = design.correlation - w[support] @ gram[support]
    norms = np.where(problem.included, design.norms, 0.0)  # which keeps the others out
    cost = 100 * w.size + 20 * support.size * (20 + support.size)
    run = descend.sized(cost, problem.penalty)
    run(problem.penalty, gram, norms, problem.weights, share * design.energy, SWEEPS, w, z)
    return w


@dataclass
class Minima:
    """The minima seen so far, each with the start that led to it.

    ``by_start`` has the objective that each start led to, ``exchanges`` how many exchanges of
    features led to the best.
    """

    problem: Problem
    best: Run | None = None
    start: str = ""
    exchanges: int = 0
    by_start: dict[str, float] = field(default_factory=dict)
    found: list[tuple[float, np.ndarray]] = field(default_factory=list)

    def add(self, start: str, result: Run, exchanges: int = 0) -> bool:
        """Take in a run. Whether its minimum is a new one."""
        objective = result.point.objective
        self.by_start[start] = min(objective, self.by_start.get(start, np.inf))
        least = least_gain(self.problem)
        if self.best is None or objective < self.best.point.objective - least:
            self.best, self.start, self.exchanges = result, start, exchanges
        new = self.known(result.w) is None
        if new and result.model.converged:
            self.found.append((objective, result.w))
        return new

    def known(self, w: np.ndarray) -> float | None:
        """The objective of the minimum at w, if it has been seen."""
        return next((objective for objective, v in self.found if same(v, w)), None)

    @property
    def objectives(self) -> np.ndarray:
        """Of the distinct minima, from small to large."""
        return np.sort([objective for objective, _ in self.found])


def same(v: np.ndarray, w: np.ndarray) -> bool:
    """Whether two coefficients are those of one minimum."""
    return bool(np.abs(v - w).max() <= SAME * np.abs(w).max(initial=0.0))


def seek(
    problem: Problem,
    starts: Iterator[tuple[str, np.ndarray]],
    *,
    tol: float,
    max_iter: int,
    most: int,
    callback: Callable[[np.ndarray], bool] | None = None,
    record: bool = False,
) -> Minima:
    """Minimise from each start, and exchange features at each new minimum.

    Parameters
    ----------
    problem : Problem
    starts : iterator of (str, ndarray)
        Names and coefficients.
    tol, max_iter, callback, record
        As for ``minimise``, for each start.
    most : int
        Features at most of a model in which they are exchanged.
    """
    minima, solver = Minima(problem), along(problem)
    limits: dict[str, Any] = {"tol": tol, "max_iter": max_iter}
    store = ColumnStore(problem.design)
    for name, w in starts:
        if minima.found:  # a rough look shows whether it leads to one of these
            objective = minima.known(approached(problem, w, NO_FALL))
            if objective is not None:
                minima.by_start[name] = objective
                continue
        result = minimise(solver, problem, w, callback=callback, record=record, **limits)
        if minima.add(name, result) and result.model.stop_reason != INTERRUPTED and most:
            better, count = exchanged(solver, problem, result, most=most, store=store, **limits)
            if count:
                minima.add(name, better, count)
        if result.model.stop_reason == INTERRUPTED:
            # The best may be of an earlier start; what was stopped is the search.
            best = minima.best or result
            model = best.model._replace(stop_reason=INTERRUPTED, converged=False)
            minima.best = replace(best, model=model)
            break
    return minima
