"""Least squares with an l_p penalty, 0 <= p <= 1."""

from __future__ import annotations

from numbers import Real
from typing import ClassVar

import numpy as np

from skl1.certificates import fixed_point_certificate
from skl1.estimators.base import PenalisedRegressor
from skl1.path import follow_path
from skl1.penalties import L1, Lp, Penalty
from skl1.sklearn_api import Interval
from skl1.solvers.driver import Solver
from skl1.solvers.inner import SweepsThenNewton
from skl1.solvers.working_set import WorkingSet


class NonconvexLpRegressor(PenalisedRegressor):
    r"""Sparse regression with the penalty :math:`|w|^p` for any p in [0, 1].

    Seeks a good local minimum over w and the intercept b of

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \alpha \sum_j u_j |w_j|^p,
        \qquad W = \sum_i s_i,

    where :math:`|w|^0` counts the nonzero coefficients. p = 1 is the Lasso. A smaller p shrinks
    large coefficients less and gives sparser models, at the price of convexity: there may be
    many local minima, and no method is sure to find the best.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least 0. At ``alpha_max_`` and above zero is a
        coordinate-wise minimum, and the model is empty as a rule.
    p : float, default=0.5
        Exponent, in [0, 1].
    penalty_weights : array-like of shape (n_features,), default=None
        Factors u of the penalty, one a feature, at least 0. A feature of weight 0 is not
        penalised, one of weight inf is excluded. None means 1 for all.
    positive : bool, default=False
        Allow no negative coefficient.
    fit_intercept : bool, default=True
        Fit an intercept. X is centred implicitly: not copied, and sparse X stays sparse.
    tol : float, default=1e-6
        ``stationarity_`` at which the fit stops. For p = 1, a convex problem, the duality gap as
        a share of the null objective, as in ``ProximalLasso``.
    max_iter : int, default=10000
        Rounds of the working set allowed, for each start.
    warm_start : bool, default=False
        Start from the last ``coef_`` alone.
    record_history : bool, default=False
        Keep a record of the run that gave the result in ``history_``.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,)
        Coefficients, in the dtype of X.
    intercept_ : float
        Intercept; 0 if ``fit_intercept=False``.
    sparse_coef_ : sparse matrix of shape (1, n_features)
        ``coef_`` in sparse form.
    n_iter_ : int
        Rounds done from the start that won, at least 1.
    objective_ : float
        The objective at the fitted coefficients.
    stationarity_ : float
        How far one exact coordinate step would move the fit, at most: the largest
        ``||x_j|| |w_j - prox|`` as a share of the norm of y (root mean squares). It is 0 at
        coordinate-wise minima and only there.
    dual_gap_ : float
        For p = 1 only: the duality gap, in units of the objective.
    start_ : str
        The start that won: "path" (the minimum is followed from ``alpha_max_`` down to alpha),
        "lasso" (from the Lasso's solution) or "warm start".
    converged_ : bool
        Whether the tolerance was met, or the limit of floating-point numbers.
    stop_reason_ : str
        Why the fit ended: "tolerance reached", "numerical precision", "max_iter reached" or
        "stopped by a callback".
    alpha_max_ : float
        The smallest alpha for which zero is a coordinate-wise minimum.
    history_ : dict of ndarray
        With ``record_history=True``, for each check: iteration, seconds, objective, gap (the
        stationarity), nonzeros.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, if X has names that are strings.

    See Also
    --------
    ProximalLasso : The convex case p = 1, with a global certificate.

    Notes
    -----
    Unlike in the Lasso, scaling a column changes the problem in a way that no penalty weight
    but ``||x_j||^p`` undoes: standardise the columns unless their units mean something.

    ``SelectFromModel`` takes the mean of ``|coef_|`` for its threshold unless the class is
    called a Lasso: pass ``threshold=1e-10`` to select the nonzero coefficients.

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
    >>> int((model.coef_ != 0).sum()), model.converged_
    (2, True)
    """

    _parameter_constraints: ClassVar[dict] = {
        **PenalisedRegressor._parameter_constraints,
        "p": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        alpha=1.0,
        *,
        p=0.5,
        penalty_weights=None,
        positive=False,
        fit_intercept=True,
        tol=1e-6,
        max_iter=10_000,
        warm_start=False,
        record_history=False,
    ):
        self.alpha = alpha
        self.p = p
        self.penalty_weights = penalty_weights
        self.positive = positive
        self.fit_intercept = fit_intercept
        self.tol = tol
        self.max_iter = max_iter
        self.warm_start = warm_start
        self.record_history = record_history

    def _penalty(self) -> Penalty:
        return L1(self.alpha) if self.p == 1.0 else Lp(self.alpha, self.p)

    def _solver(self) -> Solver:
        return WorkingSet(SweepsThenNewton())

    def _remedy(self) -> str:
        return "Increase max_iter or tol, or scale the columns."

    def _solve(self, problem, start, callback):
        warm = start is not problem.null.w
        if warm or problem.penalty.convex or self.alpha >= problem.alpha_max:
            self.start_ = "warm start" if warm else "path"
            return super()._solve(problem, start, callback)
        # Thresholds on a correlation go as alpha^(1/(2-p)): the Lasso that cuts at the same place.
        share = (self.alpha / problem.alpha_max) ** (1.0 / (2.0 - self.p))
        lasso = problem.with_penalty(self._signed(L1(1.0)))
        starts = {
            "path": follow_path(
                self._solver(),
                problem,
                lambda alpha: self._signed(Lp(alpha, self.p)),
                problem.alpha_max,
                self.alpha,
            ),
            "lasso": follow_path(
                self._solver(),
                lasso,
                lambda alpha: self._signed(L1(alpha)),
                lasso.alpha_max,
                share * lasso.alpha_max,
            ),
        }
        runs = {
            name: super(NonconvexLpRegressor, self)._solve(problem, w, callback)
            for name, w in starts.items()
        }
        self.start_ = min(runs, key=lambda name: runs[name].point.objective)
        return runs[self.start_]

    def _publish(self, problem, result, dtype):
        result = super()._publish(problem, result, dtype)
        point = problem.at(np.asarray(self.coef_, dtype=np.float64))
        self.stationarity_ = fixed_point_certificate(problem, point).error
        return result
