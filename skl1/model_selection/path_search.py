"""Grid search that follows a path where candidates differ only in the strength of a penalty."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any, Self

from joblib import effective_n_jobs
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ParameterGrid
from sklearn.utils.parallel import Parallel, delayed

from skl1.estimators.state import AllOrNothing, all_or_nothing
from skl1.exceptions import warn_user
from skl1.model_selection.fitted_section import FittedSection
from skl1.model_selection.lines import Section, sections
from skl1.model_selection.verbose import message
from skl1.sklearn_api import GridSearch, Study

#: Seconds of work that are worth waking other processes for.
WORTH = 1.0


class PathGridSearchCV(AllOrNothing, GridSearch):
    """``GridSearchCV`` that follows a path along the strength of a penalty.

    A drop-in replacement for scikit-learn's ``GridSearchCV``, with the same parameters, attributes
    and ``cv_results_``. Candidates that differ only in a parameter along which the last step has a
    path (``alpha`` of all estimators of skl1, ``k`` of ``BestSubsetRegressor``) are fitted
    together: on each split the steps before are fitted and applied once, each model starts from
    the one before it, and all are scored by one product. Candidates that differ in more, like
    ``l1_ratio`` or an option of a scaler, are several such groups. All other candidates, those of
    other estimators too, are fitted one by one, as by scikit-learn.

    The best model is fitted anew to all data, with its certificate.

    Parameters
    ----------
    estimator : estimator object
        Of scikit-learn's interface; for a path a regressor of skl1, or a ``Pipeline`` that ends
        in one.
    param_grid : dict or list of dict
        Values to try by the names of parameters; a list has several grids.
    scoring : str, callable, list, tuple or dict, default=None
        As in ``GridSearchCV``. None means the estimator's own ``score``. Scorers by name are
        functions of the predictions; a callable gets each fitted model with all its attributes,
        which takes longer.
    n_jobs : int, default=None
        Processes, as in ``GridSearchCV``. None means 1, -1 all cores. Small searches stay in one
        process, as they are done before others have started.
    refit : bool, str or callable, default=True
        Whether to fit the best candidate to all data. With several scores the name of the one that
        decides; a function of ``cv_results_`` that returns the number of the best.
    cv : int, cross-validation splitter or iterable, default=None
        Splits; None means 5 folds.
    verbose : int, default=0
        Messages, as in ``GridSearchCV``: above 1 one for each fit.
    pre_dispatch : int or str, default="2*n_jobs"
        How many tasks are handed to the processes in advance.
    error_score : "raise" or number, default=nan
        The score of a candidate whose fit fails; "raise" raises the error.
    return_train_score : bool, default=False
        Whether to score the training parts too.

    Attributes
    ----------
    cv_results_ : dict of ndarray
        A column for each parameter, score and time, with one entry for each candidate, as in
        ``GridSearchCV``. The times of a path are shared evenly by its candidates.
    best_estimator_ : estimator
        The best candidate, fitted to all data; with ``refit`` only.
    best_score_ : float
        Its mean score on what was held out.
    best_params_ : dict
        Its parameters.
    best_index_ : int
        Its number in ``cv_results_``.
    scorer_ : callable or dict
        The scorer, or the scorers by name.
    n_splits_ : int
        Splits used.
    refit_time_ : float
        Seconds of the last fit.
    multimetric_ : bool
        Whether there are several scores.
    classes_ : ndarray
        Labels, of a classifier.
    n_features_in_ : int
        Features seen by ``best_estimator_``.
    feature_names_in_ : ndarray of str
        Their names, if X had any.

    Warns
    -----
    ConvergenceWarning
        If models of some paths did not converge: one warning, with splits and values.
    FitFailedWarning
        If fits failed, and ``error_score`` is a number.

    See Also
    --------
    ProximalLassoCV : Faster still, where nothing has to be fitted before the Lasso.
    sklearn.model_selection.GridSearchCV : The same search, each fit from the beginning.

    Notes
    -----
    Scores are those of ``GridSearchCV`` up to the tolerance of the models: where two models agree
    to ``tol``, so do their scores. With a nonconvex penalty a path may end in another local
    minimum than a single fit, which tries several starts for each alpha; the refitted model is
    such a single fit. So it is where the minimum has several minimisers, of equal columns say. Of
    models that do not converge the scores depend on where they started.

    A path is followed only where it gives what ``fit`` gives: not for ``alpha=0``, not with
    ``n_init`` above 0, not where the estimator has callbacks, and not for subclasses that fit,
    predict or score in their own way.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skl1 import PathGridSearchCV, ProximalLasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> search = PathGridSearchCV(
    ...     make_pipeline(StandardScaler(), ProximalLasso()),
    ...     {"proximallasso__alpha": [0.1, 1.0, 10.0], "proximallasso__l1_ratio": [0.5, 1.0]},
    ... )
    >>> search.fit(X, y).best_params_
    {'proximallasso__alpha': 0.1, 'proximallasso__l1_ratio': 1.0}
    >>> search.best_estimator_[-1].converged_
    True
    """

    estimator: Any
    param_grid: Any
    scoring: Any
    n_jobs: int | None
    refit: Any
    cv: Any
    verbose: int
    pre_dispatch: Any
    error_score: Any
    return_train_score: bool

    # Where notebooks' representations of the search lead to.
    _doc_link_module = "skl1"
    _doc_link_template = "https://skl1.readthedocs.io/stable/generated/skl1.{estimator_name}.html"

    @all_or_nothing
    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Fit and score all candidates, and fit the best one to all data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or sequence
            Training data, of the kind that the estimator takes.
        y : array-like of shape (n_samples,), default=None
            Target.
        **params : dict
            Parameters of the estimator's ``fit``, of the scorer and of the splitter, as in
            ``GridSearchCV``; those with one entry for each sample, like ``sample_weight``, are cut
            along with X.

        Returns
        -------
        self : object
            The fitted search.

        Raises
        ------
        ValueError
            If a parameter of the search is out of its range, or there is nothing to fit.
        """
        self._validate_params()
        if not sections(self.estimator, list(ParameterGrid(self.param_grid))):
            return super().fit(X, y, **params)
        self._search(X, y, params)
        return self

    def _outcomes(self, study: Study) -> dict[tuple[int, int], dict]:
        together = sections(study.base, study.candidates)
        on_paths = {place for section in together for place in section.places}
        splits = range(len(study.splits))
        tasks: list[tuple[Section | int, int]] = [
            (section, split) for section in together for split in splits
        ]
        tasks += [
            (place, split)
            for place in range(len(study.candidates))
            if place not in on_paths
            for split in splits
        ]
        outcomes: dict[tuple[int, int], dict] = {}
        shortfalls: list[tuple[int, float, float]] = []
        for found, failed in self._done(study, tasks):
            outcomes |= found
            shortfalls += failed
        if shortfalls:
            n_models = len(on_paths) * len(splits)
            warn_user(_message(shortfalls, n_models), ConvergenceWarning)
        return outcomes

    def _done(self, study: Study, tasks: list) -> Iterator[tuple[dict, list]]:
        """The tasks one after the other, or in processes if they take long enough."""
        if effective_n_jobs(self.n_jobs) == 1:
            yield from (_run(study, *task) for task in tasks)
            return
        begin = perf_counter()
        for number, task in enumerate(tasks):
            # What is known of the time: that of the tasks done so far.
            left = (perf_counter() - begin) * (len(tasks) / number - 1.0) if number else 0.0
            if left > WORTH or isinstance(task[0], int):
                parallel = Parallel(n_jobs=self.n_jobs, pre_dispatch=self.pre_dispatch)
                yield from parallel(delayed(_run)(study, *each) for each in tasks[number:])
                return
            yield _run(study, *task)


def _run(study: Study, what: Section | int, split: int) -> tuple[dict, list]:
    """The outcomes of one candidate, or of all candidates of a section, on one split.

    Beside them split, value and error of models that did not converge.
    """
    if isinstance(what, int):
        return {(what, split): study.outcome(what, split)}, []
    outcomes: dict[int, dict] = {}
    failed = []
    fitted = _fitted(study, what, split)
    if fitted is not None:
        outcomes = fitted.outcomes()
        failed = fitted.shortfalls()
    study.tell(outcomes, split)
    for place, outcome in outcomes.items():
        if line := message(study, place, split, outcome):
            print(line)
    # Fits of their own say for each of the others what is wrong.
    outcomes |= {
        place: study.outcome(place, split) for place in what.places if place not in outcomes
    }
    return {(place, split): outcome for place, outcome in outcomes.items()}, failed


def _fitted(study: Study, section: Section, split: int) -> FittedSection | None:
    """The lines of a section, fitted to a training part and applied to data; None if they fail."""
    try:
        return FittedSection(study, section, split)
    except Exception:
        return None


def _message(shortfalls: list[tuple[int, float, float]], n_models: int) -> str:
    splits = sorted({split for split, _, _ in shortfalls})
    values = [value for _, value, _ in shortfalls]
    split, value, error = max(shortfalls, key=lambda each: each[2])
    return (
        f"{len(shortfalls)} of {n_models} models on paths did not converge (splits "
        f"{', '.join(map(str, splits))}; values from {max(values):g} to {min(values):g}); the "
        f"largest error is {error:.3g}, at {value:g} on split {split}. Increase max_iter or tol, "
        "scale the columns, or leave out the smallest values."
    )
