"""Cross-validation of a path: what all the CV estimators share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import closing
from inspect import signature
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.metaestimators import available_if

from skl1.compiled.threads import in_turn, single_threaded
from skl1.designs import Design, MomentDesign, Moments
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.docstrings import shared
from skl1.estimators.state import all_or_nothing
from skl1.estimators.streamed import StreamedRegressor
from skl1.exceptions import FoldWarning, warn_user
from skl1.model_selection.advice import at_limit, remark, vanished
from skl1.model_selection.criteria import Basis, criterion, limit
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
from skl1.model_selection.noise import noise_variance
from skl1.model_selection.rules import (
    CRITERIA,
    CROSS_VALIDATED,
    choose,
    mean,
    standard_errors,
)
from skl1.model_selection.search import ALL_DATA, Outcome, Search, on_folds
from skl1.paths.degrees import degrees_along
from skl1.paths.grid import length_or_alphas
from skl1.problems.model import INTERRUPTED, Model
from skl1.problems.problem import Problem
from skl1.sklearn_api import Interval, StrOptions, fit_callback, fit_context, routed


class PenalisedRegressorCV(StreamedRegressor):
    """A path, its held-out errors, and the model that a rule chooses."""

    alphas: Any
    n_alphas: int
    eps: float | None
    cv: Any
    selection: Any
    noise_variance: float | None
    random_state: Any
    scoring: Any
    penalty_weights: Any
    positive: bool
    fit_intercept: bool
    tol: float
    max_iter: int
    n_jobs: int | None

    #: The name of the grid's parameter.
    _strength: ClassVar[str] = "alpha"
    #: The name of a second grid's parameter, if there is one: that of the penalty's shape.
    _shape: ClassVar[str | None] = None

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
        if cls._shape is not None and cls._shape not in cls._parameter_constraints:
            options = [*of._parameter_constraints[cls._shape], "array-like"]
            cls._parameter_constraints = {**cls._parameter_constraints, cls._shape: options}
        shared(PARAGRAPHS, **words(of, cls._strength, cls._shape))(cls)

    @abstractmethod
    def _kind(self) -> type[PenalisedRegressor]:
        """The estimator of one model."""

    def _plain(self, shape: float | None) -> PenalisedRegressor:
        """The estimator of one model, with alpha = 1 and the parameters that both have."""
        kind = self._kind()
        given = self.get_params(deep=False) | {self._strength: 1.0}
        if self._shape is not None:
            given[self._shape] = shape
        return kind(**{name: given[name] for name in signature(kind).parameters if name in given})

    @abstractmethod
    def _paths(
        self, plain: PenalisedRegressor, problems: Sequence[Problem], alphas: np.ndarray
    ) -> list[list[Model]]:
        """The path of each problem."""

    @abstractmethod
    def _grid(self, problem: Problem, shape: float | None) -> np.ndarray:
        """The alphas, from large to small."""

    def _asked(self):
        """``alphas`` and ``n_alphas``, the first None where it was a number."""
        return length_or_alphas(self.alphas, self.n_alphas)

    def _degrees(self, problem: Problem, models: list[Model]) -> np.ndarray:
        """Degrees of freedom of each model."""
        return degrees_along(problem, models)

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

    def _compares(self) -> bool:
        """Whether the rule needs held-out errors."""
        return self.selection not in CRITERIA

    def _shapes(self) -> list[float | None]:
        """The second grid; a single value if there is none."""
        if self._shape is None:
            return [None]
        given = getattr(self, self._shape)
        values = [given] if isinstance(given, Real) else list(given)
        if not values or not all(isinstance(value, Real) for value in values):
            raise ValueError(f"{self._shape} must be a number or a list of such, got {given!r}.")
        return [float(value) for value in values]

    def _search(
        self,
        design: Design,
        folds: Folds,
        count: float,
        dtype: np.dtype,
        scorer: Callable | None,
        report: Callable | None,
    ) -> None:
        """All paths, the choice, and the attributes."""
        shapes = self._shapes()
        plains = [self._plain(shape) for shape in shapes]
        for plain in plains:
            plain.n_features_in_ = design.n_features
        problems = [plain.problem_on(design) for plain in plains]
        grids = [self._grid(*each) for each in zip(problems, shapes, strict=True)]
        search = Search(plains, problems, grids, self._paths, folds, scorer)
        groups = search.groups(self.n_jobs, together=report is None)
        outcome = Outcome(search)
        with closing(in_turn(search.run, groups, self.n_jobs)) as parts:
            for done in parts:
                outcome.add(done)
                if report is not None and not outcome.stopped:
                    outcome.stopped = report(lambda: self._sketch(outcome))
                # Too few paths to choose by: it goes on, unreported, until there are enough.
                if outcome.stopped and outcome.comparable:
                    break
        for message in outcome.remarks:
            warn_user(message, FoldWarning)
        self._choose(outcome, count)
        self._refit(outcome, dtype)
        self._warn(outcome)

    def _sketch(self, outcome: Outcome) -> dict[str, Any]:
        """The last model of the path of all data, while others are still being fitted."""
        w = outcome.coefficients[0][-1]
        return {"coef_": w, "intercept_": outcome.search.problems[0].design.intercept(w)}

    def _choose(self, outcome: Outcome, count: float) -> None:
        """Apply the rule."""
        search = outcome.search
        several = self._shape is not None and not isinstance(getattr(self, self._shape), Real)
        form = np.array if several else _first
        degrees = [self._degrees(*e) for e in zip(search.problems, outcome.models, strict=True)]
        setattr(self, f"{self._strength}s_", form(search.grids))
        self.coef_path_ = form(outcome.coefficients)
        self.n_nonzero_path_ = np.count_nonzero(self.coef_path_, axis=-1)
        table: dict[str, Any] = {f"param_{self._strength}": np.concatenate(search.grids)}
        if self._shape is not None:
            table[f"param_{self._shape}"] = np.repeat(
                np.array(self._shapes()), search.grids[0].size
            )
        table |= {
            "n_nonzero": self.n_nonzero_path_.ravel(),
            "degrees_of_freedom": np.concatenate(degrees),
            "converged": np.array([s.converged for path in outcome.models for s in path]),
            "error": np.array([s.error for path in outcome.models for s in path]),
        }
        if not len(search.folds):
            squares = [[2.0 * model.loss for model in path] for path in outcome.models]
            outcome.basis = self._basis(search, count)
            losses = criterion(self.selection, squares, degrees, outcome.basis)
            self.criterion_path_ = form(losses)
            table["criterion"] = losses.ravel()
            errors = np.zeros_like(losses)
        else:
            mse = outcome.mean_squares
            self.mse_path_ = form(mse)
            self.mse_se_ = form(standard_errors(mse))
            scores = -mse if outcome.scores is None else outcome.scores
            losses, errors = -mean(scores), standard_errors(scores)
            table |= {"mean_mse": mean(mse).ravel(), "se_mse": standard_errors(mse).ravel()}
            table |= {"mean_test_score": -losses.ravel(), "se_test_score": errors.ravel()}
            for k in range(mse.shape[-1]):
                table[f"split{k}_test_score"] = scores[..., k].ravel()
        self.cv_results_ = table
        outcome.losses, outcome.degrees = losses, degrees
        outcome.choice = choose(self.selection, table, losses, errors, self._nothing(outcome.basis))
        self.best_index_ = outcome.choice.place

    def _basis(self, search: Search, count: float) -> Basis:
        """What the information criterion goes by."""
        problem, noise = search.problems[0], self.noise_variance
        p = int(np.count_nonzero(problem.included))
        if self.selection == "gcv":
            noise = None
        else:
            if noise is None:
                source = search.folds.source
                weights, part = (None, None) if source is None else (source.weights, source.part)
                noise = noise_variance(problem, count, weights, part, self.random_state)
            if noise is None:
                raise ValueError(
                    f"selection={self.selection!r} needs the noise variance, which can be "
                    f"estimated from rows in memory, or with at least twice as many samples as "
                    f"features; here n_samples={count:g}, {p} features. Give noise_variance, or "
                    'choose another rule: selection="gcv", or "min" where there are folds.'
                )
            self.noise_variance_ = float(noise)
        limits = np.array([limit(each, count) for each in search.problems])
        return Basis(count, p, limits, noise)

    def _nothing(self, basis: Basis | None) -> str:
        """Why no model may have a score."""
        if basis is None and self.scoring is None:
            return "no fold holds out anything with a weight"
        if basis is None:
            return f"scoring={self.scoring!r} gave no finite score on these folds"
        most = min(basis.count - 1.0, float(basis.limits.max()))
        return (
            f"selection={self.selection!r} needs more samples than parameters, and considers "
            f"models of at most {most:.4g} degrees of freedom (n_samples={basis.count:g}, "
            f"{basis.n_features} features). Give more samples, a stronger penalty or fewer "
            'features, or compare held-out errors: selection="min"'
        )

    def _refit(self, outcome: Outcome, dtype: np.dtype) -> None:
        """The chosen model, certified from the data, from where the path has left it."""
        row, column = outcome.chosen
        search = outcome.search
        plain = search.plains[row]
        strength = search.grids[row][column].item()
        plain.set_params(**{self._strength: strength})
        start = outcome.coefficients[row][column]
        result = plain.fit_problem(search.problems[row], start, dtype)
        for name, value in vars(plain).items():
            if name.endswith("_") and name not in {"n_features_in_", "feature_names_in_"}:
                setattr(self, name, value)
        setattr(self, f"{self._strength}_", strength)
        if self._shape is not None:
            setattr(self, f"{self._shape}_", float(getattr(plain, self._shape)))
        outcome.note(ALL_DATA, strength, result.model.error, result.model.converged)
        self.converged_ = not (outcome.failures or outcome.stopped)
        if outcome.stopped:
            self.stop_reason_ = INTERRUPTED

    def _warn(self, outcome: Outcome) -> None:
        """What a user should know of convergence, and of the choice."""
        if outcome.failures:
            warn_user(outcome.shortfall(), ConvergenceWarning)
        gone = vanished(self, outcome)
        if gone:
            warn_user(gone, FoldWarning)
        message = remark(self, outcome, self._edge)
        if message:
            warn_user(*message)

    def _edge(self, outcome: Outcome, grid: np.ndarray) -> str:
        """What to say of a choice at an end of the grid; nothing elsewhere."""
        _, column = outcome.chosen
        last = outcome.choice.edge % grid.size == grid.size - 1
        first = column == 0 and grid[0] < self.alpha_max_ < np.inf
        large = at_limit(self, outcome)
        if large or grid.size == 1 or not (first or last):
            return large
        side, remedy = ("largest", "larger") if first else ("smallest", "smaller")
        return (
            f"The best alpha, {grid[0] if first else grid[-1]:g}, is the {side} of the grid: "
            f"a {remedy} one may be better. Give alphas that reach further, or another eps."
        )


def _first(rows) -> np.ndarray:
    """The only row, as an array."""
    return np.array(rows)[0]
