"""Penalty weights from a first estimate: the adaptive Lasso."""

from __future__ import annotations

from numbers import Real

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from skl1.compiled.threads import single_threaded
from skl1.estimators import ProximalLasso
from skl1.estimators.lasso_path import lasso_path
from skl1.exceptions import EmptyModelWarning, warn_user
from skl1.model_selection.scaled_lasso import (
    penalty_level,
    scaled_lasso,
    shortfall,
    standard_lasso,
    standard_weights,
)

#: Penalties that are tried for a first estimate by ridge regression in standard units.
RIDGE_ALPHAS = np.geomspace(10.0, 1e-6, 15)
#: Up to this many features ridge regression is the first estimate where there are more rows.
RIDGE_COLUMNS = 500


def adaptive_weights(
    X,
    y,
    *,
    gamma=1.0,
    initial="auto",
    sample_weight=None,
    penalty_weights=None,
    positive=False,
    fit_intercept=True,
    tol=1e-6,
    max_iter=10_000,
):
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
        The first estimate: "ridge", "lasso", "auto" or one's own. "ridge" is ridge regression
        in standard units, with the penalty that generalised cross-validation chooses among 15.
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
    ProximalLasso : Takes the weights.
    RelaxedLasso : Less shrinkage by a second fit.
    NonconvexLpRegressor : Less shrinkage by a nonconvex penalty, without a first estimate.

    Notes
    -----
    Zou's oracle property, the right features and the estimate that they alone would give, is one
    of n to infinity with p fixed, a first estimate with errors of the order :math:`n^{-1/2}`, and
    an alpha that falls faster than :math:`n^{-1/2}` but more slowly than
    :math:`n^{-(1 + \gamma) / 2}`. The weights are computed from y: cross-validation of
    the second stage alone is optimistic, so compute them inside each fold.

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
    if not (isinstance(gamma, Real) and 0.0 < gamma < np.inf):
        raise ValueError(f"gamma must be a positive number, got {gamma!r}; 1 is customary.")
    options = {
        "penalty_weights": penalty_weights,
        "positive": positive,
        "fit_intercept": fit_intercept,
        "tol": tol,
        "max_iter": max_iter,
    }
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        model = ProximalLasso(**options)
        checked, problem = model.pose(X, y, sample_weight)
        factors = np.where(problem.included, problem.weights, np.inf)
    n, p = checked.shape
    if isinstance(initial, str):
        if initial == "auto":
            initial = "ridge" if n > p <= RIDGE_COLUMNS else "lasso"
        if initial not in {"ridge", "lasso"}:
            raise ValueError(
                f'initial must be "auto", "ridge", "lasso", an estimator or coefficients, got '
                f"{initial!r}."
            )
        with single_threaded(float(n) * p * min(n, p)):
            if initial == "ridge":
                charge = standard_weights(problem.design.norms, factors)
                coef = _ridge(checked, y, sample_weight, {**options, "penalty_weights": charge})
            else:
                coef = _scaled(problem.design, factors, positive, tol, max_iter)
    else:
        coef = _given(initial, X, y, sample_weight, p)
    return _weights(np.maximum(coef, 0.0) if positive else np.abs(coef), factors, gamma)


def _weights(size: np.ndarray, factors: np.ndarray, gamma: float) -> np.ndarray:
    penalised = np.isfinite(factors) & (factors > 0.0)
    largest = size[penalised].max(initial=0.0)
    if largest == 0.0 and penalised.any():
        warn_user(
            "Every penalised coefficient of the first estimate is zero, so that every penalised "
            "feature is excluded. Give another initial estimate.",
            EmptyModelWarning,
        )
    weights = factors.copy()
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        weights[penalised] *= np.where(
            size[penalised] > 0.0, (largest / size[penalised]) ** gamma, np.inf
        )
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
    coef = np.asarray(initial)
    if coef.dtype.kind not in "biuf":
        raise TypeError(f"initial must be a name, an estimator or coefficients, got {initial!r}.")
    if coef.shape != (p,) or not np.isfinite(coef).all():
        raise ValueError(
            f"initial must have one finite coefficient for each of the {p} features, got shape "
            f"{coef.shape}, {np.count_nonzero(~np.isfinite(coef))} of them not finite."
        )
    return coef.astype(np.float64)


def _scaled(design, factors, positive: bool, tol: float, max_iter: int) -> np.ndarray:
    """The scaled Lasso in standard units."""
    rows, columns = np.count_nonzero(design.weights), np.count_nonzero(np.isfinite(factors))
    level = penalty_level(int(rows), max(int(columns), 1))
    problem = standard_lasso(design, factors, positive)
    fit = scaled_lasso(problem, level, tol=tol, max_iter=max_iter)
    if not fit.converged:
        warn_user(
            f"The first estimate, a scaled Lasso, did not reach tol={tol:g}: "
            f"{shortfall(fit.gap, tol)}. Increase max_iter or tol, or scale the columns.",
            ConvergenceWarning,
        )
    return fit.result.w


def _ridge(X, y, sample_weight, options: dict) -> np.ndarray:
    """Ridge regression at the smallest ``(1 - R^2) / (1 - df / n)^2``."""
    path = lasso_path(
        X,
        y,
        alphas=RIDGE_ALPHAS,
        l1_ratio=0.0,
        sample_weight=sample_weight,
        return_path=True,
        **options,
    )
    n = X.shape[0] if np.ndim(sample_weight) == 0 else np.count_nonzero(sample_weight)
    left = 1.0 - (path.degrees_of_freedom + options["fit_intercept"]) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        criterion = np.where(left > 0.0, (1.0 - path.explained) / left**2, np.inf)
    return path.coefs[:, np.argmin(criterion)]
