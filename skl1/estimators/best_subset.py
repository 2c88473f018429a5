"""Least squares on the best subset of at most k features."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds, keep
from skl1.estimators.quadratic import QuadraticRegressor
from skl1.exceptions import warn_user
from skl1.paths.one_by_one import ALONG
from skl1.penalties import Lp, Ridged
from skl1.problems.model import Model
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.search.lower_bound import subset_bound
from skl1.search.subsets import search_subsets
from skl1.sklearn_api import Interval
from skl1.solvers.minimise import minimise

#: Rounds for the fit on a subset, which as a rule is a minimum already.
ROUNDS = 100


@shared()
class BestSubsetRegressor(QuadraticRegressor):
    r"""Least squares on at most k features, the best ones that a search finds.

    Seeks a good minimum over w and the intercept b of

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \frac{\lambda}{2} \sum_j u_j w_j^2
        \quad\text{with}\quad \#\{j : w_j \ne 0\} \le k, \qquad W = \sum_i s_i,

    with :math:`\lambda` the parameter ``l2``. Models of each size up to k grow from those of one
    feature less, shrink from those of one more, and start from Lasso solutions; in each, features
    are exchanged one for another, the others refitted, as long as the loss falls.

    Parameters
    ----------
    k : int, default=5
        Features at most, at least 0. Those without a penalty do not count. A k beyond the number
        of features that may be chosen means all of them, with a warning.
    l2 : float, default=0.0
        Strength of a squared penalty. A little of it helps where the noise is strong.
    penalty_weights : array-like of shape (n_features,) or dict, default=None
        Factors u of the squared penalty, one a feature, at least 0. A feature of weight 0 is in
        every model and does not count, one of weight inf is excluded. None means 1 for all. A
        dict, or a Series, has them by name: 1 for the others.
    @signs@
    tol : float, default=1e-6
        ``stationarity_`` wanted of the final fit on the subset.
    max_iter : int, default=10000
        Rounds allowed for that fit.
    warm_start : bool, default=False
        Let the last ``coef_`` be one more start.
    record_history : bool, default=False
        Keep a record of the final fit in ``history_``.

    Attributes
    ----------
    @coefficients@
    n_iter_ : int
        Rounds of the final fit, at least 1.
    objective_ : float
        The objective at the fitted coefficients.
    stationarity_ : float
        The largest correlation of a column in use with the residual, as a share of the norm of y
        (root mean squares): 0 where the coefficients are optimal for their subset.
    lower_bound_ : float
        No coefficients of at most k features have a smaller objective.
    lower_bound_kind_ : str
        "dual", or "trivial" if there is nothing better than the loss of least squares, or 0.
    optimality_gap_ : float
        ``objective_ - lower_bound_`` as a share of the objective of the model without features
        that count. At 0 the subset is proved to be the best.
    subset_objectives_ : ndarray of shape (k + 1,)
        The smallest objective found with at most 0, 1, ..., k features; up to the number of
        features that may be chosen, if k is larger.
    n_swaps_ : int
        Exchanges of features, in models of all sizes.
    converged_ : bool
        Whether the final fit met the tolerance, or the limit of floating-point numbers.
    stop_reason_ : str
        Why it ended: "tolerance reached", "numerical precision", "max_iter reached" or "stopped by
        a callback".
    history_ : dict of ndarray
        With ``record_history=True``, for each check: iteration, seconds, objective, gap (the
        stationarity), nonzeros.
    @features@

    See Also
    --------
    NonconvexLpRegressor : With p = 0, the number of features is charged and not bounded.
    BestSubsetRegressorCV : The same with k chosen by cross-validation.

    Notes
    -----
    The time goes as the square of k. If y is fitted exactly by fewer features than k, or no more
    columns are independent, fewer are used.

    @selecting@

    References
    ----------
    .. [1] H. Hazimeh and R. Mazumder, "Fast best subset selection: coordinate descent and local
       combinatorial optimization algorithms", Operations Research 68, 2020.
    .. [2] J. Zhu, C. Wen, J. Zhu, H. Zhang and X. Wang, "A polynomial algorithm for best-subset
       selection problem", PNAS 117, 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import BestSubsetRegressor
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> model = BestSubsetRegressor(k=3).fit(X, y)
    >>> model.feature_names_in_[model.coef_ != 0].tolist()
    ['bmi', 'bp', 's5']
    """

    k: int
    l2: float

    path_parameter = "k"
    _unit = 0

    alpha = 0.0  #: nothing is charged
    _charges = ()  # but the number of features is bounded: none is free for that

    _parameter_constraints: ClassVar[dict] = {
        **{
            name: each
            for name, each in QuadraticRegressor._parameter_constraints.items()
            if name != "alpha"
        },
        "k": [Interval(Integral, 0, None, closed="left")],
        "l2": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        k: int = 5,
        *,
        l2: float = 0.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        tol: float = 1e-6,
        max_iter: int = 10_000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())

    def _penalty(self):
        nothing = Lp(0.0, 0.0)
        return Ridged(nothing, self.l2) if self.l2 else nothing

    def _solver(self):
        return ALONG

    def _remedy(self):
        return "Increase max_iter or tol, or scale the columns."

    def fits_along(self, value):
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        return whole and 0 <= value <= np.iinfo(np.intp).max

    def follow(self, problems, values):
        return [subset_steps(problem, values, self.tol) for problem in problems]

    def _solve(self, problem, start, callback):
        core = problem.core
        subsets = search_subsets(core, self.k, start if core is problem else core.bare(start))
        self.n_swaps_ = subsets.exchanges
        sizes = range(min(self.k, choosable(problem)) + 1)
        objectives = [core.at(subsets.upto(size)).objective for size in sizes]
        self.subset_objectives_ = np.array(objectives)
        w = subsets.settled(self.k)
        return minimise(
            ALONG,
            problem.narrowed_to(w != 0.0),
            w,
            tol=self.tol,
            max_iter=self.max_iter,
            callback=callback,
            record=self.record_history,
        )

    def _publish(self, problem, result, dtype):
        exact = result.model.objective
        result = super()._publish(problem.narrowed_to(result.w != 0.0), result, dtype)
        del self.alpha_max_
        self.stationarity_ = result.model.error
        null = problem.null.objective
        self.lower_bound_, self.lower_bound_kind_ = subset_bound(problem, exact, self.k)
        excess = max(self.objective_ - self.lower_bound_, 0.0)
        self.optimality_gap_ = excess / null if null > 0.0 else 0.0
        return result

    def _remarks(self, problem, result):
        text, remarks = size_remark(self.k, choosable(problem)), super()._remarks(problem, result)
        return [(text, UserWarning), *remarks] if text else remarks

    def _emptiness(self, problem):
        if self.k == 0 or self.coef_.any():
            return ""
        return f"Every coefficient is zero although k={self.k}: no feature explains y."


def subset_steps(problem: Problem, sizes: np.ndarray, tol: float) -> list[Model]:
    """The best models of at most so many features each, as models of a path."""
    runs = [
        minimise(ALONG, problem.narrowed_to(point.w != 0.0), point.w, tol=tol, max_iter=ROUNDS)
        for point in subset_points(problem, sizes)
    ]
    return [run.model._replace(alpha=size) for size, run in zip(sizes, runs, strict=True)]


def subset_points(problem: Problem, sizes: np.ndarray) -> list[Point]:
    """The same as points."""
    core = problem.core
    sizes = np.minimum(sizes, choosable(problem))
    subsets = search_subsets(core, int(sizes.max(initial=0)))
    return [problem.at(core.design.lift_exactly(subsets.settled(size))) for size in sizes]


def choosable(problem: Problem) -> int:
    """The number of features that may be chosen, and count."""
    return int(np.count_nonzero(problem.included & ~problem.free))


def warn_of_size(k: int, most: int) -> None:
    """Warn of a size that no model can have."""
    if text := size_remark(k, most):
        warn_user(text, UserWarning)


def size_remark(k: int, most: int) -> str:
    """What to say of a size, if no model can have it."""
    if k <= most:
        return ""
    return (
        f"k={k} is larger than the {most} features that may be chosen (those that vary, with a "
        f"penalty weight that is neither 0 nor inf): k={most} does the same."
    )
