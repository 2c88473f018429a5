"""Cross-validation of a path: what all the CV estimators share."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.metaestimators import available_if

from skl1.compiled.threads import single_threaded
from skl1.designs import MomentDesign, Moments
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.docstrings import shared
from skl1.estimators.state import all_or_nothing
from skl1.estimators.streamed import StreamedRegressor
from skl1.model_selection.chooser import Chooser
from skl1.model_selection.docstrings import PARAGRAPHS, words
from skl1.model_selection.folds import (
    Folds,
    MomentFolds,
    NoFolds,
    RowFolds,
    indices,
    listed_splits,
    make_folds,
)
from skl1.model_selection.rules import CRITERIA, CROSS_VALIDATED
from skl1.model_selection.search import on_folds
from skl1.paths.grid import length_or_alphas
from skl1.sklearn_api import Interval, StrOptions, fit_callback, fit_context, routed


class PenalisedRegressorCV(StreamedRegressor, Chooser):
    """A path, its held-out errors, and the model that a rule chooses."""

    alphas: Any
    n_alphas: int
    eps: float | None
    cv: Any
    penalty_weights: Any
    positive: bool
    fit_intercept: bool
    tol: float
    max_iter: int

    _parameter_constraints: ClassVar[dict] = {
        **{
            name: PenalisedRegressor._parameter_constraints[name]
            for name in ("penalty_weights", "positive", "fit_intercept", "tol", "max_iter")
        },
        "alphas": ["array-like", Interval(Integral, 1, None, closed="left"), None],
        "n_alphas": [Interval(Integral, 1, None, closed="left")],
        "eps": [Interval(Real, 0, 1, closed="neither"), None],
        "cv": ["cv_object"],
        "selection": [StrOptions({*CROSS_VALIDATED, *CRITERIA}), callable],
        "noise_variance": [Interval(Real, 0, None, closed="neither"), None],
        "random_state": ["random_state"],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
        "n_jobs": [Integral, None],
    }

    def __init_subclass__(cls, of: type[PenalisedRegressor] | None = None, **kwargs: Any) -> None:
        """Derive a class from ``of``, the estimator of one model: what is not said in the class.

        That is ``_kind``, the constraints of a shape parameter, and words of the docstring.
        """
        super().__init_subclass__(**kwargs)
        if of is None:
            return
        cls._kind = lambda _: of  # type: ignore[assignment, method-assign]
        known = of._parameter_constraints
        if cls._shape in known and cls._shape not in cls._parameter_constraints:
            options = [*known[cls._shape], "array-like"]
            cls._parameter_constraints = {**cls._parameter_constraints, cls._shape: options}
        shared(PARAGRAPHS, **words(of, cls._strength, cls._shape))(cls)

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
    def fit(self, X, y, sample_weight=None, **params):
        """Fit the path to all data and to each training part, and choose a model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Training data, as for a single fit. No fold copies X.
        y : array-like of shape (n_samples,)
            Target.
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
            X, y, sample_weight, design = self._design(X, y, sample_weight)
            with (
                single_threaded(float(X.size) * min(X.shape)),
                fit_callback(self, X, y, sample_weight) as report,
            ):
                folds: Folds = NoFolds(RowFolds(X, y, sample_weight, [], self.fit_intercept))
                scorer = None
                if self._compares():
                    splits = indices(listed_splits(self.cv, X, y, **split_params), y.size)
                    folds = make_folds(X, y, sample_weight, splits, self.fit_intercept)
                    if self.scoring is not None:
                        if "sample_weight" in score_params:
                            score_params["sample_weight"] = sample_weight
                        scorer = on_folds(get_scorer(self.scoring), X, y, splits, score_params)
                self._search(design, folds, design.count, X.dtype, scorer, report)
        return self

    @all_or_nothing
    def fit_moments(self, moments):
        """Fit to a list of moments, one for each fold.

        Parameters
        ----------
        moments : sequence of Moments
            At least two: each is held out once. Their sum is all data.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError
            If they are no Moments.
        ValueError
            If there are fewer than two, or ``scoring`` asks for predictions.
        """
        self._validate_params()
        moments = [moments] if isinstance(moments, Moments) else list(moments)
        if not all(isinstance(part, Moments) for part in moments):
            raise TypeError("fit_moments wants a list of Moments, one for each fold.")
        if len(moments) < 2:
            raise ValueError(f"fit_moments needs at least two folds, got {len(moments)}.")
        self.n_features_in_ = moments[0].n_features
        return self._fit_parts(moments)

    @available_if(lambda search: search.scoring is None)
    def partial_fit(self, X, y, sample_weight=None):
        return super().partial_fit(X, y, sample_weight)

    partial_fit.__doc__ = StreamedRegressor.partial_fit.__doc__

    def _n_parts(self):
        if not self._compares():
            return 1
        count = 5 if self.cv is None else self.cv
        if isinstance(count, Integral) and count > 1:
            return int(count)
        raise ValueError(
            f"Rows that come in blocks are dealt to folds in turn: cv must be a number from 2, got "
            f"{self.cv!r}. For other folds there is fit_moments."
        )

    def _fit_parts(self, parts):
        if self.scoring is not None:
            raise ValueError("scoring needs rows to predict; with moments use scoring=None.")
        return self._search_parts(parts, np.dtype(np.float64))

    def _search_parts(self, parts: list[Moments], dtype: np.dtype):
        """The search on the moments of each fold; the model is of a dtype."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            whole: Any = sum(parts)
            design = MomentDesign.of_moments(whole, self.fit_intercept)
            folds = MomentFolds(parts, self.fit_intercept) if self._compares() else NoFolds()
            with single_threaded(float(whole.n_features) ** 3):
                self._search(design, folds, whole.count, dtype, None, None)
        return self
