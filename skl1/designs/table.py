"""Tables: X and y as they are given, centred and weighted but never copied to be so.

Longer than 300 lines: one class, that of all designs with rows.
"""

from __future__ import annotations

from abc import abstractmethod
from copy import copy

import numpy as np
from scipy.linalg import lstsq
from scipy.optimize import nnls
from scipy.sparse.linalg import LinearOperator, lsmr

from skl1.compiled.lazy import lazy
from skl1.designs.base import CONSTANT_RATIO, NONE, Design, clear_constant, forming_dense
from skl1.designs.gathered import DenseGathered
from skl1.designs.span import span_of_columns
from skl1.designs.weights import normalised_weights, sample_count

#: Largest dense block (in float64 entries) that a least-squares fit may gather: 256 MB.
BLOCK_ENTRIES = 2**25
#: Entries of the columns whose squares are summed at a time: 1 MB, to stay in cache.
PANEL_ENTRIES = 2**17
#: Range of the variances that products of several of them leave finite and nonzero.
SMALLEST, LARGEST = 1e-140, 1e140
#: Singular values below this share of the largest, times the size, count as zero.
DEPENDENT = 1e-15


class TableDesign(Design):
    """A design made of n rows.

    Attributes
    ----------
    X : matrix
    response : ndarray of shape (n_samples,)
        y as it is given.
    y : ndarray of shape (n_samples,)
        The response, centred where an intercept is fitted.
    weights : ndarray of shape (n_samples,)
        s, which sum to one.
    common : float
        The weight that all samples share, or None if they do not.
    x_origin, x_offset, y_origin, y_offset
        A sample, and the mean deviation from it: together the mean, to all digits of the spread.
    """

    has_rows = True

    def __init__(self, X, y, sample_weight, fit_intercept, *, part=False):
        self.X = X
        self.n_samples, self.n_features = X.shape
        self.fit_intercept = fit_intercept
        self.given_weights = sample_weight
        self.weights = normalised_weights(sample_weight, self.n_samples)
        first = self.weights[0]
        self.common = first if sample_weight is None or np.all(self.weights == first) else None
        self.response = y = np.asarray(y, dtype=np.float64)
        # Centring at a sample first keeps digits that a large mean would cost, and makes a
        # constant y exactly zero. It must be a sample that counts.
        self.y, self.y_origin, self.y_offset = y, 0.0, 0.0
        if fit_intercept:
            self.y_origin = float(y[self.anchor_row()])
            with np.errstate(over="ignore", invalid="ignore"):
                self.y = y - self.y_origin
                self.y_offset = float(self.weights @ self.y)
                self.y = self.y - self.y_offset
        self.y_mean = self.y_origin + self.y_offset
        self.x_mean = self.x_offset = np.zeros(self.n_features)
        self.x_origin = np.zeros(self.n_features)
        self.norms = np.empty(self.n_features)
        self.correlation = np.empty(self.n_features)
        with np.errstate(all="ignore"):
            self.energy = float(self.weights @ (self.y * self.y))
            self._scan_columns()
            clear_constant(self.norms, self.x_mean)
        # As a rule a glance suffices, which NaN fails too; what is wrong takes a closer look.
        within = self.norms.min() >= SMALLEST and self.norms.max() < LARGEST
        if not (within and SMALLEST <= self.energy < LARGEST):
            self.check_range(part)

    def check_range(self, part):
        """Refuse data whose squares overflow or vanish; in a part of the data they may vanish."""
        if not (self.energy < LARGEST and np.all(self.norms < LARGEST)):
            raise ValueError(
                "X or y holds numbers so large that their squares overflow; rescale the columns "
                "(StandardScaler does)."
            )
        if part:
            return
        # Of the weights as given: some may be zero now, beside the others.
        given = self.weights if self.given_weights is None else np.asarray(self.given_weights)
        counted = given > 0.0
        spread = np.ptp(self.y[counted])
        if self.energy < SMALLEST and spread > CONSTANT_RATIO * abs(self.y_mean):
            _check_weights("y", spread, given[counted])
            raise ValueError("y holds numbers so small that their squares vanish; rescale it.")
        tiny = np.flatnonzero(self.norms < SMALLEST)
        spread = self._spread(tiny, counted) if tiny.size else 0.0
        if spread > 0.0:
            _check_weights("a column of X", spread, given[counted])
            raise ValueError(
                "X has columns of numbers so small that their squares vanish; rescale the columns "
                "(StandardScaler does)."
            )

    def with_response(self, y):
        """The same X and weights with another y; what is known of the columns is kept."""
        other = self.answering(y)
        other.correlation = self.adjoint(other.y)
        return other

    def answering(self, y, *, part=True):
        """A copy with another y, whose range is checked; correlations are left to the caller."""
        self.of_columns  # noqa: B018 (made before the copy, which shares it)
        other = copy(self)
        other.response = y = np.asarray(y, dtype=np.float64)
        other.y_origin = float(y[self.anchor_row()]) if self.fit_intercept else 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            other.y = y - other.y_origin
            other.y_offset = float(self.weights @ other.y) if self.fit_intercept else 0.0
            other.y = other.y - other.y_offset
            other.y_mean = other.y_origin + other.y_offset
            other.energy = float(self.weights @ (other.y * other.y))
        if not SMALLEST <= other.energy < LARGEST:
            other.check_range(part)
        return other

    def anchor_row(self):
        """A row of the largest weight."""
        return 0 if self.common is not None else int(np.argmax(self.weights))

    def gradient(self, w, among=None):
        # From scratch, in float64.
        r = self.y - self.forward(w)
        if self.fit_intercept:
            r -= self.weights @ r
        return self.adjoint(r, among), float(self.weights @ (r * r))

    def hessian(self, v):
        return self.adjoint(self.forward(v))

    def residuals(self, W):
        """``y - X w`` for the rows w of W, centred where an intercept is fitted."""
        R = self.y - self.forwards(W)
        if self.fit_intercept:
            R -= (R @ self.weights)[:, None]
        return R

    @lazy
    def count(self):
        """The number of samples in an information criterion."""
        if self.given_weights is None:
            return float(self.n_samples)
        return sample_count(self.given_weights)

    @lazy
    def root(self):
        """Square roots of the weights."""
        return np.sqrt(self.weights)

    def correlations(self, v):
        """``X' S^(1/2) v``."""
        return self.adjoint(np.divide(v, self.root, out=np.zeros(v.size), where=self.root > 0.0))

    def residual_along(self, basis, w):
        """``Q' S^(1/2) (y - X w)``."""
        return basis.T @ (self.root * (self.y - self.forward(w)))

    def gathers(self, columns):
        """Whether these columns are few enough to be gathered as a dense block."""
        return self.y.size * columns.size <= BLOCK_ENTRIES

    def gathering(self):
        """A store for some columns, for products with many vectors; without any yet."""
        return DenseGathered(self)

    def weighted(self, columns, dtype=np.float64):
        return (self.columns(columns) * self.root[:, None]).astype(dtype, copy=False)

    def nonnegative_least_squares(self, columns):
        if not self.gathers(columns):
            return np.zeros(columns.size)
        return nnls(self.weighted(columns), self.root * self.y)[0]

    def forming(self, features, held=NONE, dtype=np.float64):
        return forming_dense(self.n_samples, features.size, held.size, dtype)

    def span_of(self, columns):
        # From the columns and not from their Gram matrix, in which dependence to seven digits
        # already looks exact.
        if not self.gathers(columns):
            return super().span_of(columns)
        block = self.weighted(columns)
        if self.fit_intercept:
            # The mean of a column is rounded, and a constant must not look like a direction.
            block -= np.outer(self.root, self.root @ block)
        return span_of_columns(columns, block, self._units(columns), self.ratios(columns))

    def across_of(self, span):
        if span.basis is None:
            return super().across_of(span)
        return self.transposed(span.basis.T * self.root, self.x_mean).T

    def along_of(self, span):
        if span.basis is None:
            return super().along_of(span)
        return span.basis.T @ (self.root * self.y)

    def least_squares(self, columns):
        target = self.root * self.y
        if self.gathers(columns):
            block, units = self.weighted(columns), self._units(columns)
            settings = {"cond": DEPENDENT * max(block.shape), "check_finite": False}
            plain, _, rank, _ = lstsq(block, target, **settings)
            scaled, _, scaled_rank, _ = lstsq(block / units, target, **settings)
            # Columns of tiny units look dependent beside large ones until all have one unit; the
            # solution of least norm is that of the plain columns.
            return scaled / units if scaled_rank > rank else plain
        padded = np.zeros(self.n_features)

        def matvec(v):
            padded[columns] = v.ravel()
            return self.root * self.forward(padded)

        operator = LinearOperator(
            (self.y.size, columns.size),
            matvec=matvec,
            rmatvec=lambda v: self.correlations(v.ravel())[columns],
            dtype=np.float64,
        )
        return lsmr(operator, target, atol=1e-14, btol=1e-14, maxiter=2000)[0]

    def squares(self, v, among=None):
        """``sum_i v_i x_ij^2`` of the centred X; maybe 0 of features not ``among`` those wanted."""
        among = np.arange(self.n_features) if among is None else among
        out, width = np.zeros(self.n_features), max(1, PANEL_ENTRIES // self.n_samples)
        for start in range(0, among.size, width):
            index = among[start : start + width]
            block = self.columns(index)
            out[index] = v @ (block * block)
        return out

    @abstractmethod
    def _scan_columns(self):
        """Fill ``x_mean`` (if an intercept is fitted), ``norms`` and ``correlation``."""

    @abstractmethod
    def _spread(self, index, rows):
        """The largest difference within one of the columns, beyond rounding of its mean."""

    @abstractmethod
    def forward(self, w):
        """``X w`` of the centred X, as a float64 vector of n entries."""

    @abstractmethod
    def forwards(self, W):
        """``forward`` of the rows of W, by one product."""

    @abstractmethod
    def adjoint(self, r, among=None):
        """``sum_i s_i x_ij r_i`` of the centred X, as a float64 vector of p entries.

        Where only the features ``among`` are wanted, the others may be 0.
        """

    @abstractmethod
    def transposed(self, V, centre):
        """``V (X - 1 centre')`` for an X that is not centred but by this."""

    @abstractmethod
    def columns(self, index, rows=None):
        """The given columns, centred, as a float64 matrix. For few columns only.

        In the rows of an array, where one is given: a transposed view of it is returned.
        """

    @abstractmethod
    def row_gram(self, scale):
        """``K_ij = sqrt(s_i s_j) sum_k scale_k x_ik x_jk`` of the centred X, n x n."""


def adjoints(designs, residuals):
    """``adjoint`` of many residuals, the rows of a matrix for each design, by one product.

    The designs differ in their weights and y, but share X. Centring at the mean of the first costs
    no digits, as the other means are not far from it in units of the spread.
    """
    weighted = [R * design.weights for design, R in zip(designs, residuals, strict=True)]
    centre = designs[0].x_mean
    product = designs[0].transposed(np.concatenate(weighted), centre)
    ends = np.cumsum([len(V) for V in weighted])[:-1]
    return [
        Z - V.sum(axis=1)[:, None] * (design.x_mean - centre)
        for design, V, Z in zip(designs, weighted, np.split(product, ends), strict=True)
    ]


def _check_weights(name, spread, weights):
    """Refuse weights because of which, and not of the numbers themselves, squares vanish."""
    with np.errstate(over="ignore"):
        if spread * spread < SMALLEST / CONSTANT_RATIO:
            return
    raise ValueError(
        f"sample_weight ranges from {weights.min():.3g} to {weights.max():.3g}, and all that "
        f"varies in {name} has the smallest weights: its squares vanish. Leave these samples out, "
        "by a weight of 0, or bring the weights within a factor of 1e100."
    )


def beyond_rounding(spread, mean):
    """The largest of the spreads that are more than the rounding of their means."""
    return float(np.where(spread > CONSTANT_RATIO * np.abs(mean), spread, 0.0).max(initial=0.0))
