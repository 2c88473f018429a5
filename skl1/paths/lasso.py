"""The path of the Lasso and of the elastic net."""

from __future__ import annotations

from skl1.estimators import ProximalLasso
from skl1.path import solve_path
from skl1.paths.degrees import degrees_along
from skl1.paths.grid import alpha_grid
from skl1.paths.result import LassoPath, run


def lasso_path(
    X,
    y,
    *,
    alphas=None,
    n_alphas=100,
    eps=None,
    l1_ratio=1.0,
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
    r"""The Lasso or the elastic net for a whole grid of alphas, each with a duality gap.

    For each alpha it minimises, over w and the intercept b,

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2
        + \alpha \sum_j u_j \left(\rho |w_j| + \frac{1 - \rho}{2} w_j^2\right),
        \qquad W = \sum_i s_i,

    as ``ProximalLasso`` does. The data are read once where they have few columns: then all models
    come from one Gram matrix. With many columns each model starts from the one before.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Data; never copied as a whole, sparse X is never made dense.
    y : array-like of shape (n_samples,)
        Target.
    alphas : array-like of shape (n_alphas,) or int, default=None
        Strengths of the penalty, positive, in any order. None makes a grid, a number one of that
        length.
    n_alphas : int, default=100
        Length of the grid where ``alphas`` is None.
    eps : float, default=None
        The smallest alpha of the grid as a share of the largest, which is the smallest one with an
        empty model. None means 1e-3 with more samples than features, else 1e-2.
    l1_ratio : float, default=1.0
        Share :math:`\rho` of the L1 penalty, in [0, 1].
    sample_weight : float or array-like of shape (n_samples,), default=None
        Weights s, not negative and not all zero.
    penalty_weights : array-like of shape (n_features,), default=None
        Factors u of the penalty: 0 for features that are not penalised, inf for excluded ones.
    positive : bool, default=False
        Allow no negative coefficient.
    fit_intercept : bool, default=True
        Fit an intercept, which is not penalised.
    tol : float, default=1e-6
        Duality gap wanted for each alpha, as a share of the null objective.
    max_iter : int, default=10000
        Iterations allowed for each alpha.
    max_nonzeros : int, default=None
        End the path before the first model with more non-zeros.
    max_explained : float, default=None
        End the path after the first model that explains more than this share of the variance.
    return_path : bool, default=False
        Return a ``LassoPath`` with all that is known of each model.

    Returns
    -------
    alphas : ndarray of shape (n_alphas,)
        The alphas, from large to small.
    coefs : ndarray of shape (n_features, n_alphas)
        Coefficients along the path, in float64.
    dual_gaps : ndarray of shape (n_alphas,)
        The duality gap of each, in units of the objective.
    path : LassoPath
        Instead of these three, with ``return_path=True``.

    Raises
    ------
    ValueError
        If an argument is out of its range, not finite or misshaped, or if there is no largest
        alpha to start a grid from (``l1_ratio=0``).

    Warns
    -----
    ConvergenceWarning
        If a gap was not reached; one warning for the whole path.

    See Also
    --------
    ProximalLasso : One alpha.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import lasso_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> alphas, coefs, dual_gaps = lasso_path(X, y, n_alphas=5, eps=0.1)
    >>> (coefs != 0).sum(axis=0)
    array([0, 2, 4, 4, 5])
    >>> bool(dual_gaps.max() <= 1e-6 * y.var() / 2)
    True
    """
    model = ProximalLasso(
        alpha=1.0,
        l1_ratio=l1_ratio,
        penalty_weights=penalty_weights,
        positive=positive,
        fit_intercept=fit_intercept,
        tol=tol,
        max_iter=max_iter,
    )
    return run(
        LassoPath,
        model,
        (X, y, sample_weight),
        grid=lambda problem: alpha_grid(problem, alphas, n_alphas, eps),
        solve=lambda problem, grid: solve_path(problem, grid, tol=tol, max_iter=max_iter),
        degrees=degrees_along,
        end=(max_nonzeros, max_explained),
        rich=return_path,
    )
