"""Ridge regression, with alpha chosen by cross-validation."""

from __future__ import annotations

from skl1.estimators import RidgeGD
from skl1.estimators.ridge_path import ridge_degrees, ridge_grid, solve_ridge_path
from skl1.model_selection.base import PenalisedRegressorCV


class RidgeGDCV(PenalisedRegressorCV):
    r"""Ridge regression with its alpha chosen by cross-validation.

    The models minimise the objective of ``RidgeGD`` for each alpha of a grid; the path of each
    training part comes from one factorisation. A rule chooses one.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,) or int, default=None
        Strengths of the penalty, positive, in any order. None makes a grid, a number one of that
        length.
    n_alphas : int, default=100
        Length of the grid where ``alphas`` is None.
    eps : float, default=None
        The smallest alpha of the grid as a share of the largest, as in ``ridge_path``.
    cv : int, splitter, iterable or None, default=None
        The folds: a number of them (None means 5), a splitter of scikit-learn, or pairs of index
        arrays.
    selection : {"min", "1se", "aic", "bic", "ebic", "gcv"} or callable, default="min"
        The rule. "min" takes the smallest mean held-out error; "1se" the largest alpha whose error
        is within one standard error of that. The information criteria ask for no folds, of which
        none are fitted then; n is the sum of the weights, or where that is above 2^53 or below
        2^-53 the number of weighted samples. A callable gets ``cv_results_`` and returns an index.
    noise_variance : float, default=None
        The variance of the noise that aic, bic and ebic compare residuals with. None estimates it:
        from least squares on all features with twice as many samples as features or more, else by
        refitted cross-validation, which counts as noise what half of the rows cannot find.
    scoring : str or callable, default=None
        A scorer of scikit-learn that takes the place of the mean squared error.
    penalty_weights : array-like of shape (n_features,), default=None
        Factors u of the penalty, one a feature, at least 0. A feature of weight 0 is not
        penalised, one of weight inf is excluded. None means 1 for all.
    positive : bool, default=False
        Allow no negative coefficient.
    fit_intercept : bool, default=True
        Fit an intercept. X is centred implicitly: not copied, and sparse X stays sparse.
    tol : float, default=1e-6
        Duality gap wanted of each model, as a share of the null objective.
    max_iter : int, default=10000
        Steps allowed for each model.
    n_jobs : int, default=None
        Threads that work on folds. None means 1, -1 all.
    random_state : int, RandomState instance or None, default=None
        Cuts the rows in halves for that estimate; a number makes fits repeatable. Used only by aic,
        bic and ebic, with fewer than two samples per feature.

    Attributes
    ----------
    alpha_ : float
        The chosen alpha.
    alphas_ : ndarray of shape (n_alphas,)
        The grid, from large to small.
    coef_ : ndarray of shape (n_features,)
        Coefficients of the chosen model on all data, in the dtype of X.
    intercept_ : float
        Intercept; 0 if ``fit_intercept=False``.
    sparse_coef_ : sparse matrix of shape (1, n_features)
        ``coef_`` in sparse form.
    mse_path_ : ndarray of shape (n_alphas, n_folds)
        Weighted mean squared error on each fold; not with an information criterion. NaN for a
        fold without weight.
    mse_se_ : ndarray of shape (n_alphas,)
        Standard errors of the means of these over folds.
    criterion_path_ : ndarray of shape (n_alphas,)
        Values of the information criterion, if that is the rule.
    noise_variance_ : float
        The noise variance, as given or estimated; with aic, bic and ebic only.
    coef_path_ : ndarray of shape (n_alphas, n_features)
        Coefficients on all data.
    n_nonzero_path_ : ndarray of shape (n_alphas,)
        Their nonzero coefficients.
    cv_results_ : dict of ndarray
        A row for each model, for ``pandas.DataFrame``: parameters, scores (of scikit-learn's
        sign: more is better), nonzeros, degrees of freedom, convergence.
    best_index_ : int
        The row of the chosen model.
    converged_ : bool
        Whether all models of all paths met the tolerance.
    n_iter_, objective_, dual_gap_, stop_reason_, alpha_max_
        Of the chosen model, as for ``RidgeGD``.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if X has names that are strings.

    Warns
    -----
    EmptyModelWarning
        If the chosen model has no penalised feature.
    GridEdgeWarning
        If a better alpha may lie beyond the grid, or a criterion has chosen the largest model that
        it considers.
    FoldWarning
        If a fold has a constant y, no weight, a score that is not finite, or nothing of a feature
        of the chosen model.
    ConvergenceWarning
        If models did not converge.

    See Also
    --------
    RidgeGD : One alpha.
    ridge_path : The path alone.
    sklearn.linear_model.RidgeCV : Leave-one-out, in another unit of alpha.

    Notes
    -----
    The criteria are ``rss / s2``, with the noise variance s2, and a charge for each degree of
    freedom d: 2 for aic, ``log n`` for bic; ebic adds ``2 log C(n_features, d)``. gcv needs no s2.
    With fewer than two samples per feature models that are too large are not considered.

    Degrees of freedom are the trace of the hat matrix.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import RidgeGDCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = RidgeGDCV().fit(X, y)
    >>> model.coef_path_.shape, model.converged_
    ((100, 10), True)
    """

    def __init__(
        self,
        *,
        alphas=None,
        n_alphas=100,
        eps=None,
        cv=None,
        selection="min",
        noise_variance=None,
        scoring=None,
        penalty_weights=None,
        positive=False,
        fit_intercept=True,
        tol=1e-6,
        max_iter=10_000,
        n_jobs=None,
        random_state=None,
    ):
        self.alphas = alphas
        self.n_alphas = n_alphas
        self.eps = eps
        self.cv = cv
        self.selection = selection
        self.noise_variance = noise_variance
        self.scoring = scoring
        self.penalty_weights = penalty_weights
        self.positive = positive
        self.fit_intercept = fit_intercept
        self.tol = tol
        self.max_iter = max_iter
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _plain(self, shape):
        return RidgeGD(
            alpha=1.0,
            penalty_weights=self.penalty_weights,
            positive=self.positive,
            fit_intercept=self.fit_intercept,
            acceleration="nesterov" if self.positive else "conjugate_gradient",
            tol=self.tol,
            max_iter=self.max_iter,
        )

    def _grid(self, problem, shape):
        return ridge_grid(problem, *self._asked(), self.eps)

    def _paths(self, plain, problems, alphas):
        limits = {"tol": self.tol, "max_iter": self.max_iter}
        return [solve_ridge_path(problem, alphas, **limits) for problem in problems]

    def _degrees(self, problem, models):
        return ridge_degrees(problem, models)
