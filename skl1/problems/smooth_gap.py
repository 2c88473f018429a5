"""The duality gap of a problem of any smooth loss."""

from __future__ import annotations

import numpy as np

from skl1.losses.elementwise import EVALUATION, duality_along
from skl1.penalties import Penalty
from skl1.penalties.elementwise import pulls, total, unlimited
from skl1.problems.feasible import charge_beyond, furthest_multiple, largest_multiple
from skl1.problems.smooth import SmoothPoint, SmoothProblem
from skl1.problems.unpenalised import floored

EPS = float(np.finfo(np.float64).eps)
#: Cosine of the angle to the slopes below which a column is orthogonal up to rounding.
ORTHOGONAL = 1e-10


def smooth_gap(
    problem: SmoothProblem, point: SmoothPoint
) -> tuple[float, float, float, np.ndarray, float]:
    """``(gap, floor, c, z, excess)`` with the best of two multiples of the slopes as dual point.

    With v the slopes and ``z = -X' S v`` of sum zero, and any c for which ``c z_j`` is feasible,
    Fenchel's inequality gives

        gap(c) = sum_i s_i [f(y_i, t_i) + f*(y_i, c v_i) - c v_i t_i]
                 + sum_j [u_j g(w_j) - c w_j z_j + (u_j g)*(c z_j)],

    in which each term is nonnegative, and the first sum is 0 at c = 1. As 0 and v are slopes of
    the loss, so is c v for c from 0 to 1. A dual point must be orthogonal to free columns: it is
    that of the point with their coefficients refitted, which has less loss by the excess.
    """
    inside, here, w, z, excess = problem, point, point.w, point.z, 0.0
    if problem.has_free:
        refitted = problem.refitted(w)
        inside = problem.beside(refitted)
        w = np.where(refitted, 0.0, w)
        here = inside.at(w)
        excess = lost(inside, here, point)
        z, slight = with_idle(problem, here, problem.free & ~refitted)
        excess += slight
    gap, c = gap_of(inside, here, problem.weights, w, z)
    floor = 4.0 * EPS * (rounding(problem, here) + here.loss + problem.null.loss)
    return gap + excess, floor, c, z, excess


def lost(inside: SmoothProblem, here: SmoothPoint, point: SmoothPoint) -> float:
    """By how much refitting improves a point, with what rounding may hide of that.

    Predictions differ by what the slopes are orthogonal to, so that only the second order counts.
    Large coefficients cancel in predictions, and columns that nearly do in a basis of them.
    """
    design, step = inside.design, point.predictions - here.predictions
    linear = float(design.weights @ (here.slopes * step))
    seen = max(point.loss - here.loss - linear, 0.0)
    part = inside.refitted_part
    columns, size = part.columns, inside.slope_size(here)
    if not columns.size:
        return seen
    bend = float(design.weights @ floored(inside.loss, here.slopes, here.curvatures))
    hidden = EPS * float(np.abs(point.w[columns]) @ design.lengths[columns])
    hidden += part.span.blur * size / bend
    return (np.sqrt(seen) + np.sqrt(0.5 * bend) * hidden) ** 2


def with_idle(problem: SmoothProblem, here: SmoothPoint, idle: np.ndarray):
    """The correlations with those of free features that are at a bound.

    And what such features may be worth that pull away from it by rounding only, to where there is
    no other one.
    """
    features = np.flatnonzero(idle)
    if not features.size:
        return here.z, 0.0
    design, z = problem.design, here.z.copy()
    own = -design.adjoint(here.slopes, features)[features]
    pull = unlimited(problem.penalty.of(features), own)
    small = pull <= ORTHOGONAL * design.lengths[features] * problem.slope_size(here)
    z[features] = np.where(small & (pull > 0.0), 0.0, own)
    reach = problem.reach + float(np.abs(here.w) @ design.lengths)
    return z, reach * float((pull / design.lengths[features])[small].max(initial=0.0))


def rounding(problem: SmoothProblem, here: SmoothPoint) -> float:
    """What a rounding error of each prediction, as a share of it, may make of the gap."""
    s, t = problem.design.weights, here.predictions
    around = t - s @ t if problem.design.fit_intercept else t
    spread = float(np.sqrt(s @ (around * around))) + problem.reach
    bends = float(s @ (here.curvatures * np.abs(t)))
    return float(s @ np.abs(here.slopes * around)) + spread * bends


def likely_gap(
    penalty: Penalty,
    weights: np.ndarray,
    w: np.ndarray,
    z: np.ndarray,
    loss: float,
    squares: float,
) -> float:
    """About the gap of the problem of some features, without a look at the samples: a guide.

    ``squares`` is ``sum_i s_i v_i^2 / h_i``. The loss's part of the gap is convex in c, no more
    than ``(1 - c) loss``, and ``(1 - c)^2 squares / 2`` to second order. Where a curvature is zero
    there is none: an outlier's part is of the first order.
    """
    limit = weights * penalty.slope_at_zero()
    highest = largest_multiple(limit, pulls(penalty, z))
    charged, agreement = total(penalty, weights, w), float(w @ z)
    gap = charged - agreement
    if highest < 1.0:
        c, charge = furthest(penalty, weights, z)
        gap = np.inf
        for share, conjugate in ((c, charge), (highest, 0.0)):
            rest = 1.0 - share
            along = rest * min(loss, 0.5 * rest * squares) + charged - share * agreement
            gap = min(gap, along + conjugate)
    return max(gap, 0.0)


def gap_of(
    problem: SmoothProblem,
    here: SmoothPoint,
    weights: np.ndarray,
    w: np.ndarray,
    z: np.ndarray,
) -> tuple[float, float]:
    """``(gap, c)`` of the problem of some features, from their coefficients and correlations.

    What refitting the intercept may still gain is added, to second order.
    """
    penalty, part = problem.penalty, problem.refitted_part
    gain = part.left_over(here.slopes, floored(problem.loss, here.slopes, here.curvatures))
    limit = weights * penalty.slope_at_zero()
    highest = largest_multiple(limit, pulls(penalty, z))
    charged, agreement = total(penalty, weights, w), float(w @ z)
    gap, c = charged - agreement, 1.0
    if highest < 1.0:
        gap, design = np.inf, problem.design
        run = duality_along.sized(2 * EVALUATION * here.slopes.size, problem.loss)
        samples = design.response, design.weights, here.predictions, here.slopes
        for share, charge in (furthest(penalty, weights, z), (highest, 0.0)):
            along = charge + charged - share * agreement
            if share < 1.0 and along < np.inf:
                along += float(run(problem.loss, *samples, share))
            if along < gap:
                gap, c = along, share
    return max(gap, 0.0) + gain, c


def furthest(penalty: Penalty, weights: np.ndarray, z: np.ndarray) -> tuple[float, float]:
    """The largest multiple of z up to 1 that is of use where z itself is beyond, and its charge."""
    if not penalty.boxed:
        return 1.0, charge_beyond(penalty, weights, z)
    c = furthest_multiple(penalty, weights, z)
    return c, charge_beyond(penalty, weights, c * z)
