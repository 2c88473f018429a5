"""The subproblem on a working set, from its Gram matrix or from its columns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from skl1.compiled.threads import spread
from skl1.designs import Design
from skl1.problems.certificates import best_gap, coordinate_moves
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.solvers.kernels import column_correlations, column_shift, column_sweep, gram_shift, sweep

#: What a random access into a residual costs, in consecutive ones.
SCATTERED = 5.0
#: What each product of two entries costs that meet in a row, in forming a Gram matrix.
FORMING = 20.0
#: Conjugate gradient steps that a Newton step takes as a rule.
CG_USUAL = 60


class Block(ABC):
    """The subproblem on a set of features; the others stay as they are.

    Attributes
    ----------
    features : ndarray of int
    weights, norms : ndarray
        Penalty weights and squared norms of the features.
    w, z : ndarray
        Their coefficients, and minus the gradient of the loss along them.
    loss : float
        At these coefficients.
    singular : float
        Pivots of the support's matrix below this share of the diagonal count as zero.
    doubtful : bool
        Set where more digits than the block has would be needed.
    """

    singular = 1e-13
    doubtful = False

    def __init__(self, problem: Problem, features: np.ndarray, point: Point):
        self.problem = problem
        self.features = features
        self.weights = problem.weights[features]
        self.norms = problem.design.norms[features]
        self.w = point.w[features]
        self.z = point.z[features]
        self.loss = point.loss

    def error(self) -> float:
        """The certificate of the subproblem: a guide, no proof."""
        penalty = self.problem.penalty
        if not penalty.convex:
            moves = coordinate_moves(penalty, self.weights, self.norms, self.w, self.z)
            return float(np.abs(moves).max(initial=0.0) / np.sqrt(self.problem.design.total))
        return self._gap()

    def _gap(self) -> float:
        """The duality gap of the subproblem."""
        penalty, loss = self.problem.penalty, max(self.loss, 0.0)
        return best_gap(penalty, self.weights, self.w, self.z, loss)[0]

    @abstractmethod
    def sweep(self, count: int) -> tuple[int, float]:
        """At most ``count`` sweeps of coordinate descent: those done, and what they cost.

        A cost of 0 says that nothing changed. The unit is one multiplication and addition on
        consecutive numbers.
        """

    @abstractmethod
    def hessian(self, support: np.ndarray) -> np.ndarray:
        """The Gram matrix of some of the features."""

    def price(self, size: int) -> float:
        """What Newton's method on a support of this size costs, in the unit of ``sweep``."""
        return size**3 / 15.0 + 20.0 * size**2 + size * self.w.size

    def iterates(self, support: np.ndarray) -> bool:
        """Whether Newton's method on the support is cheaper by ``product`` than by ``hessian``."""
        return False

    def product(self, support: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Multiplication by the Gram matrix of some of the features."""
        raise NotImplementedError

    @abstractmethod
    def move(self, support: np.ndarray, new: np.ndarray) -> None:
        """Give some of the features new coefficients."""


class GramStore:
    """The Gram matrix of a changing set of features.

    In single precision it costs half as much to form and to sweep over. A block of it is a model of
    the loss, right to seven digits, around a point whose gradient is exact: each round starts from
    the residual again, and so takes away the error of the round before.

    ``features[k]`` is the feature behind row k; ``known`` marks the features in the set. Their
    columns are kept too, in the pieces in which they came, as long as the design can hold them.
    """

    def __init__(self, n_features: int, dtype: type):
        self.dtype = dtype
        self.features = np.zeros(0, dtype=np.intp)
        self.known = np.zeros(n_features, dtype=bool)
        self.matrix: np.ndarray = np.zeros((0, 0), dtype=dtype)
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
        if self.pieces is not None and design.holds(self.features.size, self.dtype):
            fresh = design.weighted(new, self.dtype)
            with spread(float(fresh.size) * self.features.size):
                across = [piece.T @ fresh for piece in self.pieces]
                square = fresh.T @ fresh
            self.pieces.append(fresh)
        else:
            self.pieces = None
            beside, square = design.gram_beside(self.features[:old], new, self.dtype)
            across = [beside]
        if not old:
            self.matrix = square.astype(self.dtype, copy=False)
            return
        grown: np.ndarray = np.empty((self.features.size, self.features.size), dtype=self.dtype)
        grown[:old, :old] = self.matrix
        grown[:old, old:] = np.concatenate(across)
        grown[old:, :old] = grown[:old, old:].T
        grown[old:, old:] = square
        self.matrix = grown

    def restrict(self, wanted: np.ndarray) -> None:
        """Forget the features that a mask does not mark."""
        kept = wanted[self.features]
        if self.pieces:
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
        self.norms = self.gram.diagonal().astype(np.float64)
        if store.dtype == np.float32:
            self.singular = 1e-5

    def sweep(self, count):
        w, z = self.w.copy(), self.z.copy()
        k = w.size
        run = sweep.sized(count * k * (k + 20))
        done, changes = run(self.problem.penalty, self.gram, self.norms, self.weights, w, z, count)
        self._follow(w, z)
        return done, (changes + 2.0 * done) * k if changes else 0.0

    def hessian(self, support):
        return self.gram[np.ix_(support, support)].astype(np.float64, copy=False)

    def move(self, support, new):
        step, z = new - self.w[support], self.z.copy()
        gram_shift.sized(support.size * z.size)(self.gram, support, step, z)
        w = self.w.copy()
        w[support] = new
        self._follow(w, z)

    def _follow(self, w, z):
        """Move to w, whose correlations are z. As G (w' - w) = z - z', the loss follows exactly."""
        self.loss -= 0.5 * float((w - self.w) @ (self.z + z))
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
        if not changes:
            return done, 0.0
        each = SCATTERED * self.entries / self.w.size
        looks = done * self.w.size
        return done, each * (looks + changes) + 20.0 * looks

    def hessian(self, support):
        features = self.features[support]
        return self.problem.design.gram(features, features)

    def price(self, size):
        return min(self._direct(size), self._iterated(size))

    def iterates(self, support):
        return self._direct(support.size) > self._iterated(support.size)

    def _direct(self, size):
        """The price with a Gram matrix of the support, which is formed anew each time."""
        entries = self.entries * (size / self.w.size)
        return super().price(size) + FORMING * entries * min(entries / self.residual.size, size)

    def _iterated(self, size):
        """The price by conjugate gradients, of which a step costs two looks at each column."""
        entries = self.entries * (size / self.w.size)
        return CG_USUAL * (2.0 * SCATTERED * entries + 20.0 * size)

    def product(self, support):
        residual, out = np.empty_like(self.residual), np.empty(support.size)

        def times(v):
            residual[:] = 0.0
            column_shift(self.columns, support, -v, residual)
            column_correlations(self.columns, support, residual, out)
            return out.copy()

        return times

    def move(self, support, new):
        step = new - self.w[support]
        self.w = self.w.copy()
        self.w[support] = new
        column_shift.sized(int(6 * self.entries))(self.columns, support, step, self.residual)
        self._look()

    def _look(self):
        self.z = np.empty_like(self.w)
        every = np.arange(self.w.size)
        look = column_correlations.sized(int(6 * self.entries))
        look(self.columns, every, self.residual, self.z)
        self.loss = 0.5 * self.problem.design.energy_of(self.residual)
