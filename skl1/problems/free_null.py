"""Free features alone within their bounds: the null model where a refit might leave these."""

from __future__ import annotations

from typing import Any

import numpy as np

#: A free feature joins if its correlation with the slopes is above this.
JOINING = 1e-12


def bounded_null(problem: Any) -> np.ndarray:
    """The best coefficients of the free features alone, within their bounds.

    An active set, as for least squares (Stark and Parker 1995, "Bounded-variable least squares"):
    the one that pulls the most joins those that are refitted; where one of these would leave its
    bounds the step ends, and that one stays there.
    """
    lower, upper, free = problem.lower, problem.upper, np.flatnonzero(problem.free)
    w = np.zeros(lower.size)
    active = problem.free & (lower == -np.inf) & (upper == np.inf)
    if active.any():
        w = problem.beside(active).lift_exactly(w)
    point = problem.at(w)
    for _ in range(3 * free.size):
        z = point.z[free]
        may = ~active[free] & np.where(z > 0.0, w[free] < upper[free], w[free] > lower[free])
        pull = np.where(may, np.abs(z) / problem.design.lengths[free], 0.0)
        if not pull.max(initial=0.0) > JOINING * problem.slope_size(point):
            break
        active[free[np.argmax(pull)]] = True
        new = _refitted(problem, active, w)
        other = problem.at(new)
        if not other.objective < point.objective:
            break
        w, point = new, other
    return w


def _refitted(problem: Any, active: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The others stay as they are; of those that would leave their bounds each joins them."""
    lower, upper = problem.lower, problem.upper
    while active.any():
        aim = problem.beside(active).lift_exactly(np.where(active, 0.0, w))
        end = np.clip(aim, lower, upper)
        out = np.flatnonzero(active & (end != aim))
        if not out.size:
            return aim
        shares = np.abs(end[out] - w[out]) / np.abs(aim[out] - w[out])
        first = int(np.argmin(shares))
        w = np.clip(w + float(shares[first]) * (aim - w), lower, upper)
        w[out[first]] = end[out[first]]
        active[out[first]] = False
    return w
