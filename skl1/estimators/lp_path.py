"""The l_p penalty for a whole grid of alphas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.compiled.threads import single_threaded
from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex import largest_exchanged
from skl1.estimators.nonconvex_lp import NonconvexLpRegressor
from skl1.paths.grid import alpha_grid, check_ends, check_grid, cut, length_or_alphas, warn
from skl1.paths.model_path import ModelPath, basics
from skl1.search.nonconvex_path import grid_share, solve_nonconvex_path


@shared()
@dataclass(frozen=True, kw_only=True)
class LpPath(ModelPath):
    """What ``lp_path`` found, one entry for each alpha.

    Attributes
    ----------
    @models@
    stationarities : ndarray of shape (n_alphas,)
        How far one exact coordinate step would move each model, at most, as a share of the norm of
        y; for p = 1 the dual gaps, in units of the objective.
    @fits@
    n_iters : ndarray of shape (n_alphas,)
        Rounds of the working set; for p = 1 sweeps, or rounds.
    @ended@
    alpha_max : float
        The smallest alpha for which the model without penalised features is a coordinate-wise
        minimum.
    """

    stationarities: np.ndarray
    alpha_max: float


@shared()
def lp_path(
    X,
    y,
    *,
    p=0.5,
    alphas=None,
    n_alphas=100,
    eps=None,
    l2=0.0,
    sample_weight=None,
    penalty_weights=None,
    positive=False,
    fit_intercept=True,
    local_search="auto",
    tol=1e-6,
    max_iter=10_000,
    max_nonzeros=None,
    max_explained=None,
    return_path=False,
):
    r"""Regression with the penalty :math:`|w|^p` for a whole grid of alphas.

    For each alpha it seeks a good local minimum over w and the intercept b of

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \alpha \sum_j u_j |w_j|^p,
        \qquad W = \sum_i s_i,

    as ``NonconvexLpRegressor`` does; p = 1 is the Lasso. The minimum is followed from
    ``alpha_max``, where the model is empty, downwards: each model starts from the one before [1]_,
    and where the alphas are far apart, from models between. Then each also starts from the Lasso,
    and features are exchanged for others as long as the objective falls. No model is worse than the
    one without penalised features.

    Parameters
    ----------
    @rows@
    p : float, default=0.5
        Exponent, in [0, 1]; :math:`|w|^0` counts the nonzero coefficients.
    @alphas@
    eps : float, default=None
        The smallest alpha of the grid as a share of the largest, which is the smallest one with an
        empty model. None means :math:`\epsilon^{2 - p}` with :math:`\epsilon` the share of
        ``lasso_path``, 1e-3 with more samples than features and else 1e-2: the correlation at which
        a feature enters goes as :math:`\alpha^{1 / (2 - p)}`, and so spans the same range for
        every p.
    l2 : float, default=0.0
        Strength of a further term ``l2 / 2 sum_j u_j w_j^2``, the same for every alpha.
    @sample weights@
    @path columns@
    local_search : {"auto", "swaps"} or None, default="auto"
        Whether models also start from the Lasso, and exchange features for others as long as the
        objective falls: "swaps" does so in all, "auto" in those of at most 100 features, fewer if X
        has more than 167,772 columns. None follows the path alone, which is faster.
    tol : float, default=1e-6
        Stationarity wanted for each alpha; for p = 1 the duality gap, as a share of the null
        objective.
    max_iter : int, default=10000
        Rounds of the working set allowed for each alpha.
    @ends@
    return_path : bool, default=False
        Return an ``LpPath`` with all that is known of each model.

    Returns
    -------
    @path@
    stationarities : ndarray of shape (n_alphas,)
        How far one exact coordinate step would move each model, at most, as a share of the norm of
        y; for p = 1 the dual gaps.
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
    lasso_path : The convex case, and the elastic net.

    References
    ----------
    .. [1] R. Mazumder, J. H. Friedman and T. Hastie, "SparseNet: coordinate descent with nonconvex
       penalties", Journal of the American Statistical Association 106, 2011, algorithm 1.

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
    alphas, n_alphas = length_or_alphas(alphas, n_alphas)
    check_grid(n_alphas, eps)
    check_ends(max_nonzeros, max_explained)
    model = NonconvexLpRegressor(
        alpha=1.0,
        p=p,
        l2=l2,
        penalty_weights=penalty_weights,
        positive=positive,
        fit_intercept=fit_intercept,
        local_search=local_search,
        tol=tol,
        max_iter=max_iter,
    )
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        X, problem = model.pose(X, y, sample_weight)
        grid = alpha_grid(problem, alphas, n_alphas, grid_share(problem, eps))
        most = largest_exchanged(local_search, X.shape[1])
        with single_threaded(float(X.size) * min(X.shape)):
            models = solve_nonconvex_path(problem, grid, tol=tol, max_iter=max_iter, most=most)
            models = cut(problem, models, max_nonzeros, max_explained)
            result = _collect(problem, models) if return_path else basics(problem, models)
    warn(problem, models, tol)
    return result


def _collect(problem, models):
    _, _, stationarities = basics(problem, models)
    return LpPath.of(problem, models, stationarities=stationarities, alpha_max=problem.alpha_max)
