"""What a design is: a least-squares loss as solvers see it, whatever it is made from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from skl1.compiled.lazy import lazy
from skl1.designs.span import Span, span_of_gram

#: Above this ratio of mean to standard deviation a column is centred explicitly where it
#: matters: the implicit form loses as many digits as the ratio has, in a Gram matrix twice.
SAFE_MEAN_RATIO = 100.0
#: A column whose standard deviation is below this share of its mean is constant.
CONSTANT_RATIO = 1e-14
#: Up to this many features, the Gram matrix of all of them is formed at once.
FULL_GRAM = 32
#: What a number of a dense column takes in a Gram matrix, and each of its products: half of them
#: are formed, two at a time. In multiplications of BLAS. In single precision it is read as
#: slowly, as that waits for memory, and written faster.
READING, NARROW_READING, PRODUCT = 18.0, 12.0, 0.2
#: No columns.
NONE = np.zeros(0, dtype=np.intp)
#: The first round of a working set looks at the square root of so many times p features.
FIRST_SET = 10


class Design(ABC):
    """The data of a least-squares loss, in weighted means.

    With weights s that sum to one, and x_j and y centred by their weighted means where an
    intercept is fitted,

        loss(w) = 1/2 sum_i s_i (y_i - x_i . w)^2.

    Solvers see p-vectors and small Gram blocks only; vectors of length n, if there are any, stay
    in here.

    Attributes
    ----------
    n_samples, n_features : int
    has_rows : bool
        Whether there are rows to iterate on, not only sums over them.
    remote : bool
        Whether a pass over the data takes far longer than any work on a few of its columns.
    x_mean : ndarray of shape (n_features,)
        Weighted column means; zero without an intercept.
    y_mean : float
    energy : float
        ``sum_i s_i y_i^2``: twice the loss at zero.
    correlation : ndarray of shape (n_features,)
        ``sum_i s_i x_ij y_i``: minus the gradient at zero.
    norms : ndarray of shape (n_features,)
        ``sum_i s_i x_ij^2``: the diagonal of the Gram matrix. Exactly 0 for constant columns.
    """

    n_samples: int
    n_features: int
    has_rows: bool
    remote: bool = False
    fit_intercept: bool
    x_mean: np.ndarray
    y_mean: float
    energy: float
    correlation: np.ndarray
    norms: np.ndarray

    @lazy
    def of_columns(self) -> dict[str, Any]:
        """What has been made of X and the weights alone; designs that differ in y share it."""
        return {}

    def work(self):
        """About what the largest product of a fit may take, in multiplications."""
        n, p = self.n_samples, self.n_features
        return float(n) * p * min(n, p)

    def intercept(self, w):
        """The optimal intercept for the coefficients w."""
        return float(self.intercepts(w))

    def intercepts(self, W):
        """The same for many coefficients, one vector a row."""
        return self.y_mean - W @ self.x_mean if self.fit_intercept else np.zeros(W.shape[:-1])

    @lazy
    def lengths(self):
        """Square roots of the norms."""
        return np.sqrt(self.norms)

    def rounding(self, squares):
        """The rounding error of a correlation, per length and epsilon.

        About the length of what a column is multiplied by: the residual.
        """
        return np.sqrt(squares)

    @property
    def total(self):
        """The energy of y before any part of it was set aside: what shares of y refer to."""
        return self.energy

    @property
    def whole(self) -> Design:
        """The design of all columns, where the part of X and y along some has been taken out."""
        return self

    def beside(self, block, rows, columns):
        """A block of the Gram matrix of this design, from that of the whole."""
        return block

    def beside_rows(self, R):
        """Residuals, one vector a row, without their part along what is out."""
        return R

    def beside_look(self, Z, squares):
        """The same of correlations and squared residuals, where residuals still had that part."""
        return Z, squares

    def lift(self, W):
        """Coefficients, one vector a row, with those that have been taken out of this design."""
        return W

    def lift_exactly(self, w):
        """The same for one vector, to all digits that the data show."""
        return w

    @property
    def rank(self):
        """The dimension of the span of what is out."""
        return 0

    @property
    def weak(self):
        """Columns of what is out that depend on each other in all but the last digits."""
        return np.zeros(0, dtype=np.intp)

    @property
    def sees_all(self):
        """Whether no direction of what is out may be hidden by rounding."""
        return True

    @property
    def hides(self) -> bool:
        """Whether the loss of some coefficients may be smaller than it looks."""
        return False

    def blurred(self, squares):
        """By how much a gap of the problem on this design may differ from the true one.

        Because what is out is known with few digits; inf where some of it was not seen.
        """
        return 0.0

    def slack(self, w, squares):
        """What rounding may hide of a residual's part along what is out."""
        return 0.0

    def gathers(self, columns):
        """Whether these columns are few enough to be gathered as a dense block."""
        return False

    def span_of(self, columns) -> Span:
        """An orthonormal basis Q of some columns; without rows, from their Gram matrix."""
        return span_of_gram(columns, self.gram(columns, columns), self._units(columns))

    def across_of(self, span):
        """``X' S^(1/2) Q``: the correlations of all features with a basis."""
        return self.gram(np.arange(self.n_features), span.columns) @ span.refit.T

    def along_of(self, span):
        """``Q' S^(1/2) y``."""
        return span.refit @ self.correlation[span.columns]

    def residual_along(self, basis, w):
        """``Q' S^(1/2) (y - X w)``, where there are rows."""
        raise NotImplementedError

    def ratios(self, columns):
        """Means of some columns in units of their lengths, by which rounding is larger."""
        return np.abs(self.x_mean[columns]) / self._units(columns)

    def holds(self, count, dtype):
        """Whether a solver may keep so many columns as a dense block."""
        return False

    def weighted(self, columns, dtype=np.float64):
        """``S^(1/2) X[:, columns]``, centred, as such a block."""
        raise NotImplementedError

    def _units(self, columns):
        """The norms of the columns, 1 for a norm of 0."""
        units = self.lengths[columns]
        units[units == 0.0] = 1.0
        return units

    @abstractmethod
    def gradient(self, w, among=None):
        """``(z, squares)``: ``z_j = sum_i s_i x_ij r_i`` and ``sum_i s_i r_i^2``.

        r = y - X w is the residual; z is minus the gradient of the loss. Where only the features
        ``among`` are wanted, z_j may be 0 for the others.
        """

    @abstractmethod
    def hessian(self, v):
        """``G v``, with G the Gram matrix."""

    @abstractmethod
    def least_squares(self, columns):
        """Coefficients of least norm that fit y by the given columns alone."""

    @abstractmethod
    def nonnegative_least_squares(self, columns):
        """The same without negative coefficients; zeros where that would be too large a problem."""

    @abstractmethod
    def narrow(self, count):
        """Whether a pass for the sake of so many features takes less time than one for all."""

    @abstractmethod
    def gram(self, rows, columns, dtype=np.float64):
        """The block ``G[rows, columns]`` of the Gram matrix (weighted, centred).

        float64 numbers; ``dtype`` is the precision that is wanted of them.
        """

    def gram_beside(self, old, new, dtype=np.float64):
        """The blocks ``G[old, new]`` and ``G[new, new]``."""
        square = self.gram(new, new, dtype)
        return self.gram(old, new, dtype) if old.size else square[:0], square

    def first_set(self):
        """How many features a working set may start with.

        The square root of so many times p: their Gram matrix then takes about half as long as a
        pass. And never many more than a support can have.
        """
        most = max(self.n_samples, FULL_GRAM)
        return min(int(np.sqrt(FIRST_SET * self.n_features)), most)

    @abstractmethod
    def forming(self, features, held=NONE, dtype=np.float64):
        """What the Gram matrix of columns costs, where that of others is held already.

        In multiplications of BLAS, about 0.1 ns each: a step that takes 1 ns counts as 10.
        """

    @abstractmethod
    def operator(self):
        """A record whose compiled ``product(v, out)`` writes ``G v`` into out."""

    @abstractmethod
    def entries(self, features):
        """How many numbers the given columns hold: what one look at each of them costs."""

    def walkable(self, features):
        """Whether sweeps may keep a residual for these columns, by the three methods below."""
        return False

    def walk(self, features):
        """A record of columns: ``dot(j, r)`` with, and ``subtract(j, step, r)`` from a residual."""
        raise NotImplementedError

    def residual(self, w):
        """The residual at w, in the form that the record works on."""
        raise NotImplementedError

    def energy_of(self, residual):
        """``sum_i s_i r_i^2`` of such a residual."""
        raise NotImplementedError


def forming_dense(n, k, held=0, dtype=np.float64):
    """``forming`` for k dense columns of n numbers beside some others."""
    single = dtype == np.float32
    reading, product = (NARROW_READING, 0.5 * PRODUCT) if single else (READING, PRODUCT)
    return n * k * (reading + product * (k + 2 * held))


def clear_constant(norms, means):
    """Set to 0, in place, the norms that are the rounding of a constant column."""
    norms[np.sqrt(norms) <= CONSTANT_RATIO * np.abs(means)] = 0.0
