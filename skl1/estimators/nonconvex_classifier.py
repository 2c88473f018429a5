"""What the classifiers with a nonconvex penalty share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from skl1.estimators.classifier import PenalisedClassifier
from skl1.estimators.nonconvex_log_odds import NonconvexLogOdds

#: What their docstrings have in common.
SHARED = {
    "objective": r"""
For two classes, of which the second is :math:`y_i = 1` and the first 0, it seeks a good local
minimum over w and the intercept b of

.. math::

    \frac{1}{W} \sum_i s_i \left(\log(1 + e^{t_i}) - y_i t_i\right) + \sum_j u_j g(w_j),
    \qquad t_i = x_i^\top w + b, \quad W = \sum_i s_i,

with sample weights s and penalty weights u. Of more than two classes it does so for each class
against the rest. The intercept is never penalised.
""",
    "alpha": """
alpha : float, default=0.01
    Strength of the penalty, at least 0. At ``alpha_max_`` and above zero is a coordinate-wise
    minimum, and the model is empty as a rule.
""",
    "data and search": """
l2 : float, default=0.0
    Strength of a further term ``l2 / 2 sum_j u_j w_j^2``, which does not go with alpha. With a
    little of it coefficients stay finite where features separate the classes.
penalty_weights : array-like of shape (n_features,), default=None
    Factors u of the penalty, one a feature, at least 0. A feature of weight 0 is not penalised,
    one of weight inf is excluded. None means 1 for all.
@signs@
class_weight : dict or "balanced", default=None
    Factors of the sample weights by class. "balanced" gives all classes the same sum of
    weights. A class that a dict does not name has 1.
n_init : int, default=0
    Further starts, from solutions of the Lasso with random penalty weights.
random_state : int, RandomState instance or None, default=None
    Of these weights.
tol : float, default=1e-6
    ``stationarity_`` at which a run stops. For a convex problem the duality gap as a share of the
    null objective, as in ``ProximalLogisticRegression``.
max_iter : int, default=1000
    Newton steps allowed, for each start of each binary problem.
warm_start : bool, default=False
    Start from the last ``coef_`` alone.
record_history : bool, default=False
    Keep a record of the runs that gave the result in ``history_``.
""",
    "fitted": """
classes_ : ndarray of shape (n_classes,)
    The class labels, sorted.
coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
    Coefficients, in the dtype of X: a row for each binary problem.
intercept_ : ndarray of shape (1,) or (n_classes,)
    Intercepts; 0 if ``fit_intercept=False``.
sparse_coef_ : sparse matrix
    ``coef_`` in sparse form.
n_iter_ : ndarray of int
    Newton steps done in the run that gave the result of each binary problem, at least 1.
objective_ : ndarray
    The objective of each binary problem.
stationarity_ : ndarray
    Of each, how far one coefficient alone would move so that the objective falls, at most: the
    largest ``sqrt(d_j) |step_j|`` as a share of the root of twice the loss of the model without
    penalised features. d is the curvature of the loss along the coefficient, the intercept being
    refitted. Its square is about what the step is worth, as a share of that loss.
is_local_minimum_ : ndarray of bool
    Whether the second-order conditions hold that make the fit a local minimum: a zero gradient and
    a positive definite matrix of second derivatives on the support (or no negative second
    derivative of the penalty there), and beside it correlations strictly within the slope of the
    penalty at zero. False means that this sufficient test has failed.
lower_bound_ : ndarray
    No coefficients have a smaller objective.
lower_bound_kind_ : ndarray of str
    "dual", or "trivial" if there is nothing better than the least loss of all models, or 0.
optimality_gap_ : ndarray
    ``objective_ - lower_bound_`` as a share of the objective of the model without penalised
    features. At 0 the fit is proved to be a global minimum.
start_ : ndarray of str
    The start that won: "path" (the minimum is followed from ``alpha_max_`` down to alpha), "lasso"
    (the Lasso's solution), "homotopy" (from there through penalties between the two), "random 1"
    and so on, or "warm start".
start_objectives_ : list of dict
    For each binary problem, the objective that each start led to.
minima_ : list of ndarray
    For each, the objectives of the distinct minima seen, from small to large.
dual_gap_ : ndarray
    For convex problems only: the duality gap of each, in units of the objective.
converged_ : ndarray of bool
    Whether each met the tolerance, or the limit of floating-point numbers.
stop_reason_ : ndarray of str
    Why each ended: "tolerance reached", "numerical precision", "max_iter reached" or
    "stopped by a callback".
alpha_max_ : ndarray
    For each the smallest alpha for which zero is a coordinate-wise minimum.
history_ : list of dict of ndarray
    With ``record_history=True``, for each binary problem and each check: iteration, seconds,
    objective, gap (the stationarity), nonzeros.
@features@
""",
    "notes": """
The solver is a proximal Newton method on a working set [1]_. There are no exchanges of features:
the best of several starts is what is found.

Where few features separate the classes, a penalty that ends to rise lets their coefficients grow
without end, and the fit stops where more of it gains nothing: a little ``l2`` keeps them finite.

@selecting@
""",
    "method": """
.. [1] J. D. Lee, Y. Sun and M. A. Saunders, "Proximal Newton-type methods for minimizing
   composite functions", SIAM Journal on Optimization 24, 2014, eq. 2.8.
""",
}


class NonconvexClassifier(PenalisedClassifier):
    """A classifier with a penalty of many minima: everything but the penalty."""

    alpha: float
    l2: float
    penalty_weights: Any
    positive: bool
    coef_bounds: Any
    n_init: int
    random_state: Any
    tol: float
    max_iter: int
    record_history: bool

    _binary: ClassVar[type] = NonconvexLogOdds

    @abstractmethod
    def __init__(self):
        """A subclass has the parameters of its penalty."""
