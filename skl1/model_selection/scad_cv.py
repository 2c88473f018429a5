"""SCAD, with alpha and gamma chosen by cross-validation."""

from __future__ import annotations

from numbers import Real
from typing import ClassVar

from skl1.estimators import SCADRegressor
from skl1.estimators.docstrings import shared
from skl1.model_selection.nonconvex_cv import SHARED, NonconvexRegressorCV
from skl1.sklearn_api import Interval


@shared(SHARED, SHAPE="gamma", MODEL="SCADRegressor")
class SCADRegressorCV(NonconvexRegressorCV):
    r"""The smoothly clipped absolute deviation, with alpha and gamma chosen by cross-validation.

    The models seek minima of the objective of ``SCADRegressor``: each from the one before on
    the path from the largest alpha downwards, from the Lasso's solution, and by exchanges of
    features. A rule chooses one.

    Parameters
    ----------
    @search@
    gamma : float or list of float, default=3.7
        How far the penalty rises, above 2; of several the rule chooses one.
    @data@

    Attributes
    ----------
    @fitted@

    Warns
    -----
    @warns@

    See Also
    --------
    SCADRegressor : One alpha, from more starts.

    Notes
    -----
    @notes@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import SCADRegressorCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = SCADRegressorCV(gamma=[3, 5], n_alphas=20, selection="1se").fit(X, y)
    >>> model.coef_path_.shape, model.gamma_ in (3, 5)
    ((2, 20, 10), True)
    """

    _shape = "gamma"

    _parameter_constraints: ClassVar[dict] = {
        **NonconvexRegressorCV._parameter_constraints,
        "gamma": [Interval(Real, 2, None, closed="neither"), "array-like"],
    }

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
        gamma=3.7,
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
        self.alphas = alphas
        self.n_alphas = n_alphas
        self.eps = eps
        self.cv = cv
        self.selection = selection
        self.noise_variance = noise_variance
        self.scoring = scoring
        self.gamma = gamma
        self.l2 = l2
        self.penalty_weights = penalty_weights
        self.positive = positive
        self.fit_intercept = fit_intercept
        self.local_search = local_search
        self.tol = tol
        self.max_iter = max_iter
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _kind(self):
        return SCADRegressor
