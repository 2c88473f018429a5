"""Cross-validation of a path: what all the CV estimators share.

Longer than 300 lines: one class, with the documentation of its methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import is_classifier
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.validation import check_is_fitted

from skl1.compiled.threads import single_threaded
from skl1.designs.responses import is_several
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.docstrings import shared
from skl1.estimators.state import all_or_nothing
from skl1.model_selection.chooser import Chooser
from skl1.model_selection.docstrings import OF_ONE_TARGET, PARAGRAPHS, WITHOUT_NOISE, words
from skl1.model_selection.folds import (
    Folds,
    NoFolds,
    RowFolds,
    indices,
    listed_splits,
)
from skl1.model_selection.one_each import one_target
from skl1.model_selection.rules import CRITERIA, CROSS_VALIDATED
from skl1.model_selection.search import on_folds
from skl1.paths.grid import alpha_grid, length_or_alphas
from skl1.results.frames import path_frame
from skl1.results.names import names_of
from skl1.search.nonconvex_path import grid_share
from skl1.sklearn_api import Interval, StrOptions, fit_callback, fit_context, routed

if TYPE_CHECKING:
    import pandas as pd


class PathCV(Chooser):
    """A path, its held-out errors, and the model that a rule chooses."""

    #: Whether y may have several columns, and what validates the data: of who predicts.
    _several: ClassVar[bool] = False
    _design: Any
    _designs: Any

    alphas: Any
    n_alphas: int
    eps: float | None
    shared_alpha: bool
    cv: Any
    penalty_weights: Any
    positive: bool
    coef_bounds: Any
    fit_intercept: bool
    tol: float
    max_iter: int

    # What a fit sets, beside what the estimator of the chosen model does.
    alpha_: float
    alphas_: np.ndarray
    coef_path_: np.ndarray
    n_nonzero_path_: np.ndarray
    mse_path_: np.ndarray
    mse_se_: np.ndarray
    criterion_path_: np.ndarray
    noise_variance_: float
    cv_results_: dict[str, np.ndarray]
    best_index_: int
    n_iter_: int
    objective_: float
    dual_gap_: float
    converged_: bool
    stop_reason_: str
    alpha_max_: float

    _parameter_constraints: ClassVar[dict] = {
        **{
            name: PenalisedRegressor._parameter_constraints[name]
            for name in (
                "penalty_weights",
                "positive",
                "coef_bounds",
                "fit_intercept",
                "tol",
                "max_iter",
            )
        },
        "alphas": ["array-like", Interval(Integral, 1, None, closed="left"), None],
        "n_alphas": [Interval(Integral, 1, None, closed="left")],
        "eps": [Interval(Real, 0, 1, closed="neither"), None],
        "cv": ["cv_object"],
        "selection": [StrOptions({*CROSS_VALIDATED, *CRITERIA}), callable],
        "noise_variance": [Interval(Real, 0, None, closed="neither"), None],
        "random_state": ["random_state"],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
        "shared_alpha": ["boolean"],
        "n_jobs": [Integral, None],
    }

    def __init_subclass__(
        cls,
        of: type[PenalisedRegressor] | None = None,
        texts: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Derive a class from ``of``, the estimator of one model: what is not said in the class.

        That is ``_kind``, the constraints of a shape parameter, and words of the docstring, which
        may have further paragraphs: ``texts``.
        """
        super().__init_subclass__(**kwargs)
        if of is None:
            return
        one = getattr(of, "_binary", of)  # of a classifier each binary problem has an estimator
        cls._kind = lambda _: one  # type: ignore[assignment, method-assign]
        known = of._parameter_constraints
        if cls._shape in known and cls._shape not in cls._parameter_constraints:
            options = [*known[cls._shape], "array-like"]
            cls._parameter_constraints = {**cls._parameter_constraints, cls._shape: options}
        given = signature(cls.__init__).parameters
        own = cls._parameter_constraints
        cls._parameter_constraints = {name: own[name] for name in own if name in given}
        paragraphs = PARAGRAPHS if "noise_variance" in given else PARAGRAPHS | WITHOUT_NOISE
        if f"shared_{cls._strength}" not in given:
            paragraphs = paragraphs | OF_ONE_TARGET
        shared(paragraphs | (texts or {}), **words(of, cls._strength, cls._shape, cls._measure))(
            cls
        )

    def _asked(self):
        """``alphas`` and ``n_alphas``, the first None where it was a number."""
        return length_or_alphas(self.alphas, self.n_alphas)

    def get_metadata_routing(self):
        """Which metadata the splitter and the scorer get.

        Returns
        -------
        MetadataRouter
        """
        router = MetadataRouter(owner=self).add_self_request(self)
        splits = MethodMapping().add(caller="fit", callee="split")
        # Splits that are listed ask for nothing, and one look would use up a generator.
        splitter = self.cv if hasattr(self.cv, "split") else check_cv(None)
        router.add(splitter=splitter, method_mapping=splits)
        if self.scoring is not None:
            scores = MethodMapping().add(caller="fit", callee="score")
            router.add(scorer=get_scorer(self.scoring), method_mapping=scores)
        return router

    @all_or_nothing
    @fit_context
    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None, **params: Any) -> Self:
        """Fit the path to all data and to each training part, and choose a model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Training data, as for a single fit. No fold copies X.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target; class labels where this is a classifier. Of several targets, which only
            regressions take, each column is fitted by itself, and one alpha is chosen for all, or
            with ``shared_alpha=False`` one for each.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights, not negative and not all zero, of samples in the fits and in the errors. The
            folds themselves count equally.
        **params : dict
            ``groups`` for the splitter; with metadata routing enabled what the splitter and the
            scorer request.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter, X, y or a weight is out of its range, not finite or misshaped; if a
            training part has no weight; if no score is finite.
        TypeError
            If ``params`` are given that nothing asks for.

        Warns
        -----
        ConvergenceWarning
            If models of some paths did not converge: one warning, with folds and alphas.
        EmptyModelWarning
            If the chosen model has no penalised feature.
        GridEdgeWarning
            If the chosen alpha is at the edge of the grid, or a criterion has chosen the largest
            model that it considers.
        FoldWarning
            If a fold has a constant y, no weight, a score that is not finite, or nothing of a
            feature of the chosen model.
        """
        split_params, score_params = routed(self, sample_weight, params)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            X, y, sample_weight, design = self._data_of(X, y, sample_weight)
            given = fit_callback(self, X, y, sample_weight, self._linear_model)
            with single_threaded(float(X.size) * min(X.shape)), given as report:
                folds: Folds = NoFolds(self._row_folds(design, y, sample_weight, []))
                scorer = None
                if self._compares():
                    kind = is_classifier(self)
                    listed = listed_splits(self.cv, X, y, classifier=kind, **split_params)
                    splits = indices(listed, len(y))
                    folds = self._folds(design, y, sample_weight, splits)
                    if self.scoring is not None:
                        if "sample_weight" in score_params:
                            score_params["sample_weight"] = sample_weight
                        scorer = on_folds(get_scorer(self.scoring), X, y, splits, score_params)
                targets = self._targets(y)
                self._search(design, folds, design.count, X.dtype, scorer, report, targets)
        return self

    def _grid(self, problem, shape):
        return alpha_grid(problem, *self._asked(), grid_share(problem, self.eps))

    def _targets(self, y: np.ndarray) -> Sequence[np.ndarray | None]:
        """The response of each target; None for that of the design."""
        return (None,) if y.ndim == 1 else list(np.ascontiguousarray(y.T, dtype=np.float64))

    def _data_of(self, X, y, sample_weight):
        """X, y, the weights and a design, that of the first target if there are several."""
        if not (self._several and is_several(y)):
            return self._design(X, y, sample_weight)
        self._check_choice()
        X, y, sample_weight, designs = self._designs(X, y, sample_weight)
        return X, y, sample_weight, designs[0]

    def _check_choice(self) -> None:
        """Refuse a criterion for the choice of one model for several targets."""
        if self._shares() and not self._compares():
            raise ValueError(
                f"selection={self.selection!r} is for one target, and y has several: compare "
                'held-out errors (selection="min" or "1se"), or choose for each column of y by '
                f"itself (shared_{self._strength}=False)."
            )

    def _row_folds(self, design: Any, y, sample_weight, splits) -> RowFolds:
        """Folds of the rows, of which none is copied."""
        first = y if y.ndim == 1 else y[:, 0]
        return RowFolds(design.X, first, sample_weight, splits, self.fit_intercept)

    def _folds(self, design: Any, y, sample_weight, splits) -> Folds:
        """The folds that the paths are fitted to."""
        return self._row_folds(design, y, sample_weight, splits)

    def to_frame(self) -> pd.DataFrame:
        """The coefficients along the path on all data, with the names of features.

        Returns
        -------
        pandas.DataFrame of shape (n_features, n_models)
            ``coef_path_`` with a row for each feature, by its name or as ``x0``, ``x1``, ..., and a
            column for each model, by its strength; with a second grid by both, with more than two
            classes by the class, with several targets by the target's number, too. What is known of
            each model besides is in ``pandas.DataFrame(search.cv_results_)``, in the same order.
        """
        check_is_fitted(self)
        coefs: np.ndarray = self.coef_path_
        tables: Any = self.cv_results_
        classes = getattr(self, "classes_", None)
        beside = np.shape(self.coef_)[:-1]
        several = coefs.ndim - len(beside) == 3
        names = [self._shape, self._strength] if several else [self._strength]
        each = tables if isinstance(tables, list) else [tables]
        values = {str(of): np.concatenate([one[f"param_{of}"] for one in each]) for of in names}
        if beside and beside[0] > 1:
            kind = "target" if classes is None else "class"
            labels = np.arange(*beside) if classes is None else classes
            count = len(values[self._strength])
            if len(each) > 1:
                values[kind] = np.repeat(labels, count // len(labels))
            else:
                values = {of: np.repeat(column, beside[0]) for of, column in values.items()}
                values[kind] = np.tile(labels, count)
        flat = coefs.reshape(-1, coefs.shape[-1]).T
        return path_frame(f"{type(self).__name__}.to_frame", flat, values, names_of(self))

    def of_target(self, k: int) -> Self:
        """The search of one of several targets, where each has a choice of its own.

        Parameters
        ----------
        k : int
            The number of the target, counted from 0.

        Returns
        -------
        object
            A copy of this search, fitted to one target: for displays and tables.

        Raises
        ------
        ValueError
            If there is one choice for all targets, or no such target.
        """
        check_is_fitted(self)
        return one_target(self, k)
