"""Least squares with the smoothly clipped absolute deviation (SCAD)."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex import SHARED, NonconvexRegressor
from skl1.estimators.parameters import CoefBounds, keep
from skl1.penalties import SCAD
from skl1.sklearn_api import Interval


@shared(SHARED)
class SCADRegressor(NonconvexRegressor):
    r"""Sparse regression with the smoothly clipped absolute deviation (SCAD).

    @objective@

    where g has the slope :math:`\alpha` up to :math:`|w| = \alpha`, then a slope that falls
    linearly to 0 at :math:`\gamma \alpha`, and is constant beyond. Small coefficients are shrunk as
    by the Lasso, large ones not at all.

    Parameters
    ----------
    @alpha@
    gamma : float, default=3.7
        How far the penalty rises, above 2 (the a of the paper): it is flat from ``gamma * alpha``
        on. The larger, the nearer to the Lasso.
    @data and search@

    Attributes
    ----------
    @fitted@

    See Also
    --------
    @kin@

    Notes
    -----
    The penalty is charged per unit of the coefficient, and gamma is to be compared with the inverse
    variances of the columns: standardise them unless their units mean something.

    @selecting@

    References
    ----------
    .. [1] J. Fan and R. Li, "Variable selection via nonconcave penalized likelihood and its oracle
       properties", Journal of the American Statistical Association 96, 2001, eq. 2.7.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import SCADRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = SCADRegressor(alpha=1.0).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.is_local_minimum_
    (8, True)
    """

    gamma: float

    _parameter_constraints: ClassVar[dict] = {
        **NonconvexRegressor._parameter_constraints,
        "gamma": [Interval(Real, 2, None, closed="neither")],
    }

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        gamma: float = 3.7,
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
        return SCAD(self.alpha, self.gamma)
