"""The capped L1 penalty, with alpha and its cap chosen by cross-validation."""

from typing import Any

from capped_l1.estimator import CappedL1Regressor
from skl1.estimators.parameters import keep
from skl1.model_selection.nonconvex_cv import NonconvexRegressorCV


class CappedL1RegressorCV(NonconvexRegressorCV, of=CappedL1Regressor):
    """The capped L1 penalty, with alpha and its cap chosen by cross-validation.

    @starts@

    Parameters
    ----------
    @search@
    cap : float or list of float, default=1.0
        The size of coefficients from which on the penalty is flat; of several the rule chooses one.
    @data@

    @results@
    """

    cap: Any

    _shape = "cap"

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
        cap=1.0,
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
