"""The Lasso and the elastic net for a whole grid of alphas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skl1.compiled.threads import single_threaded
from skl1.designs.responses import is_several
from skl1.estimators.any_loss import pose, pose_targets
from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds
from skl1.estimators.proximal_lasso import ProximalLasso
from skl1.estimators.target_paths import cut_all, in_groups, longest, stacked, warn_of_targets
from skl1.paths.degrees import degrees_along
from skl1.paths.grid import alpha_grid, check_ends, check_grid, cut, length_or_alphas, warn
from skl1.paths.model_path import ModelPath, basics
from skl1.paths.solve import solve_path, solve_paths


@shared()
@dataclass(frozen=True, kw_only=True)
class LassoPath(ModelPath):
    """What ``lasso_path`` found, one entry for each alpha.

    Attributes
    ----------
    @models@
    dual_gaps : ndarray of shape (n_alphas,)
        Upper bounds of the distance of each objective from its minimum.
    @fits@
    degrees_of_freedom : ndarray of shape (n_alphas,)
        Of the coefficients, without the intercept: the number of non-zeros for the Lasso [1]_, the
        trace of the hat matrix on the support where there is an l2 term.
    n_iters : ndarray of shape (n_alphas,)
        Sweeps, or rounds of the working set.
    @ended@
    alpha_max : float
        The smallest alpha for which no penalised feature enters.

    References
    ----------
    .. [1] H. Zou, T. Hastie and R. Tibshirani, "On the degrees of freedom of the lasso", The
       Annals of Statistics 35, 2007, theorem 1.
    """

    dual_gaps: np.ndarray
    degrees_of_freedom: np.ndarray
    alpha_max: float


@shared()
def lasso_path(
    X: Any,
    y: Any,
    *,
    loss: Any = "squared",
    alphas: ArrayLike | None = None,
    n_alphas: int = 100,
    eps: float | None = None,
    l1_ratio: float = 1.0,
    sample_weight: ArrayLike | None = None,
    penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
    positive: bool = False,
    coef_bounds: CoefBounds = None,
    fit_intercept: bool = True,
    tol: float = 1e-6,
    max_iter: int = 10_000,
    max_nonzeros: int | None = None,
    max_explained: float | None = None,
    return_path: bool = False,
) -> Any:
    r"""The Lasso or the elastic net for a whole grid of alphas, each with a duality gap.

    For each alpha it minimises, over w and the intercept b,

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2
        + \alpha \sum_j u_j \left(\rho |w_j| + \frac{1 - \rho}{2} w_j^2\right),
        \qquad W = \sum_i s_i,

    as ``ProximalLasso`` does; or with another loss of each sample in the place of half the square,
    as ``ProximalLogisticRegression`` and its kin do. The data are read once where they have few
    columns: then all models come from one Gram matrix. With many columns some models at a time,
    each started at the one before, are checked in one pass. With another loss one alpha follows the
    other.

    Parameters
    ----------
    @rows and targets@
    loss : {"squared", "logistic", "poisson"} or Loss, default="squared"
        The loss, or one of ``skl1.losses``, such as ``Huber(1.35)``. With "logistic" y has two
        classes, of which the second in sorted order is 1; coefficients are those of its log-odds.
        With "poisson" y are counts, and the model is one of the logarithm of their mean.
    @alphas@
    eps : float, default=None
        The smallest alpha of the grid as a share of the largest, which is the smallest one with an
        empty model. None means 1e-3 with more samples than features, else 1e-2.
    l1_ratio : float, default=1.0
        Share :math:`\rho` of the L1 penalty, in [0, 1].
    @sample weights@
    @path columns@
    tol : float, default=1e-6
        Duality gap wanted for each alpha, as a share of the null objective.
    max_iter : int, default=10000
        Iterations allowed for each alpha.
    @ends@
    return_path : bool, default=False
        Return a ``LassoPath`` with all that is known of each model.

    Returns
    -------
    @path of targets@
    dual_gaps : ndarray of shape (n_alphas,) or (n_targets, n_alphas)
        The duality gap of each, in units of the objective.
    path : LassoPath
        Instead of these three, with ``return_path=True``; a list of them for several targets.

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
    ProximalLogisticRegression, ProximalPoissonRegressor, ProximalHuberRegressor : One alpha, with
        another loss.

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

    Of a class label:

    >>> from sklearn.datasets import load_breast_cancer
    >>> cells, benign = load_breast_cancer(return_X_y=True)
    >>> alphas, coefs, dual_gaps = lasso_path(
    ...     cells / cells.std(axis=0), benign, loss="logistic", n_alphas=5, eps=0.01
    ... )
    >>> (coefs != 0).sum(axis=0)
    array([ 0,  2,  5,  9, 13])
    """
    model = ProximalLasso(
        alpha=1.0,
        l1_ratio=l1_ratio,
        penalty_weights=penalty_weights,
        positive=positive,
        coef_bounds=coef_bounds,
        fit_intercept=fit_intercept,
        tol=tol,
        max_iter=max_iter,
    )
    asked = {
        "loss": loss,
        "alphas": alphas,
        "n_alphas": n_alphas,
        "eps": eps,
        "sample_weight": sample_weight,
        "max_nonzeros": max_nonzeros,
        "max_explained": max_explained,
        "return_path": return_path,
    }
    if is_several(y):
        result, problems, paths = follow_targets(model, X, y, **asked)
        warn_of_targets(problems, paths, tol)
        return result
    result, problem, models, _ = follow(model, X, y, **asked)
    warn(problem, models, tol)
    return result


def follow(
    model,
    X,
    y,
    *,
    loss="squared",
    alphas=None,
    n_alphas=100,
    eps=None,
    sample_weight=None,
    max_nonzeros=None,
    max_explained=None,
    return_path=False,
):
    """The path of an estimator with alpha=1, whatever data it takes.

    Returns it, the problem, its models, and X as validated.
    """
    alphas, n_alphas = length_or_alphas(alphas, n_alphas)
    check_grid(n_alphas, eps)
    check_ends(max_nonzeros, max_explained)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        X, problem = pose(model, loss, X, y, sample_weight)
        grid = alpha_grid(problem, alphas, n_alphas, eps)
        # Threads that wait by spinning would slow the small products of the result as well.
        with single_threaded(problem.design.work()):
            models = solve_path(problem, grid, tol=model.tol, max_iter=model.max_iter)
            models = cut(problem, models, max_nonzeros, max_explained)
            result = _collect(problem, models) if return_path else basics(problem, models)
    return result, problem, models, X


def follow_targets(
    model,
    X,
    y,
    *,
    loss,
    alphas,
    n_alphas,
    eps,
    sample_weight,
    max_nonzeros,
    max_explained,
    return_path,
):
    """The same for several targets, along one grid: the result, the problems and their models."""
    alphas, n_alphas = length_or_alphas(alphas, n_alphas)
    check_grid(n_alphas, eps)
    check_ends(max_nonzeros, max_explained)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        X, problems = pose_targets(model, loss, X, y, sample_weight)
        grid = alpha_grid(longest(problems), alphas, n_alphas, eps)
        limits = {"tol": model.tol, "max_iter": model.max_iter}
        with single_threaded(problems[0].design.work()):
            paths = in_groups(lambda some: solve_paths(some, grid, **limits), problems)
            paths = cut_all(problems, paths, max_nonzeros, max_explained)
            if return_path:
                result = [_collect(*each) for each in zip(problems, paths, strict=True)]
            else:
                result = stacked(problems, paths)
    return result, problems, paths


def _collect(problem, models):
    _, _, dual_gaps = basics(problem, models)
    return LassoPath.of(
        problem,
        models,
        dual_gaps=dual_gaps,
        degrees_of_freedom=degrees_along(problem, models),
        alpha_max=problem.alpha_max,
    )
