"""The path of the l_p penalties."""

from __future__ import annotations

import numpy as np

from skl1.estimators import NonconvexLpRegressor
from skl1.path import solve_path, working_set_path
from skl1.paths.degrees import degrees_along
from skl1.paths.grid import alpha_grid, default_eps, length
from skl1.paths.result import LpPath, run
from skl1.problem import Problem
from skl1.step import Step

#: By so much more than alpha_max, where zero is one of two minima, rounding does not choose.
ROUNDING = 1e-12


def lp_path(
    X,
    y,
    *,
    p=0.5,
    alphas=None,
    n_alphas=100,
    eps=None,
    sample_weight=None,
    penalty_weights=None,
    positive=False,
    fit_intercept=True,
    tol=1e-6,
    max_iter=10_000,
    max_nonzeros=None,
    max_explained=None,
    return_path=False,
):
    r"""The penalty :math:`|w|^p` for a whole grid of alphas, each model from the one before.

    For each alpha it seeks a minimum, over w and the intercept b, of

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \alpha \sum_j u_j |w_j|^p,
        \qquad W = \sum_i s_i,

    as ``NonconvexLpRegressor`` does. Followed from the largest alpha downwards, minima are better
    as a rule than those found from zero [1]_.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Data; never copied as a whole, sparse X is never made dense.
    y : array-like of shape (n_samples,)
        Target.
    p : float, default=0.5
        Exponent, in [0, 1]. 1 is the Lasso.
    alphas : array-like of shape (n_alphas,) or int, default=None
        Strengths of the penalty, positive, in any order. None makes a grid, a number one of that
        length.
    n_alphas : int, default=100
        Length of the grid where ``alphas`` is None.
    eps : float, default=None
        The smallest alpha of the grid as a share of the largest, for which zero is still a
        coordinate-wise minimum. The correlation at which a coefficient leaves zero goes with
        ``alpha^(1 / (2 - p))``; None lets it span the range that it has on the Lasso's grid:
        ``1e-3^(2 - p)`` with more samples than features, else ``1e-2^(2 - p)``.
    sample_weight : float or array-like of shape (n_samples,), default=None
        Weights s, not negative and not all zero.
    penalty_weights : array-like of shape (n_features,), default=None
        Factors u of the penalty: 0 for features that are not penalised, inf for excluded ones.
    positive : bool, default=False
        Allow no negative coefficient.
    fit_intercept : bool, default=True
        Fit an intercept, which is not penalised.
    tol : float, default=1e-6
        Stationarity wanted of each model: the largest move of an exact coordinate step, as a share
        of the length of y. For p = 1 the duality gap as a share of the null objective.
    max_iter : int, default=10000
        Iterations allowed for each alpha.
    max_nonzeros : int, default=None
        End the path before the first model with more non-zeros.
    max_explained : float, default=None
        End the path after the first model that explains more than this share of the variance.
    return_path : bool, default=False
        Return an ``LpPath`` with all that is known of each model.

    Returns
    -------
    alphas : ndarray of shape (n_alphas,)
        The alphas, from large to small.
    coefs : ndarray of shape (n_features, n_alphas)
        Coefficients along the path, in float64.
    stationarities : ndarray of shape (n_alphas,)
        That of each model; for p = 1 its duality gap, in units of the objective.
    path : LpPath
        Instead of these three, with ``return_path=True``.

    Raises
    ------
    ValueError
        If an argument is out of its range, not finite or misshaped.

    Warns
    -----
    ConvergenceWarning
        If a stationarity was not reached; one warning for the whole path.

    See Also
    --------
    NonconvexLpRegressor : One alpha, from several starts.
    lasso_path : The convex case.

    References
    ----------
    .. [1] R. Mazumder, J. H. Friedman and T. Hastie, "SparseNet: coordinate descent with nonconvex
       penalties", Journal of the American Statistical Association 106, 2011, section 4.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import lp_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> alphas, coefs, stationarities = lp_path(X, y, p=0.5, n_alphas=5, eps=0.05)
    >>> (coefs != 0).sum(axis=0)
    array([0, 1, 2, 3, 5])
    >>> bool(stationarities.max() <= 1e-6)
    True
    """
    model = NonconvexLpRegressor(
        alpha=1.0,
        p=p,
        penalty_weights=penalty_weights,
        positive=positive,
        fit_intercept=fit_intercept,
        tol=tol,
        max_iter=max_iter,
    )
    return run(
        LpPath,
        model,
        (X, y, sample_weight),
        grid=lambda problem: lp_grid(problem, p, alphas, n_alphas, eps),
        solve=lambda problem, grid: solve_lp_path(problem, grid, tol=tol, max_iter=max_iter),
        degrees=degrees_along,
        end=(max_nonzeros, max_explained),
        rich=return_path,
    )


def lp_grid(problem: Problem, p: float, alphas, n_alphas: int, eps: float | None) -> np.ndarray:
    """The grid of the Lasso, stretched as alpha is where the thresholds are the same."""
    share = default_eps(problem) ** (2.0 - p) if eps is None else eps
    grid = alpha_grid(problem, alphas, n_alphas, share)
    if length(alphas, n_alphas)[0] is None:
        grid[0] *= 1.0 + ROUNDING
    return grid


def solve_lp_path(problem: Problem, alphas, *, tol: float, max_iter: int) -> list[Step]:
    """Minima for each alpha, from large to small, each from the one before."""
    solve = solve_path if problem.penalty.convex else working_set_path
    return solve(problem, alphas, tol=tol, max_iter=max_iter)
