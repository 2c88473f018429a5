"""Paths of problems that share X: many alphas are solved for, then looked at all at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from skl1.designs import Design, MomentDesign
from skl1.paths.path_state import ConvexPathState, NonconvexPathState, PathState
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


def shared_paths(
    problems: Sequence[Problem],
    alphas: np.ndarray,
    *,
    tol: float,
    max_iter: int,
    origins: Sequence[Problem] | None = None,
    enough: Sequence[Callable[[list[Model]], bool]] | None = None,
) -> list[list[Model]]:
    """The models of each problem with the penalty of each alpha, all certified.

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
    origins = problems if origins is None else origins
    design = problems[0].design
    kind = MomentGram if isinstance(design, MomentDesign) else ColumnGram
    shared = kind([problem.design for problem in problems])
    course = ConvexPathState if problems[0].penalty.convex else NonconvexPathState
    states: list[PathState] = [
        course(number, problem, origin, shared, alphas, tol, max_iter)
        for number, (problem, origin) in enumerate(zip(problems, origins, strict=True))
    ]
    size = batch_size(design, len(problems))
    if enough is not None:
        size = min(size, BATCH)
        for state, done in zip(states, enough, strict=True):
            state.enough = done
    while live := [state for state in states if not state.done]:
        batches = [alphas[len(state.models) : len(state.models) + size] for state in live]
        for state, batch in zip(live, batches, strict=True):
            state.solve(batch)
        looks = shared.look(live)
        for state, batch, (Z, losses) in zip(live, batches, looks, strict=True):
            state.judge(batch, Z, losses)
        new = np.unique(np.concatenate([state.wanted for state in live]))
        shared.extend(new[~shared.known[new]])
        for state in live:
            if not state.done:
                state.go_on()
    return [state.models for state in states]


def batch_size(design: Design, problems: int) -> int:
    """How many alphas of each problem are solved for between two looks."""
    if design.n_features <= moments.ALL:
        return LONGEST
    entries = min(max(design.n_samples * design.n_features // SHARE, FEWEST), MANY)
    return min(max(entries // (problems * design.n_features), 1), BATCH)
