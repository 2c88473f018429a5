"""The subproblem on a working set, from its Gram matrix or from its columns."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from skl1.certificates import best_gap, coordinate_moves, gap_after_refit
from skl1.designs import Design
from skl1.problem import Point, Problem
from skl1.solvers.kernels import column_correlations, column_shift, column_sweep, sweep
from skl1.threads import spread

#: What a random access into a residual costs, in consecutive ones.
SCATTERED = 5.0


class Block(ABC):
    """The subproblem on a set of features; the others stay as they are.

    Attributes
    ----------
    features : ndarray of int
    weights, norms : ndarray
        Penalty weights and squared norms of the features.
    free : boolean ndarray
        Features without a penalty.
    w, z : ndarray
        Their coefficients, and minus the gradient of the loss along them.
    rr : float
        Twice the loss.
    """

    def __init__(self, problem: Problem, features: np.ndarray, point: Point):
        self.problem = problem
        self.features = features
        self.weights = problem.weights[features]
        self.norms = problem.design.norms[features]
        self.free = problem.free[features]
        self.w = point.w[features]
        self.z = point.z[features]
        self.rr = point.rr

    def error(self) -> float:
        """The certificate of the subproblem: a guide, no proof."""
        penalty = self.problem.penalty
        if not penalty.convex:
            moves = coordinate_moves(penalty, self.weights, self.norms, self.w, self.z)
            return float(np.abs(moves).max(initial=0.0) / np.sqrt(self.problem.design.energy))
        return self._gap()

    @abstractmethod
    def _gap(self) -> float:
        """The duality gap of the subproblem."""

    @abstractmethod
    def sweep(self, count: int) -> tuple[int, float]:
        """At most ``count`` sweeps of coordinate descent: those done, and what they cost.

        A cost of 0 says that nothing changed. The unit is one multiplication and addition on
        consecutive numbers.
        """

    @abstractmethod
    def hessian(self, support: np.ndarray) -> np.ndarray:
        """The Gram matrix of some of the features."""

    @abstractmethod
    def move(self, support: np.ndarray, new: np.ndarray) -> None:
        """Give some of the features new coefficients."""


class GramStore:
    """The Gram matrix of a changing set of features.

    ``features[k]`` is the feature behind row k; ``known`` marks the features in the set. Their
    columns are kept too, in the pieces in which they came, as long as the design can hold them.
    """

    def __init__(self, n_features: int):
        self.features = np.zeros(0, dtype=np.intp)
        self.known = np.zeros(n_features, dtype=bool)
        self.matrix = np.zeros((0, 0))
        self.pieces: list[np.ndarray] | None = []

    def extend(self, design: Design, new: np.ndarray) -> None:
        """Add features: one pass over their columns, and over the ones already here."""
        if not new.size:
            return
        old = self.features.size
        self.features = np.concatenate([self.features, new])
        self.known[new] = True
        if new.size == design.n_features:
            self.pieces = None  # nothing can follow
        if self.pieces is not None and design.holds(self.features.size):
            fresh = design.weighted(new)
            with spread(float(fresh.size) * self.features.size):
                across = [piece.T @ fresh for piece in self.pieces]
                square = fresh.T @ fresh
            self.pieces.append(fresh)
        else:
            self.pieces = None
            across = [design.gram(self.features[:old], new)] if old else []
            square = design.gram(new, new)
        grown = np.empty((self.features.size, self.features.size))
        grown[:old, :old] = self.matrix
        if old:
            grown[:old, old:] = np.concatenate(across)
            grown[old:, :old] = grown[:old, old:].T
        grown[old:, old:] = square
        self.matrix = grown

    def restrict(self, wanted: np.ndarray) -> None:
        """Forget the features that a mask does not mark."""
        kept = wanted[self.features]
        if self.pieces is not None:
            ends = np.cumsum([piece.shape[1] for piece in self.pieces])[:-1]
            parts = zip(self.pieces, np.split(kept, ends), strict=True)
            self.pieces = [piece[:, part] for piece, part in parts]
        self.features = self.features[kept]
        self.known[:] = False
        self.known[self.features] = True
        self.matrix = self.matrix[np.ix_(kept, kept)]


class GramBlock(Block):
    """From a Gram matrix: a change of a coefficient costs one of its rows."""

    def __init__(self, problem: Problem, store: GramStore, point: Point):
        super().__init__(problem, store.features, point)
        self.gram = store.matrix
        self.norms = self.gram.diagonal()
        self.free_gram = self.gram[:, self.free] if self.free.any() else None

    def _gap(self) -> float:
        penalty, rr = self.problem.penalty, max(self.rr, 0.0)
        if self.free_gram is None:
            return best_gap(penalty, self.weights, self.w, self.z, rr)[0]
        refitted = gap_after_refit(
            penalty, self.weights, self.norms, self.free, self.free_gram, self.w, self.z, rr
        )
        return refitted[0]

    def sweep(self, count):
        w, z = self.w.copy(), self.z.copy()
        k = w.size
        run = sweep.sized(count * k * (k + 20))
        done, changes = run(self.problem.penalty, self.gram, self.weights, w, z, count)
        self._follow(w, z)
        return done, (changes + 2.0 * done) * k if changes else 0.0

    def hessian(self, support):
        return self.gram[np.ix_(support, support)]

    def move(self, support, new):
        step = np.zeros_like(self.w)
        step[support] = new - self.w[support]
        w = self.w.copy()
        w[support] = new
        self._follow(w, self.z - self.gram @ step)

    def _follow(self, w, z):
        """Move to w, whose correlations are z. As G (w' - w) = z - z', rr follows exactly."""
        self.rr -= float((w - self.w) @ (self.z + z))
        self.w, self.z = w, z


class ColumnBlock(Block):
    """From the columns themselves: a look at a coefficient costs its column's entries.

    For sparse columns that is far less than a row of a Gram matrix.
    """

    def __init__(self, problem: Problem, features: np.ndarray, point: Point):
        super().__init__(problem, features, point)
        self.columns = problem.design.walk(features)
        self.residual = problem.design.residual(point.w)
        self.entries = problem.design.entries(features)

    def _gap(self) -> float:
        """The gap; the free coefficients are refitted one at a time, which flatters it."""
        z, decrement = self.z, 0.0
        if self.free.any():
            slack = z[self.free] if not self.problem.one_sided else self._slack()
            decrement = float(slack @ (slack / self.norms[self.free]))
            z = np.where(self.free, 0.0, z)
        penalty, rr = self.problem.penalty, max(self.rr, 0.0)
        return best_gap(penalty, self.weights, self.w, z, rr)[0] + 0.5 * decrement

    def _slack(self):
        w, z = self.w[self.free], self.z[self.free]
        return np.where(w > 0.0, z, np.maximum(z, 0.0))

    def sweep(self, count):
        self.w = self.w.copy()
        run = column_sweep.sized(int(6 * count * (self.entries + 20 * self.w.size)))
        done, changes = run(
            self.problem.penalty,
            self.columns,
            self.norms,
            self.weights,
            self.w,
            self.residual,
            count,
        )
        self._look()
        share = changes / self.w.size
        return done, SCATTERED * self.entries * (
            done + share
        ) + 20.0 * self.w.size * done if changes else 0.0

    def hessian(self, support):
        features = self.features[support]
        return self.problem.design.gram(features, features)

    def move(self, support, new):
        step = new - self.w[support]
        self.w = self.w.copy()
        self.w[support] = new
        column_shift.sized(int(6 * self.entries))(self.columns, support, step, self.residual)
        self._look()

    def _look(self):
        self.z = np.empty_like(self.w)
        column_correlations.sized(int(6 * self.entries))(self.columns, self.residual, self.z)
        self.rr = self.problem.design.energy_of(self.residual)
