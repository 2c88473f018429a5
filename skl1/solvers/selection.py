"""Which features a working set holds next."""

from __future__ import annotations

import numpy as np

from skl1.penalties.elementwise import pulls
from skl1.problems.problem import Problem

#: Features that enter although they do not pull: as a share of those in use, and so many besides.
#: Of remote data, where another round is another pass, as a share of those that may.
MARGIN, SOME = 0.1, 4
#: One number in so many is looked at for an idea of their sizes.
SAMPLED = 16


def distances(problem: Problem, z: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """How far features at rest are from entering: ``(u_j g'(0+) - |z_j|) / ||x_j||``.

    Those that pull are below 0.
    """
    limit = problem.weights[candidates] * problem.penalty.slope_at_zero()
    pulled = pulls(problem.penalty.of(candidates), z)
    return (limit - pulled) / problem.design.lengths[candidates]


def first_of(
    problem: Problem, used: np.ndarray, candidates: np.ndarray, rank: np.ndarray, violators: int
) -> np.ndarray:
    """Mask of the features in use and of the candidates of least rank.

    About twice as many as pull enter, and at most as many as are in use.
    """
    wanted, in_use = used.copy(), int(np.count_nonzero(used))
    most = max(in_use, problem.design.first_set())
    margin = int(MARGIN * (most if problem.design.remote else in_use)) + SOME
    room = min(most, 2 * violators + margin)
    if candidates.size > room:
        candidates = candidates[smallest(rank, room)]
    wanted[candidates] = True
    return wanted


def smallest(rank: np.ndarray, count: int) -> np.ndarray:
    """Places of the smallest numbers, in any order.

    A sample tells about how large they are, so that few need to be compared.
    """
    sample = np.sort(rank[::SAMPLED])
    near = np.flatnonzero(rank <= sample[min(sample.size - 1, 2 * count // SAMPLED + 4)])
    if near.size < count:
        return np.argpartition(rank, count - 1)[:count]
    return near[np.argpartition(rank[near], count - 1)[:count]]
