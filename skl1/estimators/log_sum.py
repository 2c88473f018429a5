"""Least squares with the logarithmic penalty."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex import SHARED, NonconvexRegressor
from skl1.estimators.parameters import CoefBounds, keep
from skl1.penalties import LogSum
from skl1.sklearn_api import Interval


@shared(SHARED)
class LogSumRegressor(NonconvexRegressor):
    r"""Sparse regression with the logarithmic penalty.

    @objective@

    where :math:`g(w) = \alpha \log(1 + |w| / \epsilon)`.

    Parameters
    ----------
    @alpha@
    epsilon : float, default=1.0
        The size of coefficients, above 0, at which the penalty begins to flatten: it is that of the
        Lasso with ``alpha / epsilon`` for much smaller ones.
    @data and search@

    Attributes
    ----------
    @fitted@

    See Also
    --------
    @kin@

    Notes
    -----
    epsilon has the unit of a coefficient, and the default suits columns and a y of about unit
    variance: choose it with the data, by ``LogSumRegressorCV`` for instance.

    @selecting@

    References
    ----------
    .. [1] E. J. Candes, M. B. Wakin and S. P. Boyd, "Enhancing sparsity by reweighted l1
       minimization", Journal of Fourier Analysis and Applications 14, 2008, eq. 10.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import LogSumRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = LogSumRegressor(alpha=5.0).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.is_local_minimum_
    (5, True)
    """

    epsilon: float

    _parameter_constraints: ClassVar[dict] = {
        **NonconvexRegressor._parameter_constraints,
        "epsilon": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        epsilon: float = 1.0,
        l2: float = 0.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        local_search: str | None = "auto",
        n_init: int = 0,
        random_state: Any = None,
        tol: float = 1e-6,
        max_iter: int = 10_000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())

    def shaped(self):
        return LogSum(self.alpha, self.epsilon)
