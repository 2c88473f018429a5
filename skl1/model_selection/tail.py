"""The tail of a search: where held-out errors have risen for long, folds get a looser tolerance."""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
from joblib import effective_n_jobs

from skl1.compiled.threads import in_turn
from skl1.model_selection.rules import mean, standard_errors
from skl1.model_selection.search import ALL_DATA, Part, Search
from skl1.paths.together import SharedPaths
from skl1.problems import moments
from skl1.problems.model import Model

#: The tail begins where the mean error has its minimum so many alphas above, and is by more than
#: one standard error larger. Between two looks at the errors so many alphas are done.
PAST, STEP = 10, 10
#: The gap wanted of models of the tail, as a share of the null objective.
LOOSE = 1e-2
#: Models with fewer features than this cost little: errors are not looked at before.
MANY = 60
#: Entries of Gram matrices that may be held for all training parts at once: 256 MB.
HELD = 2**25


class Tail:
    """Paths of all parts, followed in stages until the rule says where the tail begins.

    The tail costs the most, as its models have the most features, and nothing there is chosen. Each
    model still has a certificate, with its true gap. Errors of the tail have to stay more than one
    standard error above the minimum; if one does not, the folds are solved anew in full.

    Parameters
    ----------
    search : Search
    groups : list of list of int
        The parts that are solved together.
    """

    def __init__(self, search: Search, groups: list[list[int]]):
        self.search = search
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            self.groups = [Group(search, numbers) for numbers in groups]

    def run(self, n_jobs: int | None) -> Generator[list[Part], None, None]:
        """The parts of each group, when all is done."""
        for row, grid in enumerate(self.search.grids):
            self._follow(row, grid.size, n_jobs)
            self._each(lambda group, row=row: group.end(row), n_jobs)
        yield from (group.parts for group in self.groups)

    def _each(self, run, n_jobs: int | None) -> None:
        """Let all groups do something."""

        def quiet(group):
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                run(group)

        for _ in in_turn(quiet, self.groups, n_jobs):
            pass

    def _follow(self, row: int, size: int, n_jobs: int | None) -> None:
        """All alphas of a shape."""
        self._each(lambda group: group.begin(row), n_jobs)
        begun = max(group.reached for group in self.groups)
        for end in stages(size):
            if end >= begun:
                self._each(lambda group, end=end: group.advance(row, end), n_jobs)
                if begins(*self._errors(row, end)):
                    self._each(lambda group: group.loosen(row), n_jobs)
                    break
        self._each(lambda group: group.advance(row, size), n_jobs)
        firsts = [part.loose[row] for part in self._folds if row in part.loose]
        if firsts and not holds(min(firsts), *self._errors(row, size)):
            self._each(lambda group: group.again(row), n_jobs)

    @property
    def _folds(self) -> list[Part]:
        """All parts but all data."""
        parts = [part for group in self.groups for part in group.parts]
        return [part for part in parts if part.fold != ALL_DATA]

    def _errors(self, row: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean errors of the first models of a shape, and standard errors."""
        folds = [part.deviances for part in self._folds if part.deviances is not None]
        each = np.array([squares[row, :end] for squares in folds]).T[None]
        return mean(each)[0], standard_errors(each)[0]


class Group:
    """Parts whose paths are followed side by side."""

    course: SharedPaths | Whole

    def __init__(self, search: Search, numbers: list[int]):
        self.search = search
        self.designs = [search.design(number) for number in numbers]
        self.parts = [
            search.part(number, [design])
            for number, design in zip(numbers, self.designs, strict=True)
        ]

    def begin(self, row: int) -> None:
        """Follow the paths of a shape until models have many features."""
        self._pose(row)
        size = self.search.grids[row].size
        for end in (*stages(size), size):
            self.course.advance(end)
            if any(models[-1].features.size >= MANY for models in self.course.paths):
                break
        self.reached = end

    def _pose(self, row: int) -> None:
        """The problems of a shape, before anything is solved."""
        plain, grid = self.search.plains[row], self.search.grids[row]
        self.problems = problems = [plain.problem_on(design) for design in self.designs]
        whole = Whole(lambda: self.search.paths(plain, problems, grid))
        course = self.search.course
        self.course = (course and course(plain, problems, grid)) or whole
        self.judged = [0] * len(problems)

    def advance(self, row: int, end: int) -> None:
        """Follow the paths until they have so many models, and take the errors of new ones."""
        self.course.advance(end)
        for k, models in enumerate(self.course.paths):
            self.search.judge(row, self.parts[k], self.problems[k], models, self.judged[k])
            self.judged[k] = len(models)

    def loosen(self, row: int) -> None:
        """What is left of the folds has the looser tolerance."""
        folds = [k for k, part in enumerate(self.parts) if part.fold != ALL_DATA]
        for k in folds:
            if self.judged[k] < self.search.grids[row].size:
                self.parts[k].loose[row] = self.judged[k]
        self.course.loosen(folds, LOOSE)

    def again(self, row: int) -> None:
        """The same paths in full."""
        self._pose(row)
        for part in self.parts:
            part.loose.pop(row, None)
        self.advance(row, self.search.grids[row].size)

    def end(self, row: int) -> None:
        """Keep the models."""
        for each in zip(self.parts, self.problems, self.course.paths, self.judged, strict=True):
            self.search.keep(row, *each)
        del self.course, self.problems


class Whole:
    """Paths that are followed in one stage."""

    def __init__(self, solve: Callable[[], list[list[Model]]]):
        self.solve = solve
        self.paths: list[list[Model]] = []

    def advance(self, end: int) -> None:
        """All models."""
        self.paths = self.paths or self.solve()

    def loosen(self, numbers: list[int], tol: float) -> None:
        """There is nothing left."""


def applies(search: Search, groups: list[list[int]], n_jobs: int | None) -> bool:
    """Whether a tail may be worth looking for, and all parts can be under way at once."""
    design, size = search.problems[0].design, search.grids[0].size
    if search.course is None or len(search.folds) < 2 or size <= PAST + STEP:
        return False
    if design.n_features <= moments.ALL:  # they go in one stage
        return False
    if search.folds.shared:
        return len(groups) <= effective_n_jobs(n_jobs)
    return (len(search.folds) + 1) * design.n_features**2 <= HELD


def stages(size: int) -> range:
    """Numbers of models at which the errors of a path are looked at."""
    return range(PAST + STEP, size, STEP)


def begins(errors: np.ndarray, spreads: np.ndarray) -> bool:
    """Whether the mean error has its minimum far enough above, and well below the last ones."""
    known = np.where(np.isfinite(errors), errors, np.inf)
    best = int(np.argmin(known))
    far = known[best + PAST :]
    # Not one that happens to be large: it must not come down again.
    return bool(far.size and far[-1] > known[best] + spreads[best])


def holds(first: int, errors: np.ndarray, spreads: np.ndarray) -> bool:
    """Whether errors from a place on are all more than a standard error above the minimum."""
    best = int(np.argmin(errors[:first]))
    return bool(np.all(errors[first:] > errors[best] + spreads[best]))
