"""The minimax concave penalty, with alpha and gamma chosen by cross-validation."""

from __future__ import annotations

from typing import Any

from skl1.estimators import MCPRegressor
from skl1.estimators.parameters import keep
from skl1.model_selection.nonconvex_cv import NonconvexRegressorCV


class MCPRegressorCV(NonconvexRegressorCV, of=MCPRegressor):
    r"""The minimax concave penalty, with alpha and gamma chosen by cross-validation.

    @starts@

    Parameters
    ----------
    @search@
    gamma : float or list of float, default=3.0
        How far the penalty rises, above 1; of several the rule chooses one.
    @data@

    @results@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import MCPRegressorCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = MCPRegressorCV(gamma=[2, 5], n_alphas=20, selection="1se").fit(X, y)
    >>> model.coef_path_.shape, model.gamma_ in (2, 5)
    ((2, 20, 10), True)
    """

    gamma: Any

    _shape = "gamma"

    def __init__(
        self,
        *,
        alphas=None,
        n_alphas=100,
        eps=None,
        cv=None,
        selection="min",
        noise_variance=None,
        scoring=None,
        gamma=3.0,
        l2=0.0,
        penalty_weights=None,
        positive=False,
        fit_intercept=True,
        local_search="auto",
        tol=1e-6,
        max_iter=10_000,
        n_jobs=None,
        random_state=None,
    ):
        keep(self, locals())
