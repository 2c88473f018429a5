"""The logarithmic penalty, with alpha and epsilon chosen by cross-validation."""

from __future__ import annotations

from typing import Any

from skl1.estimators import LogSumRegressor
from skl1.estimators.parameters import keep
from skl1.model_selection.nonconvex_cv import NonconvexRegressorCV


class LogSumRegressorCV(NonconvexRegressorCV, of=LogSumRegressor):
    r"""The logarithmic penalty, with alpha and epsilon chosen by cross-validation.

    @starts@

    Parameters
    ----------
    @search@
    epsilon : float or list of float, default=1.0
        Where the penalty begins to flatten, above 0; of several the rule chooses one.
    @data@

    @results@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import LogSumRegressorCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = LogSumRegressorCV(epsilon=[1, 10], n_alphas=20, selection="1se").fit(X, y)
    >>> model.coef_path_.shape, model.epsilon_ in (1, 10)
    ((2, 20, 10), True)
    """

    epsilon: Any

    _shape = "epsilon"

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
        epsilon=1.0,
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
