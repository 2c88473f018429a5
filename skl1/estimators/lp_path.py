"""The l_p penalty for a whole grid of alphas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex_lp import NonconvexLpRegressor
from skl1.estimators.nonconvex_path import SHARED, nonconvex_path
from skl1.estimators.parameters import CoefBounds


@shared(SHARED, PATH="LpPath")
def lp_path(
    X: Any,
    y: Any,
    *,
    p: float = 0.5,
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
    r"""Regression with the penalty :math:`|w|^p` for a whole grid of alphas.

    For each alpha it seeks a good local minimum over w and the intercept b of

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \alpha \sum_j u_j |w_j|^p,
        \qquad W = \sum_i s_i,

    as ``NonconvexLpRegressor`` does; p = 1 is the Lasso.

    @course@

    Parameters
    ----------
    @rows and targets@
    p : float, default=0.5
        Exponent, in [0, 1]; :math:`|w|^0` counts the nonzero coefficients.
    @alphas@
    eps : float, default=None
        The smallest alpha of the grid as a share of the largest, which is the smallest one with an
        empty model. None means :math:`\epsilon^{2 - p}` with :math:`\epsilon` the share of
        ``lasso_path``, 1e-3 with more samples than features and else 1e-2: the correlation at which
        a feature enters goes as :math:`\alpha^{1 / (2 - p)}`, and so spans the same range for
        every p.
    @nonconvex columns@
    tol : float, default=1e-6
        Stationarity wanted for each alpha; for p = 1 the duality gap, as a share of the null
        objective.
    @rounds@

    Returns
    -------
    @path of targets@
    stationarities : ndarray of shape (n_alphas,) or (n_targets, n_alphas)
        How far one exact coordinate step would move each model, at most, as a share of the norm of
        y; for p = 1 the dual gaps.
    path : LpPath
        Instead of these three, with ``return_path=True``; a list of them for several targets.

    @faults@

    See Also
    --------
    NonconvexLpRegressor : One alpha, from several starts.
    mcp_path, scad_path, log_sum_path : Other penalties.
    lasso_path : The convex case, and the elastic net.

    References
    ----------
    @sparsenet@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import lp_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> alphas, coefs, stationarities = lp_path(X, y, p=0.5, n_alphas=5, eps=0.1)
    >>> (coefs != 0).sum(axis=0)
    array([0, 1, 2, 2, 3])
    >>> bool(stationarities.max() <= 1e-6)
    True
    """
    model = NonconvexLpRegressor(
        alpha=1.0,
        p=p,
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
