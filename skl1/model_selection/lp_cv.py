"""The l_p penalty, with alpha and p chosen by cross-validation."""

from __future__ import annotations

from typing import Any

from skl1.estimators import NonconvexLpRegressor
from skl1.estimators.parameters import keep
from skl1.model_selection.nonconvex_cv import NonconvexRegressorCV


class NonconvexLpRegressorCV(NonconvexRegressorCV, of=NonconvexLpRegressor):
    r"""The penalty :math:`|w|^p`, with alpha and p chosen by cross-validation.

    @starts@

    Parameters
    ----------
    @search@
    p : float or list of float, default=0.5
        Exponent, in [0, 1]; of several the rule chooses one.
    @data@

    @results@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import NonconvexLpRegressorCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = NonconvexLpRegressorCV(p=[0, 0.5], n_alphas=20, selection="1se").fit(X, y)
    >>> model.coef_path_.shape, model.p_ in (0, 0.5)
    ((2, 20, 10), True)
    """

    p: Any

    _shape = "p"

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
        p=0.5,
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
