"""Least squares with an l_p penalty, 0 <= p <= 1."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex import SHARED, NonconvexRegressor
from skl1.estimators.parameters import CoefBounds, keep
from skl1.penalties import L1, Lp
from skl1.sklearn_api import Interval


@shared(SHARED)
class NonconvexLpRegressor(NonconvexRegressor):
    r"""Sparse regression with the penalty :math:`|w|^p` for any p in [0, 1].

    Seeks a good local minimum over w and the intercept b of

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \alpha \sum_j u_j |w_j|^p,
        \qquad W = \sum_i s_i,

    where :math:`|w|^0` counts the nonzero coefficients. p = 1 is the Lasso. A smaller p shrinks
    large coefficients less and gives sparser models, at the price of convexity: there may be
    many local minima, and no method is sure to find the best. Several starts and exchanges of
    features lead to a good one, and ``optimality_gap_`` bounds how far from the best it can be.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least 0. At ``alpha_max_`` and above zero is a
        coordinate-wise minimum, and the model is empty as a rule.
    p : float, default=0.5
        Exponent, in [0, 1].
    @data and search@

    Attributes
    ----------
    @fitted@

    See Also
    --------
    ProximalLasso : The convex case p = 1, with a global certificate.

    Notes
    -----
    Unlike in the Lasso, scaling a column changes the problem in a way that no penalty weight
    but ``||x_j||^p`` undoes: standardise the columns unless their units mean something.

    @selecting@

    References
    ----------
    .. [1] Z. Xu, X. Chang, F. Xu and H. Zhang, "L1/2 regularization: a thresholding
       representation theory and a fast solver", IEEE Transactions on Neural Networks and
       Learning Systems 23, 2012, theorem 1.
    .. [2] J. Zeng, Z. Peng and S. Lin, "GAITA: a Gauss-Seidel iterative thresholding algorithm
       for l_q regularized least squares regression", arXiv:1507.03173, 2015, algorithm 1.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import NonconvexLpRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = NonconvexLpRegressor(alpha=5.0, p=0.5).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.is_local_minimum_
    (2, True)
    >>> round(model.optimality_gap_, 2)  # no model's objective is smaller by more than this share
    0.06
    """

    p: float

    _parameter_constraints: ClassVar[dict] = {
        **NonconvexRegressor._parameter_constraints,
        "p": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        p: float = 0.5,
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
        return L1(self.alpha) if self.p == 1.0 else Lp(self.alpha, self.p)
