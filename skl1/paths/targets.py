"""Problems that differ in y alone, solved side by side for one strength of the penalty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skl1.paths.one_by_one import ALONG
from skl1.paths.path_state import PathState
from skl1.paths.solve import go_together
from skl1.paths.together import SharedPaths
from skl1.problems import moments
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.solvers.driver import Run

#: Targets that are solved together at most, as each holds a Gram matrix of its own.
TOGETHER = 20
#: What the fit of one target costs, in multiplications of BLAS for each entry of X: the Gram matrix
#: of all features is formed where it costs less than the fits of all.
ALONE = 40.0
#: Above this share of the largest alpha at which a feature enters they are solved together. Below,
#: targets have so many features of their own that their Gram matrices share little.
TOP = 0.05
#: Shares of y's energy: of a loss, and of a gap that is wanted, that moments can tell.
LOSS, GAP = 1e-6, 1e-10


def solve_targets(problems: Sequence[Problem], *, tol: float, max_iter: int) -> list[Run] | None:
    """The solutions of convex problems on the same X, with the same penalty and weights of rows.

    They are paths of one alpha, which are followed together (``together.py``). None where they
    cannot be.
    """
    alpha = problems[0].penalty.strength
    if not alpha > 0.0 or any(problem.core is not problem for problem in problems):
        return None
    units = [problem.at_alpha(1.0) for problem in problems]
    if not go_together(units):
        return None
    deep = alpha < TOP * max(problem.alpha_max for problem in problems)
    if deep and not _worth_sums(problems[:TOGETHER]):
        return None
    starts = range(0, len(problems), TOGETHER)
    groups = [slice(start, start + TOGETHER) for start in starts]
    found = [_solved(problems[of], units[of], alpha, tol, max_iter) for of in groups]
    return [run for runs in found for run in runs]


def _solved(problems, units, alpha: float, tol: float, max_iter: int) -> list[Run]:
    """The same for a group of problems, of which the units have an alpha of 1."""
    on_sums = _worth_sums(problems)
    ready = [moments.on_moments(unit) for unit in units] if on_sums else units
    paths = SharedPaths(ready, np.array([alpha]), tol=tol, max_iter=max_iter, origins=units)
    paths.advance(1)
    return [_arrived(*each, tol) for each in zip(problems, paths.states, strict=True)]


def _worth_sums(problems: Sequence[Problem]) -> bool:
    """Whether the Gram matrix of all features is formed."""
    design = problems[0].design
    if not moments.paths_on_moments(design.n_samples, design.n_features):
        return False
    every = np.arange(design.n_features)
    return design.forming(every) <= ALONE * len(problems) * design.entries(every)


def _arrived(problem: Problem, state: PathState, tol: float) -> Run:
    """The end of a path as a run from which the solver of a single problem goes on, if need be."""
    model = state.models[-1]
    if state.last is not None:
        w, z = state.last.w, state.last.point.z
    else:
        w, z = np.zeros(problem.design.n_features), state.z
        w[model.features] = model.values
    energy = problem.design.energy
    exact = state.problem.design.has_rows or (
        model.loss >= LOSS * energy and problem.target(tol) >= GAP * energy
    )
    point = Point(w, z, model.loss, model.objective) if exact else problem.at(w)
    return Run(model, point, problem.target(tol), {}, ALONG.init(problem, w))
