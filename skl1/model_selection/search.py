"""The paths of a cross-validation: what is solved together, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np

from skl1.designs import Design
from skl1.designs.responses import with_responses
from skl1.designs.weights import moderate_weights
from skl1.estimators.base import PenalisedRegressor
from skl1.model_selection.folds import Folds
from skl1.paths.model_path import WORSE
from skl1.paths.together import SharedPaths
from skl1.problems.model import PRECISION, Model, coefficients
from skl1.problems.problem import Problem

#: The number of the path that is fitted to all data, among those of the folds.
ALL_DATA = -1
#: Problems on shared rows that are solved together at most.
TOGETHER = 12
#: The problems of a row on some parts, and the path of each.
Row = tuple[list[Problem], list[list[Model]]]


@dataclass
class Part:
    """What came of one training part: errors of shape (n_rows, n_alphas)."""

    fold: int
    models: list[list[Model]]
    #: Twice the mean loss on what is held out: of squares the mean squared error.
    deviances: np.ndarray | None = None
    #: Of shape (n_shapes, n_alphas), or of errors where each target has a choice of its own.
    scores: np.ndarray | None = None
    #: Targets that vary in all data, and are constant in the training part.
    constant: list[int] = field(default_factory=list)
    #: Of each shape, whether the path was solved on the rows, as moments were not exact enough.
    exact: list[bool] = field(default_factory=list)
    #: Features that vary in all data, and are constant in the training part.
    gone: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    #: Of each shape, the place from which models have a looser tolerance (``tail.py``), if any.
    loose: dict[int, int] = field(default_factory=dict)
    #: Coefficients and intercepts for targets whose models have not been scored.
    fits: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)

    def of_target(self, k: int, count: int) -> Part:
        """What came of one of so many targets."""
        return Part(
            self.fold,
            self.models[k::count],
            None if self.deviances is None else self.deviances[k::count],
            None if self.scores is None else self.scores[k::count],
            [0] if k in self.constant else [],
            gone=self.gone,
        )


@dataclass(frozen=True)
class Search:
    """All paths: of each shape of the penalty, on all data and on each training part.

    A row is the path of one shape for one target. A classifier of several classes has a target
    for each of them, a regression one for each column of y. The rows of the first shape come
    first.
    """

    plains: list[PenalisedRegressor]
    problems: list[Problem]
    grids: list[np.ndarray]
    paths: Callable[[PenalisedRegressor, Sequence[Problem], np.ndarray], list[list[Model]]]
    folds: Folds
    scorer: Callable | None  #: a function of a fold, a model and the number of a target or None
    #: The same paths to be followed in stages, None where they cannot be; None if none ever is.
    course: Callable[..., SharedPaths | None] | None
    #: The response of each target, or its number in moments; None where it is that of the folds.
    targets: Sequence[Any]
    #: What a scorer is given: a function of the estimators of all targets.
    scored: Callable[[list[PenalisedRegressor]], Any]
    #: The paths of all rows, with their problems: rows may share what they are made of.
    by_row: Callable[[Search, Iterable[list[Problem]]], Iterator[Row]]
    #: Whether all targets have one choice, or each its own.
    shared: bool = True

    @property
    def n_shapes(self) -> int:
        """Number of shapes of the penalty."""
        return len(self.grids) // len(self.targets)

    def rows_of(self, shape: int) -> list[int]:
        """The rows of a shape."""
        count = len(self.targets)
        return list(range(shape * count, (shape + 1) * count))

    @property
    def judged(self) -> int:
        """How many rows have a score together."""
        return len(self.targets) if self.shared else 1

    def of_target(self, k: int) -> Search:
        """The search of one of the targets."""
        count, y = len(self.targets), self.targets[k]
        own = {name: getattr(self, name)[k::count] for name in ("plains", "problems", "grids")}
        return replace(self, **own, targets=(None,), folds=self.folds.answering(y))

    def target_of(self, row: int) -> Any:
        """The response of a row, or the number of its target; None where that is of the folds."""
        return self.targets[row % len(self.targets)]

    def merged(self, values: Sequence[Any] | np.ndarray, combine: Callable) -> np.ndarray:
        """What there is of each row, combined over targets: a row for each shape."""
        count = len(self.targets)
        starts = range(0, len(values), count)
        return np.array([combine(np.array(values[k : k + count]), axis=0) for k in starts])

    def groups(self, n_jobs: int | None, *, together: bool) -> list[list[int]]:
        """Numbers of folds, and that of all data, as they are solved together.

        Folds that share X are, unless progress is to be seen.
        """
        every = [ALL_DATA, *range(len(self.folds))]
        if not self.folds.shared or not together:
            return [[number] for number in every]
        jobs = max(1, n_jobs or 1) if n_jobs is None or n_jobs > 0 else len(every)
        size = min(-(-len(every) // jobs), TOGETHER)
        return [every[start : start + size] for start in range(0, len(every), size)]

    def run(self, numbers: list[int]) -> list[Part]:
        """The paths of some parts, scored."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            designs = [self.design(number) for number in numbers]
            answers = [answering(design, self.targets, part=True) for design in designs]
            parts = list(map(self.part, numbers, answers))
            posed = (
                [
                    self.posed(row, number, own[row % len(self.targets)])
                    for number, own in zip(numbers, answers, strict=True)
                ]
                for row in range(len(self.plains))
            )
            for row, (problems, paths) in enumerate(self.by_row(self, posed)):
                for each in zip(parts, problems, paths, strict=True):
                    self.keep(row, *each)
        return parts

    def posed(self, row: int, number: int, design: Design) -> Problem:
        """The problem of a row on the design of a part, with the response of its target."""
        try:
            return self.plains[row].problem_on(design)
        except ValueError as error:
            if number != ALL_DATA:
                error.add_note(f"This is the training part of fold {number}.")
            raise

    def part(self, number: int, designs: Sequence[Design]) -> Part:
        """A part before anything is fitted to it, or all data; with the design of each target."""
        part = Part(number, [])
        if number == ALL_DATA:
            return part
        pairs = list(zip(designs, self.problems[: len(designs)], strict=True))
        constant = [own.energy == 0.0 < problem.design.energy for own, problem in pairs]
        part.constant = np.flatnonzero(constant).tolist()
        whole = self.problems[0].design
        part.gone = np.flatnonzero((designs[0].norms == 0.0) & (whole.norms > 0.0))
        size = self.grids[0].size
        part.deviances = np.full((len(self.grids), size), np.nan)
        choices = len(self.grids) // self.judged
        part.scores = None if self.scorer is None else np.full((choices, size), np.nan)
        return part

    def keep(self, row: int, part: Part, problem: Problem, models: list[Model], judged=0) -> None:
        """Keep the path of a shape, or a better one; errors of so many models are known."""
        part.exact.append(self.inexact(models))
        if part.exact[-1]:
            judged, part.loose = 0, {k: v for k, v in part.loose.items() if k != row}
        part.models.append(self.mended(part.fold, self.plains[row], self.grids[row], models))
        self.judge(row, part, problem, part.models[row], judged)

    def inexact(self, models: list[Model]) -> bool:
        """Whether moments were not exact enough for all of a path, and there are rows."""
        return self.folds.rows is not None and any(
            model.stop_reason in {PRECISION, WORSE} and not model.converged for model in models
        )

    def mended(self, fold: int, plain, grid: np.ndarray, models: list[Model]) -> list[Model]:
        """The path once more on the rows, if moments were not exact enough for all of it."""
        if not self.inexact(models):
            return models
        return self.paths(plain, [plain.problem_on(self.design(fold, exact=True))], grid)[0]

    def design(self, number: int, *, exact: bool = False) -> Design:
        """The design of a training part, or of all data; with all digits of the rows if asked."""
        whole = self.problems[0].design
        folds = (self.folds.rows or self.folds) if exact else self.folds
        if number != ALL_DATA:
            return folds.training(number)
        return whole if exact else folds.whole(whole)

    def judge(
        self, row: int, part: Part, problem: Problem, models: list[Model], first: int
    ) -> None:
        """Errors on what is held out of the models of a row, from a place on."""
        models = models[first:]
        if part.deviances is None or not self.folds.counts[part.fold] or not models:
            return
        W = coefficients(models, problem.design.n_features)
        intercepts = problem.intercepts(W)
        places = slice(first, first + len(models))
        y = self.target_of(row)
        part.deviances[row, places] = self.folds.deviances(
            part.fold, W, intercepts, problem.loss, y
        )
        if part.scores is None or self.scorer is None:
            return
        part.fits.append((W, intercepts))
        if len(part.fits) == self.judged:
            self.score(row // self.judged, part)
            part.fits.clear()

    def score(self, place: int, part: Part) -> None:
        """Scores of the models of a shape, from the coefficients for all targets; or for one."""
        rows = range(place * self.judged, (place + 1) * self.judged)
        models = [copy(self.plains[row]) for row in rows]  # threads score others
        scores, scorer = cast(np.ndarray, part.scores), cast(Callable, self.scorer)
        target = None if self.shared else place % len(self.targets)
        for column in range(self.grids[0].size):
            for model, (W, intercepts) in zip(models, part.fits, strict=True):
                model.coef_, model.intercept_ = W[column], float(intercepts[column])
            scores[place, column] = scorer(part.fold, self.scored(models), target)


def row_by_row(search: Search, problems: Iterable[list[Problem]]) -> Iterator[Row]:
    """The paths of all rows, each by itself."""
    for plain, posed, grid in zip(search.plains, problems, search.grids, strict=True):
        yield posed, search.paths(plain, posed, grid)


def answering(design: Any, targets: Sequence[Any], *, part: bool = False) -> list[Design]:
    """The design of each target, on that of the first one."""
    if len(targets) == 1:
        return [design]
    if isinstance(targets[0], int):
        return [design.with_response(k) for k in targets]
    return with_responses(design, np.column_stack(targets), part=part)


def on_folds(scorer, X, y, splits, params) -> Callable:
    """The scorer as a function of a fold, a model, and the number of its target if it has one.

    Params of a value a sample go along.
    """

    def score(fold, model, target=None):
        test = splits[fold][1]
        cut = {
            name: value[test] if np.shape(value)[:1] == (len(y),) else value
            for name, value in params.items()
        }
        if cut.get("sample_weight") is not None:
            cut["sample_weight"] = moderate_weights(cut["sample_weight"])
        try:
            return scorer(model, X[test], y[test] if target is None else y[test, target], **cut)
        except TypeError as error:
            if "sample_weight" not in cut:
                raise
            raise TypeError(
                f"scoring={scorer!r} failed with sample_weight, the weights of held-out samples: "
                "use a scorer that takes it, or fit without weights."
            ) from error

    return score
