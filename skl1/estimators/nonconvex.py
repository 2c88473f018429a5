"""Least squares with a nonconvex penalty: local search, and sums over the rows."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from skl1.estimators.many_minima import ManyMinima
from skl1.estimators.quadratic import QuadraticRegressor
from skl1.paths.one_by_one import ALONG
from skl1.problems.model import INTERRUPTED
from skl1.problems.moments import for_search
from skl1.search.column_store import HELD
from skl1.search.starts import subset_start
from skl1.sklearn_api import StrOptions
from skl1.solvers.driver import certified
from skl1.solvers.minimise import minimise

#: What the docstrings of the estimators have in common.
SHARED = {
    "objective": r"""
Seeks a good local minimum over w and the intercept b of

.. math::

    \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \sum_j u_j g(w_j),
    \qquad W = \sum_i s_i,
""",
    "alpha": """
alpha : float, default=1.0
    Strength of the penalty, at least 0. At ``alpha_max_`` and above zero is a coordinate-wise
    minimum, and the model is empty as a rule.
""",
    "kin": """
NonconvexLpRegressor : The penalty ``|w|^p``.
CLASSCV : The same with alpha chosen by cross-validation.
ProximalLasso : The convex case.
""",
    "data and search": """
l2 : float, default=0.0
    Strength of a further term ``l2 / 2 sum_j u_j w_j^2``, which does not go with alpha. A little
    of it helps where the noise is strong.
penalty_weights : array-like of shape (n_features,) or dict, default=None
    Factors u of the penalty, one a feature, at least 0. A feature of weight 0 is not penalised,
    one of weight inf is excluded. None means 1 for all. A dict, or a Series, has them by name: 1
    for the others.
@signs@
local_search : {"auto", "swaps"} or None, default="auto"
    "swaps": at each minimum features in use are exchanged for others, dropped or added, as long as
    the objective falls by it. "auto" does so in models of at most 100 features, fewer if X has more
    than 167,772 columns.
n_init : int, default=0
    Further starts, from solutions of the Lasso with random penalty weights.
random_state : int, RandomState instance or None, default=None
    Of these weights.
tol : float, default=1e-6
    ``stationarity_`` at which a run stops. For a convex problem the duality gap as a share of the
    null objective, as in ``ProximalLasso``.
max_iter : int, default=10000
    Rounds of the working set allowed, for each start.
warm_start : bool, default=False
    Start from the last ``coef_`` alone.
record_history : bool, default=False
    Keep a record of the run that gave the result in ``history_``.
""",
    "fitted": """
@coefficients@
n_iter_ : int
    Rounds done in the run that gave the result, at least 1.
objective_ : float
    The objective at the fitted coefficients.
stationarity_ : float
    How far one exact coordinate step would move the fit, at most: the largest
    ``||x_j|| |w_j - prox|`` as a share of the norm of y (root mean squares). It is 0 at
    coordinate-wise minima and only there.
is_local_minimum_ : bool
    Whether the second-order conditions hold that make the fit a local minimum: a zero gradient and
    a positive definite matrix of second derivatives on the support (or no negative second
    derivative of the penalty there), and beside it correlations strictly within the slope of the
    penalty at zero. False means that this sufficient test has failed.
lower_bound_ : float
    No coefficients have a smaller objective.
lower_bound_kind_ : str
    "dual", or "trivial" if there is nothing better than the loss of least squares, or 0.
optimality_gap_ : float
    ``objective_ - lower_bound_`` as a share of the objective of the model without penalised
    features. At 0 the fit is proved to be a global minimum.
start_ : str
    The start that won: "path" (the minimum is followed from ``alpha_max_`` down to alpha), "lasso"
    (the Lasso's solution), "homotopy" (from there through penalties between the two), "subset" (the
    best of the best subsets of up to 20 features, with local search only), "random 1" and so on, or
    "warm start".
start_objectives_ : dict
    The objective that each start led to.
minima_ : ndarray
    The objectives of the distinct minima seen, from small to large.
n_swaps_ : int
    Exchanges of features that led to the result.
dual_gap_ : float
    For convex problems only: the duality gap, in units of the objective.
converged_ : bool
    Whether the tolerance was met, or the limit of floating-point numbers.
stop_reason_ : str
    Why the run ended: "tolerance reached", "numerical precision", "max_iter reached" or "stopped
    by a callback".
alpha_max_ : float
    The smallest alpha for which zero is a coordinate-wise minimum.
history_ : dict of ndarray
    With ``record_history=True``, for each check: iteration, seconds, objective, gap (the
    stationarity), nonzeros.
@features@
""",
}


#: Features at most in the best subsets that serve as a start, and at most so many more than twice
#: those of the path's start.
LARGEST, SMALLEST = 20, 3
#: Features in use up to which ``local_search="auto"`` exchanges them.
EXCHANGED = 100


def largest_exchanged(local_search: str | None, n_features: int) -> int:
    """Features at most of a model in which they are exchanged: what ``local_search`` means."""
    if local_search is None:
        return 0
    return n_features if local_search == "swaps" else min(EXCHANGED, HELD // n_features)


class NonconvexRegressor(ManyMinima, QuadraticRegressor):
    """Least squares with a penalty of many minima: everything but the penalty."""

    local_search: str | None

    _parameter_constraints: ClassVar[dict] = {
        **ManyMinima._parameter_constraints,
        "local_search": [StrOptions({"auto", "swaps"}), None],
    }

    def _solver(self):
        return ALONG

    def _exchanges(self, problem):
        return largest_exchanged(self.local_search, problem.design.n_features)

    def _searched(self, problem):
        return for_search(problem)

    def _from_data(self, problem, best, callback):
        """The best of a search on moments, certified from the data, and improved if need be."""
        if best.model.stop_reason == INTERRUPTED:
            return certified(problem, best, best.w)
        limits = {"tol": self.tol, "max_iter": self.max_iter}
        result = minimise(ALONG, problem, best.w, callback=callback, **limits)
        n_iter = max(best.model.n_iter, result.model.n_iter)
        return replace(result, model=result.model._replace(n_iter=n_iter), history=best.history)

    def _more_starts(self, problem, path):
        most = self._exchanges(problem)
        if most:
            size = 2 * np.count_nonzero(path) + SMALLEST
            yield "subset", subset_start(problem, min(most, LARGEST, size))

    def _note(self, minima):
        super()._note(minima)
        self.n_swaps_ = minima.exchanges
