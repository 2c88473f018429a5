"""Is a stationary point of a nonconvex problem a local minimum? A sufficient test."""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dpotrf

from skl1.penalties.elementwise import curvatures, pulls, slopes
from skl1.problems.certificates import EPS, ORTHOGONAL, fixed_point_certificate
from skl1.problems.point import Point
from skl1.problems.problem import Problem

#: Least eigenvalue, in units of the columns, that counts as positive.
POSITIVE = 1e-10


def is_local_minimum(problem: Problem, point: Point, tol: float) -> bool:
    """Whether second-order conditions hold that no local minimum but this has to meet.

    * on the support S, ``z_S = u g'(w_S)`` to the tolerance, and ``G_SS + diag(u g''(w_S))``, G
      being the second derivative of the loss, is positive definite; or g'' is nowhere negative
      there, and the problem on S locally convex;
      Without coefficients at a bound that are pulled further;
    * off the support, ``|z_j| < u_j g'(0+)``, strictly. For l_p with p < 1 there is nothing to
      test: the slope at zero is infinite.

    Compare ncvreg's test of local convexity (Breheny and Huang 2011, section 4.1).
    """
    design, penalty, size = problem.design, problem.penalty, problem.size
    if size == 0.0:
        return True
    if problem.has_free:
        return _beside_free(problem, point, tol)
    support = np.flatnonzero(problem.included & (point.w != 0.0))
    off = problem.included.copy()
    off[support] = False
    if not np.all(pulls(penalty.of(off), point.z[off]) < _limit(problem, off)):
        return False
    if problem.bounded:
        support = support[~_held(problem, point, support)]
    w, u = point.w[support], problem.weights[support]
    curvature, slope = u * curvatures(penalty, w), u * slopes(penalty, w)
    lengths = np.sqrt(problem.bends(point)[support])
    left = np.abs(point.z[support] - slope) / lengths
    if left.max(initial=0.0) > max(tol, 8.0 * EPS) * size:
        return False
    if np.all(curvature >= 0.0) or (support.size > design.n_samples and np.all(curvature <= 0.0)):
        return bool(np.all(curvature >= 0.0))
    units = 1.0 / lengths
    matrix = problem.hessian_of(point, support) * units * units[:, None]
    matrix[np.diag_indices_from(matrix)] += curvature * units**2 - POSITIVE
    return dpotrf(matrix)[1] == 0


def _beside_free(problem: Problem, point: Point, tol: float) -> bool:
    """The same with free features, refitted: the minimum over them is then one over the others."""
    design, refitted = problem.design, problem.refitted(point.w)
    core = problem.beside(refitted)
    if fixed_point_certificate(problem, point).error > max(tol, 8.0 * EPS):
        return False
    # A free coefficient at its bound is held there by its correlation, unless it depends on those
    # in use and has none.
    others = np.flatnonzero(problem.free & ~refitted)
    w, z = point.w[others], point.z[others]
    may = np.where(z > 0.0, w < problem.upper[others], w > problem.lower[others])
    least = ORTHOGONAL * design.lengths[others] * problem.slope_size(point)
    if np.any(may & (np.abs(z) > least)):
        return False
    return is_local_minimum(core, core.at(np.where(refitted, 0.0, point.w)), tol)


def _held(problem: Problem, point: Point, support: np.ndarray) -> np.ndarray:
    """Mask of the coefficients in use that are at a bound, and would rise or fall without it."""
    w, penalty = point.w[support], problem.penalty.of(support)
    force = point.z[support] - problem.weights[support] * slopes(penalty, w)
    end = np.where(force > 0.0, penalty.upper, penalty.lower)
    return (w == end) & (force != 0.0)


def _limit(problem: Problem, features: np.ndarray) -> np.ndarray:
    """``u g'(0+)``; where that is infinite any correlation is within it."""
    slope = problem.penalty.slope_at_zero()
    return (
        np.full(np.count_nonzero(features), np.inf)
        if slope == np.inf
        else (problem.weights[features] * slope)
    )
