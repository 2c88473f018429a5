"""The relaxed Lasso: the support of the Lasso, its coefficients shrunk less."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning

from skl1.estimators import ProximalLasso
from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds, keep
from skl1.inference.relaxed_model import Relaxed, quick_refit, relaxed
from skl1.problems.model import Model, coefficients
from skl1.problems.problem import Problem
from skl1.sklearn_api import Interval
from skl1.solvers.driver import Run
from skl1.solvers.inner import SweepsThenNewton
from skl1.solvers.minimise import minimise
from skl1.solvers.working_set import WorkingSet


@shared()
class RelaxedLasso(ProximalLasso):
    r"""Relaxed Lasso: between the Lasso and least squares on its support.

    The first stage is ``ProximalLasso``: it minimises over w and the intercept b

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2
        + \alpha \sum_j u_j \left(\rho |w_j| + \frac{1 - \rho}{2} w_j^2\right),
        \qquad W = \sum_i s_i.

    Its minimiser :math:`\hat w` chooses the features, the support S, to which the unpenalised ones
    (u = 0) are added. The second stage fits y by the features of S alone, without any penalty,

    .. math::

        \tilde w = \arg\min_{w_j = 0,\, j \notin S}
        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2,

    and ``coef_`` is :math:`\gamma \hat w + (1 - \gamma) \tilde w`.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty of the first stage, at least 0. At ``alpha_max_`` and above the
        model is empty.
    gamma : float, default=0.0
        Share of the Lasso in the coefficients, in [0, 1]: 0 is least squares on the support, 1
        is ``ProximalLasso``.
    l1_ratio : float, default=1.0
        Share :math:`\rho` of the L1 penalty in the first stage, in [0, 1]. The second stage has no
        penalty, whatever it is; for 0 every feature is in the support.
    penalty_weights : array-like of shape (n_features,) or dict, default=None
        Factors u of the penalty, one a feature, at least 0. A feature of weight 0 is not
        penalised, one of weight inf is excluded from both stages. None means 1 for all. A dict,
        or a Series, has them by name: 1 for the others.
    positive : bool, default=False
        Allow no negative coefficient, in either stage.
    @bounds@
    fit_intercept : bool, default=True
        Fit an intercept.
    solver : {"auto", "coordinate_descent", "ista", "fista"}, default="auto"
        How ``ProximalLasso`` solves the first stage.
    tol : float, default=1e-6
        Duality gap at which the first stage stops, as a share of the null objective.
    max_iter : int, default=10000
        Iterations allowed for each stage.
    warm_start : bool, default=False
        Start from the last ``lasso_coef_``.
    record_history : bool, default=False
        Keep a record of the first stage in ``history_``.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,)
        Coefficients of the relaxed model, in the dtype of X: those that ``predict`` uses.
    intercept_ : float
        The intercept that is best for ``coef_``; 0 if ``fit_intercept=False``.
    lasso_coef_ : ndarray of shape (n_features,)
        Coefficients of the first stage. Their support is S, but for unpenalised features.
    lasso_intercept_ : float
        Intercept of the first stage.
    sparse_coef_ : sparse matrix of shape (1, n_features)
        ``coef_`` in sparse form.
    n_iter_ : int
        Iterations of the first stage, at least 1.
    objective_ : float
        The penalised objective at ``lasso_coef_``; at ``coef_`` it is larger.
    dual_gap_ : float
        Duality gap of the first stage: ``objective_`` exceeds its minimum by no more.
    converged_ : bool
        Whether both stages met the tolerance, or the limit of floating-point numbers.
    stop_reason_ : str
        Why the first stage ended, or the second if it is the one that did not converge.
    alpha_max_ : float
        The smallest alpha for which no penalised feature enters; inf for ``l1_ratio=0``.
    history_ : dict of ndarray
        With ``record_history=True``: the record of the first stage.
    @features@

    See Also
    --------
    ProximalLasso : The first stage alone.
    adaptive_weights : Less shrinkage of large coefficients by penalty weights.
    NonconvexLpRegressor : Less shrinkage of large coefficients by a nonconvex penalty.

    Notes
    -----
    Meinshausen [1]_ solves the Lasso anew on S, with a share of the penalty; where the signs on S
    do not change on the way, the solutions are the combinations of above. That simplified form is
    the one of Hastie, Tibshirani and Tibshirani [2]_.

    Dependent features in S share their coefficient: the second stage takes the solution of least
    norm. The gap bounds the objective, and not the support, of which the second stage is a
    function that jumps: where a feature is on the verge of entering, a smaller ``tol`` may add it
    or take it out.

    References
    ----------
    .. [1] N. Meinshausen, "Relaxed Lasso", Computational Statistics and Data Analysis 52, 2007,
       definition 1.
    .. [2] T. Hastie, R. Tibshirani and R. Tibshirani, "Best subset, forward stepwise or lasso?
       Analysis and recommendations based on extensive comparisons", Statistical Science 35, 2020,
       eq. 4.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import ProximalLasso, RelaxedLasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> lasso, relaxed = ProximalLasso(alpha=0.5).fit(X, y), RelaxedLasso(alpha=0.5).fit(X, y)
    >>> bool(((relaxed.coef_ != 0) == (lasso.coef_ != 0)).all())
    True
    >>> bool(abs(relaxed.coef_[2]) > abs(lasso.coef_[2]))
    True
    """

    gamma: float
    #: What the second stage of a fit under way did not reach, until it is told.
    _shortfall: str

    _parameter_constraints: ClassVar[dict] = {
        **ProximalLasso._parameter_constraints,
        "gamma": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        gamma: float = 0.0,
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

    @property
    def refits(self) -> bool:  # type: ignore[override]
        """Whether coefficients are fitted anew to the features that the penalty has chosen."""
        return self.gamma < 1.0

    def _last_solution(self) -> np.ndarray | None:
        return self._earlier("lasso_coef_")

    def relax(
        self, problem: Problem, models: list[Model], gammas: list[float]
    ) -> list[list[Relaxed]]:
        """The models of both stages, from those of the first; for developers.

        Parameters
        ----------
        problem : Problem
            As ``problem_on`` makes it, of any alpha.
        models : list of Model
            Lasso models, as ``follow`` finds them.
        gammas : list of float
            Shares of the Lasso.

        Returns
        -------
        list of list of Relaxed
            A path for each share. Models with the same features have one refit for all shares.
        """
        known: dict[bytes, Model] = {}
        free = np.flatnonzero(problem.free)
        for model in models if min(gammas) < 1.0 else ():
            support = model.features.tobytes()
            if support not in known:
                quick = quick_refit(problem, np.union1d(model.features, free), self.tol)
                w = coefficients([model], problem.design.n_features)[0]
                known[support] = quick or self._refit(problem, w).model
        pairs = [(model, known.get(model.features.tobytes(), model)) for model in models]
        return [[relaxed(problem, *pair, gamma) for pair in pairs] for gamma in gammas]

    def _refit(self, problem: Problem, w: np.ndarray) -> Run:
        """Least squares on the support of w: the problem in which its features are free."""
        kept = (w != 0.0) | problem.free
        refit = problem.reweighted(np.where(kept, 0.0, np.inf))
        solver = WorkingSet(SweepsThenNewton())
        return minimise(solver, refit, refit.null.w, tol=self.tol, max_iter=self.max_iter)

    def _blend(self, w: np.ndarray, refit: np.ndarray) -> np.ndarray:
        # Not of the refit times 0 or 1: exactly one of the two.
        if self.gamma in {0.0, 1.0}:
            return w if self.gamma else refit
        return self.gamma * w + (1.0 - self.gamma) * refit

    def _model(self, problem: Problem, w: np.ndarray, dtype) -> dict[str, Any]:
        if self.gamma < 1.0:
            w = self._blend(w, self._refit(problem, w).w)
        return super()._model(problem, w, dtype)

    def _publish(self, problem: Problem, result: Run, dtype) -> Run:
        result = super()._publish(problem, result, dtype)
        self.lasso_coef_, self.lasso_intercept_ = self.coef_.copy(), self.intercept_
        if self.gamma == 1.0:
            return result
        refit = self._refit(problem, result.w)
        model = super()._model(problem, self._blend(result.w, refit.w), dtype)
        if not (np.isfinite(model["coef_"]).all() and np.isfinite(model["intercept_"])):
            raise ValueError(
                f"The coefficients of the second stage overflow {dtype}: the units of X and y are "
                "too far apart; rescale them (StandardScaler does it for X)."
            )
        self.coef_, self.intercept_ = model["coef_"], model["intercept_"]
        second = refit.model
        if self.converged_ and not second.converged:
            self.converged_, self.stop_reason_ = False, second.stop_reason
            self._shortfall = (
                f"The second stage of {type(self).__name__}, least squares on "
                f"{np.count_nonzero(result.w)} features, stopped after {second.n_iter} rounds "
                f"({second.stop_reason}) at a duality gap of {second.error:.3g}; "
                f"{refit.target:.3g} was wanted. Increase alpha, for fewer features, or max_iter."
            )
        return result

    def _remarks(self, problem: Problem, result: Run) -> list[tuple[str, type[Warning]]]:
        # Where only the second stage has failed, that alone is to be said.
        text = getattr(self, "_shortfall", "")
        if text:
            del self._shortfall
        return [(text, ConvergenceWarning)] if text else super()._remarks(problem, result)
