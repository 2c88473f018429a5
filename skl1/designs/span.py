"""The span of the free columns: which directions they reach, and how to refit them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr, solve_triangular, svd

#: Eigenvalues of a Gram matrix below this share of the largest count as zero.
DEPENDENT_GRAM = 1e-12
EPS = float(np.finfo(np.float64).eps)
#: What rounding makes of a singular value that is zero, in units of the columns' own rounding.
NOISE = 8.0
#: Singular values below this share of the largest are computed anew.
FAINT = 1e-8
#: Smallest singular value from which a residual's part follows from its correlations to all digits
#: that matter.
STIFF = 1e-3
#: A refit of least norm in plain units is as exact as one in units of the columns, up to this.
EXACT = 1e-10
#: In units of epsilon, what the length of a dependent combination may be by rounding.
UNSEEN = 8.0
#: A direction of which this share may be rounding is weak; a column belongs to it if it makes up
#: this share of it.
WEAK, MEMBER = 1e-6, 0.1


@dataclass(frozen=True)
class Span:
    """An orthonormal basis Q of some columns F of a design, with the roots of its weights.

    Attributes
    ----------
    columns : ndarray of int
    refit : ndarray of shape (rank, n_columns)
        T with ``Q = S^(1/2) F T'``: the coefficients that fit ``Q p`` are ``T' p``, of least norm,
        and the part ``p = Q' S^(1/2) r`` of a residual is ``T z``, z being its correlations with
        the columns.
    basis : ndarray of shape (n_samples, rank) or None
        Q, where there are rows to make it from.
    stiff : bool
        Whether no direction is so weak that ``T z`` would lose digits of a residual's part.
    blur : float
        By how much a direction may be off, as columns that nearly cancel leave few digits of it.
    weak : ndarray of int
        The columns that make the directions of which few digits are left, or none.
    lost, values : ndarray of shape (n_lost, n_columns), (n_lost,)
        From Gram matrices alone: combinations of the columns that are zero to half of all digits,
        and the squares of their lengths, which may be rounding.
    """

    columns: np.ndarray
    refit: np.ndarray
    basis: np.ndarray | None
    stiff: bool
    blur: float
    weak: np.ndarray
    lost: np.ndarray
    values: np.ndarray

    @property
    def rank(self) -> int:
        """The dimension of the span."""
        return len(self.refit)

    @property
    def noise(self) -> float:
        """How exact the sums are: no length is negative, and one that looks so tells."""
        return max(UNSEEN * EPS, -2.0 * float(self.values.min(initial=0.0)))

    def unseen(self, z: np.ndarray, squares: float, scale: float) -> float:
        """How far the objective may fall along combinations whose length is not known.

        A combination of length ``sqrt(v)`` and correlation b with the residual lowers it by
        ``b^2 / (2 v)``. Where v is no more than rounding and b is not, that may be all of the loss.
        ``scale`` is the size that z is computed from.
        """
        if not self.values.size:
            return 0.0
        noise = self.noise
        along = np.abs(self.lost @ z)
        along[along <= noise * scale] = 0.0
        sure = self.values - noise
        falls = np.divide(along**2, sure, out=np.full(along.size, np.inf), where=sure > 0.0)
        falls[along == 0.0] = 0.0
        return 0.5 * min(float(falls.sum()), squares)


def span_of_columns(columns, block, units, ratios) -> Span:
    """From the columns, centred and times the roots of the weights.

    The rank is that of the columns in units of their lengths. Their entries are rounded, in units
    of their distance from zero; ``ratios`` are means in units of lengths. What a combination of
    columns is beyond that rounding counts, however little it is.
    """
    block = block / units
    left, values, right = svd(block, full_matrices=False, check_finite=False)
    if np.any(faint := values <= FAINT * values.max(initial=0.0)):
        left[:, faint], values[faint], right[faint] = _sharpened(
            block, left[:, ~faint], values[~faint], right[~faint], right[faint]
        )
    rounding = EPS * np.linalg.norm((1.0 + ratios) * right, axis=1)
    held = values > NOISE * rounding
    basis, values = left[:, held], values[held]
    blurs = rounding[held] / values
    blur = float(blurs.max(initial=0.0))
    weak = columns[(np.abs(right[held][blurs > WEAK]) > MEMBER).any(axis=0)]
    refit = _least_norm(right[held] / values[:, None], right[held] * values[:, None], units)
    stiff = bool(values.min(initial=np.inf) > STIFF)
    nothing = np.empty((0, columns.size))
    return Span(columns, refit, basis, stiff, blur, weak, nothing, nothing[:, 0])


def _sharpened(block, left, values, right, faint):
    """The faint directions anew: a decomposition errs by a share of the largest, they by their own.

    ``faint`` are their coefficients. What a combination has of the strong directions is taken out
    of the coefficients until it is a combination of what is left.
    """
    for _ in range(2):
        part = left.T @ (block @ faint.T)
        faint = faint - (part / values[:, None]).T @ right
    inner, sizes, turn = svd(block @ faint.T, full_matrices=False, check_finite=False)
    return inner, sizes, turn @ faint


def span_of_gram(columns, square, units) -> Span:
    """From the Gram matrix of the columns, which shows dependence to half of all digits only."""
    if not columns.size:
        nothing = np.empty((0, 0))
        return Span(columns, nothing, None, True, 0.0, columns, nothing, nothing.ravel())
    values, vectors = np.linalg.eigh(square / units / units[:, None])
    held = values > DEPENDENT_GRAM * values.max(initial=0.0)
    roots, right = np.sqrt(values[held])[:, None], vectors[:, held].T
    refit = _least_norm(right / roots, right * roots, units)
    blur = EPS / float(values[held].min(initial=1.0))
    lost, values = vectors[:, ~held].T, values[~held]
    weak = columns[(np.abs(lost) > MEMBER).any(axis=0)]
    return Span(columns, refit, None, True, blur, weak, lost / units, values)


def _least_norm(refit: np.ndarray, forward: np.ndarray, units: np.ndarray) -> np.ndarray:
    """T from the scaled one: of many solutions, that of least norm of the plain coefficients.

    ``forward`` takes scaled coefficients to coordinates in the basis.
    """
    rank, count = refit.shape
    scaled = refit / units
    if rank == count or not rank:
        return scaled
    # The rows of A = forward * units: the solution of A w = p of least norm is Q R'^-1 p.
    lengths = np.linalg.norm(forward, axis=1)[:, None]
    Q, R = qr((forward / lengths * units).T, mode="economic")
    if np.abs(R.diagonal()).min() > 0.0:
        plain = (Q @ solve_triangular(R, np.diag(1.0 / lengths[:, 0]), trans="T")).T
        if np.abs(forward * units @ plain.T - np.eye(rank)).max() <= EXACT:
            return plain
    return scaled
