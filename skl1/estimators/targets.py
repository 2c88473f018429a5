"""Several targets: y of shape (n_samples, n_targets), with a problem for each column on one X."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np

from skl1.compiled.threads import single_threaded
from skl1.designs import Design
from skl1.estimators.following import Following
from skl1.estimators.state import BEFORE, untouched
from skl1.exceptions import EmptyModelWarning, warn_user
from skl1.problems.problem import Problem
from skl1.sklearn_api import fit_callback
from skl1.solvers.driver import Run

#: What all targets have in common.
OF_X = ("n_features_in_", "feature_names_in_", "n_samples_seen_")
#: What an array is made of.
PLAIN = (int, float, str, np.generic)
#: A remark in words, and its category.
Remark = tuple[str, type[Warning]]


class SeveralTargets(Following):
    """Fits to each column of y: X is scanned once, and what is made of it serves all targets."""

    warm_start: bool
    record_history: bool

    _several: ClassVar[bool] = True

    @abstractmethod
    def _last_solution(self) -> np.ndarray | None:
        """What the last fit found to minimise the objective, if there was one."""

    @abstractmethod
    def fit_target(
        self,
        problem: Problem,
        start: np.ndarray | Run | None,
        report: Callable[[dict[str, Any]], bool] | None,
        dtype: np.dtype,
    ) -> list[Remark]:
        """Fit to one of the targets, and leave the warnings to the caller; for developers."""

    def _runs_together(self, problems: Sequence[Problem]) -> list[Run] | None:
        """Where a solver for all targets at once has arrived; None where there is none."""
        return None

    @untouched
    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def pose_targets(self, X, y, sample_weight=None) -> tuple[Any, list[Problem]]:
        """The problems that ``fit`` solves for several targets; for developers.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Data, as for ``fit``.
        y : array-like of shape (n_samples, n_targets)
            Targets.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights, not negative and not all zero.

        Returns
        -------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
            The data as validated.
        problems : list of Problem
            One for each target. Their designs share what is known of X.

        Raises
        ------
        ValueError
            As ``fit`` does.
        """
        self._validate_params()
        X, _, _, designs = self._designs(X, y, sample_weight)
        return X, self._problems(designs)

    def _problems(self, designs: Sequence[Design]) -> list[Problem]:
        problems = []
        for k, design in enumerate(designs):
            with of_target(k):
                problems.append(self._problem(design))
        return problems

    def _fit_targets(self, X, Y, sample_weight):
        """Fit to several targets."""
        X, Y, sample_weight, designs = self._designs(X, Y, sample_weight)
        given = fit_callback(self, X, Y, sample_weight)
        with single_threaded(designs[0].work()), given as report:
            remarks = self._fit_each(designs, X.dtype, report)
        for message, category in merged(remarks):
            warn_user(message, category)
        return self

    def _fit_each(
        self, designs: Sequence[Design], dtype: np.dtype, report: Callable | None, *, warm=True
    ) -> list[list[Remark]]:
        """Fit to the target of each design; what there is to say of each."""
        problems = self._problems(designs)
        ones, remarks = [self._bare() for _ in problems], []
        step: Any = None
        if report is not None:
            blank = self._model(problems[0], problems[0].null.w * 0.0, dtype)

            def step(one, attributes):
                vars(one).update(attributes)
                return report(lambda: _stacked(ones, blank))

        starts: Sequence[Any] | None = None
        if step is None and not self.record_history:
            starts = self._runs_together(problems)
        starts = starts or self._starts_of_targets(len(problems), warm)
        for k, (one, problem, start) in enumerate(zip(ones, problems, starts, strict=True)):
            told = None if step is None else (lambda found, one=one: step(one, found))
            with of_target(k):
                remarks.append(one.fit_target(problem, start, told, dtype))
        for name, value in gathered(ones).items():
            setattr(self, name, value)
        return remarks

    def _bare(self) -> Any:
        """An estimator of one target: what has been set so far, but for an earlier fit."""
        bare: Any = object.__new__(type(self))
        vars(bare).update((name, v) for name, v in vars(self).items() if name != BEFORE)
        return bare

    def _starts_of_targets(self, count: int, warm: bool) -> list[np.ndarray | None]:
        """The last solution of each target on a warm start, if there were as many."""
        last = self._last_solution() if warm and self.warm_start else None
        if last is None or np.ndim(last) != 2 or len(last) != count:
            return [None] * count
        return list(last)


@contextmanager
def of_target(k: int):
    """Let an error say which target it is about."""
    try:
        yield
    except ValueError as error:
        error.add_note(f"This is target {k}, counted from 0.")
        raise


def _stacked(ones: Sequence[Any], blank: dict[str, Any]) -> dict[str, Any]:
    """The attributes that predict needs, of targets of which some have not begun."""
    return {
        name: np.stack([getattr(one, name, value) for one in ones]) for name, value in blank.items()
    }


def gathered(ones: Sequence[Any]) -> dict[str, Any]:
    """The fitted attributes of several targets, from those of the estimator of each.

    Coefficients have a row for each target; numbers, truths and words are arrays of shape
    (n_targets,); ``n_iter_`` and all else are lists.
    """
    found: dict[str, Any] = {}
    for name in vars(ones[0]):
        if not name.endswith("_") or name.startswith("_") or name in OF_X:
            continue
        values = [getattr(one, name) for one in ones]
        shapes = {np.shape(value) for value in values}
        numbers = shapes == {()} and all(isinstance(value, PLAIN) for value in values)
        rows = numbers or name.endswith("coef_")
        found[name] = np.array(values) if rows and name != "n_iter_" else values
    return found


def merged(remarks: Sequence[Sequence[Remark]]) -> list[Remark]:
    """What there is to say of all targets: once for each category.

    Of empty models only if all are; else of the first target, and of how many more there is
    something to say, unless it is the same of all.
    """
    told: dict[type[Warning], list[tuple[int, str]]] = {}
    for k, own in enumerate(remarks):
        for text, category in own:
            told.setdefault(category, []).append((k, text))
    found: list[Remark] = []
    for category, texts in told.items():
        k, text = texts[0]
        if category is EmptyModelWarning:
            if len(texts) == len(remarks):
                found.append((f"Of target {k}, and of all others: {text}", category))
        elif len(texts) == len(remarks) > 1 and len({text for _, text in texts}) == 1:
            found.append((text, category))
        else:
            others = {of for of, _ in texts} - {k}
            number = f"{len(others)} other target{'s' if len(others) > 1 else ''}"
            more = f" So it is with {number}." if others else ""
            found.append((f"Target {k}: {text}{more}", category))
    return found
