"""Sparse regression for data with outliers."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from skl1.designs import Design
from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds, keep
from skl1.estimators.smooth import SmoothRegressor
from skl1.losses import Huber, Loss
from skl1.losses.scale import robust_scale
from skl1.sklearn_api import Interval, StrOptions


@shared()
class ProximalHuberRegressor(SmoothRegressor):
    r"""Huber regression with an L1 or elastic net penalty, with a duality gap.

    Minimises over w and the intercept b

    .. math::

        \frac{1}{W} \sum_i s_i h_\delta(y_i - x_i^\top w - b)
        + \alpha \sum_j u_j \left(\rho |w_j| + \frac{1 - \rho}{2} w_j^2\right),
        \qquad W = \sum_i s_i,

    where :math:`h_\delta(r)` is :math:`r^2 / 2` for residuals of size up to :math:`\delta`, and
    :math:`\delta |r| - \delta^2 / 2` beyond [1]_. A sample far from the others pulls with the
    constant force :math:`\delta`, and not the harder the farther it is.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least 0. At ``alpha_max_`` and above the model is empty.
    l1_ratio : float, default=1.0
        Share of the L1 penalty, in [0, 1].
    delta : float, default=1.345
        Size of a residual, in units of ``scale``, from which on a sample counts as an outlier. With
        normal noise of standard deviation 1 and no outliers, 1.345 costs 5 % of the precision.
    scale : float or "mad", default=1.0
        The unit of ``delta``. 1.0 means the unit of y. "mad" is the weighted median absolute
        deviation of y from its median, divided by .6745: the standard deviation of y, if it is
        normal.
    @columns@
    @gap@
    max_iter : int, default=1000
        Newton steps allowed.
    @record@

    Attributes
    ----------
    @coefficients@
    scale_ : float
        The unit of ``delta``, in units of y.
    n_iter_ : int
        Newton steps done, at least 1.
    @certified@
    @history@
    @features@

    See Also
    --------
    ProximalLasso : The same for data without outliers.

    Notes
    -----
    scikit-learn's ``HuberRegressor(epsilon, alpha)`` fits a scale along with the coefficients. With
    its ``scale_`` this is ``ProximalHuberRegressor(alpha * scale_ / W, l1_ratio=0, delta=epsilon,
    scale=scale_)``.

    The solver is a proximal Newton method [2]_ on a working set.

    @selecting@

    References
    ----------
    .. [1] P. J. Huber, "Robust estimation of a location parameter", The Annals of Mathematical
       Statistics 35, 1964, section 1.
    .. [2] J. D. Lee, Y. Sun and M. A. Saunders, "Proximal Newton-type methods for minimizing
       composite functions", SIAM Journal on Optimization 24, 2014, eq. 2.8.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import ProximalHuberRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> y[:20] += 5000.0
    >>> model = ProximalHuberRegressor(alpha=0.5, scale="mad").fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.converged_
    (4, True)
    """

    delta: float
    scale: float | str

    _parameter_constraints: ClassVar[dict] = {
        **SmoothRegressor._parameter_constraints,
        "delta": [Interval(Real, 0, None, closed="neither")],
        "scale": [StrOptions({"mad"}), Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        l1_ratio: float = 1.0,
        delta: float = 1.345,
        scale: float | str = 1.0,
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

    def _scale(self, design: Any) -> float:
        """The unit of delta."""
        if self.scale != "mad":
            return float(self.scale)
        found = robust_scale(design.response, design.weights)
        if found == 0.0:
            raise ValueError(
                'scale="mad" is 0, as at least half of the samples have the same y; give the unit '
                "of delta as a number, such as scale=1.0."
            )
        return found

    def _loss(self, design: Design) -> Loss:
        return Huber(self.delta * self._scale(design))

    def _publish(self, problem, result, dtype):
        result = super()._publish(problem, result, dtype)
        self.scale_ = problem.loss.delta / self.delta if self.scale == "mad" else float(self.scale)
        return result
