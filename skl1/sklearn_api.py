"""The only module that imports scikit-learn's private names, and what differs by version.

Longer than 300 lines: it is the one place for such names, and its second half is the search of
scikit-learn around the fits, which has to keep step with scikit-learn's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, wraps
from itertools import product
from numbers import Real
from time import perf_counter
from typing import Any, TypeVar, cast

import numpy as np
from scipy import sparse
from sklearn import get_config
from sklearn.base import _fit_context, clone, is_classifier
from sklearn.metrics._scorer import _BaseScorer, _MultimetricScorer, _PassthroughScorer
from sklearn.model_selection import GridSearchCV, ParameterGrid, check_cv
from sklearn.model_selection._validation import (
    _fit_and_score,
    _insert_error_scores,
    _score,
    _warn_or_raise_about_fit_failures,
)
from sklearn.utils import indexable
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions, make_constraint
from sklearn.utils.metadata_routing import _routing_enabled, process_routing
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.validation import _check_method_params, _check_sample_weight, validate_data

try:
    from sklearn.callback import CallbackSupportMixin
except ImportError:  # scikit-learn < 1.9 has no callbacks

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Stands in where scikit-learn has no callbacks."""


#: A method, whose signature a decorator leaves as it is.
Fit = TypeVar("Fit", bound=Callable[..., Any])

__all__ = [
    "CallbackSupportMixin",
    "GridSearch",
    "HasMethods",
    "Interval",
    "StrOptions",
    "Study",
    "check_matplotlib_support",
    "check_sample_weight",
    "fit_callback",
    "fit_context",
    "plain_data",
    "plain_parameters",
    "routed",
    "validate_data",
    "working_memory",
]


@cache
def _constraints(cls):
    """For each parameter its options, and those of plain kinds once more for a quick look."""
    table = []
    for name, listed in cls._parameter_constraints.items():
        options = [make_constraint(each) for each in listed]
        words = {word for each in listed if isinstance(each, StrOptions) for word in each.options}
        words |= {True, False} if "boolean" in listed else set()
        words |= {None} if None in listed else set()
        ranges = [each for each in listed if isinstance(each, Interval)]
        table.append((name, options, words, ranges))
    return table


def plain_parameters(estimator):
    """Whether every parameter meets its constraints.

    scikit-learn's own check makes the constraints anew at each fit, which takes as long as a
    small fit. It remains the one that words the error.
    """
    for name, options, words, ranges in _constraints(type(estimator)):
        value = getattr(estimator, name)
        kind = type(value)
        if kind in _WORDS:
            met = value in words
        elif kind is float and ranges:
            # Strictly inside; what lies on a bound or outside is left to the options.
            met = any(
                (each.left is None or value > each.left)
                and value < (np.inf if each.right is None else each.right)
                and each.type is Real
                for each in ranges
            )
        else:
            met = False
        if not (met or any(option.is_satisfied_by(value) for option in options)):
            return False
    return True


_WORDS = {bool, str, type(None)}
#: Designs take these as they are; the conversion of CSR to CSC is theirs.
_PLAIN = {
    np.ndarray,
    sparse.csc_matrix,
    sparse.csc_array,
    sparse.csr_matrix,
    sparse.csr_array,
}


def plain_data(estimator, X, y, kinds="f"):
    """Whether X and y, which is of one of NumPy's kinds, need no conversion.

    Then they are noted, but not read.

    The numbers may still be infinite or NaN. scikit-learn's check takes longer than a small
    fit, and a pass over large X; it remains for all else, and words the errors.
    """
    if not (
        type(X) in _PLAIN
        and type(y) is np.ndarray
        and X.dtype in (np.float64, np.float32)
        and y.dtype.kind in kinds
        and y.dtype.itemsize <= np.float64().itemsize
        and X.ndim == 2
        and y.ndim == 1
        and X.shape[0] == y.size
        and min(X.shape) > 0
    ):
        return False
    estimator.n_features_in_ = X.shape[1]
    return True


def check_sample_weight(sample_weight, X):
    """Float64 sample weights: finite, not negative, not all zero."""
    weights = _check_sample_weight(sample_weight, X, dtype="float64", ensure_non_negative=True)
    if not np.isfinite(weights).all():  # a scalar is not checked above
        raise ValueError("sample_weight must be finite.")
    if not weights.any():
        raise ValueError("sample_weight must not be all zero: at least one sample has to count.")
    return weights


def working_memory():
    """Bytes that temporary copies may take."""
    return get_config()["working_memory"] * 2**20


def _listened(estimator):
    state = vars(estimator)  # asking for what is missing takes longer
    return "_skl_callbacks" in state or "_parent_callback_ctx" in state


def fit_context(fit: Fit) -> Fit:
    """Validate the parameters before ``fit``, and see callbacks through.

    Where nobody listens, and as no other estimator is fitted inside, the contexts that
    scikit-learn's decorator enters have nothing to do, but take as long as a tenth of a small fit.
    """
    attended = _fit_context(prefer_skip_nested_validation=True)(fit)

    @wraps(fit)
    def wrapper(estimator, *args, **kwargs):
        if _listened(estimator):
            return attended(estimator, *args, **kwargs)
        if not get_config()["skip_parameter_validation"]:
            estimator._validate_params()
        return fit(estimator, *args, **kwargs)

    return cast(Fit, wrapper)


class fit_callback:  # noqa: N801 (reads as a with-statement)
    """Report a fit to scikit-learn's callbacks: one task for the fit, one for each step.

    As a context manager gives a function of the fitted attributes so far (lazily made), to be
    called after each step; its result is true from when a callback has once said stop, and no
    step is reported after that. None where nobody listens. The estimator has to be fitted when the
    with-statement ends; ``model`` is a function of the attributes that it needs, by default those
    of a linear model.
    """

    def __init__(self, estimator, X, y, sample_weight, model=None):
        self.estimator = estimator
        self.model = model
        self.data = {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}}
        self.context = None
        self.stopped = False
        if _listened(estimator):
            self.context = estimator._init_callback_context(max_subtasks=None)

    def __enter__(self):
        if self.context is None:
            return None
        self.context.call_on_fit_task_begin(estimator=self.estimator, **self.data)
        return self.report

    def report(self, attributes):
        """End a step; ``attributes`` is a function that makes the fitted attributes."""
        if self.stopped:
            return True
        step = self.context.subcontext(task_name="step")
        step.call_on_fit_task_begin(estimator=self.estimator, **self.data)
        self.stopped = bool(
            step.call_on_fit_task_end(
                estimator=self.estimator, reconstruction_attributes=attributes, **self.data
            )
        )
        return self.stopped

    def __exit__(self, kind, error, traceback):
        if self.context is not None and kind is None:
            self.context.call_on_fit_task_end(
                estimator=self.estimator,
                reconstruction_attributes=self.model or self.estimator._linear_model,
                **self.data,
            )


def routed(estimator, sample_weight, params):
    """What the splitter and the scorer get: two dicts.

    Without metadata routing the splitter gets ``groups``, and the scorer the weights, if given.
    """
    if _routing_enabled():
        bunch = process_routing(estimator, "fit", sample_weight=sample_weight, **params)
        scores = bunch["scorer"].score if "scorer" in bunch else {}
        return dict(bunch.splitter.split), dict(scores)
    unknown = sorted(set(params) - {"groups"})
    if unknown:
        raise TypeError(
            f"fit got {', '.join(unknown)}: without sklearn.set_config(enable_metadata_routing="
            "True) only groups are passed on, to the splitter."
        )
    return dict(params), {} if sample_weight is None else {"sample_weight": sample_weight}


class _Unheard:
    """Stands in for the contexts of callbacks where nobody listens."""

    def subcontext(self, **_):
        return self

    def call_on_fit_task_begin(self, **_):
        return self

    call_on_fit_task_end = call_on_fit_task_begin

    def propagate_callback_context(self, _):
        return nullcontext()


@dataclass(frozen=True)
class Study:
    """What a grid search has to fit and to score: candidates on splits of the data.

    An outcome is what scikit-learn keeps of one candidate on one split: a dict of scores and times.
    """

    search: Any
    base: Any
    X: Any
    y: Any
    candidates: list[dict]
    splits: list[tuple]
    scorer: Any
    fit_params: dict
    score_params: dict
    contexts: dict | None

    @property
    def by_score(self) -> bool:
        """Whether the score is that of the estimator's own method."""
        return isinstance(self.scorer, _PassthroughScorer)

    @property
    def by_predictions(self) -> bool:
        """Whether the scores are functions of predictions, and of nothing else of a model."""
        scorers: Sequence = [self.scorer]
        if isinstance(self.scorer, _MultimetricScorer):
            scorers = list(self.scorer._scorers.values())
        return all(
            isinstance(scorer, _BaseScorer) and scorer._response_method == "predict"
            for scorer in scorers
        )

    def outcome(self, place: int, split: int) -> dict:
        """That of one candidate on one split, by scikit-learn's own function."""
        train, test = self.splits[split]
        told = {}
        if self.contexts is not None:
            told = {"caller": self.search, "callback_ctx": self.contexts[place, split]}
        return _fit_and_score(
            clone(self.base),
            self.X,
            self.y,
            scorer=self.scorer,
            train=train,
            test=test,
            verbose=self.search.verbose,
            parameters=self.candidates[place],
            fit_params=self.fit_params,
            score_params=self.score_params,
            return_train_score=self.search.return_train_score,
            return_n_test_samples=True,
            return_times=True,
            split_progress=(split, len(self.splits)),
            candidate_progress=(place, len(self.candidates)),
            error_score=self.search.error_score,
            **told,
        )

    def parts(self, estimator: Any, split: int) -> tuple[tuple, tuple, dict]:
        """The training part and what is held out, each with the parameters of its scorer.

        And the parameters of the fit.
        """
        train, test = self.splits[split]
        training = _safe_split(estimator, self.X, self.y, train)
        held_out = _safe_split(estimator, self.X, self.y, test, train)
        cut = [
            _check_method_params(self.X, params=self.score_params, indices=rows)
            for rows in (train, test)
        ]
        fit_params = _check_method_params(self.X, params=self.fit_params, indices=train)
        return (*training, cut[0]), (*held_out, cut[1]), fit_params

    def score(self, estimator: Any, X: Any, y: Any, params: dict) -> Any:
        """The score, or the scores by name, of one fitted model."""
        return _score(estimator, X, y, self.scorer, params, self.search.error_score)

    def tell(self, places: Iterable[int], split: int) -> None:
        """Tell callbacks of fits that were done together, as their own would have."""
        if self.contexts is None:
            return
        train = self.splits[split][0]
        given = _check_method_params(self.X, params=self.fit_params, indices=train)
        X, y = _safe_split(self.base, self.X, self.y, train)
        data = {"estimator": self.search, **_told_data(X, y, given)}
        for place in places:
            context = self.contexts[place, split]
            context.call_on_fit_task_begin(**data).call_on_fit_task_end(**data)


def _told_data(X, y, params) -> dict:
    """The data of a task as callbacks get them."""
    weights = params.get("sample_weight")
    return {"X": X, "y": y, "metadata": None if weights is None else {"sample_weight": weights}}


class GridSearch(GridSearchCV):
    """scikit-learn's grid search, of which a subclass may say how candidates are fitted."""

    def _outcomes(self, study: Study) -> dict[tuple[int, int], dict]:
        """The outcomes by the numbers of candidate and split."""
        raise NotImplementedError

    @_fit_context(prefer_skip_nested_validation=False)
    def _search(self, X, y, params):
        """All of ``fit`` but for the outcomes: what is checked before, and made of them after."""
        scorer, refit_metric = self._get_scorers()
        X, y = indexable(X, y)
        params = _check_method_params(X, params=params)
        routed = self._get_routed_params_for_fit(params)
        data = {"estimator": self, **_told_data(X, y, params)}
        heard = _listened(self)
        context: Any = _Unheard()
        if heard:
            context = self._init_callback_context(max_subtasks=1 + (self.refit is not False))
        context.call_on_fit_task_begin(**data)
        candidates, splits = self._work(X, y, routed.splitter.split)
        pairs = list(product(range(len(candidates)), range(len(splits))))
        searching = context.subcontext(
            task_name="search", max_subtasks=len(pairs), sequential_subtasks=False
        ).call_on_fit_task_begin(estimator=self)
        contexts = {
            pair: searching.subcontext(task_name="candidate-split-evaluation", task_id=number)
            for number, pair in enumerate(pairs)
        }
        base, given = clone(self.estimator), (routed.estimator.fit, routed.scorer.score)
        found = self._outcomes(
            Study(self, base, X, y, candidates, splits, scorer, *given, contexts if heard else None)
        )
        outcomes = [found[pair] for pair in pairs]
        _warn_or_raise_about_fit_failures(outcomes, self.error_score)
        if callable(self.scoring):
            _insert_error_scores(outcomes, self.error_score)
        results = self._format_results(candidates, len(splits), outcomes)
        searching.call_on_fit_task_end(estimator=self)
        self._settle(outcomes[0]["test_scores"], refit_metric, results)
        if self.refit:
            task = context.subcontext(task_name="refit-with-best-params")
            self._refit(base, task, data, routed.estimator.fit)
        self.scorer_ = scorer._scorers if isinstance(scorer, _MultimetricScorer) else scorer
        self.cv_results_ = results
        context.call_on_fit_task_end(**data)

    def _work(self, X, y, split_params):
        """The candidates and the splits."""
        splitter = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        self.n_splits_ = splitter.get_n_splits(X, y, **split_params)
        splits = list(splitter.split(X, y, **split_params))
        candidates = list(ParameterGrid(self.param_grid))
        if len(splits) != self.n_splits_:
            raise ValueError(
                "cv.split and cv.get_n_splits returned inconsistent results. Expected "
                f"{self.n_splits_} splits, got {len(splits)}."
            )
        if not (candidates and splits):
            raise ValueError("No fits were performed: there are no splits, or no candidates.")
        if self.verbose > 0:
            print(
                f"Fitting {len(splits)} folds for each of {len(candidates)} candidates, totalling "
                f"{len(splits) * len(candidates)} fits"
            )
        return candidates, splits

    def _refit(self, base, task, data, fit_params):
        """The best candidate on all data."""
        model = clone(base).set_params(**clone(self.best_params_, safe=False))
        X, y = data["X"], data["y"]
        with task.propagate_callback_context(model):
            task.call_on_fit_task_begin(**data)
            start = perf_counter()
            model.fit(*((X,) if y is None else (X, y)), **fit_params)
            self.refit_time_ = perf_counter() - start
        self.best_estimator_ = model
        if hasattr(model, "feature_names_in_"):
            self.feature_names_in_ = model.feature_names_in_
        task.call_on_fit_task_end(**data)

    def _settle(self, first, refit_metric, results):
        """The best candidate, by a metric or by a function of the results."""
        self.multimetric_ = isinstance(first, dict)
        if callable(self.scoring) and self.multimetric_:
            # Only now is it known that it returns several scores.
            self._check_refit_for_multimetric(first)
            refit_metric = self.refit
        if self.refit or not self.multimetric_:
            self.best_index_ = self._select_best_index(self.refit, refit_metric, results)
            if not callable(self.refit):
                self.best_score_ = results[f"mean_test_{refit_metric}"][self.best_index_]
            self.best_params_ = results["params"][self.best_index_]
