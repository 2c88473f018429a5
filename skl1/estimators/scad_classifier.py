"""Sparse classification with the smoothly clipped absolute deviation (SCAD)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex_classifier import SHARED, NonconvexClassifier
from skl1.estimators.nonconvex_log_odds import SCADLogOdds
from skl1.estimators.parameters import CoefBounds, keep


@shared(SHARED)
class SCADClassifier(NonconvexClassifier):
    r"""Classification with the smoothly clipped absolute deviation (SCAD).

    @objective@

    where g has the slope :math:`\alpha` up to :math:`|w| = \alpha`, then a slope that falls
    linearly to 0 at :math:`\gamma \alpha`, and is constant beyond. Small coefficients are shrunk as
    by the L1 penalty, large ones not at all.

    Parameters
    ----------
    @alpha@
    gamma : float, default=12.0
        How far the penalty rises, above 2: it is flat from ``gamma * alpha`` on. The larger, the
        nearer to the L1 penalty. The loss bends at most a quarter as much as squares, so that 12
        is here about what 3.7 is for ``SCADRegressor``.
    @data and search@

    Attributes
    ----------
    @fitted@

    See Also
    --------
    ProximalLogisticRegression : The convex case, with a duality gap.
    SCADRegressor : The same penalty for a regression.

    Notes
    -----
    @notes@

    References
    ----------
    @method@
    .. [2] J. Fan and R. Li, "Variable selection via nonconcave penalized likelihood and its oracle
       properties", Journal of the American Statistical Association 96, 2001, eq. 2.7.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skl1 import SCADClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> model = SCADClassifier(alpha=0.02).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.is_local_minimum_
    (6, array([ True]))
    """

    gamma: float

    _binary = SCADLogOdds

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        gamma: float = 12.0,
        l2: float = 0.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        class_weight: Any = None,
        n_init: int = 0,
        random_state: Any = None,
        tol: float = 1e-6,
        max_iter: int = 1000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())
