"""Penalty weights from a first estimate: the adaptive Lasso."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from skl1.estimators import ProximalLasso
from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds
from skl1.exceptions import EmptyModelWarning, warn_user
from skl1.inference.first_stage import (
    NAMES,
    NOTHING,
    adapted,
    checked,
    excludes_all,
    first_estimate,
    method_for,
)


@shared()
def adaptive_weights(
    X: Any,
    y: Any,
    *,
    gamma: float = 1.0,
    initial: Any = "auto",
    sample_weight: ArrayLike | None = None,
    penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
    positive: bool = False,
    coef_bounds: CoefBounds = None,
    fit_intercept: bool = True,
    tol: float = 1e-6,
    max_iter: int = 10_000,
) -> np.ndarray:
    r"""Penalty weights of the adaptive Lasso: light on what a first estimate finds large.

    With them ``ProximalLasso(penalty_weights=...)`` minimises over w and the intercept b

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \alpha \sum_j u_j |w_j|,
        \qquad u_j = \left(\frac{\max_k |\hat b_k|}{|\hat b_j|}\right)^\gamma,

    with a first estimate :math:`\hat b`: the weights :math:`1 / |\hat b_j|^\gamma` of Zou [1]_,
    times the number that makes the smallest of them 1. So alpha means for the feature of the
    largest coefficient what it means in the Lasso, the others are penalised more, and
    ``alpha_max_`` is at most that of the Lasso. A feature whose first estimate is exactly zero gets
    the weight inf: it is excluded.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Data. With ``gamma=1`` and a first estimate that does not depend on the columns' units, as
        "ridge", "lasso" and least squares do not, the model does not either. For any other gamma
        give them one scale (StandardScaler).
    y : array-like of shape (n_samples,)
        Target.
    gamma : float, default=1.0
        Power of the first estimate, positive. Zou tries 0.5, 1 and 2.
    initial : str, estimator or array-like of shape (n_features,), default="auto"
        The first estimate: "ridge", "least_squares", "lasso", "auto" or one's own. "ridge" is
        ridge regression in standard units, with the penalty that generalised cross-validation
        chooses among 15. "least_squares" has no penalty, and of dependent columns the solution of
        least norm: it wants many more samples than features.
        "lasso" is the scaled Lasso [2]_ in standard units, which has nothing to choose; what it
        leaves out is excluded. "auto" is "ridge" with more samples than features, of which there
        are at most 500, else "lasso". An estimator is cloned and fitted, with ``sample_weight`` if
        that is given, and has to set ``coef_``. An array holds the coefficients.
    sample_weight : float or array-like of shape (n_samples,), default=None
        Weights s, not negative and not all zero.
    penalty_weights : array-like of shape (n_features,) or dict, default=None
        Factors that multiply the result: 0 for features that are not penalised, inf for excluded
        ones. They hold in the first estimate too, unless it is given. A dict, or a Series, has
        them by name: 1 for the others.
    positive : bool, default=False
        Allow no negative coefficient in the first estimate. Negative ones of a given estimate
        count as zero.
    @bounds@
    fit_intercept : bool, default=True
        Fit an intercept in the first estimate.
    tol : float, default=1e-6
        Duality gap wanted of the first estimate, as a share of the null objective.
    max_iter : int, default=10000
        Iterations allowed for it.

    Returns
    -------
    ndarray of shape (n_features,)
        The weights u, at least 1 where ``penalty_weights`` is None.

    Raises
    ------
    ValueError
        If an argument is out of its range, not finite or misshaped.
    TypeError
        If ``initial`` is no estimator, name or array.

    Warns
    -----
    EmptyModelWarning
        If the first estimate is zero: every penalised feature is then excluded.
    ConvergenceWarning
        If the first estimate did not converge.

    See Also
    --------
    AdaptiveLasso, AdaptiveLassoCV : First estimate and fit in one.
    ProximalLasso : Takes the weights.
    RelaxedLasso : Less shrinkage by a second fit.
    NonconvexLpRegressor : Less shrinkage by a nonconvex penalty, without a first estimate.

    Notes
    -----
    Zou's oracle property, the right features and the estimate that they alone would give, is one
    of n to infinity with p fixed, a first estimate with errors of the order :math:`n^{-1/2}`, and
    an alpha that falls faster than :math:`n^{-1/2}` but more slowly than
    :math:`n^{-(1 + \gamma) / 2}`. The weights are computed from y: cross-validation of
    the second stage alone is optimistic, so compute them inside each fold,
    as ``AdaptiveLassoCV`` does.

    References
    ----------
    .. [1] H. Zou, "The adaptive Lasso and its oracle properties", Journal of the American
       Statistical Association 101, 2006, eq. 4.
    .. [2] T. Sun and C.-H. Zhang, "Scaled sparse linear regression", Biometrika 99, 2012,
       section 2.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import ProximalLasso, adaptive_weights
    >>> X, y = load_diabetes(return_X_y=True)
    >>> weights = adaptive_weights(X, y)
    >>> float(weights.min())
    1.0
    >>> model = ProximalLasso(alpha=0.2, penalty_weights=weights).fit(X, y)
    >>> int((model.coef_ != 0).sum()), int((ProximalLasso(alpha=0.2).fit(X, y).coef_ != 0).sum())
    (3, 6)
    """
    given: Any = gamma
    if not isinstance(given, Real) or not 0.0 < gamma < np.inf:
        raise ValueError(f"gamma must be a positive number, got {gamma!r}; 1 is customary.")
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        model = ProximalLasso(
            penalty_weights=penalty_weights,
            positive=positive,
            coef_bounds=coef_bounds,
            fit_intercept=fit_intercept,
            tol=tol,
            max_iter=max_iter,
        )
        rows, problem = model.pose(X, y, sample_weight)
        factors = np.where(problem.included, problem.weights, np.inf)
    p = rows.shape[1]
    if isinstance(initial, str):
        name = method_for(initial, problem.design)
        if name not in NAMES:
            raise ValueError(
                'initial must be "auto", "ridge", "least_squares", "lasso", an estimator or '
                f"coefficients, got {initial!r}."
            )
        limits: dict[str, Any] = {"bounds": problem.bounds, "tol": tol, "max_iter": max_iter}
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            estimate = first_estimate(name, problem.design, factors, **limits)
        if estimate.remark:
            warn_user(estimate.remark, ConvergenceWarning)
        coef = estimate.coef
    else:
        coef = _given(initial, X, y, sample_weight, p)
    weights = adapted(coef, factors, gamma, problem.bounds)
    if excludes_all(weights, factors):
        warn_user(f"{NOTHING} Give another initial estimate.", EmptyModelWarning)
    return weights


def _given(initial, X, y, sample_weight, p: int) -> np.ndarray:
    """The coefficients of an estimator that is fitted here, or the ones that are given."""
    if hasattr(initial, "fit"):
        name = type(initial).__name__
        extra = {} if sample_weight is None else {"sample_weight": sample_weight}
        initial = clone(initial).fit(X, y, **extra)
        if not hasattr(initial, "coef_"):
            raise TypeError(f"initial must be an estimator with coef_; {name} sets none.")
        initial = np.ravel(initial.coef_)
    return checked(initial, p, "initial")
