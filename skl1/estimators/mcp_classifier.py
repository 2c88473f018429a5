"""Sparse classification with the minimax concave penalty (MCP)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex_classifier import SHARED, NonconvexClassifier
from skl1.estimators.nonconvex_log_odds import MCPLogOdds
from skl1.estimators.parameters import CoefBounds, keep


@shared(SHARED)
class MCPClassifier(NonconvexClassifier):
    r"""Classification with the minimax concave penalty (MCP).

    @objective@

    where :math:`g(w) = \alpha |w| - w^2 / (2 \gamma)` up to :math:`|w| = \gamma \alpha` and
    constant beyond. Small coefficients are shrunk as by the L1 penalty, large ones not at all.

    Parameters
    ----------
    @alpha@
    gamma : float, default=12.0
        How far the penalty rises, above 1: it is flat from ``gamma * alpha`` on. The larger, the
        nearer to the L1 penalty. The loss bends at most a quarter as much as squares, so that 12
        is here what 3 is for ``MCPRegressor``.
    @data and search@

    Attributes
    ----------
    @fitted@

    See Also
    --------
    ProximalLogisticRegression : The convex case, with a duality gap.
    MCPRegressor : The same penalty for a regression.

    Notes
    -----
    @notes@

    References
    ----------
    @method@
    .. [2] C.-H. Zhang, "Nearly unbiased variable selection under minimax concave penalty", Annals
       of Statistics 38, 2010, eq. 2.1.
    .. [3] P. Breheny and J. Huang, "Coordinate descent algorithms for nonconvex penalized
       regression", Annals of Applied Statistics 5, 2011.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skl1 import MCPClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> model = MCPClassifier(alpha=0.02).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.is_local_minimum_
    (7, array([ True]))
    """

    gamma: float

    _binary = MCPLogOdds

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
