"""What a design is: X and y as solvers see them, centred and weighted but never copied to be so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np
from scipy.linalg import lstsq, svd
from scipy.sparse.linalg import LinearOperator, lsmr

from skl1.compiled import Record, RowMatrix, kernel

#: Largest dense block (in float64 entries) that a least-squares fit may gather: 256 MB.
BLOCK_ENTRIES = 2**25
#: Range of the variances that products of several of them leave finite and nonzero.
SMALLEST, LARGEST = 1e-140, 1e140
#: Singular values below this share of the largest, times the size, count as zero.
DEPENDENT = 1e-15
#: Above this ratio of mean to standard deviation a column is centred explicitly where it
#: matters: the implicit form loses as many digits as the ratio has, in a Gram matrix twice.
SAFE_MEAN_RATIO = 100.0
#: A column whose standard deviation is below this share of its mean is constant.
CONSTANT_RATIO = 1e-14


class Design(ABC):
    """The data of a least-squares loss, in weighted means.

    With weights s that sum to one, and x_j and y centred by their weighted means where an
    intercept is fitted,

        loss(w) = 1/2 sum_i s_i (y_i - x_i . w)^2.

    Solvers see p-vectors and small Gram blocks only; vectors of length n stay in here.

    Attributes
    ----------
    n_features : int
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

    def __init__(self, X, y, sample_weight, fit_intercept):
        self.X = X
        n_samples, self.n_features = X.shape
        self.fit_intercept = fit_intercept
        self.weights = normalised_weights(sample_weight, n_samples)
        #: The weight that all samples share, if they do.
        first = self.weights[0]
        self.common = first if sample_weight is None or np.all(self.weights == first) else None
        y = np.asarray(y, dtype=np.float64)
        # Centring at a sample first keeps digits that a large mean would cost, and makes a
        # constant y exactly zero. It must be a sample that counts.
        self.y, self.y_mean = y, 0.0
        if fit_intercept:
            pilot = y[self.anchor_row()]
            with np.errstate(over="ignore", invalid="ignore"):
                self.y = y - pilot
                shift = float(self.weights @ self.y)
                self.y = self.y - shift
                self.y_mean = float(pilot + shift)
        self.x_mean = np.zeros(self.n_features)
        self.norms = np.empty(self.n_features)
        self.correlation = np.empty(self.n_features)
        with np.errstate(all="ignore"):
            self.energy = float(self.weights @ (self.y * self.y))
            self._scan_columns()
            # Deviations this small against the mean are the rounding of a constant column.
            self.norms[np.sqrt(self.norms) <= CONSTANT_RATIO * np.abs(self.x_mean)] = 0.0
        # As a rule a glance suffices, which NaN fails too; what is wrong takes a closer look.
        within = self.norms.min() >= SMALLEST and self.norms.max() < LARGEST
        if not (within and SMALLEST <= self.energy < LARGEST):
            self._check_range()

    def _check_range(self):
        """Refuse data whose squares overflow or vanish."""
        if not (self.energy < LARGEST and np.all(self.norms < LARGEST)):
            raise ValueError(
                "X or y holds numbers so large that their squares overflow; rescale the columns "
                "(StandardScaler does)."
            )
        counted = self.weights > 0.0
        if self.energy < SMALLEST and np.ptp(self.y[counted]) > CONSTANT_RATIO * abs(self.y_mean):
            raise ValueError("y holds numbers so small that their squares vanish; rescale it.")
        tiny = np.flatnonzero(self.norms < SMALLEST)
        if tiny.size and self._spread(tiny, counted) > 0.0:
            raise ValueError(
                "X has columns of numbers so small that their squares vanish; rescale the columns "
                "(StandardScaler does)."
            )

    def anchor_row(self):
        """A row of the largest weight."""
        return 0 if self.common is not None else int(np.argmax(self.weights))

    def intercept(self, w):
        """The optimal intercept for the coefficients w."""
        return self.y_mean - float(self.x_mean @ w) if self.fit_intercept else 0.0

    def gradient(self, w, among=None):
        """``(z, rr)``: correlations ``z_j = sum_i s_i x_ij r_i`` and ``rr = sum_i s_i r_i^2``.

        r = y - X w is computed from scratch in float64; z is minus the gradient of the loss. Where
        only the features ``among`` are wanted, z_j may be 0 for the others.
        """
        r = self.y - self.forward(w)
        if self.fit_intercept:
            r -= self.weights @ r
        return self.adjoint(r, among), float(self.weights @ (r * r))

    def hessian(self, v):
        """``G v``, with G the Gram matrix."""
        return self.adjoint(self.forward(v))

    @cached_property
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

    def holds(self, count, dtype):
        """Whether a solver may keep so many columns as a dense block."""
        return False

    def weighted(self, columns, dtype=np.float64):
        """``S^(1/2) X[:, columns]``, centred, as a dense block."""
        return (self.columns(columns) * self.root[:, None]).astype(dtype, copy=False)

    def _units(self, columns):
        """The norms of the columns, 1 for a norm of 0."""
        units = np.sqrt(self.norms[columns])
        units[units == 0.0] = 1.0
        return units

    def orthonormal(self, columns):
        """``(Q, C)``: a basis of the weighted columns and the correlations of all columns with it.

        Q has n rows; ``C = X' S^(1/2) Q`` has p. Made from the columns and not from their Gram
        matrix, in which dependence to seven digits already looks exact.
        """
        block = self.weighted(columns) / self._units(columns)
        left, values, _ = svd(block, full_matrices=False, check_finite=False)
        basis = left[:, values > DEPENDENT * max(block.shape) * values.max(initial=0.0)]
        across = np.array([self.correlations(column) for column in basis.T])
        return basis, across.reshape(-1, self.n_features).T

    def least_squares(self, columns):
        """Coefficients of least norm that fit y by the given columns alone."""
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
    def adjoint(self, r, among=None):
        """``sum_i s_i x_ij r_i`` of the centred X, as a float64 vector of p entries.

        Where only the features ``among`` are wanted, the others may be 0.
        """

    @abstractmethod
    def narrow(self, count):
        """Whether a pass for the sake of so many features takes less time than one for all."""

    @abstractmethod
    def columns(self, index):
        """The given columns, centred, as a float64 matrix. For few columns only."""

    @abstractmethod
    def gram(self, rows, columns, dtype=np.float64):
        """The block ``G[rows, columns]`` of the Gram matrix (weighted, centred).

        float64 numbers; ``dtype`` is the precision that is wanted of them.
        """

    @abstractmethod
    def row_gram(self, scale):
        """``K_ij = sqrt(s_i s_j) sum_k scale_k x_ik x_jk`` of the centred X, n x n."""

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


class GramOperator(Record):
    """``G v`` for a G held in memory."""

    G: RowMatrix

    def product(self, v, out):
        gram_product(self.G, v, out)


@kernel
def gram_product(G, v, out):
    """``out = G v`` for a symmetric G, skipping the zeros of v."""
    out[:] = 0.0
    for j in range(v.size):
        if v[j] != 0.0:
            for k in range(v.size):
                out[k] += v[j] * G[j, k]


@kernel
def apply_product(operator, v, out):
    """``operator.product(v, out)`` from Python."""
    operator.product(v, out)


def normalised_weights(sample_weight, n_samples):
    """Weights that sum to one; rows of weight zero then take no part in anything."""
    if sample_weight is None:
        return np.full(n_samples, 1.0 / n_samples)
    weights = np.asarray(sample_weight, dtype=np.float64)
    # Dividing by the maximum first keeps the sum finite for weights near the largest float.
    weights = weights / weights.max()
    return weights / weights.sum()


def beyond_rounding(spread, mean):
    """The largest of the spreads that are more than the rounding of their means."""
    return float(np.where(spread > CONSTANT_RATIO * np.abs(mean), spread, 0.0).max(initial=0.0))
