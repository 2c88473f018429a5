"""Paths of several targets: the alphas are the same for all, as are the lengths of the paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from skl1.paths.grid import cut, warn
from skl1.paths.model_path import basics
from skl1.paths.targets import TOGETHER
from skl1.problems.model import Model
from skl1.problems.problem import Problem


def longest(problems: Sequence[Problem]) -> Problem:
    """The problem whose first feature enters at the largest alpha."""
    return max(problems, key=attrgetter("alpha_max"))


def in_groups(
    follow: Callable[[Sequence[Problem]], list[list[Model]]], problems: Sequence[Problem]
) -> list[list[Model]]:
    """The path of each problem, some of them at a time."""
    starts = range(0, len(problems), TOGETHER)
    return [path for first in starts for path in follow(problems[first : first + TOGETHER])]


def cut_all(problems, paths, max_nonzeros, max_explained) -> list[list[Model]]:
    """The paths up to one end: before any has too many features, after all explain enough."""
    pairs = list(zip(problems, paths, strict=True))
    small = min(len(cut(*each, max_nonzeros, None)) for each in pairs)
    telling = max(len(cut(*each, None, max_explained)) for each in pairs)
    return [models[: min(small, telling)] for models in paths]


def stacked(problems, paths) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Alphas; coefficients (n_targets, n_features, n_alphas); errors (n_targets, n_alphas)."""
    found = [basics(*each) for each in zip(problems, paths, strict=True)]
    return found[0][0], np.stack([each[1] for each in found]), np.stack([each[2] for each in found])


def warn_of_targets(problems, paths: Any, tol: float) -> None:
    """One warning for all targets with models that did not converge."""
    failed = [k for k, path in enumerate(paths) if not all(model.converged for model in path)]
    if failed:
        more = f" (and {len(failed) - 1} others)" if len(failed) > 1 else ""
        warn(problems[failed[0]], paths[failed[0]], tol, f"Target {failed[0]}{more}: ")
