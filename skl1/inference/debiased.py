"""Confidence intervals for single coefficients of many: the de-biased Lasso."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm
from sklearn.exceptions import ConvergenceWarning

from skl1.compiled.threads import single_threaded
from skl1.estimators import ProximalLasso
from skl1.exceptions import IntervalWarning, warn_user
from skl1.inference.intervals import DebiasedCoefficients
from skl1.inference.nodewise import Regressions, Score
from skl1.model_selection.scaled_lasso import Fit, shortfall
from skl1.results.names import by_name, labels, per_feature, places_of

#: The share of the correlation of twins above which an interval is flagged; features that a warning
#: names.
THIRD, SHOWN = 1.0 / 3.0, 5


def debiased_lasso(
    X: Any,
    y: Any,
    *,
    alpha: float | None = None,
    nodewise_alpha: float | None = None,
    features: Any = None,
    level: float = 0.95,
    sigma: float | None = None,
    sample_weight: ArrayLike | None = None,
    fit_intercept: bool = True,
    tol: float = 1e-8,
    max_iter: int = 10_000,
) -> DebiasedCoefficients:
    r"""Confidence intervals and p-values for coefficients of a linear model with many features.

    A Lasso of y on X, in standard units,

    .. math::

        \hat w = \arg\min_w \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2
        + \alpha \sum_j sd_j |w_j|, \qquad W = \sum_i s_i,

    is biased towards zero. For each feature j asked for, a second Lasso of column j on all others
    leaves a residual :math:`z_j` that hardly correlates with them, and along it the bias is
    removed [1]_ [2]_: with the residuals r of the first, and the columns centred,

    .. math::

        \hat b_j = \hat w_j + \frac{z_j^\top S r}{z_j^\top S x_j}, \qquad
        se_j = \hat\sigma \, \frac{\sqrt{z_j^\top S z_j}}{|z_j^\top S x_j|},

    where S has the weights :math:`n s_i / W`. The interval is :math:`\hat b_j` and
    :math:`se_j` times a normal quantile either way.

    **Valid only if** the model is linear in these columns, with errors of mean 0 and one variance
    (with weights: of a variance proportional to :math:`1 / s_i`), independent of each other and of
    X, Gaussian or with tails as light; if it is sparse, with s nonzero coefficients of which
    :math:`s \log p` is small beside :math:`\sqrt{n}`; and if each column depends on few others
    (the inverse covariance matrix of the rows has sparse rows). None of it can be seen from the
    result. Neither are they valid for features, transformations or outliers chosen by a look at
    the same y: take all features that were there, or a fresh half of the data. They hold for one
    coefficient at a time; for many p-values, correct for their number.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Data. The result does not depend on the columns' units.
    y : array-like of shape (n_samples,)
        Target.
    alpha : float, default=None
        Penalty of the first Lasso, positive, in units of ``sd_j |w_j|``. None means the scaled
        Lasso [4]_, which estimates the level of the noise too and needs no choice.
    nodewise_alpha : float, default=None
        Penalty of the regressions among the features, positive, as a share of the standard
        deviation of the column that is regressed. None means the scaled Lasso again.
    features : array-like of int, str or bool, or dict, default=None
        The columns to report, by number or by name, or a mask of them; a dict or a Series of bool
        is a mask by name, False for the others. None means all: one Lasso each.
    level : float, default=0.95
        Level of the intervals, between 0 and 1.
    sigma : float, default=None
        Standard deviation of the noise, if it is known. None means that it is estimated from the
        residuals of the first Lasso, with its nonzeros counted as degrees of freedom.
    sample_weight : float or array-like of shape (n_samples,), default=None
        Weights, proportional to the inverse variances of the errors. A weight of 0 leaves a row
        out, but one of 2 is not two rows.
    fit_intercept : bool, default=True
        Fit an intercept, in all regressions.
    tol : float, default=1e-8
        Duality gap wanted of each Lasso, as a share of its null objective.
    max_iter : int, default=10000
        Iterations allowed for each Lasso.

    Returns
    -------
    DebiasedCoefficients
        Coefficients, standard errors, intervals, p-values, and what they were made from.

    Raises
    ------
    ValueError
        If an argument is out of its range, not finite or misshaped, or if the first Lasso keeps so
        many features that nothing is left to estimate the noise from.

    Warns
    -----
    ConvergenceWarning
        If a gap was not reached; one warning for all regressions.
    IntervalWarning
        If intervals mean little, as their columns cannot be told from others: with their names. See
        the notes.

    See Also
    --------
    StabilitySelection : Which features are selected again and again.
    RelaxedLasso : Less shrinkage, for prediction.

    Notes
    -----
    The penalty of the scaled Lasso is the one of [5]_, smaller than the universal
    :math:`\sqrt{2 \log p / n}`, with which the noise is overestimated by a sixth for n = 100 and
    p = 200. Of that size, with three coefficients of 1 at random places, 95 % intervals covered
    nonzero coefficients in 94 % of 1200 cases where the columns are independent or have a
    correlation of :math:`0.5^{|j - k|}`, in 88 % where it is :math:`0.9^{|j - k|}`, and zero ones
    in 95 to 96 %. Next to each other, with 0.5, the three were covered in 90 %: correlation of
    features that have an effect is where the bias is not quite removed.

    *Flagged intervals.* ``bias_factors / sqrt(n)`` is the largest correlation of :math:`z_j` with
    another column: what is measured along :math:`z_j` is then the effect of that one, too. For
    columns that can be told from the others it is the penalty :math:`\lambda` of the scaled Lasso
    per noise level. It is 1 for twins and for both indicators of two categories, and 1 / (m - 1)
    for each of m equally frequent categories of which none is left out. Above 1/3, and above the
    geometric mean :math:`\sqrt{\lambda}` of the two cases, an interval is flagged. With 210 columns
    and 200 or 1000 rows, intervals covered effects of 1 of twins in 27 and 35 % of cases, of one of
    two categories in 10 and 16 %, of three in 88 and 87, of four in 91 and 89, of five and more in
    93 to 96 %, as many as of other columns.

    Any vector z that hardly correlates with the other columns serves, so that an inexact regression
    of column j costs nothing but a larger entry in ``bias_factors``. Intervals by the approximate
    inverse of [3]_, which minimises the variance under a bound on those, have the same form.

    References
    ----------
    .. [1] S. van de Geer, P. Buhlmann, Y. Ritov and R. Dezeure, "On asymptotically optimal
       confidence regions and tests for high-dimensional models", The Annals of Statistics 42,
       2014, eq. 5.
    .. [2] C.-H. Zhang and S. S. Zhang, "Confidence intervals for low dimensional parameters in
       high dimensional linear models", Journal of the Royal Statistical Society B 76, 2014,
       section 2.2.
    .. [3] A. Javanmard and A. Montanari, "Confidence intervals and hypothesis testing for
       high-dimensional regression", Journal of Machine Learning Research 15, 2014.
    .. [4] T. Sun and C.-H. Zhang, "Scaled sparse linear regression", Biometrika 99, 2012,
       section 2.
    .. [5] T. Sun and C.-H. Zhang, "Sparse matrix inversion with scaled Lasso", Journal of Machine
       Learning Research 14, 2013, section 4.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import debiased_lasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> result = debiased_lasso(X, y)
    >>> result.features[result.p_values < 0.001]
    array([1, 2, 3, 8])
    """
    _check_numbers(level, alpha=alpha, nodewise_alpha=nodewise_alpha, sigma=sigma)
    model = ProximalLasso(fit_intercept=fit_intercept, tol=tol, max_iter=max_iter)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        X, problem = model.pose(X, y, sample_weight)
        columns = _columns(features, X.shape[1], problem.feature_names)
        rows = Regressions(cast(Any, problem.design), X, {"tol": tol, "max_iter": max_iter})
        with single_threaded(float(X.size) * min(X.shape)):
            known = None if sigma is None else rows.level * sigma
            lasso = rows.lasso(rows.design, known if alpha is None else alpha)
            if sigma is None:
                sigma = _noise(lasso, rows.n, fit_intercept)
            scores = rows.scores(columns, lasso, nodewise_alpha)
    _warn([lasso, *scores], tol)
    coefs, spreads, bias_factors, nodewise_alphas = (
        np.array([getattr(score, name) for score in scores], dtype=float)
        for name in ("coef", "spread", "bias_factor", "alpha")
    )
    errors = np.full(spreads.size, np.inf)
    np.multiply(sigma, spreads, out=errors, where=np.isfinite(spreads))
    # Without noise 0 is no evidence against 0, and anything else is proof.
    with np.errstate(divide="ignore"):
        ratios = np.divide(np.abs(coefs), errors, out=np.zeros(coefs.size), where=coefs != 0.0)
    reach = norm.isf(0.5 * (1.0 - level)) * errors
    result = DebiasedCoefficients(
        features=columns,
        coefs=coefs,
        standard_errors=errors,
        lower=coefs - reach,
        upper=coefs + reach,
        p_values=2.0 * norm.sf(ratios),
        bias_factors=bias_factors,
        level=float(level),
        sigma=float(sigma),
        lasso_coefs=lasso.result.w + 0.0,
        alpha=lasso.alpha,
        nodewise_alphas=nodewise_alphas,
        bias_limit=bias_limit(rows.n, rows.level),
        feature_names_in_=problem.feature_names,
    )
    _warn_of_flagged(result, nodewise_alpha)
    return result


def _check_numbers(level, **positive):
    if not (isinstance(level, Real) and 0.0 < level < 1.0):
        raise ValueError(f"level must lie between 0 and 1, got {level!r}; 0.95 is customary.")
    for name, value in positive.items():
        if value is not None and not (isinstance(value, Real) and 0.0 < value < np.inf):
            raise ValueError(
                f"{name} must be a positive number, got {value!r}; None leaves the choice to the "
                "scaled Lasso."
            )


def bias_limit(n: int, level: float) -> float:
    """The bias factor above which an interval means little.

    ``level`` is the correlation that the scaled Lasso leaves between a residual and other columns
    where it can; a third of the other extreme, 1, and their geometric mean are clearly more.
    """
    return float(np.sqrt(n) * max(THIRD, np.sqrt(level)))


def _columns(features, p: int, names: np.ndarray | None) -> np.ndarray:
    """The columns that are asked for, as numbers."""
    if features is None:
        return np.arange(p)
    if by_name(features):
        wrong = [value for _, value in features.items() if not isinstance(value, bool | np.bool_)]
        if wrong:
            raise ValueError(f"features by name must be True or False, got {wrong[0]!r}.")
        features = per_feature(features, "features", names, p, False)
    given = np.asarray(features)
    if given.ndim == 1 and given.size and all(isinstance(each, str) for each in given):
        return np.array(places_of(given.tolist(), "features", names, p), dtype=np.intp)
    if given.dtype == bool and given.shape == (p,):
        return np.flatnonzero(given)
    if not (given.ndim == 1 and given.size and given.dtype.kind in "iu"):
        raise ValueError(
            f"features must be column numbers, names, or a mask of the {p} columns, got "
            f"{features!r}."
        )
    if given.min() < 0 or given.max() >= p:
        raise ValueError(f"features must lie between 0 and {p - 1}, got {features!r}.")
    return given.astype(np.intp)


def _noise(lasso: Fit, n: int, fit_intercept: bool) -> float:
    """The residual standard deviation, by degrees of freedom."""
    used = np.count_nonzero(lasso.result.w) + fit_intercept
    if used >= n:
        raise ValueError(
            f"The Lasso at alpha={lasso.alpha:g} uses {used} degrees of freedom of {n} samples and "
            "leaves none for the noise; give a larger alpha, or sigma."
        )
    return lasso.sigma * float(np.sqrt(n / (n - used)))


def _warn_of_flagged(result: DebiasedCoefficients, share: float | None) -> None:
    flagged = np.flatnonzero(result.flagged)
    if not flagged.size:
        return
    names = labels(result.feature_names_in_, result.lasso_coefs.size)
    worst = flagged[np.argsort(-result.bias_factors[flagged], kind="stable")]
    shown = ", ".join(
        f"{names[result.features[k]]} ({result.bias_factors[k]:.3g})" for k in worst[:SHOWN]
    )
    smaller = "" if share is None else f", or give a nodewise_alpha below {share:g}"
    more = f" and {worst.size - SHOWN} more" if worst.size > SHOWN else ""
    warn_user(
        f"{flagged.size} of {result.features.size} intervals mean little: other columns can stand "
        f"for those of the features {shown}{more}; their bias factors are above "
        f"{result.bias_limit:.3g}. Leave out one column of each set of equal ones, of a sum and "
        f"its parts, and of indicators that add up to one{smaller}.",
        IntervalWarning,
    )


def _warn(fits: Sequence[Fit | Score], tol: float) -> None:
    failed = [fit for fit in fits if not fit.converged]
    if failed:
        first = "the first among them" if not fits[0].converged else "not the first"
        cause = shortfall(max(fit.gap for fit in failed), tol)
        warn_user(
            f"{len(failed)} of {len(fits)} regressions did not reach tol={tol:g}, {first}: {cause}."
            " Increase max_iter or tol, or scale the columns.",
            ConvergenceWarning,
        )
