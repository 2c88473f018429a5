"""Least squares on at most k features: the best subsets of every size that a search finds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from skl1.paths.solve import solve_path
from skl1.penalties.elementwise import curvatures, slopes
from skl1.problems.problem import Problem
from skl1.search.column_store import ColumnStore
from skl1.search.exchanges import Neighbourhood, exchange, inverse_of, least_gain, refitted
from skl1.search.lasso import lasso_of
from skl1.search.swaps import Swaps

#: Passes over the sizes, up and down, while any of them gains.
PASSES = 3
#: The search goes beyond the largest size asked for, up to so many features and at most to twice
#: the size: what is left on the way back may be better than what was found on the way there.
BEYOND = 10

#: Eigenvalues of a support's matrix, in units of its columns, from which a step from rows is exact.
FAINT = 1e-13

#: Models of up to so many features have each of them forbidden in turn.
FORBIDDEN = 8

#: The Lasso path whose supports are starts: its length, how far down it reaches, how exact it is.
LASSOS, DOWN, LOOSE, ROUNDS = 30, 1e-3, 1e-3, 100


class Subsets:
    """The best coefficients known for each number of penalised features in use.

    Parameters
    ----------
    problem : Problem
        Its penalty is zero, or a squared term, whatever the coefficient.
    most : int
        The largest size.
    """

    def __init__(self, problem: Problem, most: int):
        self.problem = problem
        self.most = min(most, int(np.count_nonzero(problem.included & ~problem.free)))
        self.least = least_gain(problem)
        self.store = ColumnStore(problem.design)
        self.best: dict[int, tuple[float, np.ndarray]] = {}
        # Within bounds a least-squares fit may leave its subset.
        simple = not problem.bounded and not problem.has_free
        self.swaps = Swaps(problem, self.store) if simple else None
        self.exchanges = 0
        self.tried: set[tuple[str, bytes]] = set()
        self.offer(problem.null.w)

    def size(self, w: np.ndarray) -> int:
        """Features in use that count."""
        counted = (w != 0.0) & ~self.problem.free if self.problem.has_free else w
        return int(np.count_nonzero(counted))

    def offer(self, w: np.ndarray) -> bool:
        """Exchange features of some coefficients of any size; keep them if they are better."""
        # What comes of it depends on the features alone.
        if self.size(w) > self.most or not self._fresh("offer", w.nonzero()[0]):
            return False
        if self.swaps is not None:
            return self._swapped(w)
        w, _ = refitted(self.problem, w, self.store)
        w = self._exchanged(w, self.problem)
        return self._keep(w, None)

    def _swapped(self, w: np.ndarray, change: int = 0, forbidden: int = -1) -> bool:
        """The same by least squares; with a first change, or a feature that must not enter."""
        assert self.swaps is not None
        value, new, count = self.swaps.best_from(w.nonzero()[0], change=change, forbidden=forbidden)
        self.exchanges += count
        if forbidden >= 0:  # it may enter again now
            return self.offer(new)
        known = self.best.get(self.size(new))
        if known is not None and value >= known[0] - self.least:
            return False
        return self._keep(new, value)

    def _keep(self, w: np.ndarray, value: float | None) -> bool:
        """Keep coefficients if they are the best of their size; their objective may be known."""
        slight = self.problem.negligible(w)
        if slight.any():
            w, value = np.where(slight, 0.0, w), None
        size = self.size(w)
        if value is None:
            value = self.store.objective(self.problem, w)
        known = self.best.get(size)
        if known is not None and value >= known[0] - self.least:
            return False
        self.best[size] = value, w
        return True

    def search(self) -> None:
        """Up from the smallest size and down again: a feature more, or less, and exchanges."""
        for _ in range(PASSES):
            gained = [self._neighbour(size, grow=True) for size in range(self.most)]
            gained += [self._neighbour(size, grow=False) for size in range(self.most, 0, -1)]
            gained += [self._without(size) for size in range(1, min(self.most, FORBIDDEN) + 1)]
            if not any(gained):
                break

    def upto(self, size: int) -> np.ndarray:
        """The best coefficients with at most so many features.

        Of those that are equal but for rounding the smallest: a feature that depends on others adds
        nothing.
        """
        known = [self.best[k] for k in sorted(self.best) if k <= size]
        enough = min(value for value, _ in known) + self.least
        return next(w for value, w in known if value <= enough)

    def settled(self, size: int) -> np.ndarray:
        """The same, after one more step of Newton's from the residual as it is.

        Sums of products know the objective to half of all digits. A subset that fits y exactly
        shall do so, whatever the sums were rounded to, and however near to dependent it is.
        """
        w = self.upto(size)
        S = np.flatnonzero(w)
        point, penalty, weights = self.problem.at(w), self.problem.penalty, self.problem.weights[S]
        inverse = inverse_of(self.store.block(S), weights * curvatures(penalty, w[S]), FAINT)
        step = inverse @ (point.z[S] - weights * slopes(penalty, w[S]))
        new = w.copy()
        new[S] += step
        same = np.array_equal(np.sign(new), np.sign(w)) and np.array_equal(
            self.problem.clip(new), new
        )
        return new if same and self.problem.at(new).objective < point.objective else w

    def __iter__(self) -> Iterator[tuple[int, np.ndarray]]:
        """Size and coefficients, from the smallest size to the largest."""
        return iter([(size, self.best[size][1]) for size in sorted(self.best)])

    def _fresh(self, attempt: str, start: np.ndarray) -> bool:
        """Whether this has not been tried yet from such a start."""
        key = attempt, start.tobytes()
        known = key in self.tried
        self.tried.add(key)
        return not known

    def _neighbour(self, size: int, *, grow: bool) -> bool:
        """From the best model of a size to the next larger or smaller one."""
        if size not in self.best or not self._fresh(f"grow {grow}", self.best[size][1]):
            return False
        w = self.best[size][1].copy()
        if self.swaps is not None:
            return self._swapped(w, 1 if grow else -1)
        z = self.store.correlations(self.problem, w)
        if grow:
            found = exchange(self.problem, w, z, self.store, self.least)
            return found is not None and self.offer(found[0])
        around = Neighbourhood(self.problem, w, z, self.store)
        w[around.support[np.argmin(around.drops)]] = 0.0
        return self.offer(w)

    def _without(self, size: int) -> bool:
        """Seek anew, from the best model of a size, with one of its features forbidden."""
        if size not in self.best or not self._fresh("forbid", self.best[size][1]):
            return False
        w, gained = self.best[size][1], False
        for j in np.flatnonzero((w != 0.0) & ~self.problem.free):
            others = np.arange(w.size) != j
            if self.swaps is not None:
                gained |= self._swapped(np.where(others, w, 0.0), 1, int(j))
                continue
            rest = self.problem.narrowed_to(others)
            less = np.where(others, w, 0.0)
            z = self.store.correlations(rest, less)
            found = exchange(rest, less, z, self.store, self.least)
            if found is not None:
                gained |= self.offer(self._exchanged(found[0], rest))
        return gained

    def _exchanged(self, w: np.ndarray, problem: Problem) -> np.ndarray:
        z = self.store.correlations(problem, w)
        while better := exchange(problem, w, z, self.store, self.least, grow=False):
            w, z = better
            self.exchanges += 1
        return w


def search_subsets(problem: Problem, most: int, *starts: np.ndarray) -> Subsets:
    """All sizes up to the largest: from given starts, from the Lasso's supports, up and down."""
    subsets = Subsets(problem, most + min(most, BEYOND))
    for w in starts:
        subsets.offer(w)
    for w in lasso_supports(problem, subsets.most):
        subsets.offer(w)
    subsets.search()
    return subsets


def lasso_supports(problem: Problem, most: int) -> Iterator[np.ndarray]:
    """Solutions of the Lasso with different supports of at most so many features that count.

    Each coefficient is charged by the length of its column, as the choice of a subset does not
    depend on the units of the features.
    """
    lengths = problem.design.lengths
    weights = np.where(problem.free, 0.0, np.where(problem.included, lengths, np.inf))
    lasso = lasso_of(problem, weights)
    seen = set()
    if most and lasso.alpha_max > 0.0:
        alphas = np.geomspace(lasso.alpha_max, DOWN * lasso.alpha_max, LASSOS)[1:]
        for each in solve_path(lasso, alphas, tol=LOOSE, max_iter=ROUNDS):
            if np.count_nonzero(~problem.free[each.features]) > most:
                break
            if each.features.tobytes() not in seen:
                seen.add(each.features.tobytes())
                w = np.zeros(problem.weights.size)
                w[each.features] = each.values
                yield w
