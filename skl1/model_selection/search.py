"""The paths of a cross-validation: what is solved together, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field

import numpy as np

from skl1.designs import Design
from skl1.designs.weights import moderate_weights
from skl1.estimators.base import PenalisedRegressor
from skl1.model_selection.criteria import Basis
from skl1.model_selection.folds import Folds
from skl1.model_selection.rules import Choice
from skl1.paths.model_path import WORSE
from skl1.paths.together import SharedPaths
from skl1.problems.model import PRECISION, Model, coefficients
from skl1.problems.problem import Problem

#: The number of the path that is fitted to all data, among those of the folds.
ALL_DATA = -1
#: Problems on shared rows that are solved together at most.
TOGETHER = 12


@dataclass
class Part:
    """What came of one training part: errors of shape (n_shapes, n_alphas)."""

    fold: int
    models: list[list[Model]]
    mean_squares: np.ndarray | None = None
    scores: np.ndarray | None = None
    remarks: list[str] = field(default_factory=list)
    #: Of each shape, whether the path was solved on the rows, as moments were not exact enough.
    exact: list[bool] = field(default_factory=list)
    #: Features that vary in all data, and are constant in the training part.
    gone: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    #: Of each shape, the place from which models have a looser tolerance (``tail.py``), if any.
    loose: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Search:
    """All paths: of each shape of the penalty, on all data and on each training part."""

    plains: list[PenalisedRegressor]
    problems: list[Problem]
    grids: list[np.ndarray]
    paths: Callable[[PenalisedRegressor, Sequence[Problem], np.ndarray], list[list[Model]]]
    folds: Folds
    scorer: Callable | None  #: a function of a fold and a model
    #: The same paths to be followed in stages, None where they cannot be; None if none ever is.
    course: Callable[..., SharedPaths | None] | None = None

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
            parts = list(map(self.part, numbers, designs))
            for row, (plain, grid) in enumerate(zip(self.plains, self.grids, strict=True)):
                problems = [plain.problem_on(design) for design in designs]
                for each in zip(parts, designs, self.paths(plain, problems, grid), strict=True):
                    self.keep(row, *each)
        return parts

    def part(self, number: int, design: Design) -> Part:
        """A part before anything is fitted to it, or all data."""
        part = Part(number, [])
        if number == ALL_DATA:
            return part
        whole = self.problems[0].design
        if design.energy == 0.0 < whole.energy:
            part.remarks.append("y is constant in the training part")
        part.gone = np.flatnonzero((design.norms == 0.0) & (whole.norms > 0.0))
        shape = len(self.grids), self.grids[0].size
        part.mean_squares = np.full(shape, np.nan)
        part.scores = None if self.scorer is None else np.full(shape, np.nan)
        if not self.folds.counts[number]:
            part.remarks.append("nothing that is held out has a weight, so it has no score")
        return part

    def keep(self, row: int, part: Part, design: Design, models: list[Model], judged=0) -> None:
        """Keep the path of a shape, or a better one; errors of so many models are known."""
        part.exact.append(self.inexact(models))
        if part.exact[-1]:
            judged, part.loose = 0, {k: v for k, v in part.loose.items() if k != row}
        part.models.append(self.mended(part.fold, self.plains[row], self.grids[row], models))
        self.judge(row, part, design, part.models[row], judged)

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

    def judge(self, row: int, part: Part, design: Design, models: list[Model], first: int) -> None:
        """Errors on what is held out of the models of a shape, from a place on."""
        models = models[first:]
        if part.mean_squares is None or not self.folds.counts[part.fold] or not models:
            return
        W = coefficients(models, design.n_features)
        intercepts = design.intercepts(W)
        places = slice(first, first + len(models))
        part.mean_squares[row, places] = self.folds.errors(part.fold, W, intercepts)
        if part.scores is None or self.scorer is None:
            return
        model = copy(self.plains[row])  # other threads score others
        for column, (w, intercept) in enumerate(zip(W, intercepts, strict=True), first):
            model.coef_, model.intercept_ = w, float(intercept)
            part.scores[row, column] = self.scorer(part.fold, model)
        if row == len(self.grids) - 1 and not np.isfinite(part.scores).all():
            missing = np.count_nonzero(~np.isfinite(part.scores))
            part.remarks.append(f"models whose score is not finite: {missing}")


class Outcome:
    """What is known so far, and at the end what was chosen."""

    choice: Choice
    #: What the rule compares, smaller is better: of shape (n_shapes, n_alphas).
    losses: np.ndarray
    #: What came of all data.
    whole: Part
    #: Degrees of freedom of the models of each shape.
    degrees: list[np.ndarray]
    #: Of an information criterion, if that is the rule.
    basis: Basis | None = None

    def __init__(self, search: Search):
        self.search = search
        shape = len(search.grids), search.grids[0].size
        count = len(search.folds)
        self.mean_squares = np.full((*shape, count), np.nan)
        self.scores = None if search.scorer is None else np.full((*shape, count), np.nan)
        self.parts: list[Part] = []
        self.failures: list[tuple[int, float, float]] = []
        self.n_models = 0
        self.stopped = False
        self.gone: dict[int, np.ndarray] = {}
        self._remarks: dict[str, list[int]] = {}

    def add(self, parts: list[Part]) -> None:
        """Take in some parts."""
        for part in parts:
            for models in part.models:
                for model in models:
                    self.note(part.fold, model.alpha, model.error, model.converged)
            if part.fold == ALL_DATA:
                self.whole = part
                self.publish()
                continue
            self.parts.append(part)
            self.mean_squares[..., part.fold] = part.mean_squares
            if self.scores is not None:
                self.scores[..., part.fold] = part.scores
            self.gone[part.fold] = part.gone
            for remark in part.remarks:
                self._remarks.setdefault(remark, []).append(part.fold)

    def publish(self) -> None:
        """The models of all data."""
        self.models = self.whole.models
        p = self.search.problems[0].design.n_features
        self.coefficients = [coefficients(models, p) for models in self.models]

    def recount(self) -> None:
        """Take in the parts again, whose models have changed."""
        self.failures, self.n_models = [], 0
        for part in (self.whole, *self.parts):
            for models in part.models:
                for model in models:
                    self.note(part.fold, model.alpha, model.error, model.converged)
        self.publish()

    @property
    def chosen(self) -> tuple[int, int]:
        """Row and column of the choice in the grids."""
        return divmod(self.choice.place, self.search.grids[0].size)

    @property
    def comparable(self) -> bool:
        """Whether two folds are there to compare models by, if folds are asked for."""
        done = ~np.isnan(self.mean_squares).all(axis=(0, 1))
        return not done.size or np.count_nonzero(done) >= min(2, done.size)

    def of_folds(self) -> dict[str, np.ndarray]:
        """Of each model the largest error of the folds, and whether a tolerance was looser."""
        errors, loosened = np.zeros(self.mean_squares.shape[:-1]), []
        for part in self.parts:
            own = np.array([[model.error for model in models] for models in part.models])
            errors = np.fmax(errors, own)
        places = np.arange(errors.shape[1])
        for row, size in enumerate(errors):
            firsts = [part.loose.get(row, size.size) for part in self.parts]
            loosened.append(places >= min(firsts, default=size.size))
        return {"fold_error": errors, "loosened": np.array(loosened)}

    def note(self, fold: int, alpha: float, error: float, converged: bool) -> None:
        """Count a model, and keep in mind if it did not converge."""
        self.n_models += 1
        if not converged:
            self.failures.append((fold, alpha, error))

    @property
    def remarks(self) -> list[str]:
        """What is unusual, with the folds."""
        return [
            f"Fold{'s' if len(folds) > 1 else ''} {listed(folds)}: {remark}."
            for remark, folds in self._remarks.items()
        ]

    def shortfall(self) -> str:
        """The message about models that did not converge."""
        folds = sorted({fold for fold, _, _ in self.failures})
        names = listed([k for k in folds if k != ALL_DATA])
        where = [f"fold{'s' if ',' in names else ''} {names}"] if names else []
        where += ["all data"] if ALL_DATA in folds else []
        alphas = [alpha for _, alpha, _ in self.failures]
        fold, alpha, error = max(self.failures, key=lambda failure: failure[2])
        worst = "all data" if fold == ALL_DATA else f"fold {fold}"
        return (
            f"{len(self.failures)} of {self.n_models} models did not converge "
            f"({' and '.join(where)}; alphas from {max(alphas):g} to {min(alphas):g}); the largest "
            f"error is {error:.3g}, at alpha={alpha:g} on {worst}. Increase max_iter or tol, scale "
            "the columns, or leave out the smallest alphas."
        )


def listed(folds: list[int]) -> str:
    """At most ten numbers."""
    shown = ", ".join(str(fold) for fold in folds[:10])
    return shown + (f" and {len(folds) - 10} more" if len(folds) > 10 else "")


def on_folds(scorer, X, y, splits, params) -> Callable:
    """The scorer as a function of a fold and a model; params of a value a sample go along."""

    def score(fold, model):
        test = splits[fold][1]
        cut = {
            name: value[test] if np.shape(value)[:1] == (y.size,) else value
            for name, value in params.items()
        }
        if cut.get("sample_weight") is not None:
            cut["sample_weight"] = moderate_weights(cut["sample_weight"])
        try:
            return scorer(model, X[test], y[test], **cut)
        except TypeError as error:
            if "sample_weight" not in cut:
                raise
            raise TypeError(
                f"scoring={scorer!r} failed with sample_weight, the weights of held-out samples: "
                "use a scorer that takes it, or fit without weights."
            ) from error

    return score
