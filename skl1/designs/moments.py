"""Moments: weighted sums over (X, y), which add up over blocks of rows and suffice for a fit.

Longer than 300 lines: a good third is the documentation of one public class.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import frexp
from numbers import Real
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg.blas import dger
from sklearn.utils.validation import check_X_y

from skl1.compiled.versions import Versioned
from skl1.designs.base import Design
from skl1.designs.make import make_design
from skl1.designs.moment_checks import (
    check_second_moments,
    checked_array,
    checked_count,
    checked_numbers,
    checked_shape,
)
from skl1.designs.moment_files import FIELDS, read, write
from skl1.designs.moment_units import SUMS, in_unit, in_units, magnitude, scaled
from skl1.designs.responses import is_several, with_responses
from skl1.designs.weights import ORDINARY, count_of_sum, exponent_of
from skl1.results.summary import Summarised
from skl1.sklearn_api import check_sample_weight

LARGEST_FLOAT = float(np.finfo(np.float64).max)


@dataclass(frozen=True, eq=False, init=False)
class Moments(Summarised, Versioned):
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

    Of several targets there is a vector c, a mean and a sum of squares for each, and one matrix C.

    Means are held as a row of the data and the mean deviation from it, so that means of 1e7 times
    the spread cost no digits of the spread. Sums of weights beyond 1e120, or below 1e-120, are held
    in units of a power of two, so that no product with them overflows or vanishes: fits use the
    ratios of weights only. The attributes below are the sums themselves, and then may be inf or 0.

    Sums of squares have half the digits of the data. Unpenalised columns of which one is a
    combination of others but for 1e-7 of its length are more than sums can show: a fit then does
    not converge and says which they are, unless what is left of the combination is so small that
    it looks like rounding (1e-13 and less); it then counts as zero.

    Parameters
    ----------
    n_samples : int
        Rows with a positive weight.
    weight : float
        The sum W of the weights.
    x_origin, x_offset : ndarray of shape (n_features,)
        A row, and the mean deviation from it.
    y_origin, y_offset : float or ndarray of shape (n_targets,)
        The same of y.
    xx : ndarray of shape (n_features, n_features)
        The matrix C.
    xy : ndarray of shape (n_features,) or (n_features, n_targets)
        The vector c.
    yy : float or ndarray of shape (n_targets,)
        The centred sum of squares of y.

    Raises
    ------
    ValueError
        If an argument is not finite, is misshaped or out of its range, or if no rows have such
        moments: the matrix of C, c and the sum of squares of y must be positive semidefinite, up to
        rounding.

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
    y_origin: float | np.ndarray
    y_offset: float | np.ndarray
    xx: np.ndarray
    xy: np.ndarray
    yy: float | np.ndarray

    # What is held of the sums, in units of 2^exponent; the exponent is 0 for ordinary weights.
    held_weight: ClassVar[float]
    held_xx: ClassVar[np.ndarray]
    held_xy: ClassVar[np.ndarray]
    held_yy: ClassVar[float | np.ndarray]
    exponent: ClassVar[int]

    def __init__(self, n_samples, weight, x_origin, x_offset, y_origin, y_offset, xx, xy, yy):
        p, *targets = checked_shape(xy)
        self._hold(
            0,
            n_samples=checked_count("n_samples", n_samples),
            x_origin=checked_array("x_origin", x_origin, (p,)),
            x_offset=checked_array("x_offset", x_offset, (p,)),
            y_origin=checked_numbers("y_origin", y_origin, *targets),
            y_offset=checked_numbers("y_offset", y_offset, *targets),
            held_weight=checked_numbers("weight", weight),
            held_xx=checked_array("xx", xx, (p, p)),
            held_xy=checked_array("xy", xy, (p, *targets)),
            held_yy=checked_numbers("yy", yy, *targets),
        )
        self._check()

    def _facts(self) -> dict[str, str]:
        rows = f"{self.n_samples}, of weight {self.weight:.4g}"
        targets = {"targets": str(self.n_targets)} if self.several else {}
        return {"rows": rows, "features": str(self.n_features), **targets}

    def _hold(self, exponent, **values) -> None:
        """Take in checked values, whose sums are in units of two to the exponent."""
        weight = values["held_weight"]
        total = frexp(weight)[1] + exponent if weight else 0
        own = total if abs(total) > ORDINARY else 0
        if own != exponent:
            values |= scaled(values, exponent - own)
        vars(self).update(values, exponent=own)

    @classmethod
    def _made(cls, exponent, **values) -> Moments:
        """Moments of values that are sums of rows: without the checks, which take p^3/3 steps."""
        made = object.__new__(cls)
        made._hold(exponent, **values)
        return made

    def _check(self) -> None:
        """Whether some rows have these moments."""
        n, weight = self.n_samples, self.held_weight
        if not (weight >= 0.0 and n >= 0 and (n > 0) == (weight > 0.0)):
            raise ValueError(
                "n_samples counts the rows of a positive weight, and weight is the sum of their "
                f"weights: both are positive or both are 0, got n_samples={n}, weight={weight:g}."
            )
        with np.errstate(over="ignore"):
            means = np.append(self.x_mean, self.y_mean)
        if not np.isfinite(means).all():
            raise ValueError("The means, x_origin + x_offset and y_origin + y_offset, overflow.")
        if not (np.isfinite(self.held_xx).all() and np.isfinite(self.held_yy).all()):
            raise ValueError("xx or yy is so large beside the weight that variances overflow.")
        for one in self.targets():
            own: Any = one.held_xx, one.held_xy, one.held_yy
            check_second_moments(n, weight, self.x_mean, *own)

    @classmethod
    def of(cls, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Moments:
        """The moments of a block of rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The block.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Its target, or targets.
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
        X, y = check_X_y(
            X,
            y,
            accept_sparse="csc",
            dtype=[np.float64, np.float32],
            y_numeric=True,
            multi_output=is_several(y),
        )
        return cls.of_checked(X, y, block_weights(sample_weight, X))

    @classmethod
    def of_checked(cls, X, y, s) -> Moments:
        """The same of finite numbers in arrays: ``of`` without its checks.

        Parameters
        ----------
        X : {ndarray, CSC matrix} of shape (n_samples, n_features)
            The block, of float32 or float64.
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            Its target, or targets.
        s : ndarray of shape (n_samples,) or None
            Weights; None means 1.

        Returns
        -------
        Moments
        """
        n, p = X.shape
        if s is not None and not s.any():
            nothing = np.zeros(p)
            none = np.zeros(y.shape[1]) if y.ndim == 2 else 0.0
            return cls._made(
                0,
                n_samples=0,
                x_origin=nothing,
                x_offset=nothing,
                y_origin=none,
                y_offset=none,
                held_weight=0.0,
                held_xx=np.zeros((p, p)),
                held_xy=np.zeros((p, *y.shape[1:])),
                held_yy=none,
            )
        first = y if y.ndim == 1 else y[:, 0]
        design = make_design(X, first, s, fit_intercept=True, part=True)
        designs = [design] if y.ndim == 1 else with_responses(design, y, part=True)

        def of_each(name):
            values = [getattr(each, name) for each in designs]
            return values[0] if y.ndim == 1 else np.array(values)

        exponent = 0 if s is None else exponent_of(float(s.max()))
        weight = float(n if s is None else np.ldexp(s, -exponent).sum())
        xx = whole_gram(design)
        xx *= weight
        return cls._made(
            exponent,
            n_samples=n if s is None else int(np.count_nonzero(s)),
            x_origin=design.x_origin,
            x_offset=design.x_offset,
            y_origin=of_each("y_origin"),
            y_offset=of_each("y_offset"),
            held_weight=weight,
            held_xx=xx,
            held_xy=weight * np.where(design.norms > 0.0, of_each("correlation"), 0.0).T,
            held_yy=weight * of_each("energy"),
        )

    @property
    def n_features(self) -> int:
        """Number of features."""
        return len(self.held_xy)

    @property
    def several(self) -> bool:
        """Whether there are several targets."""
        return self.held_xy.ndim == 2

    @property
    def n_targets(self) -> int:
        """Number of targets."""
        return self.held_xy.shape[1] if self.several else 1

    def of_target(self, k: int) -> Moments:
        """The moments of one of several targets, which share the matrix of all.

        Parameters
        ----------
        k : int
            Its number, counted from 0.

        Returns
        -------
        Moments
            Of one target.
        """
        if not (self.several and 0 <= k < self.n_targets):
            raise IndexError(f"Moments of {self.n_targets} targets have none with number {k}.")
        own = {name: self._values()[name][..., k] for name in ("y_origin", "y_offset", "held_yy")}
        own = {name: float(value) for name, value in own.items()}
        column = np.ascontiguousarray(self.held_xy[:, k])
        return self._made(self.exponent, **self._values() | own | {"held_xy": column})

    def targets(self) -> list[Moments]:
        """The moments of each target.

        Returns
        -------
        list of Moments
            One for each.
        """
        return [self.of_target(k) for k in range(self.n_targets)] if self.several else [self]

    @property
    def count(self) -> float:
        """The number of samples in an information criterion: the weight, if it may be one.

        It may from 2^-53 to 2^53. Of other weights only the ratios mean something, and the number
        is ``n_samples``.
        """
        return count_of_sum(self.weight, self.n_samples)

    @property
    def x_mean(self) -> np.ndarray:
        """Weighted means of the columns of X."""
        return self.x_origin + self.x_offset

    @property
    def y_mean(self) -> Any:
        """Weighted mean of y, or of each target."""
        return self.y_origin + self.y_offset

    def __add__(self, other: Any) -> Moments:
        if not isinstance(other, Moments):
            return self if isinstance(other, Real) and other == 0 else NotImplemented
        mine = self._made(self.exponent, **self._values())
        vars(mine)["held_xx"] = self.held_xx.copy()
        return mine.merged(other)

    __radd__ = __add__  # sum() starts with 0

    def __mul__(self, factor: Any) -> Moments:
        if not isinstance(factor, Real):
            return NotImplemented
        factor = cast(Any, factor)
        if not 0.0 <= factor <= LARGEST_FLOAT:
            raise ValueError(f"Moments are multiplied by factors from 0, got {factor!r}.")
        mantissa, power = frexp(factor)
        values = self._values()
        values |= {name: mantissa * values[name] for name in SUMS}
        values["n_samples"] = self.n_samples if factor else 0
        return self._made(self.exponent + power, **values)

    __rmul__ = __mul__

    def _values(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "exponent"}

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
            If the numbers of features or of targets differ, if means are so far apart that squares
            overflow, or if weights are so far apart that what the smaller ones alone tell is lost.
        """
        if self.n_features != other.n_features:
            raise ValueError(
                f"Moments of {self.n_features} features cannot be added to those of "
                f"{other.n_features}."
            )
        if self.held_xy.shape != other.held_xy.shape:
            raise ValueError(
                f"Moments of {self.n_targets} targets cannot be added to those of "
                f"{other.n_targets}."
            )
        if not (self.held_weight and other.held_weight):
            return self if self.held_weight else other
        exponent = max(self, other, key=magnitude).exponent
        one, two = in_unit(self, exponent), in_unit(other, exponent)
        weight, second = one["held_weight"], two["held_weight"]
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            share = second / (weight + second)
            apart = (other.x_origin - self.x_origin) + (other.x_offset - self.x_offset)
            y_apart = (other.y_origin - self.y_origin) + (other.y_offset - self.y_offset)
            pull = weight * share * apart
            xx = one["held_xx"]
            xx += two["held_xx"]
            dger(1.0, apart, pull, a=xx.T, overwrite_a=True)  # a view: writes into xx
            total = self._made(
                exponent,
                n_samples=self.n_samples + other.n_samples,
                x_origin=self.x_origin,
                x_offset=self.x_offset + share * apart,
                y_origin=self.y_origin,
                y_offset=self.y_offset + share * y_apart,
                held_weight=weight + second,
                held_xx=xx,
                held_xy=one["held_xy"] + two["held_xy"] + np.multiply.outer(pull, y_apart),
                held_yy=one["held_yy"] + two["held_yy"] + weight * share * y_apart * y_apart,
            )
        variances = np.append(xx.diagonal(), total.held_yy)
        if not np.isfinite(variances).all():
            raise ValueError(
                "X or y holds numbers so large that their squares overflow; rescale the columns "
                "(StandardScaler does)."
            )
        if abs(magnitude(self) - magnitude(other)) > ORDINARY:
            moved = np.append(apart, y_apart) != 0.0
            if np.any((variances == 0.0) & (moved | _varies(self) | _varies(other))):
                raise ValueError(
                    "sample_weight differs so much between blocks of rows (sums of about "
                    f"{self.weight:g} and {other.weight:g}) that what only the lighter ones tell "
                    "is lost: bring the weights within a factor of 1e300, or leave out the lighter "
                    "blocks."
                )
        return total

    def save(self, file: Any) -> None:
        """Write to a file, in NumPy's npz format.

        Parameters
        ----------
        file : path or file object
            Where to write; no suffix is added.
        """
        if self.exponent:
            values = self._values() | {"exponent": self.exponent}
        else:
            values = {name: getattr(self, name) for name in FIELDS}
        write(file, {name.removeprefix("held_"): value for name, value in values.items()})

    @classmethod
    def load(cls, file: Any) -> Moments:
        """Read what ``save`` has written, in this version of skl1 or an earlier one.

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
            If the file is damaged, holds something else or is of a newer version, or if no rows
            have such moments. The error names the file and what is wrong.
        OSError
            If the file cannot be opened.
        """
        if not hasattr(file, "read"):
            with Path(file).open("rb") as stream:
                return cls.load(stream)
        try:
            values, exponent = read(file)
            moments = cls(**values)
        except Exception as error:
            name = getattr(file, "name", file)
            raise ValueError(f"{name} holds no Moments: {error}") from error
        # What was held in units of a power of two has been checked as it was held.
        return cls._made(exponent + moments.exponent, **moments._values())


for _name in SUMS:
    setattr(Moments, _name.removeprefix("held_"), in_units(_name))


def _varies(moments: Moments) -> np.ndarray:
    """Which columns, and whether y, are not constant."""
    return np.append(moments.held_xx.diagonal(), moments.held_yy) > 0.0


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
