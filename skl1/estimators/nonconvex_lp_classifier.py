"""Sparse classification with an l_p penalty, 0 <= p <= 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex_classifier import SHARED, NonconvexClassifier
from skl1.estimators.nonconvex_log_odds import LpLogOdds
from skl1.estimators.parameters import CoefBounds, keep


@shared(SHARED)
class NonconvexLpClassifier(NonconvexClassifier):
    r"""Classification with the penalty :math:`|w|^p` for any p in [0, 1].

    @objective@

    where :math:`g(w) = \alpha |w|^p`, and :math:`|w|^0` counts the nonzero coefficients. p = 1 is
    the L1 penalty. A smaller p shrinks large coefficients less and gives sparser models, at the
    price of convexity.

    Parameters
    ----------
    @alpha@
    p : float, default=0.5
        Exponent, in [0, 1].
    @data and search@

    Attributes
    ----------
    @fitted@

    See Also
    --------
    ProximalLogisticRegression : The convex case, with a duality gap.
    NonconvexLpRegressor : The same penalty for a regression.

    Notes
    -----
    @notes@

    References
    ----------
    @method@
    .. [2] Z. Xu, X. Chang, F. Xu and H. Zhang, "L1/2 regularization: a thresholding
       representation theory and a fast solver", IEEE Transactions on Neural Networks and
       Learning Systems 23, 2012, theorem 1.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skl1 import NonconvexLpClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> model = NonconvexLpClassifier(alpha=0.02).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.is_local_minimum_
    (3, array([ True]))
    """

    p: float

    _binary = LpLogOdds

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        p: float = 0.5,
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
