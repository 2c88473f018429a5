"""How Gram matrices are formed, by a model of what that costs: all at once, in which precision."""

from __future__ import annotations

import numpy as np

from skl1.penalties.elementwise import pulls
from skl1.problems import moments
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.solvers.gram_store import GramStore

#: What a round takes whatever its size, and what an entry takes in a pass over the data, in
#: multiplications of BLAS.
ROUND, PASSING = 2e6, 4.0
#: What single precision has to save to make up for the rounds that it takes more.
SAVED = 2.5e6
#: Rounds that it takes, as a rule, to lower a pull by a factor of e.
TENTH = 1.0 / np.log(10.0)


def at_once(problem: Problem, point: Point, store: GramStore, alive: np.ndarray) -> bool:
    """Whether the Gram matrix of all features costs less than a set that grows to the solution.

    Each round multiplies the largest pull from outside by about a tenth, and at most doubles the
    set. It takes a pass and the Gram matrix of the set. At a null model of columns that correlate
    far more features pull than are needed, so the first set is thought to suffice there.

    Parameters
    ----------
    problem : Problem
        Of a convex penalty.
    point : Point
    store : GramStore
        What is known of the Gram matrix.
    alive : boolean ndarray
        The features not proved to be zero.
    """
    design, every = problem.design, np.flatnonzero(alive)
    limit = problem.weights * problem.penalty.slope_at_zero()
    pulled = pulls(problem.penalty, point.z)
    beyond = np.flatnonzero(alive & ~store.known & (pulled > limit))
    if every.size > moments.ALL or not beyond.size or not limit[beyond].all():
        return False
    held = np.flatnonzero(store.known)
    features = np.concatenate([held, beyond])
    size = held.size or min(beyond.size, design.first_set())
    rounds = 1.0 + TENTH * np.log((pulled[beyond] / limit[beyond]).max())
    growing = 0.0 if held.size else design.forming(features[:size], dtype=store.dtype)
    if held.size:
        doublings = int(np.ceil(np.log2(features.size / size)))
        rounds = max(rounds, doublings)
        for k in range(doublings):
            old, new = features[: size << k], features[size << k : size << (k + 1)]
            growing += design.forming(new, old, store.dtype)
    growing += rounds * (ROUND + PASSING * design.entries(every))
    return bool(design.forming(every) <= growing)


def in_single(problem: Problem) -> bool:
    """Whether Gram matrices of single precision, for a convex penalty, save more than they cost.

    Of as many features as pull at the null model, but not more than a support can have, nor than
    a first set that doubles with each tenth of the pull.
    """
    design = problem.design
    if design.remote:  # where a round more is a pass too many
        return False
    limit = problem.weights * problem.penalty.slope_at_zero()
    pulled = pulls(problem.penalty, problem.null.z)
    beyond = np.flatnonzero(pulled > limit)
    with np.errstate(divide="ignore"):
        tenths = TENTH * np.log((pulled[beyond] / limit[beyond]).max(initial=1.0))
    most = design.first_set() * 2.0 ** min(tenths, 10.0)
    beyond = beyond[: int(min(most, design.n_samples))]
    return bool(design.forming(beyond) - design.forming(beyond, dtype=np.float32) > SAVED)
