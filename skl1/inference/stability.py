"""Stability selection: the features that a sparse model selects on most halves of the data.

Longer than 300 lines: nearly half is the documentation of one public class.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skl1.compiled.threads import in_turn, single_threaded
from skl1.designs import make_design
from skl1.estimators.checked import validate_data
from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds, keep
from skl1.estimators.state import AllOrNothing, all_or_nothing
from skl1.exceptions import warn_user
from skl1.inference.bounds import lifted, unimodal, worst_case
from skl1.inference.entries import Entries
from skl1.inference.followed import TAKEN, Followed, followed
from skl1.inference.halves import counted, entries_of, halved, together
from skl1.problems.model import CONVERGED, INTERRUPTED, PRECISION
from skl1.problems.problem import Problem
from skl1.results.frames import feature_frame
from skl1.results.names import names_of
from skl1.sklearn_api import (
    CallbackSupportMixin,
    HasMethods,
    Interval,
    StrOptions,
    fit_callback,
    fit_context,
)

if TYPE_CHECKING:
    import pandas as pd


@shared()
class StabilitySelection(AllOrNothing, CallbackSupportMixin, SelectorMixin, BaseEstimator):
    r"""Features that enter the path of a sparse model early on most halves of the data.

    B times the rows are split at random into two halves. On each half the alpha of

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2
        + \alpha \sum_j u_j \left(\rho |w_j| + \frac{1 - \rho}{2} w_j^2\right),
        \qquad W = \sum_i s_i,

    falls from where the model is empty until q features have entered. A feature is kept if it is
    among them on at least the share ``threshold`` of the 2 B halves [1]_ [2]_. With an
    ``estimator`` its loss takes the place of the squares, for class labels, counts or outliers.

    Parameters
    ----------
    n_selected : int, default=None
        The number q of features that each half selects: those that enter first. None means
        :math:`\sqrt{0.8 p}`, the choice of [1]_, and at least 1.
    threshold : float, default=0.75
        Share of the halves that have to select a feature, in (1/2, 1].
    n_pairs : int, default=50
        Number B of splits, each of two halves.
    bound : {"unimodal", "worst_case"}, default="unimodal"
        The assumption of ``error_bound_``.
    l1_ratio : float, default=1.0
        Share :math:`\rho` of the L1 penalty, in (0, 1].
    penalty_weights : array-like of shape (n_features,) or dict, default=None
        Factors u of the penalty. A feature of weight 0 is always selected and not counted among
        the q, one of weight inf never. A dict, or a Series, has them by name: 1 for the others.
    positive : bool, default=False
        Allow no negative coefficient.
    @bounds@
    fit_intercept : bool, default=True
        Fit an intercept on each half.
    tol : float, default=1e-6
        Duality gap wanted for each alpha, as a share of the null objective.
    max_iter : int, default=10000
        Iterations allowed for each alpha.
    estimator : estimator, default=None
        The model, of which alpha is not asked: ``ProximalLogisticRegression``,
        ``ProximalPoissonRegressor``, ``ProximalHuberRegressor`` or another of skl1 with an L1
        penalty. The parameters above that it has too are then its own, and stay at their defaults
        here. None means the Lasso by the parameters above.
    random_state : int, RandomState instance or None, default=None
        Decides on the splits.
    n_jobs : int, default=None
        Threads. The result does not depend on their number.

    Attributes
    ----------
    selection_probabilities_ : ndarray of shape (n_features,)
        Share of the 2 B halves on which a feature is selected: what ``threshold`` is compared
        with.
    simultaneous_probabilities_ : ndarray of shape (n_features,)
        Share of the B splits of which both halves select a feature.
    error_bound_ : float
        Upper bound of the expected number of kept features that a half selects with a probability
        of at most q / p, which is that of chance. See the notes.
    n_selected_ : int
        The number q.
    n_pairs_ : int
        The number of splits that are done: B, or fewer if a callback has stopped the fit.
    threshold_ : float
        The threshold, rounded up to a possible share.
    n_iter_ : int
        The most iterations that an alpha took.
    converged_ : bool
        Whether all models met the tolerance, or the limit of floating-point numbers, and no
        callback has stopped the fit.
    stop_reason_ : str
        "stopped by a callback"; else why the first model ended that did not converge; else
        "tolerance reached", or "numerical precision" if rounding kept a model from it.
    @features@

    See Also
    --------
    lasso_path : The path on all rows.
    debiased_lasso : Confidence intervals for coefficients.
    RelaxedLasso : Prediction by a few features.

    Notes
    -----
    With p the number of penalised features, not constant, and :math:`\pi` the threshold,
    ``error_bound_`` is, for "worst_case",

    .. math::

        \frac{q^2}{(2 \pi - 1) p},

    and for "unimodal", with :math:`q / p \le 1 / \sqrt 3`, the smaller of that and

    .. math::

        \frac{q^2}{2 (2 \pi - 1 - 1 / (2 B)) p} \quad (\pi \le 3/4), \qquad
        \frac{4 (1 - \pi + 1 / (2 B)) q^2}{(1 + 1 / B) p} \quad (\pi > 3/4).

    *What it bounds.* The expected number of kept features among those whose probability of being
    selected on one half is at most q / p [2]_. It needs rows that are independent and alike, and
    nothing of the model, X or noise. "unimodal" assumes besides that for each of these features the
    distribution of the share of the splits of which both halves select it has one peak, as it
    usually does. It bounds the expected number of *false* selections only if a
    feature without an effect is selected on a half with a probability of at most q / p: if all of
    them are equally likely to be selected, and the Lasso is no worse than chance [1]_. Features
    that correlate with one that has an effect may well be selected more often.

    A half is half as large as the data, so that weak effects are missed. Rows that occur twice, or
    belong together, end up in both halves, and make the shares too large.

    *Classes.* Each class is halved by itself, so that all halves have the same number of its rows.
    Of more than two classes each has a path against the rest, all with the same alpha, and a
    feature has entered as soon as it is in use for any class: it is kept if it often helps to tell
    one class from the others. The number q counts features that enter for any class.

    *Sample weights* enter the fits of the halves. Rows are drawn as units, whatever they weigh, so
    that a weight of 2 is not a row that occurs twice: that could be in both halves. A row of weight
    0 is left out before the halves are drawn, which equals removing it.

    References
    ----------
    .. [1] N. Meinshausen and P. Buhlmann, "Stability selection", Journal of the Royal Statistical
       Society B 72, 2010, theorem 1.
    .. [2] R. D. Shah and R. J. Samworth, "Variable selection with error control: another look at
       stability selection", Journal of the Royal Statistical Society B 75, 2013, theorems 1 and 2.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import StabilitySelection
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> selector = StabilitySelection(random_state=0).fit(X, y)
    >>> selector.get_feature_names_out()
    array(['bmi', 's5'], dtype=object)
    >>> round(selector.error_bound_, 2)
    0.41
    """

    n_selected: int | None
    threshold: float
    n_pairs: int
    bound: str
    l1_ratio: float
    penalty_weights: Any
    positive: bool
    coef_bounds: Any
    fit_intercept: bool
    tol: float
    max_iter: int
    estimator: Any
    random_state: Any
    n_jobs: int | None

    _parameter_constraints: ClassVar[dict] = {
        "n_selected": [Interval(Integral, 1, None, closed="left"), None],
        "threshold": [Interval(Real, 0.5, 1, closed="right")],
        "n_pairs": [Interval(Integral, 1, None, closed="left")],
        "bound": [StrOptions({"unimodal", "worst_case"})],
        "l1_ratio": [Interval(Real, 0, 1, closed="right")],
        "penalty_weights": ["array-like", dict, None],
        "positive": ["boolean"],
        "coef_bounds": ["array-like", dict, None],
        "fit_intercept": ["boolean"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "estimator": [HasMethods(["fit", "get_params"]), None],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        n_selected: int | None = None,
        *,
        threshold: float = 0.75,
        n_pairs: int = 50,
        bound: str = "unimodal",
        l1_ratio: float = 1.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        tol: float = 1e-6,
        max_iter: int = 10_000,
        estimator: Any = None,
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.required = True
        return tags

    @all_or_nothing
    @fit_context
    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Select on the halves.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Data, at least four rows.
        y : array-like of shape (n_samples,)
            Target: numbers, or what the estimator takes.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights in the fits of the halves, not negative; at least four of them positive. Rows
            are drawn as units, whatever their weights. A weight of 0 leaves the row out.

        Returns
        -------
        self : object
            The fitted selector.

        Raises
        ------
        ValueError
            If a parameter, X, y or a weight is out of its range, not finite or misshaped, or if
            there are fewer rows than four, fewer than two of a class, or fewer penalised features
            than ``n_selected``.
        TypeError
            If ``estimator`` is no estimator of skl1 with an L1 penalty and an alpha.

        Warns
        -----
        ConvergenceWarning
            If models did not meet the tolerance; one warning for all.
        """
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse="csc",
            accept_large_sparse=True,
            dtype=[np.float64, np.float32],
            y_numeric=self.estimator is None or not is_classifier(self.estimator),
        )
        X, y, sample_weight = counted(X, y, sample_weight)
        weights = np.ones(y.size) if sample_weight is None else sample_weight
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            what, whole = self._posed(X, y, weights)
        penalised = whole.included & ~whole.free
        q = int(np.sqrt(0.8 * penalised.sum())) if self.n_selected is None else self.n_selected
        self.n_selected_ = max(q, 1)
        if self.n_selected_ > penalised.sum() and self.n_selected is not None:
            raise ValueError(
                f"n_selected={self.n_selected} is more than the {penalised.sum()} features that "
                "are penalised and not constant; choose far fewer."
            )
        rng = check_random_state(self.random_state)
        halves = halved(np.arange(y.size), self.n_pairs, rng, what.labels)
        with (
            single_threaded(0.5 * float(X.shape[0]) * X.shape[1] * min(X.shape)),
            fit_callback(self, X, y, sample_weight, self._selection) as report,
        ):
            quadratic = whole.loss.quadratic
            alone = report is not None or not quadratic
            size = 1 if alone else together(X.shape[1], len(halves), self.n_jobs)
            groups = [halves[start : start + size] for start in range(0, len(halves), size)]
            run = partial(entries_of, what, X, self.n_selected_, quadratic)
            done: list[Entries] = []
            sketch = partial(self._shares, done, whole.free)
            stopped = False
            with closing(in_turn(run, groups, self.n_jobs)) as parts:
                for part in parts:
                    done += part
                    stop = report is not None and report(sketch)
                    if stop and len(done) > 1:  # a share needs both halves of a split
                        stopped = True
                        break
            self._conclude(done, whole, stopped)
        self._warn(done)
        return self

    def _posed(self, X, y, weights) -> tuple[Followed, Problem]:
        """What is followed, and its problem of alpha = 1 on all rows, the first of several."""
        what = followed(self, X, y, weights)
        design = make_design(X, what.responses[0], what.weights, what.one.fit_intercept)
        whole = what.one.problem_on(design)
        if not (whole.penalty.convex and whole.penalty.slope_at_zero() > 0.0):
            raise ValueError(
                "estimator must have an L1 penalty, or an elastic net with l1_ratio above 0, whose "
                f"features enter one after the other; got {self.estimator!r}. Give {TAKEN}."
            )
        return what, whole

    def _shares(self, done: list[Entries], free: np.ndarray) -> dict[str, Any]:
        """What the halves so far say, and what selects by it."""
        selected = np.array([each.chosen for each in done]) | free
        pairs = max(len(done) // 2, 1)
        return {
            "selection_probabilities_": selected.mean(axis=0),
            "threshold_": lifted(self.threshold, pairs),
        }

    def _selection(self) -> dict[str, Any]:
        """The attributes that a selection needs."""
        names = ("selection_probabilities_", "threshold_")
        return {name: getattr(self, name) for name in names}

    def _conclude(self, done: list[Entries], whole: Problem, stopped: bool) -> None:
        """The attributes, of splits of which both halves are done."""
        self.n_pairs_ = len(done) // 2
        del done[2 * self.n_pairs_ :]
        for name, value in self._shares(done, whole.free).items():
            setattr(self, name, value)
        selected = np.array([each.chosen for each in done]) | whole.free
        self.simultaneous_probabilities_ = (selected[::2] & selected[1::2]).mean(axis=0)
        self.error_bound_ = self._error_bound(int((whole.included & ~whole.free).sum()))
        self.n_iter_ = max(each.n_iter for each in done)
        reasons = [each.failure for each in done if each.failure]
        self.converged_ = not (reasons or stopped)
        exact = all(each.exact for each in done)
        self.stop_reason_ = (
            INTERRUPTED if stopped else [*reasons, CONVERGED if exact else PRECISION][0]
        )

    def _error_bound(self, p: int) -> float:
        if not p:
            return 0.0
        bounds = [worst_case(self.n_selected_, p, self.threshold_)]
        if self.bound == "unimodal":
            bounds.append(unimodal(self.n_selected_, p, self.threshold_, self.n_pairs_))
        return float(min(bounds))

    def _warn(self, done: list[Entries]) -> None:
        failed = sum(bool(each.failure) for each in done)
        if failed and self.stop_reason_ != INTERRUPTED:
            worst = max(done, key=lambda each: each.error)
            warn_user(
                f"On {failed} of {2 * self.n_pairs} halves a model did not reach tol={self.tol:g}; "
                f"the largest duality gap is {worst.error:.3g} of the null objective "
                f"({worst.failure}). "
                "Increase max_iter or tol, scale the columns, or choose a smaller n_selected.",
                ConvergenceWarning,
            )

    def _get_support_mask(self):
        check_is_fitted(self)
        return self.selection_probabilities_ >= self.threshold_  # both are multiples of 1 / (2 B)

    def to_frame(self) -> pd.DataFrame:
        """The shares of halves and of splits with the names of features.

        Returns
        -------
        pandas.DataFrame
            A row for each feature, by its name or as ``x0``, ``x1``, ..., and the columns
            selection_probability, simultaneous_probability and selected.
        """
        check_is_fitted(self)
        columns = {
            "selection_probability": self.selection_probabilities_,
            "simultaneous_probability": self.simultaneous_probabilities_,
            "selected": self.get_support(),
        }
        return feature_frame("StabilitySelection.to_frame", columns, names_of(self))
