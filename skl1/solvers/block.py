"""The subproblem on a working set, from its Gram matrix or from its columns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from skl1.designs.base import FULL_GRAM
from skl1.problems.certificates import best_gap, coordinate_moves
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.solvers.factor import blank_factor
from skl1.solvers.gram_convex import solve_along
from skl1.solvers.gram_store import GramStore
from skl1.solvers.kernels import column_correlations, column_shift, column_sweep, gram_shift, sweep

#: What a random access into a residual costs, in consecutive ones.
SCATTERED = 5.0
#: What each product of two entries costs that meet in a row, in forming a Gram matrix.
FORMING = 20.0
#: Sweeps that the choice between a Gram matrix and the columns counts on, and what an entry of a
#: column takes in one, and of a Gram matrix, in multiplications of BLAS.
USUAL_SWEEPS, SWEEPING, SWEPT = 40, 20.0, 4.0
#: Features in use, at most, up to which one compiled call is faster than sweeps and LAPACK in turn.
COMPILED = 256
#: A subproblem is solved where a sweep lowers its objective by less than this share of the error
#: that is wanted; Newton's method makes it far less.
MOVED = 1e-6
#: Conjugate gradient steps that a Newton step takes as a rule.
CG_USUAL = 60


def by_columns(size: int, used: int, entries: float, forming: float) -> bool:
    """Whether sweeps over so many columns cost less than over a Gram matrix that is to be formed.

    The columns have so many entries, and to form the matrix takes so many multiplications. In a
    sweep each column is looked at, but of the matrix only the rows of what is in use are.
    """
    saved = SWEEPING * entries - SWEPT * size * used
    return size > FULL_GRAM and forming > USUAL_SWEEPS * saved


class Block(ABC):
    """The subproblem on a set of features; the others stay as they are.

    Attributes
    ----------
    features : ndarray of int
    penalty : Penalty
        On these.
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
    compiled = False  #: whether one compiled call solves it

    def __init__(self, problem: Problem, features: np.ndarray, point: Point):
        self.problem = problem
        self.penalty = problem.penalty.of(features)
        self.features = features
        self.weights = problem.weights[features]
        self.norms = problem.design.norms[features]
        self.w = point.w[features]
        self.z = point.z[features]
        self.loss = point.loss

    def error(self) -> float:
        """The certificate of the subproblem: a guide, no proof."""
        penalty = self.penalty
        if not penalty.convex:
            moves = coordinate_moves(penalty, self.weights, self.norms, self.w, self.z)
            return float(np.abs(moves).max(initial=0.0) / self.problem.size)
        return self._gap()

    def _gap(self) -> float:
        """The duality gap of the subproblem."""
        penalty, loss = self.penalty, max(self.loss, 0.0)
        return best_gap(penalty, self.weights, self.w, self.z, loss)[0]

    @abstractmethod
    def sweep(self, count: int) -> tuple[int, float]:
        """At most ``count`` sweeps of coordinate descent: those done, and what they cost.

        A cost of 0 says that nothing changed. The unit is one multiplication and addition on
        consecutive numbers.
        """

    def minimise(self, target: float, limit: int) -> int:
        """Solve it within one compiled call, if it is ``compiled``. Returns the sweeps."""
        raise NotImplementedError

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
        run = sweep.sized(count * k * (20 + k // 50), self.penalty)
        done, changes = run(self.penalty, self.gram, self.norms, self.weights, w, z, count)
        self._follow(w, z)
        return done, (changes + 2.0 * done) * k if changes else 0.0

    @property
    def compiled(self):
        penalty = self.penalty
        constant = penalty.convex and penalty.constant_curvature is not None
        constant = constant and penalty.bounded == penalty.one_sided
        return constant and self.gram.dtype == np.float64 and self._room() <= COMPILED

    def _room(self) -> int:
        """How many features may be in use: without an l2 term no more than are independent."""
        size, n = self.w.size, self.problem.design.n_samples
        return size if self.problem.penalty.superlinear else min(size, n)

    def minimise(self, target: float, limit: int) -> int:
        """Solve it within one compiled call, for a penalty of constant curvature. The sweeps."""
        penalty, k = self.penalty, self.w.size
        W, Z = np.empty((2, 2, k))
        W[0], Z[0] = self.w, self.z
        sweeps = np.zeros(1, dtype=np.intp)
        solve_along(
            k * (200 + k // 10),
            penalty.slope_at_zero(),
            penalty.constant_curvature,
            penalty.one_sided,
            self.gram,
            self.norms,
            self.weights,
            np.ones(1),
            MOVED * target,
            limit,
            W,
            Z,
            sweeps,
            *blank_factor(self._room()),
        )
        self._follow(W[1], Z[1])
        return int(sweeps[0])

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
        cost = int(6 * count * (self.entries + 20 * self.w.size))
        run = column_sweep.sized(cost, self.penalty, self.columns)
        done, looks, changes = run(
            self.penalty,
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
        shift = column_shift.sized(int(6 * self.entries), self.columns)
        shift(self.columns, support, step, self.residual)
        self._look()

    def _look(self):
        self.z = np.empty_like(self.w)
        every = np.arange(self.w.size)
        look = column_correlations.sized(int(6 * self.entries), self.columns)
        look(self.columns, every, self.residual, self.z)
        self.loss = 0.5 * self._energy()

    def _energy(self) -> float:
        """The weighted sum of squares of the residual."""
        return self.problem.design.energy_of(self.residual)
