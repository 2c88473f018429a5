"""Paths on data and on folds of them, and the choice of one of their models."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from inspect import signature
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skl1.compiled.threads import in_turn
from skl1.designs import Design
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.linear import LinearRegressor
from skl1.exceptions import FoldWarning, warn_user
from skl1.model_selection.advice import at_limit, remark, vanished
from skl1.model_selection.criteria import Basis, criterion, limit
from skl1.model_selection.folds import Folds
from skl1.model_selection.improvement import Improvement
from skl1.model_selection.noise import noise_variance
from skl1.model_selection.rules import CRITERIA, CROSS_VALIDATED, choose, mean, standard_errors
from skl1.model_selection.search import ALL_DATA, Outcome, Search
from skl1.model_selection.tail import Tail, applies
from skl1.paths.degrees import degrees_along
from skl1.paths.together import SharedPaths
from skl1.problems.model import INTERRUPTED, Model
from skl1.problems.problem import Problem


class Chooser(LinearRegressor):
    """Fits paths to designs, applies a rule, and has the attributes of the model it chooses."""

    selection: Any
    noise_variance: float | None
    random_state: Any
    scoring: Any
    n_jobs: int | None

    #: The name of the grid's parameter.
    _strength: ClassVar[str] = "alpha"
    #: The name of a second grid's parameter, if there is one: that of the penalty's shape.
    _shape: ClassVar[str | None] = None

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

    def _course(
        self, plain: PenalisedRegressor, problems: Sequence[Problem], alphas: np.ndarray
    ) -> SharedPaths | None:
        """The same paths, to be followed in stages; None where they cannot be."""
        return None

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
        """The alphas, from large to small."""

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
    ) -> None:
        """All paths, the choice, and the attributes."""
        shapes = self._shapes()
        plains = [self._plain(shape) for shape in shapes]
        for plain in plains:
            plain.n_features_in_ = design.n_features
        problems = [plain.problem_on(design) for plain in plains]
        grids = [self._grid(*each) for each in zip(problems, shapes, strict=True)]
        course = self._course if report is None and self._by_errors() else None
        search = Search(plains, problems, grids, self._paths, folds, scorer, course)
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
            table |= {name: column.ravel() for name, column in outcome.of_folds().items()}
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
