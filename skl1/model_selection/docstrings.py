"""Paragraphs that the docstrings of the CV estimators have in common.

Longer than 300 lines: the text of many attributes. Words in capitals are replaced: MODEL by the
name of the estimator of one model, SHAPE by the parameter of a second grid, and those that begin
with GRID by shapes of arrays.
"""

from __future__ import annotations

#: By the names that stand in ``@...@`` for them, beside those of all estimators.
PARAGRAPHS = {
    "search": """
alphas : array-like of shape (n_alphas,) or int, default=None
    Strengths of the penalty, positive, in any order. None makes a grid, a number one of that
    length.
n_alphas : int, default=100
    Length of the grid where ``alphas`` is None.
eps : float, default=None
    The smallest alpha of the grid as a share of the largest. None takes the share at which a
    correlation passes the threshold that also passes that of the Lasso's grid: for ``|w|^p`` it
    goes with ``alpha^(1 / (2 - p))``.
@folds@
""",
    "data": """
l2 : float, default=0.0
    Strength of a further term ``l2 / 2 sum_j u_j w_j^2``, the same for every alpha.
@columns@
local_search : {"auto", "swaps"} or None, default="auto"
    Whether models of the paths also start from the Lasso, and exchange features for others as long
    as the objective falls: "swaps" does so in all, "auto" in those of at most 100 features, fewer
    if X has more than 167,772 columns. Where ``selection`` is "min" or "1se" and ``scoring`` None,
    "auto" does so from the largest alpha down, until the smallest mean error is ten alphas above
    and left by more than one standard error; models below are those of the path alone. None
    follows the path alone everywhere, which is faster.
tol : float, default=1e-6
    Stationarity wanted of each model; the relative duality gap where it is convex.
max_iter : int, default=10000
    Rounds allowed for each model.
@work@
""",
    "starts": """
The models seek minima of the objective of ``MODEL``: each from the one before on
the path from the largest alpha downwards, from the Lasso's solution, and by exchanges of
features. A rule chooses one.
""",
    "results": """
Attributes
----------
alpha_ : float
    The chosen alpha.
SHAPE_ : float
    The chosen SHAPE.
alphas_ : ndarray of shape GRID
    The grid, from large to small.
@fitted@
converged_ : bool
    Whether all models of all paths met the tolerance.
n_iter_, objective_, stationarity_, is_local_minimum_, lower_bound_, lower_bound_kind_,
optimality_gap_, start_, start_objectives_, minima_, n_swaps_, stop_reason_, alpha_max_
    Of the chosen model, as for ``MODEL``.
@features@

Warns
-----
@warns@

See Also
--------
MODEL : One alpha, from more starts.

Notes
-----
@criteria@

The training parts are solved one after the other. Degrees of freedom count the nonzero
coefficients, which leaves out that their choice was free, too: the criteria favour models that
are too large.

@selecting@
""",
    "folds": """
cv : int, splitter, iterable or None, default=None
    The folds: a number of them (None means 5), a splitter of scikit-learn, or pairs of index
    arrays.
selection : {"min", "1se", "aic", "bic", "ebic", "gcv"} or callable, default="min"
    The rule. "min" takes the smallest mean held-out error; "1se" the SIMPLEST whose error
    is within one standard error of that. The information criteria ask for no folds, of which
    none are fitted then; n is the sum of the weights, or where that is above 2^53 or below
    2^-53 the number of weighted samples. A callable gets ``cv_results_`` and returns an index.
@noise@
scoring : str or callable, default=None
    A scorer of scikit-learn that takes the place of the MEASURE.
@shared@
""",
    "shared": """
shared_STRENGTH : bool, default=True
    Of several targets: one STRENGTH for all, so that there is one model to describe, as
    ``MultiTaskLassoCV`` and a grid search have it; or with False one for each, as if each had been
    searched by itself on the same folds, with a grid of its own.
""",
    "noise": """
noise_variance : float, default=None
    The variance of the noise that aic, bic and ebic compare residuals with. None estimates it:
    from least squares on all features with twice as many samples as features or more, else by
    refitted cross-validation, which counts as noise what half of the rows cannot find.
""",
    "grid": """
alphas : array-like of shape (n_alphas,) or int, default=None
    Strengths of the penalty, positive, in any order. None makes a grid, a number one of that
    length.
n_alphas : int, default=100
    Length of the grid where ``alphas`` is None.
eps : float, default=None
    The smallest alpha of the grid as a share of the largest, with which the model is empty.
    None means 1e-3 with more samples than features, else 1e-2.
""",
    "newton": """
tol : float, default=1e-6
    Duality gap wanted of each model, as a share of the null objective.
max_iter : int, default=1000
    Newton steps allowed for each model.
n_jobs : int, default=None
    Threads that work on folds. None means 1, -1 all.
""",
    "chosen": """
alpha_ : float
    The chosen alpha.
l1_ratio_ : float
    The chosen share.
alphas_ : ndarray of shape (n_alphas,) or (n_l1_ratio, n_alphas)
    The grid, from large to small.
""",
    "classes of many minima": """
The models seek minima of the objective of ``MODEL``: each from the one before on the path from the
largest alpha downwards, and from the Lasso's solution. A rule chooses one by the deviance on
held-out folds, or by a criterion. Of more than two classes each is told from the rest; all have the
same alpha, and the deviance is the mean of theirs.
""",
    "class weights": """
class_weight : dict or "balanced", default=None
    Factors of the sample weights by class, in the fits and in the held-out deviance. "balanced"
    gives all classes the same sum of weights.
""",
    "newton of many minima": """
tol : float, default=1e-5
    Stationarity wanted of each model; the relative duality gap where it is convex. What a step of
    such a size gains is 1e-10 of the loss; where a path ends, and features in use separate the
    classes, coefficients would grow without end for the sake of less.
max_iter : int, default=1000
    Newton steps allowed for each model.
n_jobs : int, default=None
    Threads that work on folds. None means 1, -1 all.
""",
    "results of classes": """
Attributes
----------
alpha_ : float
    The chosen alpha.
SHAPE_ : float
    The chosen SHAPE.
alphas_ : ndarray of shape GRID
    The grid, from large to small.
@classes@
converged_ : bool
    Whether all models of all paths met the tolerance.
n_iter_, objective_, stationarity_, is_local_minimum_, lower_bound_, lower_bound_kind_,
optimality_gap_, start_, start_objectives_, minima_, stop_reason_, alpha_max_
    Of the chosen model, for each binary problem, as for ``MODEL``.
@features@

Warns
-----
@warns@

See Also
--------
MODEL : One alpha, from more starts.
ProximalLogisticRegressionCV : The convex case.

Notes
-----
The deviance of a sample is twice its loss, minus twice the logarithm of the probability that the
model gave to its class.

@likelihood criteria@

Degrees of freedom count the nonzero coefficients, which leaves out that their choice was free, too:
the criteria favour models that are too large.

@selecting@
""",
    "classes": """
classes_ : ndarray of shape (n_classes,)
    The class labels, sorted.
coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
    Coefficients of the chosen model on all data, in the dtype of X.
intercept_ : ndarray of shape (1,) or (n_classes,)
    Intercepts; 0 if ``fit_intercept=False``.
sparse_coef_ : sparse matrix
    ``coef_`` in sparse form.
coef_path_ : ndarray of shape GRID_CLASSES
    Coefficients on all data.
@held out@
""",
    "work": """
n_jobs : int, default=None
    Threads that work on folds. None means 1, -1 all.
random_state : int, RandomState instance or None, default=None
    Cuts the rows in halves for that estimate; a number makes fits repeatable. Used only by aic,
    bic and ebic, with fewer than two samples per feature.
""",
    "fitted": """
coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
    Coefficients of the chosen model on all data, in the dtype of X. Of several targets the figures
    of the chosen model have an entry for each. With ``shared_STRENGTH=False`` so has all else: the
    numbers ``STRENGTH_ATTRIBUTE``, ``best_index_`` and ``converged_`` have the shape (n_targets,),
    grids and paths an axis for targets before all others, and ``cv_results_`` is a list of such
    dicts.
intercept_ : float or ndarray of shape (n_targets,)
    Intercept; 0 if ``fit_intercept=False``.
sparse_coef_ : sparse matrix of shape (1, n_features) or (n_targets, n_features)
    ``coef_`` in sparse form.
coef_path_ : ndarray of shape GRID_FEATURES
    Coefficients on all data; of several targets with an axis for them before that of features, or
    as the first if each has a choice of its own.
@variance@
@held out@
""",
    "variance": """
noise_variance_ : float
    The noise variance, as given or estimated; with aic, bic and ebic only.
""",
    "held out": """
MSE_path_ : ndarray of shape GRID_FOLDS
    Weighted MEASURE on each fold; not with an information criterion. NaN for a
    fold without weight. Of several classes or targets their mean, each in its own units.
MSE_se_ : ndarray of shape GRID
    Standard errors of the means of these over folds.
criterion_path_ : ndarray of shape GRID
    Values of the information criterion, if that is the rule.
n_nonzero_path_ : ndarray of shape GRID
    Their nonzero coefficients, of all classes or targets together.
cv_results_ : dict of ndarray
    A row for each model, for ``pandas.DataFrame``: parameters, scores (of scikit-learn's
    sign: more is better), nonzeros, degrees of freedom, convergence, and the duality gap or
    stationarity on all data (``error``). Where there are folds ``fold_error`` is the largest
    on them, and ``loosened`` marks models that the folds have to a looser tolerance.
best_index_ : int
    The row of the chosen model.
""",
    "warns": """
EmptyModelWarning
    If the chosen model has no penalised feature.
GridEdgeWarning
    If a better STRENGTH may lie beyond the grid, or a criterion has chosen the largest model that
    it considers.
FoldWarning
    If a fold has a constant y, no weight, a score that is not finite, or nothing of a feature
    of the chosen model.
ConvergenceWarning
    If models did not converge.
""",
    "likelihood criteria": """
The criteria are the deviance of all samples, twice the loss of all, with the same charges as
elsewhere for each degree of freedom d: 2 for aic, ``log n`` for bic; ebic adds
``2 log C(n_features, d)``. They need no noise variance, as the loss is a likelihood. gcv is the
mean deviance over ``(1 - (d + 1) / n)^2``. With fewer than two samples per feature models that
are too large are not considered.
""",
    "criteria": """
The criteria are ``rss / s2``, with the noise variance s2, and a charge for each degree of
freedom d: 2 for aic, ``log n`` for bic; ebic adds ``2 log C(n_features, d)``. gcv needs no s2.
With fewer than two samples per feature models that are too large are not considered.
""",
}


#: For classes whose loss is a likelihood, and those that take one target.
WITHOUT_NOISE, OF_ONE_TARGET = {"noise": "", "variance": ""}, {"shared": ""}


def words(model: type, strength: str, shape: str | None, measure: str) -> dict[str, str]:
    """What takes the place of the words in capitals."""
    sized = strength == "k"
    axis = "n_sizes" if sized else "n_alphas"

    def grid(*more: str) -> str:
        one = f"({axis},)" if not more else f"({', '.join([axis, *more])})"
        return one if shape is None else f"{one} or ({', '.join([f'n_{shape}', axis, *more])})"

    return {
        "MODEL": model.__name__,
        "GRID_FOLDS": grid("n_folds"),
        "GRID_FEATURES": grid("n_features"),
        "GRID_CLASSES": grid("n_classes or 1", "n_features"),
        "GRID": grid(),
        "SHAPE": shape or "",
        "SIMPLEST": "smallest size" if sized else "largest alpha",
        "shared_STRENGTH": f"shared_{strength}",
        "STRENGTH_ATTRIBUTE": f"{strength}_",
        "STRENGTH": "size" if sized else "alpha",
        "MEASURE": "mean squared error" if measure == "mse" else "mean deviance",
        "MSE": measure,
    }
