"""Which features a working set holds next."""

from __future__ import annotations

import numpy as np

from skl1.designs.base import FULL_GRAM
from skl1.penalties.elementwise import pulls
from skl1.problems.point import Point
from skl1.problems.problem import Problem

#: Features that enter although they do not pull: as a share of those in use, and so many besides.
MARGIN, SOME = 0.1, 4


def nearest(
    problem: Problem, point: Point, alive: np.ndarray, members: np.ndarray
) -> tuple[np.ndarray, bool]:
    """Mask of the features in use and of those nearest to entering; whether none is missing.

    By the distance ``(u_j g'(0+) - |z_j|) / ||x_j||``: about twice as many as pull, at most as many
    as are in use. Where none pulls, the last set will do.
    """
    used = point.w != 0.0
    if problem.design.n_features <= FULL_GRAM:
        return alive | used, True
    candidates = np.flatnonzero(alive & ~used)
    limit = problem.weights[candidates] * problem.penalty.slope_at_zero()
    rank = limit - pulls(problem.penalty, point.z[candidates])
    rank /= problem.design.lengths[candidates]
    violators = int(np.count_nonzero(rank < 0.0))
    if not violators:
        return used | members, True
    in_use = int(np.count_nonzero(used))
    most = max(in_use, problem.design.first_set())
    room = min(most, 2 * violators + int(MARGIN * in_use) + SOME)
    if candidates.size > room:
        candidates = candidates[np.argpartition(rank, room)[:room]]
    used[candidates] = True
    return used, not (alive & ~used).any()
