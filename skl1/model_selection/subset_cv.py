"""The best subset, its size chosen by cross-validation."""

from __future__ import annotations

from numbers import Integral
from typing import ClassVar

import numpy as np

from skl1.estimators import BestSubsetRegressor
from skl1.estimators.best_subset import choosable, warn_of_size
from skl1.estimators.subset_path import subset_steps
from skl1.model_selection.advice import at_limit
from skl1.model_selection.base import PenalisedRegressorCV
from skl1.sklearn_api import Interval

#: The largest size, where none is given.
LARGEST = 20


class BestSubsetRegressorCV(PenalisedRegressorCV):
    r"""Least squares on the best subset of features, its size chosen by cross-validation.

    The models of each size minimise the objective of ``BestSubsetRegressor``, as far as a search
    finds the minimum; a rule chooses one size.

    Parameters
    ----------
    k : int or array-like of int, default=None
        The largest size, of which all smaller ones are tried too, or the sizes to try. None means
        20, or the number of features if that is smaller; a larger size than that counts as that,
        with a warning.
    cv : int, splitter, iterable or None, default=None
        The folds: a number of them (None means 5), a splitter of scikit-learn, or pairs of index
        arrays.
    selection : {"min", "1se", "aic", "bic", "ebic", "gcv"} or callable, default="min"
        The rule. "min" takes the smallest mean held-out error; "1se" the smallest size whose error
        is within one standard error of that. The information criteria ask for no folds, of which
        none are fitted then; n is the sum of the weights, or where that is above 2^53 or below
        2^-53 the number of weighted samples. A callable gets ``cv_results_`` and returns an index.
    noise_variance : float, default=None
        The variance of the noise that aic, bic and ebic compare residuals with. None estimates it:
        from least squares on all features with twice as many samples as features or more, else by
        refitted cross-validation, which counts as noise what half of the rows cannot find.
    scoring : str or callable, default=None
        A scorer of scikit-learn that takes the place of the mean squared error.
    l2 : float, default=0.0
        Strength of a squared penalty, the same for every size.
    penalty_weights : array-like of shape (n_features,), default=None
        Factors u of the squared penalty, one a feature, at least 0. A feature of weight 0 is in
        every model and does not count, one of weight inf is excluded. None means 1 for all.
    positive : bool, default=False
        Allow no negative coefficient.
    fit_intercept : bool, default=True
        Fit an intercept. X is centred implicitly: not copied, and sparse X stays sparse.
    tol : float, default=1e-6
        Stationarity wanted of each model on its subset.
    max_iter : int, default=10000
        Rounds allowed for the final fit.
    n_jobs : int, default=None
        Threads that work on folds. None means 1, -1 all.
    random_state : int, RandomState instance or None, default=None
        Cuts the rows in halves for that estimate; a number makes fits repeatable. Used only by aic,
        bic and ebic, with fewer than two samples per feature.

    Attributes
    ----------
    k_ : int
        The chosen size.
    ks_ : ndarray of shape (n_sizes,)
        The sizes tried, from small to large.
    coef_ : ndarray of shape (n_features,)
        Coefficients of the chosen model on all data, in the dtype of X.
    intercept_ : float
        Intercept; 0 if ``fit_intercept=False``.
    sparse_coef_ : sparse matrix of shape (1, n_features)
        ``coef_`` in sparse form.
    mse_path_ : ndarray of shape (n_sizes, n_folds)
        Weighted mean squared error on each fold; not with an information criterion. NaN for a
        fold without weight.
    mse_se_ : ndarray of shape (n_sizes,)
        Standard errors of the means of these over folds.
    criterion_path_ : ndarray of shape (n_sizes,)
        Values of the information criterion, if that is the rule.
    noise_variance_ : float
        The noise variance, as given or estimated; with aic, bic and ebic only.
    coef_path_ : ndarray of shape (n_sizes, n_features)
        Coefficients on all data.
    n_nonzero_path_ : ndarray of shape (n_sizes,)
        Their nonzero coefficients.
    cv_results_ : dict of ndarray
        A row for each model, for ``pandas.DataFrame``: parameters, scores (of scikit-learn's
        sign: more is better), nonzeros, degrees of freedom, convergence.
    best_index_ : int
        The row of the chosen model.
    converged_ : bool
        Whether all models met the tolerance.
    n_iter_, objective_, stationarity_, stop_reason_, subset_objectives_, n_swaps_
        Of the chosen model, as for ``BestSubsetRegressor``.
    lower_bound_, lower_bound_kind_, optimality_gap_
        The same.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if X has names that are strings.

    Warns
    -----
    EmptyModelWarning
        If the chosen model has no penalised feature.
    GridEdgeWarning
        If a better size may lie beyond the grid, or a criterion has chosen the largest model that
        it considers.
    FoldWarning
        If a fold has a constant y, no weight, a score that is not finite, or nothing of a feature
        of the chosen model.
    ConvergenceWarning
        If models did not converge.

    See Also
    --------
    BestSubsetRegressor : One size.
    subset_path : All sizes, without folds.

    Notes
    -----
    The criteria are ``rss / s2``, with the noise variance s2, and a charge for each degree of
    freedom d: 2 for aic, ``log n`` for bic; ebic adds ``2 log C(n_features, d)``. gcv needs no s2.
    With fewer than two samples per feature models that are too large are not considered.

    Degrees of freedom count the nonzero coefficients, which leaves out that their choice was free,
    too: the criteria favour models that are too large, and more so than with a penalty.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import BestSubsetRegressorCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = BestSubsetRegressorCV(selection="1se").fit(X, y)
    >>> model.k_, model.coef_path_.shape
    (5, (11, 10))
    """

    _strength = "k"

    _parameter_constraints: ClassVar[dict] = {
        **{
            name: each
            for name, each in PenalisedRegressorCV._parameter_constraints.items()
            if name not in {"alphas", "n_alphas", "eps"}
        },
        "k": [Interval(Integral, 0, None, closed="left"), "array-like", None],
        "l2": BestSubsetRegressor._parameter_constraints["l2"],
    }

    def __init__(
        self,
        k=None,
        *,
        cv=None,
        selection="min",
        noise_variance=None,
        scoring=None,
        l2=0.0,
        penalty_weights=None,
        positive=False,
        fit_intercept=True,
        tol=1e-6,
        max_iter=10_000,
        n_jobs=None,
        random_state=None,
    ):
        self.k = k
        self.cv = cv
        self.selection = selection
        self.noise_variance = noise_variance
        self.scoring = scoring
        self.l2 = l2
        self.penalty_weights = penalty_weights
        self.positive = positive
        self.fit_intercept = fit_intercept
        self.tol = tol
        self.max_iter = max_iter
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _plain(self, shape):
        return BestSubsetRegressor(
            0,
            l2=self.l2,
            penalty_weights=self.penalty_weights,
            positive=self.positive,
            fit_intercept=self.fit_intercept,
            tol=self.tol,
            max_iter=self.max_iter,
        )

    def _grid(self, problem, shape):
        most = choosable(problem)
        if self.k is None or isinstance(self.k, Integral):
            largest = LARGEST if self.k is None else int(self.k)
            sizes = np.arange(min(largest, most) + 1)
        else:
            sizes = np.asarray(self.k)
            numbers = sizes.ndim == 1 and sizes.size and sizes.dtype.kind in "iu"
            if not numbers or sizes.min() < 0:
                raise ValueError(
                    f"k must be a size or a list of sizes, at least 0, got {self.k!r}."
                )
            largest = int(sizes.max())
        if self.k is not None:
            warn_of_size(largest, most)
        return np.unique(np.minimum(sizes, most))

    def _paths(self, plain, problems, alphas):
        return [subset_steps(problem, alphas, self.tol) for problem in problems]

    def _edge(self, outcome, grid):
        last = outcome.choice.edge == grid.size - 1
        large = at_limit(self, outcome)
        if large:
            return large
        if grid.size == 1 or not last or grid[-1] >= choosable(outcome.search.problems[0]):
            return ""
        return f"The best size, k={grid[-1]}, is the largest tried: a larger one may be better."
