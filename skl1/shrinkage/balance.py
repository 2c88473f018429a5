"""A penalty against data: where the two forces on a coefficient balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.penalties import Penalty
from skl1.penalties.elementwise import slopes
from skl1.results.summary import Summarised


@dataclass(frozen=True)
class Balance(Summarised):
    """One coefficient at rest between a quadratic loss and a penalty, for many losses.

    Attributes
    ----------
    least_squares : ndarray of shape (n,)
        The value z that the loss alone would choose.
    w : ndarray of shape (n,)
        The value at rest: the penalty's thresholding function of z.
    pull : ndarray of shape (n,)
        The force of the data, ``z - w``, away from zero if z is positive.
    hold : ndarray of shape (n,)
        The force of the penalty at w: equal to the pull where w is not 0; where it is 0, the
        largest pull that the penalty withstands there.
    """

    least_squares: np.ndarray
    w: np.ndarray
    pull: np.ndarray
    hold: np.ndarray


def balance(penalty: Penalty, least_squares) -> Balance:
    r"""One coefficient with a quadratic loss: the solution for each least-squares value z.

    It is the global minimiser of :math:`\frac{1}{2} (w - z)^2 + g(w)`. For L1 that is soft
    thresholding, for l_0 hard, for l_1/2 half thresholding; a squared penalty divides z by
    :math:`1 + \alpha` and has no threshold, as its force at zero is zero.

    Parameters
    ----------
    penalty : Penalty
        The g.
    least_squares : array-like of shape (n,)
        The values z.

    Returns
    -------
    Balance
        The solutions, and the forces there.

    Examples
    --------
    >>> from skl1.penalties import L1, SquaredL2
    >>> from skl1.shrinkage import balance
    >>> balance(L1(1.0), [-2.0, 0.5, 3.0]).w
    array([-1.,  0.,  2.])
    >>> balance(SquaredL2(1.0), [-2.0, 0.5, 3.0]).w
    array([-1.  ,  0.25,  1.5 ])
    """
    z = np.atleast_1d(np.asarray(least_squares, dtype=float))
    w = np.array([float(penalty.prox(each, 1.0)) for each in z.tolist()])
    used = w != 0.0
    hold = np.full(z.size, float(penalty.slope_at_zero()))
    hold[used] = slopes(penalty, w[used])
    return Balance(z, w, z - w, hold)


@dataclass(frozen=True)
class ZeroAlphas(Summarised):
    """For which alphas the second of two coefficients is exactly zero.

    Attributes
    ----------
    ridge : float
        The only alpha at which it is zero in ridge regression; NaN if there is none.
    lasso : float
        It is zero in the Lasso for this alpha and for every larger one.
    """

    ridge: float
    lasso: float


def zero_alphas(correlation: float, pulls) -> ZeroAlphas:
    r"""The alphas for which the second of two coefficients is exactly zero.

    Two features of unit variance have a correlation rho, and correlations :math:`c_1, c_2` with y.
    Ridge regression solves :math:`(1 + \alpha) w_1 + \rho w_2 = c_1` and
    :math:`\rho w_1 + (1 + \alpha) w_2 = c_2`, so :math:`w_2` can be 0 at one alpha,
    :math:`\rho c_1 / c_2 - 1`, where it changes its sign: by a hair less or more it is not. The
    Lasso sets it to zero as long as the residual pulls at it by no more than alpha, which is so
    from some alpha on.

    Parameters
    ----------
    correlation : float
        The rho, between -1 and 1.
    pulls : array-like of shape (2,)
        The correlations with y; not zero.

    Returns
    -------
    ZeroAlphas
        For ridge regression and for the Lasso.

    Raises
    ------
    ValueError
        If rho is not between -1 and 1, or a pull is zero.

    Examples
    --------
    >>> from skl1.shrinkage import zero_alphas
    >>> zero_alphas(0.75, [1.0, 0.5])
    ZeroAlphas
      ridge  0.5
      lasso  0.1429
    """
    first, second = (float(c) for c in pulls)
    if not -1.0 < correlation < 1.0:
        raise ValueError(f"correlation must be between -1 and 1, got {correlation!r}.")
    if first == 0.0 or second == 0.0:
        raise ValueError(f"pulls must not be zero, got {[first, second]}.")
    ridge = correlation * first / second - 1.0
    # With the sign of the first feature such that it is pulled upwards; w_1 = c_1 - alpha, and the
    # residual pulls at the second by c_2 - rho w_1.
    rho, size = correlation * np.sign(first), abs(first)
    rest = second - rho * size
    below = max(rest / (1.0 - rho), -rest / (1.0 + rho))
    # Where the second is pulled harder than the first it is never left out by the Lasso.
    lasso = abs(second) if abs(second) >= size else float(below)
    return ZeroAlphas(ridge if ridge >= 0.0 else float("nan"), lasso)
