"""Paths of problems that share X: many alphas are solved for, then looked at all at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skl1.designs import Design, MomentDesign
from skl1.paths.nonconvex_state import NonconvexPathState
from skl1.paths.path_state import ConvexPathState, PathState
from skl1.paths.rough_state import RoughPathState
from skl1.paths.shared_gram import ColumnGram, MomentGram
from skl1.problems import moments
from skl1.problems.model import Model
from skl1.problems.problem import Problem

#: Alphas between two looks at all features.
BATCH = 10
#: Alphas in a batch where all features are in play from the start.
LONGEST = 1000
#: Correlations held at a time: this share of the entries of X, within bounds (8 and 32 MB).
SHARE, FEWEST, MANY = 8, 2**20, 2**22


class SharedPaths:
    """Paths of problems that share X, followed as far as is asked for.

    In a round each problem is solved for its next alphas on the features in play, in one compiled
    call; one product gives the correlations of all features with all these residuals. What they
    certify is done. Features that pull from outside join, and the rest is solved again.

    Parameters
    ----------
    problems : sequence of Problem
        On designs that share X or have none. Of the same penalty, that for alpha = 1; if it is
        convex, a multiple of alpha with a constant curvature.
    alphas : ndarray of shape (n_alphas,)
        Positive, from large to small.
    tol, max_iter
        As for ``minimise``, for each alpha.
    origins : sequence of Problem, default=None
        The same problems with all their digits, for what moments are not exact enough for.
    enough : sequence of callable, default=None
        For each problem whether the models so far are all that is wanted.
    """

    def __init__(self, problems, alphas, *, tol, max_iter, origins=None, enough=None):
        origins = problems if origins is None else origins
        design, penalty = problems[0].design, problems[0].penalty
        kind = MomentGram if isinstance(design, MomentDesign) else ColumnGram
        self.alphas = alphas
        self.shared = kind([problem.design for problem in problems])
        course = ConvexPathState if penalty.convex else NonconvexPathState
        self.states: list[PathState] = [
            course(number, problem, origin, self.shared, alphas, tol, max_iter)
            for number, (problem, origin) in enumerate(zip(problems, origins, strict=True))
        ]
        self.size = batch_size(design, len(problems))
        if enough is not None:
            self.size = min(self.size, BATCH)
            for state, done in zip(self.states, enough, strict=True):
                state.enough = done

    @property
    def paths(self) -> list[list[Model]]:
        """The models so far of each problem."""
        return [state.models for state in self.states]

    def advance(self, end: int) -> None:
        """Go on until each path has so many models, or all that are wanted.

        Those in front go on, too, as a look serves all of them, and have more models then.
        """
        while any(not (state.done or len(state.models) >= end) for state in self.states):
            live = [state for state in self.states if not state.done]
            for state in live:
                if state.alone:
                    state.go_alone(end)
            self._round([state for state in live if not state.alone])

    def _round(self, live: list[PathState]) -> None:
        """The next alphas of some paths."""
        if not live:
            return
        starts = [len(state.models) for state in live]
        batches = [self.alphas[start : start + self.size] for start in starts]
        for state, batch in zip(live, batches, strict=True):
            state.solve(batch)
        looks = self.shared.look(live)
        for state, batch, (Z, losses) in zip(live, batches, looks, strict=True):
            state.judge(batch, Z, losses)
        new = np.unique(np.concatenate([state.wanted for state in live]))
        self.shared.extend(new[~self.shared.known[new]])
        for state in live:
            if not state.done:
                state.go_on()

    def loosen(self, numbers: Sequence[int], tol: float) -> None:
        """Solve some of the paths, of a convex penalty, to a looser tolerance from here on."""
        for number in numbers:
            state = self.states[number]
            if state.alone:
                state.tol = tol
            elif isinstance(state, ConvexPathState):
                self.states[number] = RoughPathState(state, tol)


def shared_paths(
    problems: Sequence[Problem], alphas: np.ndarray, **limits: Any
) -> list[list[Model]]:
    """The models of each problem with the penalty of each alpha, all certified.

    The parameters are those of ``SharedPaths``.
    """
    paths = SharedPaths(problems, alphas, **limits)
    paths.advance(alphas.size)
    return paths.paths


def batch_size(design: Design, problems: int) -> int:
    """How many alphas of each problem are solved for between two looks."""
    if design.n_features <= moments.ALL:
        return LONGEST
    entries = min(max(design.n_samples * design.n_features // SHARE, FEWEST), MANY)
    return min(max(entries // (problems * design.n_features), 1), BATCH)
