"""Sparse classification with the logarithmic penalty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex_classifier import SHARED, NonconvexClassifier
from skl1.estimators.nonconvex_log_odds import LogSumLogOdds
from skl1.estimators.parameters import CoefBounds, keep


@shared(SHARED)
class LogSumClassifier(NonconvexClassifier):
    r"""Classification with the logarithmic penalty.

    @objective@

    where :math:`g(w) = \alpha \log(1 + |w| / \epsilon)`.

    Parameters
    ----------
    @alpha@
    epsilon : float, default=1.0
        The size of coefficients, above 0, at which the penalty begins to flatten: it is the L1
        penalty with ``alpha / epsilon`` for much smaller ones.
    @data and search@

    Attributes
    ----------
    @fitted@

    See Also
    --------
    ProximalLogisticRegression : The convex case, with a duality gap.
    LogSumRegressor : The same penalty for a regression.

    Notes
    -----
    @notes@

    References
    ----------
    @method@
    .. [2] E. J. Candes, M. B. Wakin and S. P. Boyd, "Enhancing sparsity by reweighted l1
       minimization", Journal of Fourier Analysis and Applications 14, 2008, eq. 10.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skl1 import LogSumClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> model = LogSumClassifier(alpha=0.02).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.is_local_minimum_
    (3, array([ True]))
    """

    epsilon: float

    _binary = LogSumLogOdds

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        epsilon: float = 1.0,
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
