"""The smoothly clipped absolute deviation (SCAD) for a whole grid of alphas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex_path import SHARED, nonconvex_path
from skl1.estimators.parameters import CoefBounds
from skl1.estimators.scad import SCADRegressor


@shared(SHARED, PATH="LpPath")
def scad_path(
    X: Any,
    y: Any,
    *,
    gamma: float = 3.7,
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
    r"""Regression with the smoothly clipped absolute deviation (SCAD) for a whole grid of alphas.

    For each alpha it seeks a good local minimum over w and the intercept b of

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \sum_j u_j g(w_j),
        \qquad W = \sum_i s_i,

    as ``SCADRegressor`` does, where the slope of g is alpha up to
    :math:`|w| = \alpha`, falls linearly to 0 at :math:`|w| = \gamma \alpha`, and is 0 beyond.

    @course@

    Parameters
    ----------
    @rows@
    gamma : float, default=3.7
        How far the penalty rises, above 2: it is flat from ``gamma * alpha`` on. The larger, the
        nearer to the Lasso.
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
    SCADRegressor : One alpha, from several starts.
    SCADRegressorCV : The path, and a model of it that is chosen by cross-validation.
    lasso_path : The convex case.

    References
    ----------
    @sparsenet@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import scad_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> alphas, coefs, stationarities = scad_path(X, y, n_alphas=5, eps=0.1)
    >>> (coefs != 0).sum(axis=0)
    array([0, 2, 2, 4, 6])
    >>> bool(stationarities.max() <= 1e-6)
    True
    """
    model = SCADRegressor(
        alpha=1.0,
        gamma=gamma,
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
