"""The adaptive Lasso: penalty weights from a first estimate, and the fit with them, in one."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning

from skl1.designs import Design
from skl1.estimators import ProximalLasso
from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds, keep
from skl1.inference.first_stage import (
    NAMES,
    NOTHING,
    Estimate,
    adapted,
    excludes_all,
    first_estimate,
    fitted_estimate,
    method_for,
)
from skl1.problems.problem import Problem
from skl1.sklearn_api import HasMethods, Interval, StrOptions
from skl1.solvers.driver import Run

#: Paragraphs of the docstrings of the estimator and of its search.
SHARED = {
    "first stage": """
first_stage : {"auto", "ridge", "least_squares", "lasso"} or estimator, default="auto"
    The first estimate. "ridge" is ridge regression in standard units, with the penalty that
    generalised cross-validation chooses among 15. "least_squares" has no penalty, and of dependent
    columns the solution of least norm: it wants many more samples than features. "lasso" is the
    scaled Lasso in standard units, which has nothing to choose; what it leaves out is excluded.
    "auto" is "ridge" with more samples than features, of which there are at most 500, else "lasso".
    An estimator is cloned and fitted to the rows that have a weight, with ``sample_weight`` where
    the weights are not all 1, and has to set ``coef_``. Give it the ``fit_intercept`` and the signs
    that are wanted: those of here hold for the named ones.
""",
    "factors": """
penalty_weights : array-like of shape (n_features,) or dict, default=None
    Factors that multiply the weights of the first estimate, at least 0: 0 for features that are not
    penalised, inf for excluded ones. They hold in the first stage too, unless that is an estimator.
    None means 1 for all. A dict, or a Series, has them by name: 1 for the others.
positive : bool, default=False
    Allow no negative coefficient, in either stage. Negative ones of an estimator count as zero.
@bounds@
@intercept@
""",
    "stages": """
penalty_weights_ : ndarray of shape (n_features,)
    The weights u, with ``penalty_weights`` multiplied in; inf for what is excluded, and 0 without a
    penalty.
first_stage_ : str or estimator
    The method of the first stage, or the fitted estimator.
first_stage_coef_ : ndarray of shape (n_features,)
    The coefficients of the first estimate, in float64.
""",
}


class AdaptiveProblem(Problem):
    """A Lasso whose penalty weights come from a first estimate on the same data."""

    estimate: Estimate
    #: The penalty weights, inf for excluded features, and the factors in them that were given.
    adapted: np.ndarray
    factors: np.ndarray

    @property
    def unselected(self) -> Problem:
        """The Lasso with the factors alone."""
        return self.reweighted(self.factors)


@shared(SHARED)
class AdaptiveLasso(ProximalLasso):
    r"""Adaptive Lasso: a Lasso with penalty weights from a first estimate.

    A first stage estimates coefficients :math:`\hat b`. The second is ``ProximalLasso`` with
    weights that are small where these are large: it minimises over w and the intercept b

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \alpha \sum_j u_j |w_j|,
        \qquad u_j = \left(\frac{\max_k |\hat b_k|}{|\hat b_j|}\right)^\gamma,

    the weights of Zou [1]_ times the number that makes the smallest of them 1. A feature whose
    first estimate is exactly zero is excluded.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty of the second stage, at least 0. At ``alpha_max_`` and above the
        model is empty; with 0 it is least squares on all features.
    @first stage@
    gamma : float, default=1.0
        Power of the first estimate, positive. Zou tries 0.5, 1 and 2. With 1 and a named first
        stage but "least_squares" of dependent columns the model does not depend on the columns'
        units; for any other give them one scale (StandardScaler).
    @factors@
    solver : {"auto", "coordinate_descent", "ista", "fista"}, default="auto"
        How ``ProximalLasso`` solves the second stage.
    tol : float, default=1e-6
        Duality gap at which each stage stops, as a share of its null objective.
    max_iter : int, default=10000
        Iterations allowed for each stage.
    @record@

    Attributes
    ----------
    @coefficients@
    @stages@
    n_iter_ : int
        Iterations of the second stage, at least 1.
    objective_ : float
        The objective of the second stage at the fitted coefficients.
    dual_gap_ : float
        Its duality gap: ``objective_`` exceeds its minimum, for these weights, by no more.
    converged_ : bool
        Whether both stages met the tolerance, or the limit of floating-point numbers.
    stop_reason_ : str
        Why the second stage ended, or the first if it is the one that did not converge.
    alpha_max_ : float
        The smallest alpha for which no penalised feature enters.
    history_ : dict of ndarray
        With ``record_history=True``: the record of the second stage.
    @features@

    See Also
    --------
    AdaptiveLassoCV : The same with alpha chosen by cross-validation.
    adaptive_weights : The weights alone, of a first estimate of one's own.
    RelaxedLasso : Less shrinkage by a second fit.
    MCPRegressor : Less shrinkage by a nonconvex penalty, without a first estimate.

    Notes
    -----
    The model is no better than its first estimate: what that puts at zero stays there. "ridge" and
    "lasso" penalise the less the more samples there are: they count the rows that have a weight,
    whatever the sum of the weights. With "least_squares" a weight of 2 equals repeating the row
    exactly. The weights
    are computed from y: in a cross-validation each training part needs its own, which a grid search
    over this estimator and ``AdaptiveLassoCV`` see to.

    References
    ----------
    .. [1] H. Zou, "The adaptive Lasso and its oracle properties", Journal of the American
       Statistical Association 101, 2006, eq. 4.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import AdaptiveLasso, ProximalLasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = AdaptiveLasso(alpha=0.2).fit(X, y)
    >>> int((model.coef_ != 0).sum()), int((ProximalLasso(alpha=0.2).fit(X, y).coef_ != 0).sum())
    (3, 6)
    >>> model.first_stage_, float(model.penalty_weights_.min())
    ('ridge', 1.0)
    """

    first_stage: Any
    gamma: float

    #: The second stage has no squared part.
    l1_ratio = 1.0

    _parameter_constraints: ClassVar[dict] = {
        **{k: v for k, v in ProximalLasso._parameter_constraints.items() if k != "l1_ratio"},
        "first_stage": [StrOptions({"auto", *NAMES}), HasMethods(["fit"])],
        "gamma": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        first_stage: Any = "auto",
        gamma: float = 1.0,
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

    def _problem(self, design: Design) -> AdaptiveProblem:
        factors = self._given_weights(design.n_features)
        factors = np.where(design.norms > 0.0, factors, np.inf)
        stage, bounds = method_for(self.first_stage, design), self._bounds(design.n_features)
        if isinstance(stage, str):
            limits: dict[str, Any] = {"tol": self.tol, "max_iter": self.max_iter}
            estimate = first_estimate(stage, design, factors, bounds=bounds, **limits)
        else:
            estimate = fitted_estimate(stage, design)
        if self.alpha:
            weights = adapted(estimate.coef, factors, self.gamma, bounds)
        else:  # every feature is free, whatever the first stage says of it
            weights = np.where(np.isfinite(factors), 0.0, np.inf)
        problem = cast(AdaptiveProblem, self._weighted(design, weights, AdaptiveProblem))
        problem.estimate, problem.adapted, problem.factors = estimate, weights, factors
        return problem

    def _publish(self, problem: Problem, result: Run, dtype) -> Run:
        result = super()._publish(problem, result, dtype)
        problem = cast(AdaptiveProblem, problem)
        estimate = problem.estimate
        self.penalty_weights_ = problem.adapted.copy()
        self.first_stage_, self.first_stage_coef_ = estimate.stage, estimate.coef.copy()
        if self.converged_ and estimate.remark:
            self.converged_, self.stop_reason_ = False, estimate.stop_reason
        return result

    def _remarks(self, problem: Problem, result: Run) -> list[tuple[str, type[Warning]]]:
        remark = cast(AdaptiveProblem, problem).estimate.remark
        if result.model.converged and remark:
            return [(f"{type(self).__name__}: {remark}", ConvergenceWarning)]
        return super()._remarks(problem, result)

    def _emptiness(self, problem: Problem) -> str:
        own = cast(AdaptiveProblem, problem)
        if self.converged_ and excludes_all(own.adapted, own.factors):
            return f"{NOTHING} Choose another first_stage."
        return super()._emptiness(problem)
