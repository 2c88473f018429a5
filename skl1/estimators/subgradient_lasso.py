"""The Lasso by the subgradient method."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds, keep
from skl1.estimators.quadratic import QuadraticRegressor
from skl1.penalties import L1, Penalty
from skl1.sklearn_api import Interval, StrOptions
from skl1.solvers.base import Solver
from skl1.solvers.subgradient import Crossing, SubgradientDescent, Truncated


@shared()
class SubgradientLasso(QuadraticRegressor):
    r"""Lasso by subgradient descent, with a duality gap.

    Minimises over w and the intercept b

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \alpha \sum_j u_j |w_j|,
        \qquad W = \sum_i s_i,

    the objective of scikit-learn's ``Lasso``. The method is here to be understood and compared:
    it may stall above the tolerance, and then says so. ``ProximalLasso`` solves the same problem
    faster and to any accuracy.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least 0. At ``alpha_max_`` and above the model is empty.
    @weights@
    positive : bool, default=False
        Allow no negative coefficient (projected subgradients).
    @bounds@
    @intercept@
    step_size : {"polyak", "constant", "sqrt", "normalized"}, default="polyak"
        Length of step k along the subgradient g, in units of each column's own curvature:
        "polyak" ``(F - level) / ||g||^2`` with a target level between the best objective and
        the dual bound [1]_ [2]_; "constant" ``c / L``; "sqrt" ``c / (L sqrt(k))``;
        "normalized" ``c ||y|| / (sqrt(k) ||g||)``, the norm of y being its root mean square.
    step_length : float, default=1.0
        The factor c of the last three, above 0.
    truncate : bool, default=True
        A coefficient that a step would carry across zero stops at zero [3]_, and leaves it only
        when the slope of the loss exceeds alpha times its weight: the model is sparse. With
        False it crosses, as in the textbook: it oscillates around zero and is never sparse,
        which ``history_`` shows.
    averaging : bool, default=False
        Return the average over the last half or more of the iterates, not the best of them.
    @gap@
    max_iter : int, default=10000
        Steps allowed.
    @record@

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,)
        Coefficients of the iterate with the least objective (or the average), in the dtype of X.
    @model@
    n_iter_ : int
        Steps done, at least 1.
    objective_ : float
        The objective at the fitted coefficients.
    dual_gap_ : float
        Duality gap, in units of the objective: it exceeds its minimum by no more.
    converged_ : bool
        Whether the gap met the tolerance, or the limit of floating-point numbers.
    stop_reason_ : str
        Why the fit ended: "tolerance reached", "numerical precision", "max_iter reached" or
        "stopped by a callback".
    alpha_max_ : float
        The smallest alpha for which no penalised feature enters.
    history_ : dict of ndarray
        With ``record_history=True``, for each check: iteration, seconds, objective, gap,
        nonzeros, and crossings, the changes of sign since the last check.
    @features@

    See Also
    --------
    ProximalLasso : The same problem by proximal methods: faster, to any accuracy.

    Notes
    -----
    The steps of Polyak's rule magnify rounding. Two runs on the same data in another order, or
    with rows repeated instead of weighted, end within the tolerance of the optimum and so of
    one another, but not with the same digits.

    References
    ----------
    .. [1] B. T. Polyak, "Minimization of unsmooth functionals", USSR Computational Mathematics
       and Mathematical Physics 9, 1969.
    .. [2] E. Hazan and S. Kakade, "Revisiting the Polyak step size", arXiv:1905.00313, 2019,
       algorithm 2.
    .. [3] J. Langford, L. Li and T. Zhang, "Sparse online learning via truncated gradient",
       Journal of Machine Learning Research 10, 2009.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import SubgradientLasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = SubgradientLasso(alpha=0.5).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.converged_
    (4, True)
    """

    step_size: str
    step_length: float
    truncate: bool
    averaging: bool

    _parameter_constraints: ClassVar[dict] = {
        **QuadraticRegressor._parameter_constraints,
        "step_size": [StrOptions({"polyak", "constant", "sqrt", "normalized"})],
        "step_length": [Interval(Real, 0, None, closed="neither")],
        "truncate": ["boolean"],
        "averaging": ["boolean"],
    }

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        step_size: float | str = "polyak",
        step_length: float | None = 1.0,
        truncate: bool = True,
        averaging: bool = False,
        tol: float = 1e-6,
        max_iter: int = 10_000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())

    def _penalty(self) -> Penalty:
        return L1(self.alpha)

    def _solver(self) -> Solver:
        return descent(self)

    def _remedy(self) -> str:
        return "Subgradient methods are slow: ProximalLasso solves the same problem to any tol."


def descent(lasso: SubgradientLasso) -> Solver:
    """The subgradient method with the parameters of an estimator."""
    landing = Truncated() if lasso.truncate else Crossing()
    return SubgradientDescent(lasso.step_size, lasso.step_length, landing, lasso.averaging)
