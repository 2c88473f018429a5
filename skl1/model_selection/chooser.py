"""Paths on data and on folds of them, and the choice of one of their models.

Longer than 300 lines: one class, the whole course of a search.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from copy import copy
from inspect import signature
from numbers import Real
from operator import attrgetter
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning

from skl1.compiled.threads import in_turn
from skl1.designs import Design
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.state import AllOrNothing
from skl1.estimators.targets import Remark, gathered, merged, of_target
from skl1.exceptions import FoldWarning, warn_user
from skl1.model_selection.advice import at_limit, remark, vanished
from skl1.model_selection.basis import basis_of
from skl1.model_selection.criteria import Basis, criterion
from skl1.model_selection.folds import Folds
from skl1.model_selection.improvement import Improvement
from skl1.model_selection.one_each import joined
from skl1.model_selection.outcome import Outcome
from skl1.model_selection.rules import CRITERIA, CROSS_VALIDATED, choose, mean, standard_errors
from skl1.model_selection.search import ALL_DATA, Search, answering, row_by_row
from skl1.model_selection.tail import Tail, applies
from skl1.paths.degrees import degrees_along
from skl1.problems.model import INTERRUPTED, Model
from skl1.problems.problem import Problem
from skl1.results.names import settle_names
from skl1.sklearn_api import CallbackSupportMixin


class Chooser(AllOrNothing, CallbackSupportMixin, BaseEstimator, ABC):
    """Fits paths to designs, applies a rule, and has the attributes of the model it chooses.

    What it predicts is another class's to say.
    """

    selection: Any
    scoring: Any
    n_jobs: int | None

    #: The name of the grid's parameter.
    _strength: ClassVar[str] = "alpha"
    #: The name of a second grid's parameter, if there is one: that of the penalty's shape.
    _shape: ClassVar[str | None] = None
    #: What held-out errors go by in names: of squares twice the mean loss is the squared error.
    _measure: ClassVar[str] = "mse"
    #: Of rules and estimates that a class does not have.
    noise_variance: Any = None
    random_state: Any = None
    #: The attributes that predict needs, for callbacks; None for those of a linear regression.
    _linear_model: Any = None

    #: How the paths of all shapes come about; of one path after the other.
    _by_row: ClassVar[Any] = staticmethod(row_by_row)
    #: A method like ``_paths`` that makes paths to be followed in stages (``tail.py``), if any.
    _course: ClassVar[Any] = None

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

    def _paths(
        self, plain: PenalisedRegressor, problems: Sequence[Problem], alphas: np.ndarray
    ) -> list[list[Model]]:
        """The path of each problem."""
        return plain.follow(problems, alphas)

    def _by_errors(self) -> bool:
        """Whether nothing but held-out mean squared errors decides, by a rule that is known."""
        return self.selection in CROSS_VALIDATED and self.scoring is None

    def _improves(self) -> bool:
        """Whether models of the paths are improved, as far down the grid as their errors say."""
        return False

    def _improved(
        self, plain: PenalisedRegressor, problem: Problem, models: list[Model], first: int
    ) -> Iterator[Model]:
        """Better models for those of a path from a place on, where the search ``_improves``."""
        return iter(models[first:])

    @abstractmethod
    def _grid(self, problem: Problem, shape: float | None) -> np.ndarray:
        """The alphas, from large to small; of several targets for the one whose path is longest."""

    def _degrees(self, problem: Problem, models: list[Model]) -> np.ndarray:
        """Degrees of freedom of each model."""
        return degrees_along(problem, models)

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
        targets: Sequence[Any] = (None,),
    ) -> None:
        """All paths, the choice, and the attributes."""
        shapes = [shape for shape in self._shapes() for _ in targets]
        plains = [self._plain(shape) for shape in shapes]
        settle_names(self, *plains)
        designs = answering(design, targets)
        problems = [plain.problem_on(designs[k % len(designs)]) for k, plain in enumerate(plains)]
        shared, grids = self._shares() or len(targets) == 1, []
        for first in range(0, len(plains), len(targets)):
            rows = range(first, first + len(targets))
            longest = max([problems[row] for row in rows], key=attrgetter("alpha_max"))
            if shared:
                grids += [self._grid(longest, shapes[first])] * len(targets)
            else:
                grids += [self._grid(problems[row], shapes[row]) for row in rows]
        staged = report is None and self._by_errors() and len(targets) == 1
        course = self._course if staged else None
        paths = self._paths, folds, scorer, course, targets, self._together, self._by_row
        search = Search(plains, problems, grids, *paths, shared=shared)
        groups = search.groups(self.n_jobs, together=report is None)
        outcome = Outcome(search)
        if applies(search, groups, self.n_jobs):
            done_in_turn = Tail(search, groups).run(self.n_jobs)
        else:
            done_in_turn = in_turn(search.run, groups, self.n_jobs)
        with closing(done_in_turn) as parts:
            for done in parts:
                outcome.add(done)
                if report is not None and not outcome.stopped:
                    outcome.stopped = report(lambda: self._sketch(outcome))
                # Too few paths to choose by: it goes on, unreported, until there are enough.
                if outcome.stopped and outcome.comparable:
                    break
        if self._improves() and not outcome.stopped:
            Improvement(search, outcome, self._improved).run(self.n_jobs)
        if search.shared:
            told = self._settle(outcome, count, dtype)
        else:
            told = self._settle_each(outcome, count, dtype)
        for message, category in told:
            warn_user(message, category)

    def _shares(self) -> bool:
        """Whether several targets have one choice."""
        return getattr(self, f"shared_{self._strength}", True)

    def _settle(self, outcome: Outcome, count: float, dtype: np.dtype) -> list[Remark]:
        """The choice, and its model; what there is to say is returned."""
        self._choose(outcome, count)
        self._refit(outcome, dtype)
        return [(message, FoldWarning) for message in outcome.remarks] + self._remarks(outcome)

    def _settle_each(self, outcome: Outcome, count: float, dtype: np.dtype) -> list[Remark]:
        """The same for each target by itself."""
        ones, told, before = [], [], dict(vars(self))
        for k in range(len(outcome.search.targets)):
            with of_target(k):
                told.append(self._settle(outcome.of_target(k), count, dtype))
            ones.append(copy(self))
            self.__dict__.clear()
            self.__dict__.update(before)
        for name, value in joined(ones).items():
            setattr(self, name, value)
        return merged(told)

    def _together(self, models: list[PenalisedRegressor]) -> Any:
        """A model for scorers, of the estimators of all targets."""
        return self._whole(models) if len(models) > 1 else models[0]

    def _whole(self, models: list[PenalisedRegressor]) -> Any:
        model = copy(self)
        for name, value in self.gathered(models).items():
            setattr(model, name, value)
        return model

    def gathered(self, plains: list[PenalisedRegressor]) -> dict[str, Any]:
        """The attributes of a model, from those of the estimators of all targets."""
        if len(plains) > 1:
            return gathered(plains)
        known = vars(plains[0]).items()
        return {name: value for name, value in known if name.endswith("_")}

    def _sketch(self, outcome: Outcome) -> dict[str, Any]:
        """The last model of the path of all data, while others are still being fitted."""
        plains = []
        for row in outcome.search.rows_of(0):
            w, problem = outcome.coefficients[row][-1], outcome.search.problems[row]
            plains.append(copy(outcome.search.plains[row]))
            plains[-1].coef_, plains[-1].intercept_ = w, problem.intercept(w)
        return self.gathered(plains)

    def _choose(self, outcome: Outcome, count: float) -> None:
        """Apply the rule."""
        search = outcome.search
        several = self._shape is not None and not isinstance(getattr(self, self._shape), Real)
        form = np.array if several else _first
        by_row = [self._degrees(*e) for e in zip(search.problems, outcome.models, strict=True)]
        degrees = search.merged(by_row, np.sum)
        grids = np.array(search.grids[:: len(search.targets)])
        setattr(self, f"{self._strength}s_", form(grids))
        self.coef_path_ = form(self._coef_paths(outcome))
        sizes = search.merged([np.count_nonzero(W, axis=1) for W in outcome.coefficients], np.sum)
        self.n_nonzero_path_ = form(sizes)
        table: dict[str, Any] = {f"param_{self._strength}": grids.ravel()}
        if self._shape is not None:
            table[f"param_{self._shape}"] = np.repeat(np.array(self._shapes()), grids.shape[1])
        figures = outcome.figures()
        table |= {
            "n_nonzero": sizes.ravel(),
            "degrees_of_freedom": degrees.ravel(),
            "converged": figures["converged"].ravel(),
            "error": figures["error"].ravel(),
        }
        if not len(search.folds):
            outcome.basis = basis = basis_of(self, search, count)
            if basis.noise is not None and not basis.likelihood:
                self.noise_variance_ = float(basis.noise)
            losses = criterion(self.selection, figures["deviance"], degrees, outcome.basis)
            self.criterion_path_ = form(losses)
            table["criterion"] = losses.ravel()
            errors = np.zeros_like(losses)
        else:
            held, name = search.merged(outcome.deviances, np.mean), self._measure
            setattr(self, f"{name}_path_", form(held))
            setattr(self, f"{name}_se_", form(standard_errors(held)))
            scores = -held if outcome.scores is None else outcome.scores
            losses, errors = -mean(scores), standard_errors(scores)
            table |= {name: column.ravel() for name, column in outcome.of_folds().items()}
            table |= {f"mean_{name}": mean(held).ravel()}
            table |= {f"se_{name}": standard_errors(held).ravel()}
            table |= {"mean_test_score": -losses.ravel(), "se_test_score": errors.ravel()}
            for k in range(held.shape[-1]):
                table[f"split{k}_test_score"] = scores[..., k].ravel()
        self.cv_results_ = table
        outcome.losses, outcome.degrees = losses, degrees
        outcome.choice = choose(self.selection, table, losses, errors, self._nothing(outcome.basis))
        self.best_index_ = outcome.choice.place

    def _coef_paths(self, outcome: Outcome) -> Sequence[np.ndarray]:
        """The coefficients on all data, for each shape."""
        several = len(outcome.search.targets) > 1
        return outcome.of_targets() if several else outcome.coefficients

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
        shape, column = outcome.chosen
        search, rows = outcome.search, outcome.search.rows_of(shape)
        plains = [search.plains[row] for row in rows]
        strength = search.grids[rows[0]][column].item()
        for row, plain in zip(rows, plains, strict=True):
            plain.set_params(**{self._strength: strength})
            start = outcome.start(row, column)
            result = plain.fit_problem(search.problems[row], start, dtype)
            outcome.note(ALL_DATA, strength, result.model.error, plain.converged_)
        for name, value in self.gathered(plains).items():
            if name not in {"n_features_in_", "feature_names_in_"}:
                setattr(self, name, value)
        setattr(self, f"{self._strength}_", strength)
        if self._shape is not None:
            setattr(self, f"{self._shape}_", float(getattr(plains[0], self._shape)))
        self.converged_ = not (outcome.failures or outcome.stopped)
        if outcome.stopped:
            self.stop_reason_ = INTERRUPTED

    def _remarks(self, outcome: Outcome) -> list[Remark]:
        """What a user should know of convergence, and of the choice."""
        remarks: list[Remark] = []
        if outcome.failures:
            remarks.append((outcome.shortfall(), ConvergenceWarning))
        if gone := vanished(self, outcome):
            remarks.append((gone, FoldWarning))
        if message := remark(self, outcome, self._edge):
            remarks.append(message)
        return remarks

    def _edge(self, outcome: Outcome, grid: np.ndarray) -> str:
        """What to say of a choice at an end of the grid; nothing elsewhere."""
        _, column = outcome.chosen
        last = outcome.choice.edge % grid.size == grid.size - 1
        first = column == 0 and grid[0] < np.max(self.alpha_max_) < np.inf
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
