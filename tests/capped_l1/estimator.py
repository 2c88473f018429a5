"""Least squares with the capped L1 penalty."""

from numbers import Real
from typing import ClassVar

from capped_l1.penalty import CappedL1
from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex import SHARED, NonconvexRegressor
from skl1.estimators.parameters import keep
from skl1.sklearn_api import Interval


@shared(SHARED)
class CappedL1Regressor(NonconvexRegressor):
    r"""Sparse regression with the capped L1 penalty.

    @objective@

    where :math:`g(w) = \alpha \min(|w|, \kappa)`.

    Parameters
    ----------
    @alpha@
    cap : float, default=1.0
        The size of coefficients, above 0, from which on the penalty is flat.
    @data and search@

    Attributes
    ----------
    @fitted@

    See Also
    --------
    @kin@
    """

    cap: float

    _parameter_constraints: ClassVar[dict] = {
        **NonconvexRegressor._parameter_constraints,
        "cap": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        alpha=1.0,
        *,
        cap=1.0,
        l2=0.0,
        penalty_weights=None,
        positive=False,
        fit_intercept=True,
        local_search="auto",
        n_init=0,
        random_state=None,
        tol=1e-6,
        max_iter=10_000,
        warm_start=False,
        record_history=False,
    ):
        keep(self, locals())

    def shaped(self):
        return CappedL1(self.alpha, self.cap)
