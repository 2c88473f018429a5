"""How good a point is: a duality gap (convex) or a fixed-point distance (nonconvex)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from skl1.compiled import formula, kernel
from skl1.designs import BesideDesign, Design
from skl1.penalties.base import Penalty
from skl1.penalties.elementwise import proxes, pulls, total, unlimited
from skl1.problems.coordinates import CoordinateSteps
from skl1.problems.feasible import boxed_gap, charge_beyond, largest_multiple
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothPoint, SmoothProblem
from skl1.problems.smooth_gap import smooth_gap
from skl1.problems.unpenalised import floored

EPS = float(np.finfo(np.float64).eps)
#: Cosine of the angle to the residual below which a column is orthogonal up to rounding.
ORTHOGONAL = 1e-10
#: Rounding never excuses a larger error than this share of y's energy, of other losses than squares
#: of twice the loss of the intercept alone.
WORST_FLOOR = 1e-10
#: A gap below this share of y's energy is the square of its rounding: there is nothing to explain.
NOTHING = (4.0 * EPS) ** 2
#: Rounding never excuses a larger stationarity under another loss than squares.
SMOOTH_FLOOR = 1e-9


@dataclass(frozen=True)
class Certificate:
    """What is known of a point.

    Attributes
    ----------
    error : float
        The duality gap, an upper bound of the distance of the objective from its minimum; or
        the stationarity measure. What the tolerance is compared with.
    floor : float
        The size that rounding alone may give ``error``.
    dual : ndarray
        The correlations of the dual point (convex) or of the residual (nonconvex).
    excess : float
        The part of a duality gap that refitting the free coefficients would take away.
    alone : CoordinateSteps
        Of a stationarity under another loss than squares: the steps that it is made of.
    """

    error: float
    floor: float
    dual: np.ndarray
    excess: float = 0.0
    alone: CoordinateSteps | None = None


def certify(problem: Problem, point: Point) -> Certificate:
    """The certificate that the penalty's kind asks for."""
    if problem.penalty.convex:
        return gap_certificate(problem, point)
    return fixed_point_certificate(problem, point)


def gap_certificate(problem: Problem, point: Point) -> Certificate:
    """Duality gap with the best multiple of the residual as the dual point.

    With ``z = X' S r`` and any c for which ``c z_j`` is feasible, Fenchel's inequality gives

        gap(c) = (1 - c)^2 loss + sum_j [u_j g(w_j) - c w_j z_j + (u_j g)*(c z_j)],

    in which each term is nonnegative. Nothing large is subtracted, so the gap is meaningful
    far below the rounding error of the objective itself.
    """
    excess = 0.0
    if isinstance(problem, SmoothProblem):
        gap, floor, scaling, z, excess = smooth_gap(problem, cast(SmoothPoint, point))
        floor = min(floor, WORST_FLOOR * 2.0 * problem.level_loss)
        return Certificate(gap, floor, scaling * z, excess)
    if problem.has_free:
        gap, scaling, z, excess = gap_beside(problem, point)
    else:
        gap, scaling = best_gap(problem.penalty, problem.weights, point.w, point.z, point.loss)
        z = point.z
    design = problem.design
    rounding = rounding_of(design, float(np.abs(point.w) @ design.lengths), point.loss)
    floor = min(rounding, WORST_FLOOR * (design.energy if design.has_rows else design.total))
    floor = max(floor, NOTHING * design.total)
    error = gap if design.has_rows else max(gap, rounding)
    return Certificate(error, floor, scaling * z, excess)


def rounding_of(design: Design, reach, loss):
    """What rounding may make of a gap, where ``reach`` is ``sum_j |w_j| ||x_j||``.

    Of sums over rows a gap below it is rounding itself, and counts as that much: without rows the
    residual is a difference of large numbers, which may come out as zero. With rows it is as exact
    as y, whose part along free columns may be far larger than what is left of it.
    """
    size = np.sqrt(design.total * design.energy) if design.has_rows else design.total
    return 4.0 * EPS * (reach * design.rounding(2.0 * loss) + size)


def gap_beside(problem: Problem, point: Point) -> tuple[float, float, np.ndarray, float]:
    """``(gap, c, z, excess)`` with the free (unpenalised) columns projected out of the residual.

    A dual feasible point must be orthogonal to every free column, as to the intercept. Taking
    its part along them from the residual is to refit their coefficients: the objective falls by
    half the square of that part, the excess, which the gap has to include. Of those with bounds
    only the ones at none are refitted; the others must not pull to where there is no bound.
    """
    w, z, squares, excess = point.w, point.z, 2.0 * point.loss, 0.0
    beside = problem.beside(problem.refitted(w)).design
    if isinstance(beside, BesideDesign):
        z, squares, excess = beside.orthogonal(w, z, squares)
    lengths = problem.design.lengths
    # Orthogonal but for rounding counts as orthogonal; what it may be worth enters the gap.
    slight = problem.free & (np.abs(z) <= ORTHOGONAL * lengths * np.sqrt(squares))
    slight &= unlimited(problem.penalty, z) > 0.0
    if slight.any():
        reach = np.sqrt(problem.design.energy) + float(np.abs(w) @ lengths)
        excess += reach * float((np.abs(z[slight]) / lengths[slight]).max())
        z = np.where(slight, 0.0, z)
    z = np.where(problem.included, z, 0.0)
    gap, c = best_gap(problem.penalty, problem.weights, w, z, 0.5 * squares)
    return gap + excess, c, z, excess


def best_gap(
    penalty: Penalty, weights: np.ndarray, w: np.ndarray, z: np.ndarray, loss: float
) -> tuple[float, float]:
    """``(gap, c)`` for the better of two multiples c of the residual.

    One is the maximiser of the dual along the residual, clipped on *both* sides to where
    ``c z`` stays within the slope at zero: an iterate that overshoots has a negative maximiser, and
    clipped on one side only its dual point would be infeasible. The other is c = 1, which
    costs a finite conjugate only where the penalty has an l2 term; at an optimum it is exact.
    """
    limit = weights * penalty.slope_at_zero()
    agreement, charged = float(w @ z), total(penalty, weights, w)
    highest = largest_multiple(limit, pulls(penalty, z))
    if penalty.boxed and highest < 1.0:
        return boxed_gap(penalty, weights, z, loss, charged, agreement, highest)
    return gap_along(
        charged,
        agreement,
        loss,
        highest,
        largest_multiple(limit, pulls(penalty, -z)) if 2.0 * loss + agreement < 0.0 else 0.0,
        charge_beyond(penalty, weights, z) if highest < 1.0 else 0.0,
    )


def best_gaps(
    penalty: Penalty,
    alphas: np.ndarray,
    weights: np.ndarray,
    charged: np.ndarray,
    agreement: np.ndarray,
    Z: np.ndarray,
    losses: np.ndarray,
) -> np.ndarray:
    """The gaps of many points under the weights times an alpha each; z is a row of Z.

    ``charged`` and ``agreement`` are ``sum_j u_j g(w_j)`` and ``w . z``.
    """
    limit = weights * penalty.slope_at_zero()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        highest = alphas * np.fmin.reduce(limit / pulls(penalty, Z), axis=1, initial=np.inf)
    lowest = np.zeros(losses.size)
    for k in np.flatnonzero(2.0 * losses + agreement < 0.0):
        lowest[k] = largest_multiple(alphas[k] * limit, pulls(penalty, -Z[k]))
    beyond = np.where(highest < 1.0, np.inf, 0.0)
    if penalty.superlinear:
        for k in np.flatnonzero(highest < 1.0):
            beyond[k] = charge_beyond(penalty, alphas[k] * weights, Z[k])
    gaps = np.empty(losses.size)
    gaps_along.sized(40 * losses.size)(charged, agreement, losses, highest, lowest, beyond, gaps)
    return gaps


@formula
def gap_along(charged, agreement, loss, highest, lowest, beyond):
    """``(gap, c)`` along the residual, from what the penalty says.

    ``charged`` is ``sum_j u_j g(w_j)``, ``agreement`` ``w . z``; ``highest`` and ``lowest`` are the
    largest multiples of z and of -z within the slope at zero, ``beyond`` is the conjugate at c = 1.
    """
    c = min(1.0 + 0.5 * agreement / loss if loss > 0.0 else 1.0, highest)
    if c < 0.0:
        c = max(c, -lowest)
    gap = (1.0 - c) ** 2 * loss + charged - c * agreement
    if charged - agreement + beyond < gap:
        c = 1.0
        gap = charged - agreement + beyond
    return max(gap, 0.0), c


@kernel(exact=True)
def gaps_along(charged, agreement, losses, highest, lowest, beyond, gaps):
    """The same for many points."""
    for k in range(gaps.size):
        gap, _ = gap_along(charged[k], agreement[k], losses[k], highest[k], lowest[k], beyond[k])
        gaps[k] = gap


def surely_zero(problem: Problem, certificate: Certificate, radii: float = 1.0) -> np.ndarray:
    """Mask of features that are zero in every solution (gap-safe sphere; Ndiaye et al. 2017).

    The dual objective is strongly concave in the (weighted) residual, with the inverse of the
    loss's largest curvature b as modulus, so the optimal correlations are within
    ``||x_j|| sqrt(2 b gap)`` of the dual point's. Two such radii hold the dual points of all
    smaller gaps: those stay feasible without a look at the feature.
    """
    radius = radii * np.sqrt(2.0 * problem.loss.curvature_bound * certificate.error)
    pulled = pulls(problem.penalty, certificate.dual)
    limit = problem.weights * problem.penalty.slope_at_zero()
    return pulled + problem.design.lengths * radius < limit * (1.0 - 4.0 * EPS)


def fixed_point_certificate(problem: Problem, point: Point) -> Certificate:
    """How far one exact coordinate step would move, in units of y's spread.

    ``max_j sqrt(d_j) |w_j - prox(w_j + z_j / d_j, u_j / d_j)| / sqrt(energy)``. Unlike the
    distance to the subdifferential, which for l_p is zero at every zero coefficient, it
    vanishes at coordinate-wise minima only. Free coefficients make one step, of all of them.
    """
    if isinstance(problem, SmoothProblem):
        return smooth_fixed_point(problem, cast(SmoothPoint, point))
    total = problem.design.total
    if total == 0.0:
        return Certificate(0.0, 0.0, point.z)
    moves = coordinate_moves(
        problem.penalty, problem.weights, problem.design.norms, point.w, point.z
    )
    beside = problem.beside(problem.refitted(point.w)).design if problem.has_free else None
    floor = 8.0 * EPS
    if isinstance(beside, BesideDesign):
        # Free columns may depend on each other, so they are looked at together.
        together = problem.refitted(point.w)
        part, slack = beside.part(point.w, point.z), beside.slack(point.w, 2.0 * point.loss)
        unseen = np.sqrt(2.0 * beside.unseen(point.w, point.z, 2.0 * point.loss))
        moves = np.append(moves[~together], np.linalg.norm(part) + unseen)
        floor += min(slack / np.sqrt(total), np.sqrt(WORST_FLOOR))
    error = float(np.abs(moves).max(initial=0.0)) / np.sqrt(total)
    if not problem.design.has_rows:  # correlations of sums are as exact as what cancels in them
        error = max(error, EPS * float(np.abs(point.w) @ problem.design.lengths) / np.sqrt(total))
    return Certificate(error, floor, point.z)


def smooth_fixed_point(problem: SmoothProblem, point: SmoothPoint) -> Certificate:
    """The same under another loss, for steps that lower the objective (``CoordinateSteps``).

    ``d_j`` is the curvature of the loss along the coefficient, and the share is one of the root of
    twice the null model's loss, which is the size of y where the loss is that of squares.
    """
    size = problem.size
    if size == 0.0:
        return Certificate(0.0, 0.0, point.z)
    found, lost = coordinate_steps(problem, point)
    here = found.point
    error = max(float(found.sizes.max(initial=0.0)), lost) / size
    counted = found.norms > 0.0
    ratio = (problem.design.lengths[counted] / np.sqrt(found.norms[counted])).max(initial=0.0)
    fit = float(np.abs(point.w) @ problem.design.lengths)
    bends = float(np.sqrt(problem.design.weights @ here.curvatures))
    rounding = (min(ratio, 1.0 / EPS) * problem.slope_size(here) + fit * bends) / size
    floor = min(8.0 * EPS * (1.0 + rounding), SMOOTH_FLOOR)
    return Certificate(error, floor, point.z, 0.0, found)


def coordinate_steps(
    problem: SmoothProblem, point: SmoothPoint, among: np.ndarray | None = None
) -> tuple[CoordinateSteps, float]:
    """Steps of coefficients, of some features, and the size of one of all that are free."""
    inside, here, z, lost = problem, point, point.z, 0.0
    if problem.has_free:
        refitted = problem.refitted(point.w)
        inside = problem.beside(refitted)
        here = inside.at(np.where(refitted, 0.0, point.w))
        # What refitting changes, by the slopes and to second order.
        step = point.predictions - here.predictions
        bend = floored(problem.loss, here.slopes, here.curvatures)
        lost = float(np.sqrt(problem.design.weights @ (bend * step * step)))
        z = -problem.design.adjoint(here.slopes, problem.among)
        z[~problem.included | refitted] = 0.0
    return CoordinateSteps(inside, here, z, problem.size, among), lost


def coordinate_moves(penalty, weights, norms, w, z):
    """``sqrt(d_j) (prox(w_j + z_j / d_j, u_j / d_j) - w_j)``; 0 for a column of norm 0."""
    d = np.where(norms > 0.0, norms, 1.0)
    return np.sqrt(norms) * (proxes(penalty, w + z / d, weights / d) - w)
