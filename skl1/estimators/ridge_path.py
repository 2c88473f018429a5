"""Ridge regression for a whole grid of alphas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skl1.compiled.threads import single_threaded
from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds
from skl1.estimators.ridge_gd import RidgeGD
from skl1.paths.grid import check_grid, length_or_alphas, warn
from skl1.paths.model_path import ModelPath, basics
from skl1.paths.ridge import degrees_from, ridge_grid, with_factor
from skl1.paths.ridge_factors import Factor
from skl1.problems.model import Model
from skl1.problems.problem import Problem


@shared()
@dataclass(frozen=True, kw_only=True)
class RidgePath(ModelPath):
    """What ``ridge_path`` found, one entry for each alpha.

    Attributes
    ----------
    @models@
    dual_gaps : ndarray of shape (n_alphas,)
        Upper bounds of the distance of each objective from its minimum.
    @fits@
    degrees_of_freedom : ndarray of shape (n_alphas,)
        Of the coefficients, without the intercept: the trace of the hat matrix [1]_, on the support
        with ``positive=True``. NaN where its matrix would be too large.
    n_iters : ndarray of shape (n_alphas,)
        Steps with the factor, or of an iterative method.
    @ended@

    References
    ----------
    .. [1] T. Hastie, R. Tibshirani and J. Friedman, "The elements of statistical learning", 2nd
       edition, Springer, 2009, eq. 3.50.
    """

    dual_gaps: np.ndarray
    degrees_of_freedom: np.ndarray


@shared()
def ridge_path(
    X: Any,
    y: Any,
    *,
    alphas: ArrayLike | None = None,
    n_alphas: int = 100,
    sample_weight: ArrayLike | None = None,
    penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
    positive: bool = False,
    coef_bounds: CoefBounds = None,
    fit_intercept: bool = True,
    tol: float = 1e-6,
    max_iter: int = 10_000,
    return_path: bool = False,
) -> Any:
    r"""Ridge regression for a whole grid of alphas, from one factor, each with a duality gap.

    For each alpha it minimises, over w and the intercept b,

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \frac{\alpha}{2} \sum_j u_j w_j^2,
        \qquad W = \sum_i s_i,

    as ``RidgeGD`` does: the models of scikit-learn's ``Ridge(alpha=W * alpha)``. With
    :math:`\lambda_k` and :math:`v_k` the eigenvalues and eigenvectors of the Gram matrix of the
    columns, in weighted means and divided by :math:`\sqrt{u_j}`, and c its correlations with y, all
    models come from one decomposition [1]_:

    .. math::

        \sqrt{u_j} w_j = \sum_k \frac{v_k^\top c}{\lambda_k + \alpha} v_{jk} .

    Parameters
    ----------
    @rows@
    alphas : array-like of shape (n_alphas,) or int, default=None
        Strengths of the penalty, positive, in any order. None makes a grid, a number one of that
        length: even on a log scale, from 1e3 down to 1e-4 times the mean of the eigenvalues
        :math:`\lambda_k`, taken over as many as there are samples or penalised features, whichever
        are fewer.
    n_alphas : int, default=100
        Length of the grid where ``alphas`` is None.
    @sample weights@
    penalty_weights : array-like of shape (n_features,) or dict, default=None
        Factors u of the penalty: 0 for features that are not penalised, inf for excluded ones. A
        dict, or a Series, has them by name: 1 for the others.
    positive : bool, default=False
        Allow no negative coefficient. There is no factor for this, nor for bounds: each model is
        found by accelerated gradient descent from the one before.
    @bounds@
    fit_intercept : bool, default=True
        Fit an intercept, which is not penalised.
    tol : float, default=1e-6
        Duality gap wanted for each alpha, as a share of the null objective.
    max_iter : int, default=10000
        Steps of an iterative method allowed for each alpha.
    return_path : bool, default=False
        Return a ``RidgePath`` with all that is known of each model.

    Returns
    -------
    @path@
    dual_gaps : ndarray of shape (n_alphas,)
        The duality gap of each, in units of the objective.
    path : RidgePath
        Instead of these three, with ``return_path=True``.

    Raises
    ------
    ValueError
        If an argument is out of its range, not finite or misshaped, or if penalty weights are too
        small to make a grid.

    Warns
    -----
    ConvergenceWarning
        If a gap was not reached; one warning for the whole path.

    See Also
    --------
    RidgeGD : One alpha.
    lasso_path : The L1 penalty, and the elastic net.

    Notes
    -----
    The matrix that is decomposed is that of the columns or that of the rows, whichever is smaller,
    of up to 4000. If both are larger, conjugate gradients take its place, each model starting from
    the one before. Constant columns have the coefficient 0.

    References
    ----------
    .. [1] T. Hastie and R. Tibshirani, "Efficient quadratic regularization for expression arrays",
       Biostatistics 5, 2004, section 3.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import ridge_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> path = ridge_path(X, y, n_alphas=5, return_path=True)
    >>> path.explained.round(2)
    array([0.  , 0.13, 0.5 , 0.52, 0.52])
    >>> bool(path.dual_gaps.max() <= 1e-6 * y.var() / 2)
    True
    """
    alphas, n_alphas = length_or_alphas(alphas, n_alphas)
    check_grid(n_alphas, None)
    model = RidgeGD(
        alpha=1.0,
        penalty_weights=penalty_weights,
        positive=positive,
        coef_bounds=coef_bounds,
        fit_intercept=fit_intercept,
        tol=tol,
        max_iter=max_iter,
    )
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        X, problem = model.pose(X, y, sample_weight)
        grid = ridge_grid(problem, alphas, n_alphas, None)
        with single_threaded(float(X.size) * min(X.shape)):
            steps, factor = with_factor(problem, grid, tol, max_iter)
            result = _collect(problem, steps, factor) if return_path else basics(problem, steps)
    warn(problem, steps, tol)
    return result


def _collect(problem: Problem, steps: list[Model], factor: Factor | None) -> RidgePath:
    _, _, dual_gaps = basics(problem, steps)
    degrees = degrees_from(problem, steps, factor)
    return RidgePath.of(problem, steps, dual_gaps=dual_gaps, degrees_of_freedom=degrees)
