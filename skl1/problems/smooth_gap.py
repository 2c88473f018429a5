"""The duality gap of a problem of any smooth loss."""

from __future__ import annotations

import numpy as np

from skl1.losses.elementwise import EVALUATION, duality_along
from skl1.penalties.base import Penalty
from skl1.penalties.elementwise import pulls, total
from skl1.problems.feasible import charge_beyond, largest_multiple
from skl1.problems.smooth import SmoothPoint, SmoothProblem

EPS = float(np.finfo(np.float64).eps)


def smooth_gap(
    problem: SmoothProblem, point: SmoothPoint
) -> tuple[float, float, float, np.ndarray, float]:
    """``(gap, floor, c, z, excess)`` with the best of two multiples of the slopes as dual point.

    With v the slopes and ``z = -X' S v`` of sum zero, and any c for which ``c z_j`` is feasible,
    Fenchel's inequality gives

        gap(c) = sum_i s_i [f(y_i, t_i) + f*(y_i, c v_i) - c v_i t_i]
                 + sum_j [u_j g(w_j) - c w_j z_j + (u_j g)*(c z_j)],

    in which each term is nonnegative, and the first sum is 0 at c = 1. As 0 and v are slopes of
    the loss, so is c v for c from 0 to 1. A dual point must be orthogonal to free columns: it is that
    of the point with their coefficients refitted, which has less loss by the excess.
    """
    here, every = point, np.arange(point.w.size)
    if problem.has_free:
        here = problem.with_free(point)
    gap, c = gap_of(problem, here, every, here.w, here.z)
    excess = max(point.loss - here.loss, 0.0)
    slack = float(problem.design.weights @ np.abs(here.slopes * here.predictions))
    floor = 4.0 * EPS * (slack + here.loss + problem.null.loss)
    return gap + excess, floor, c, np.where(problem.free, 0.0, here.z), excess


def gap_of(
    problem: SmoothProblem,
    here: SmoothPoint,
    features: np.ndarray,
    w: np.ndarray,
    z: np.ndarray,
) -> tuple[float, float]:
    """``(gap, c)`` of the problem of some features, from their coefficients and correlations.

    The intercept and the free columns are thought to be refitted; what they may still gain is
    added, to first order.
    """
    penalty: Penalty = problem.penalty
    weights, free = problem.weights[features], problem.free[features]
    gain = 0.0
    if problem.design.fit_intercept:
        gain = abs(float(problem.design.weights @ here.slopes)) * problem.reach
    if problem.has_free:
        pulled = np.where(w[free] == 0.0, pulls(penalty, z[free]), np.abs(z[free]))
        far = problem.reach / problem.design.lengths[features[free]] + np.abs(w[free])
        gain += float(pulled @ far)
        w, z = np.where(free, 0.0, w), np.where(free, 0.0, z)
    limit = weights * penalty.slope_at_zero()
    highest = largest_multiple(limit, pulls(penalty, z))
    charged, agreement = total(penalty, weights, w), float(w @ z)
    gap, c = charged - agreement, 1.0
    if highest < 1.0:
        gap += charge_beyond(penalty, weights, z)
        design = problem.design
        run = duality_along.sized(2 * EVALUATION * here.slopes.size)
        samples = design.response, design.weights, here.predictions, here.slopes
        along = float(run(problem.loss, *samples, highest)) + charged - highest * agreement
        if along < gap:
            gap, c = along, highest
    return max(gap, 0.0) + gain, c
