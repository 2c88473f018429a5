"""How far down a grid the models of a search are improved, each fold and then all data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from skl1.compiled.threads import in_turn
from skl1.model_selection.outcome import Outcome
from skl1.model_selection.rules import mean, standard_errors
from skl1.model_selection.search import Part, Search
from skl1.problems.model import Model, coefficients
from skl1.problems.problem import Problem
from skl1.search.column_store import HELD

#: It ends where the mean error has its minimum so many alphas above, and is by more than one
#: standard error larger. Between two looks at the errors so many alphas are done.
PAST, STEP = 10, 5


class Improvement:
    """Local search in the models of a search, from the largest alpha down.

    Where errors have risen for long, better minima cost the most and are not chosen; models there
    stay as the paths have left them.

    Parameters
    ----------
    search : Search
    outcome : Outcome
        Of the paths alone. Its models and errors are brought up to date.
    improved : callable
        The better models of a path, from a place on, one at a time.
    """

    def __init__(self, search: Search, outcome: Outcome, improved: Callable):
        self.search, self.outcome, self.improved = search, outcome, improved
        self.ends = np.zeros(len(search.grids), dtype=int)  #: how far each shape has come
        parts = len(search.folds) + 1
        #: Whether the problems of all parts may be kept until the end.
        self.keeps = parts * search.problems[0].design.n_features ** 2 <= HELD
        self.kept: dict[tuple[int, int], tuple[Problem, Iterator[Model]]] = {}

    def run(self, n_jobs: int | None) -> None:
        """Improve the folds as far as their errors say, then as many models of all data."""
        outcome, parts = self.outcome, self.outcome.parts
        while (ends := self._wanted()).max(initial=0) > 0:
            for part in in_turn(lambda part: self._advance(part, ends), parts, n_jobs):
                outcome.deviances[..., part.fold] = part.deviances
            self.ends = np.maximum(self.ends, ends)
        last, self.ends = self.ends, np.zeros_like(self.ends)
        self._advance(outcome.whole, last)
        outcome.recount()

    def _wanted(self) -> np.ndarray:
        """How far each shape has to be improved next; 0 if that is done."""
        squares = self.outcome.deviances
        errors, spreads = mean(squares), standard_errors(squares)
        errors = np.where(np.isfinite(errors), errors, np.inf)
        rows = zip(self.ends.tolist(), errors, spreads, strict=True)
        return np.array([next_end(*row) for row in rows])

    def _advance(self, part: Part, ends: np.ndarray) -> Part:
        """Improve the models of a part down to given ends."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for row in np.flatnonzero(self.ends < ends).tolist():
                problem = self._extend(part, row, int(self.ends[row]), int(ends[row]))
                self._judge(part, row, problem)
        return part

    def _extend(self, part: Part, row: int, first: int, last: int) -> Problem:
        """The next models of a part: on the rows if moments turn out not to be exact enough."""
        search, models = self.search, part.models[row]
        problem, better = self._course(part, row, first)
        models[first:last] = [next(better) for _ in range(first, last)]
        if part.exact[row] or not search.inexact(models[first:last]):
            return problem
        self.kept.pop((part.fold, row), None)
        plain, grid = search.plains[row], search.grids[row]
        part.models[row] = search.mended(part.fold, plain, grid, models)
        part.exact[row] = True
        return self._extend(part, row, 0, last)

    def _course(self, part: Part, row: int, first: int) -> tuple[Problem, Iterator[Model]]:
        """The problem of a part, and its better models."""
        key = part.fold, row
        if key in self.kept:
            return self.kept[key]
        plain = self.search.plains[row]
        design: Any = self.search.design(part.fold, exact=part.exact[row])
        y = self.search.target_of(row)
        problem = plain.problem_on(design if y is None else design.with_response(y))
        course = problem, self.improved(plain, problem, list(part.models[row]), first)
        if self.keeps:
            self.kept[key] = course
        return course

    def _judge(self, part: Part, row: int, problem: Problem) -> None:
        """Errors on what is held out, if anything is that counts."""
        folds = self.search.folds
        if part.deviances is None or not folds.counts[part.fold]:
            return
        W = coefficients(part.models[row], problem.design.n_features)
        fits = W, problem.intercepts(W)
        part.deviances[row] = folds.deviances(
            part.fold, *fits, problem.loss, self.search.target_of(row)
        )


def next_end(done: int, errors: np.ndarray, spreads: np.ndarray) -> int:
    """Down to where models should be improved, if so many have been; 0 if no more should be.

    The rule looks at those that are done; but the smallest error of all has to be among them, and
    so do those that follow on it.
    """
    size = errors.size
    if done == size:
        return 0
    if done <= PAST:
        return min(PAST + STEP, size)
    best = int(np.argmin(errors[:done]))
    far = errors[best + PAST : done] > errors[best] + spreads[best]
    if not far.any():
        return min(done + STEP, size)
    lowest = int(np.argmin(errors)) + PAST
    return min(lowest, size) if lowest > done else 0
