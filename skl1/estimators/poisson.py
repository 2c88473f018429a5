"""Sparse regression of counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import d2_tweedie_score

from skl1.designs import Design
from skl1.estimators.docstrings import shared
from skl1.estimators.linear import LinearRegressor
from skl1.estimators.parameters import CoefBounds, keep
from skl1.estimators.smooth import SmoothRegressor
from skl1.losses import Loss, Poisson

POISSON = Poisson()


class CountRegressor(LinearRegressor):
    """A regression whose linear part is the logarithm of the mean count."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        # Several targets are fitted; scikit-learn's check of them would give negative ones.
        tags.target_tags.multi_output = False
        return tags

    def means_of(self, fit):
        return np.exp(fit)

    def scores_of(self, y, predictions, sample_weight):
        options = {"sample_weight": sample_weight, "power": 1}
        return np.array([d2_tweedie_score(y, each, **options) for each in predictions.T])

    def predict(self, X: Any) -> np.ndarray:
        """Predict the mean count.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,)
            ``exp(X @ coef_ + intercept_)``.
        """
        return super().predict(X)

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """Share of the deviance that is explained.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,)
            Their counts.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Their weights, of which only the ratios matter.

        Returns
        -------
        float
            1 minus the deviance over that of the weighted mean of y: 1 at best.
        """
        return super().score(X, y, sample_weight)


@shared()
class ProximalPoissonRegressor(CountRegressor, SmoothRegressor):
    r"""Poisson regression with an L1 or elastic net penalty, with a duality gap.

    The mean of a count is :math:`\mu_i = \exp(x_i^\top w + b)`. Minimises over w and b

    .. math::

        \frac{1}{W} \sum_i s_i \left(\mu_i - y_i \log \mu_i - y_i + y_i \log y_i\right)
        + \alpha \sum_j u_j \left(\rho |w_j| + \frac{1 - \rho}{2} w_j^2\right),
        \qquad W = \sum_i s_i,

    half the mean deviance and the penalty: with ``l1_ratio=0`` and unit weights the objective of
    scikit-learn's ``PoissonRegressor``, at the same ``alpha``. The intercept is never penalised.

    For counts over different times or areas, give the rates (counts over exposure) as y and the
    exposure as ``sample_weight``.

    Parameters
    ----------
    alpha : float, default=0.01
        Strength of the penalty, at least 0. At ``alpha_max_`` and above the model is empty.
    l1_ratio : float, default=1.0
        Share of the L1 penalty, in [0, 1].
    @columns@
    @gap@
    max_iter : int, default=1000
        Newton steps allowed.
    @record@

    Attributes
    ----------
    @coefficients@
    n_iter_ : int
        Newton steps done, at least 1.
    @certified@
    @history@
    @features@

    See Also
    --------
    ProximalLasso : The same penalties for a response of any sign.

    Notes
    -----
    The curvature of the loss has no bound, so that no feature can be proved to be zero before the
    end: a duality gap does not tell how far the solution is.

    The solver is a proximal Newton method [1]_ on a working set.

    @selecting@

    References
    ----------
    .. [1] J. D. Lee, Y. Sun and M. A. Saunders, "Proximal Newton-type methods for minimizing
       composite functions", SIAM Journal on Optimization 24, 2014, eq. 2.8.

    Examples
    --------
    >>> import numpy as np
    >>> from skl1 import ProximalPoissonRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((200, 10))
    >>> y = rng.poisson(np.exp(0.5 * X[:, 0] - X[:, 1]))
    >>> model = ProximalPoissonRegressor(alpha=0.3).fit(X, y)
    >>> np.flatnonzero(model.coef_), model.converged_
    (array([0, 1]), True)
    """

    path_parameter = "alpha"

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        l1_ratio: float = 1.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        tol: float = 1e-6,
        max_iter: int = 1000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())

    def _loss(self, design: Design) -> Loss:
        return POISSON
