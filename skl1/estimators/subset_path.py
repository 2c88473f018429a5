"""Best subsets of every size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skl1.compiled.threads import single_threaded
from skl1.estimators.best_subset import BestSubsetRegressor, subset_points
from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds
from skl1.paths.model_path import Predicting
from skl1.problems.problem import Problem
from skl1.results.summary import span


@shared()
@dataclass(frozen=True, kw_only=True)
class SubsetPath(Predicting):
    """What ``subset_path`` found, one entry for each size.

    Attributes
    ----------
    sizes : ndarray of int of shape (n_sizes,)
        Features at most, from 0 up; those without a penalty do not count.
    coefs : ndarray of shape (n_features, n_sizes)
    intercepts : ndarray of shape (n_sizes,)
    objectives : ndarray of shape (n_sizes,)
    explained : ndarray of shape (n_sizes,)
        Share of the (weighted) variance of y that is explained, on the data of the fit; of its mean
        square without an intercept.
    n_nonzeros : ndarray of shape (n_sizes,)
    feature_names_in_ : ndarray of shape (n_features,) or None
        Names of the features, if X has names that are strings.
    """

    sizes: np.ndarray
    objectives: np.ndarray
    explained: np.ndarray
    n_nonzeros: np.ndarray

    _along = ("size", "sizes")

    def _facts(self) -> dict[str, str]:
        return {**super()._facts(), "explained": span(self.explained)}


@shared()
def subset_path(
    X: Any,
    y: Any,
    *,
    k: int = 20,
    l2: float = 0.0,
    sample_weight: ArrayLike | None = None,
    penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
    positive: bool = False,
    coef_bounds: CoefBounds = None,
    fit_intercept: bool = True,
    return_path: bool = False,
) -> Any:
    r"""Least squares on the best subsets of at most 0, 1, ..., k features that a search finds.

    For each size it seeks a good minimum over w and the intercept b of

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \frac{\lambda}{2} \sum_j u_j w_j^2,
        \qquad W = \sum_i s_i,

    with at most so many nonzero coefficients, as ``BestSubsetRegressor`` does.

    Parameters
    ----------
    @rows@
    k : int, default=20
        The largest size, at least 0.
    l2 : float, default=0.0
        The strength :math:`\lambda` of a squared penalty.
    @sample weights@
    penalty_weights : array-like of shape (n_features,) or dict, default=None
        Factors u of the squared penalty: 0 for features that are in every model and do not count,
        inf for excluded ones. A dict, or a Series, has them by name: 1 for the others.
    positive : bool, default=False
        Allow no negative coefficient.
    @bounds@
    fit_intercept : bool, default=True
        Fit an intercept, which is not penalised.
    return_path : bool, default=False
        Return a ``SubsetPath`` with all that is known of each model.

    Returns
    -------
    sizes : ndarray of int of shape (k + 1,)
        Features at most.
    coefs : ndarray of shape (n_features, k + 1)
        Coefficients, in float64.
    objectives : ndarray of shape (k + 1,)
        The objective of each model; it never rises.
    path : SubsetPath
        Instead of these three, with ``return_path=True``.

    Raises
    ------
    ValueError
        If an argument is out of its range, not finite or misshaped.

    See Also
    --------
    BestSubsetRegressor : One size, with a bound on how far the best may be.
    lp_path : With p = 0 the number of features is charged and not bounded.

    References
    ----------
    .. [1] H. Hazimeh and R. Mazumder, "Fast best subset selection: coordinate descent and local
       combinatorial optimization algorithms", Operations Research 68, 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import subset_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> sizes, coefs, objectives = subset_path(X, y, k=4)
    >>> (coefs != 0).sum(axis=0)
    array([0, 1, 2, 3, 4])
    """
    model = BestSubsetRegressor(
        k,
        l2=l2,
        penalty_weights=penalty_weights,
        positive=positive,
        coef_bounds=coef_bounds,
        fit_intercept=fit_intercept,
    )
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        X, problem = model.pose(X, y, sample_weight)
        with single_threaded(float(X.size) * min(X.shape)):
            path = subsets_along(problem, np.arange(k + 1))
    return path if return_path else (path.sizes, path.coefs, path.objectives)


def subsets_along(problem: Problem, sizes: np.ndarray) -> SubsetPath:
    """The best models of at most so many features each."""
    points = subset_points(problem, sizes)
    W = np.array([point.w for point in points])
    energy = problem.design.energy
    return SubsetPath(
        sizes=sizes,
        coefs=W.T + 0.0,
        intercepts=problem.design.intercepts(W),
        objectives=np.array([point.objective for point in points]),
        explained=np.array([1.0 - 2.0 * p.loss / energy if energy > 0.0 else 0.0 for p in points]),
        n_nonzeros=np.count_nonzero(W, axis=1),
        feature_names_in_=problem.feature_names,
    )
