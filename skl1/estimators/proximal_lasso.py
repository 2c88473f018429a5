"""The Lasso and the elastic net."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds, keep
from skl1.estimators.quadratic import QuadraticRegressor
from skl1.paths.path_state import SWEEPS
from skl1.paths.solve import solve_paths
from skl1.paths.targets import solve_targets
from skl1.penalties import Penalty, elastic_net
from skl1.sklearn_api import Interval, StrOptions
from skl1.solvers.base import Solver
from skl1.solvers.first_order import Nesterov, Still
from skl1.solvers.inner import Sweeps, SweepsThenNewton
from skl1.solvers.proximal_gradient import ProximalGradient
from skl1.solvers.working_set import WorkingSet

SOLVERS: dict[str, Solver] = {
    "auto": WorkingSet(SweepsThenNewton()),
    "coordinate_descent": WorkingSet(Sweeps(), count_sweeps=True),
    "ista": ProximalGradient(Still()),
    "fista": ProximalGradient(Nesterov()),
}


@shared()
class ProximalLasso(QuadraticRegressor):
    r"""Lasso and elastic net by proximal methods, with a duality gap.

    Minimises over w and the intercept b

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2
        + \alpha \sum_j u_j \left(\rho |w_j| + \frac{1 - \rho}{2} w_j^2\right),
        \qquad W = \sum_i s_i,

    with sample weights s, penalty weights u and ``l1_ratio`` :math:`\rho`: with unit weights
    the objective of scikit-learn's ``Lasso`` and ``ElasticNet``, at the same ``alpha``. The
    intercept is never penalised.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least 0. At ``alpha_max_`` and above the model is empty.
    l1_ratio : float, default=1.0
        Share of the L1 penalty, in [0, 1]; 1 is the Lasso, 0 ridge regression.
    @columns@
    solver : {"auto", "coordinate_descent", "ista", "fista"}, default="auto"
        "auto" works on a growing set of features, with coordinate descent on their Gram matrix
        and Newton's method on the support; "coordinate_descent" is the same without Newton's
        method; "ista" and "fista" are the proximal gradient method and its accelerated form,
        with a step of 1/L in units of each column's own curvature.
    @gap@
    max_iter : int, default=10000
        Iterations allowed: rounds of the working set ("auto"), sweeps, or steps.
    @record@

    Attributes
    ----------
    @coefficients@
    n_iter_ : int
        Iterations done, at least 1.
    @certified@
    @history@
    @features@

    See Also
    --------
    SubgradientLasso : The same problem by the subgradient method.
    NonconvexLpRegressor : Penalties ``|w|^p`` with p below 1.
    RidgeGD : The squared penalty.

    Notes
    -----
    The working set grows by gap-safe distances [1]_ [2]_, and features that the gap proves to
    be zero are dropped. The gap is computed from the residuals in float64, whatever the dtype.

    References
    ----------
    .. [1] O. Fercoq, A. Gramfort and J. Salmon, "Mind the duality gap: safer rules for the
       Lasso", ICML 2015, eq. 8.
    .. [2] M. Massias, A. Gramfort and J. Salmon, "Celer: a fast solver for the Lasso with dual
       extrapolation", ICML 2018, eq. 11.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import ProximalLasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalLasso(alpha=0.5).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.converged_
    (4, True)
    >>> bool(model.dual_gap_ <= 1e-6 * y.var() / 2)
    True
    """

    l1_ratio: float
    solver: str

    _parameter_constraints: ClassVar[dict] = {
        **QuadraticRegressor._parameter_constraints,
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "solver": [StrOptions(set(SOLVERS))],
    }

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        l1_ratio: float = 1.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        solver: str = "auto",
        tol: float = 1e-6,
        max_iter: int = 10_000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())

    def _penalty(self) -> Penalty:
        return elastic_net(self.alpha, self.l1_ratio)

    def _solver(self) -> Solver:
        return SOLVERS[self.solver]

    def follow(self, problems, values):
        if self.solver != "auto":
            return super().follow(problems, values)
        return solve_paths(problems, values, tol=self.tol, max_iter=self.max_iter)

    def _runs_together(self, problems):
        # With fewer iterations allowed than the joint way counts by, each target goes its own.
        if self.solver != "auto" or self.warm_start or self.max_iter < SWEEPS:
            return None
        return solve_targets(problems, tol=self.tol, max_iter=self.max_iter)

    def _remedy(self) -> str:
        return "Increase max_iter or tol, scale the columns" + (
            "." if self.solver == "auto" else ', or use solver="auto".'
        )
