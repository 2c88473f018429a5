"""Least squares is never sparse, even where the truth is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.utils import check_random_state

from skl1.estimators import ProximalLasso
from skl1.results.summary import Summarised


@dataclass(frozen=True)
class ZerosFound(Summarised):
    """How many of the true zeros came out as exact zeros.

    Attributes
    ----------
    least_squares : float
        The share with least squares: 0.
    lasso : float
        The share with the Lasso.
    smallest : float
        The smallest size of any coefficient of least squares.
    """

    least_squares: float
    lasso: float
    smallest: float


def zeros_found(
    *,
    n_samples: int = 60,
    n_features: int = 10,
    n_nonzeros: int = 3,
    noise: float = 1.0,
    alpha: float = 0.2,
    n_draws: int = 50,
    random_state=None,
) -> ZerosFound:
    """The share of true zeros that least squares and the Lasso find, over random data.

    A coefficient of least squares is a continuous function of the noise, and zero with probability
    0. The Lasso's is exactly zero for a whole range of the noise.

    Parameters
    ----------
    n_samples : int, default=60
        Rows of standard normal features, more than there are features.
    n_features : int, default=10
        Features.
    n_nonzeros : int, default=3
        The first of them have a coefficient of 1, the others of 0.
    noise : float, default=1.0
        Standard deviation of the normal noise, positive.
    alpha : float, default=0.2
        Of the Lasso.
    n_draws : int, default=50
        Data sets.
    random_state : int, RandomState instance or None, default=None
        Of the draws.

    Returns
    -------
    ZerosFound
        The shares.

    Raises
    ------
    ValueError
        If there are not more samples than features, no true zeros, or no noise.

    Examples
    --------
    >>> from skl1.shrinkage import zeros_found
    >>> zeros_found(random_state=0).least_squares
    0.0
    """
    if n_samples <= n_features + 1:
        raise ValueError(
            f"n_samples must exceed n_features + 1, got {n_samples} <= {n_features + 1}."
        )
    if not n_nonzeros < n_features:
        raise ValueError(f"n_nonzeros must be less than n_features, got {n_nonzeros}.")
    if not noise > 0.0:
        raise ValueError(f"noise must be positive, got {noise!r}: without it the fit is the truth.")
    rng = check_random_state(random_state)
    truth = np.arange(n_features) < n_nonzeros
    plain, lasso = [], []
    for _ in range(n_draws):
        X = rng.standard_normal((n_samples, n_features))
        y = X @ truth + noise * rng.standard_normal(n_samples)
        plain.append(LinearRegression().fit(X, y).coef_)
        lasso.append(ProximalLasso(alpha).fit(X, y).coef_)
    shares = [float(np.mean(np.array(w)[:, ~truth] == 0.0)) for w in (plain, lasso)]
    return ZerosFound(shares[0], shares[1], float(np.abs(plain).min()))
