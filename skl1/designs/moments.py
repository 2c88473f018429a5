"""Moments: weighted sums over (X, y), which add up over blocks of rows and suffice for a fit."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from numbers import Real
from pathlib import Path

import numpy as np
from scipy.linalg.blas import dger
from sklearn.utils.validation import check_X_y

from skl1.designs.base import Design
from skl1.designs.make import make_design
from skl1.sklearn_api import check_sample_weight


@dataclass(frozen=True, eq=False)
class Moments:
    r"""Sufficient statistics of weighted least squares: weight, means, centred second moments.

    With weights s, :math:`W = \sum_i s_i` and weighted means :math:`\bar x` and :math:`\bar y`,
    they hold

    .. math::

        C = \sum_i s_i (x_i - \bar x)(x_i - \bar x)^\top, \qquad
        c = \sum_i s_i (x_i - \bar x)(y_i - \bar y), \qquad
        \sum_i s_i (y_i - \bar y)^2 .

    Moments of blocks of rows are merged by ``+``, or by ``sum`` over any iterator, with the
    pairwise rule of Chan, Golub and LeVeque [1]_, which cancels nothing:

    .. math::

        C = C_1 + C_2 + \frac{W_1 W_2}{W_1 + W_2} (\bar x_2 - \bar x_1)(\bar x_2 - \bar x_1)^\top .

    A number times moments are those of the same rows with weights that many times as large.

    Means are held as a row of the data and the mean deviation from it, so that means of 1e7 times
    the spread cost no digits of the spread.

    Parameters
    ----------
    n_samples : int
        Rows with a positive weight.
    weight : float
        The sum W of the weights.
    x_origin, x_offset : ndarray of shape (n_features,)
        A row, and the mean deviation from it.
    y_origin, y_offset : float
        The same of y.
    xx : ndarray of shape (n_features, n_features)
        The matrix C.
    xy : ndarray of shape (n_features,)
        The vector c.
    yy : float
        The centred sum of squares of y.

    See Also
    --------
    ProximalLasso.fit_moments : A fit that needs nothing else.

    Notes
    -----
    They take ``8 n_features^2`` bytes: up to some thousand features.

    References
    ----------
    .. [1] T. F. Chan, G. H. Golub and R. J. LeVeque, "Algorithms for computing the sample
       variance: analysis and recommendations", The American Statistician 37, 1983, eq. 2.1.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import Moments, ProximalLasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> blocks = ((X[rows : rows + 100], y[rows : rows + 100]) for rows in range(0, 442, 100))
    >>> moments = sum(Moments.of(*block) for block in blocks)
    >>> moments.n_samples, moments.n_features
    (442, 10)
    >>> model = ProximalLasso(alpha=0.5).fit_moments(moments)
    >>> bool(abs(model.coef_ - ProximalLasso(alpha=0.5).fit(X, y).coef_).max() < 1e-6)
    True
    """

    n_samples: int
    weight: float
    x_origin: np.ndarray
    x_offset: np.ndarray
    y_origin: float
    y_offset: float
    xx: np.ndarray
    xy: np.ndarray
    yy: float

    @classmethod
    def of(cls, X, y, sample_weight=None) -> Moments:
        """The moments of a block of rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The block.
        y : array-like of shape (n_samples,)
            Its target.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights, not negative. They may all be zero: such a block adds nothing.

        Returns
        -------
        Moments

        Raises
        ------
        ValueError
            If X, y or a weight is not finite, negative or misshaped.
        """
        X, y = check_X_y(X, y, accept_sparse="csc", dtype=[np.float64, np.float32], y_numeric=True)
        return cls.of_checked(X, y, block_weights(sample_weight, X))

    @classmethod
    def of_checked(cls, X, y, s) -> Moments:
        """The same of finite numbers in arrays: ``of`` without its checks.

        Parameters
        ----------
        X : {ndarray, CSC matrix} of shape (n_samples, n_features)
            The block, of float32 or float64.
        y : ndarray of shape (n_samples,)
            Its target.
        s : ndarray of shape (n_samples,) or None
            Weights; None means 1.

        Returns
        -------
        Moments
        """
        n, p = X.shape
        if s is not None and not s.any():
            nothing = np.zeros(p)
            return cls(0, 0.0, nothing, nothing, 0.0, 0.0, np.zeros((p, p)), nothing, 0.0)
        design = make_design(X, y, s, fit_intercept=True, part=True)
        weight = float(n if s is None else s.sum())
        xx = whole_gram(design)
        xx *= weight
        return cls(
            n_samples=n if s is None else int(np.count_nonzero(s)),
            weight=weight,
            x_origin=design.x_origin,
            x_offset=design.x_offset,
            y_origin=design.y_origin,
            y_offset=design.y_offset,
            xx=xx,
            xy=weight * np.where(design.norms > 0.0, design.correlation, 0.0),
            yy=weight * design.energy,
        )

    @property
    def n_features(self) -> int:
        """Number of features."""
        return self.xy.size

    @property
    def x_mean(self) -> np.ndarray:
        """Weighted means of the columns of X."""
        return self.x_origin + self.x_offset

    @property
    def y_mean(self) -> float:
        """Weighted mean of y."""
        return self.y_origin + self.y_offset

    def __add__(self, other):
        if not isinstance(other, Moments):
            return self if isinstance(other, Real) and other == 0 else NotImplemented
        return replace(self, xx=self.xx.copy()).merged(other)

    __radd__ = __add__  # sum() starts with 0

    def __mul__(self, factor):
        if not isinstance(factor, Real):
            return NotImplemented
        if not 0.0 <= factor < np.inf:
            raise ValueError(f"Moments are multiplied by factors from 0, got {factor!r}.")
        scaled = {name: factor * getattr(self, name) for name in ("weight", "xx", "xy", "yy")}
        return replace(self, n_samples=self.n_samples if factor else 0, **scaled)

    __rmul__ = __mul__

    def merged(self, other) -> Moments:
        """The sum, written over the matrix of ``self``, which is no longer valid then.

        Parameters
        ----------
        other : Moments
            Of other rows.

        Returns
        -------
        Moments
            Those of the rows of both.

        Raises
        ------
        ValueError
            If the numbers of features differ.
        """
        if self.n_features != other.n_features:
            raise ValueError(
                f"Moments of {self.n_features} features cannot be added to those of "
                f"{other.n_features}."
            )
        if not (self.weight and other.weight):
            return self if self.weight else other
        share = other.weight / (self.weight + other.weight)
        apart = (other.x_origin - self.x_origin) + (other.x_offset - self.x_offset)
        y_apart = (other.y_origin - self.y_origin) + (other.y_offset - self.y_offset)
        pull = self.weight * share * apart
        xx = self.xx
        xx += other.xx
        dger(1.0, apart, pull, a=xx.T, overwrite_a=True)  # a view: writes into xx
        return Moments(
            n_samples=self.n_samples + other.n_samples,
            weight=self.weight + other.weight,
            x_origin=self.x_origin,
            x_offset=self.x_offset + share * apart,
            y_origin=self.y_origin,
            y_offset=self.y_offset + share * y_apart,
            xx=xx,
            xy=self.xy + other.xy + pull * y_apart,
            yy=self.yy + other.yy + self.weight * share * y_apart**2,
        )

    def save(self, file) -> None:
        """Write to a file, in NumPy's npz format.

        Parameters
        ----------
        file : path or file object
            Where to write; no suffix is added.
        """
        if not hasattr(file, "write"):  # NumPy would add its suffix to a path, and load would not
            with Path(file).open("wb") as stream:
                self.save(stream)
            return
        np.savez(file, **{each.name: getattr(self, each.name) for each in fields(self)})

    @classmethod
    def load(cls, file) -> Moments:
        """Read what ``save`` has written.

        Parameters
        ----------
        file : str, path or file
            As for ``numpy.load``.

        Returns
        -------
        Moments

        Raises
        ------
        ValueError
            If the file holds something else.
        """
        with np.load(file, allow_pickle=False) as stored:
            missing = {each.name for each in fields(cls)} - set(stored)
            if missing:
                raise ValueError(f"{file} holds no Moments: {', '.join(sorted(missing))} missing.")
            values = {each.name: stored[each.name] for each in fields(cls)}
        return cls(**{name: v if v.ndim else v.item() for name, v in values.items()})


def block_weights(sample_weight, X) -> np.ndarray | None:
    """Checked weights of a block, which may all be zero; None if there are none."""
    if sample_weight is None:
        return None
    given, n = np.asarray(sample_weight), X.shape[0]
    if given.shape in ((), (n,)) and given.dtype.kind in "biuf" and not given.any():
        return np.zeros(n)
    return check_sample_weight(sample_weight, X)


def whole_gram(design: Design) -> np.ndarray:
    """The Gram matrix of all features, exactly zero for constant ones."""
    every = np.arange(design.n_features)
    matrix = design.gram(every, every)
    constant = design.norms == 0.0
    matrix[constant] = 0.0
    matrix[:, constant] = 0.0
    np.fill_diagonal(matrix, design.norms)
    return matrix
