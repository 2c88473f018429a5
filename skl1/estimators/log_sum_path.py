"""The logarithmic penalty for a whole grid of alphas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.log_sum import LogSumRegressor
from skl1.estimators.nonconvex_path import SHARED, nonconvex_path
from skl1.estimators.parameters import CoefBounds


@shared(SHARED, PATH="LpPath")
def log_sum_path(
    X: Any,
    y: Any,
    *,
    epsilon: float = 1.0,
    alphas: ArrayLike | None = None,
    n_alphas: int = 100,
    eps: float | None = None,
    l2: float = 0.0,
    sample_weight: ArrayLike | None = None,
    penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
    positive: bool = False,
    coef_bounds: CoefBounds = None,
    fit_intercept: bool = True,
    local_search: str | None = "auto",
    tol: float = 1e-6,
    max_iter: int = 10_000,
    max_nonzeros: int | None = None,
    max_explained: float | None = None,
    return_path: bool = False,
) -> Any:
    r"""Regression with the logarithmic penalty for a whole grid of alphas.

    For each alpha it seeks a good local minimum over w and the intercept b of

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \sum_j u_j g(w_j),
        \qquad W = \sum_i s_i,

    as ``LogSumRegressor`` does, where
    :math:`g(w) = \alpha \log(1 + |w| / \epsilon)`.

    @course@

    Parameters
    ----------
    @rows@
    epsilon : float, default=1.0
        The size of coefficients, above 0, at which the penalty begins to flatten: it is that of the
        Lasso with ``alpha / epsilon`` for much smaller ones.
    @alphas@
    @share@
    @nonconvex columns@
    tol : float, default=1e-6
        Stationarity wanted for each alpha.
    @rounds@

    Returns
    -------
    @stationary path@

    @faults@

    See Also
    --------
    LogSumRegressor : One alpha, from several starts.
    LogSumRegressorCV : The path, and a model of it that is chosen by cross-validation.
    lasso_path : The convex case.

    References
    ----------
    @sparsenet@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import log_sum_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> alphas, coefs, stationarities = log_sum_path(X, y, n_alphas=5, eps=0.1)
    >>> (coefs != 0).sum(axis=0)
    array([0, 1, 2, 2, 2])
    >>> bool(stationarities.max() <= 1e-6)
    True
    """
    model = LogSumRegressor(
        alpha=1.0,
        epsilon=epsilon,
        l2=l2,
        penalty_weights=penalty_weights,
        positive=positive,
        coef_bounds=coef_bounds,
        fit_intercept=fit_intercept,
        local_search=local_search,
        tol=tol,
        max_iter=max_iter,
    )
    return nonconvex_path(
        model,
        X,
        y,
        alphas=alphas,
        n_alphas=n_alphas,
        eps=eps,
        sample_weight=sample_weight,
        max_nonzeros=max_nonzeros,
        max_explained=max_explained,
        return_path=return_path,
    )
