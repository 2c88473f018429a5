"""Newton steps under a nonconvex penalty, of which the curvature grows until they descend."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs

from skl1.designs.gathered import Gathered
from skl1.penalties import Penalty
from skl1.penalties.elementwise import curvatures, face, moving, slopes, total
from skl1.problems.certificates import Certificate, coordinate_moves, coordinate_steps
from skl1.problems.coordinates import Directions
from skl1.problems.point import Point
from skl1.problems.smooth import SmoothPoint, SmoothProblem
from skl1.solvers.block import GramBlock
from skl1.solvers.gram_store import GramStore
from skl1.solvers.inner import Inner
from skl1.solvers.quadratic_model import Place, QuadraticModel

#: Models that are tried, each with twice the curvature of the one before.
TRIALS = 60
#: A step has to lower the objective by this share of what its model promises.
SUFFICIENT = 1e-4
#: What is added to a matrix of unit diagonal; share of the way to zero that a coefficient may go.
DAMPED, KEPT = 1e-10, 0.9
#: Steps of single coefficients that are this share of the largest are taken with it; how many are
#: found anew at most, as a multiple of those at the beginning.
NEARLY, LOOKS = 0.5, 4
#: None counts that is smaller than this share of the largest when all features were looked at.
FAR = 0.1
#: A step to a loss below this share of the null model's, which lowers the objective by so many
#: times what its model promises, is made longer; it is doubled so often at most.
TOLD, LONGER, DOUBLINGS = 1e-3, 1.1, 10
#: What rounding may add to an objective, as a share of it.
ROUNDING = 4.0 * float(np.finfo(np.float64).eps)


def largest_move(problem: SmoothProblem, columns: Gathered, place: Place) -> float:
    """The largest coordinate step of the quadratic model, of some features: a guide, no proof."""
    norms = Directions(problem.refitted_part, place.bend).norms_of(columns)
    weights = problem.weights[columns.features]
    penalty = problem.penalty.of(columns.features)
    moves = coordinate_moves(penalty, weights, norms, place.w, place.z)
    return float(np.abs(moves).max(initial=0.0)) / problem.size


def moved_alone(
    problem: SmoothProblem, place: Place, known: Certificate, target: float
) -> SmoothPoint | None:
    """The point after steps of single coefficients from a place; None if none lowers the objective.

    They are steps of those that a certificate found to move, if they are not far smaller than
    there, nor below the error that Newton's steps leave: that would be to descend again, slowly.
    The largest comes first, and others only if they are not much smaller: the rest should be seen
    from where the coefficients in use have followed. As one moves, the steps of others change; each
    is found anew when it comes next.
    """
    if known.alone is None or not known.alone.moving.size:
        return None
    features = known.alone.moving
    point, found = problem.at(place.point.w, (place.point.level, place.point.along)), None
    alone, _ = coordinate_steps(problem, point, features)
    least = max(FAR * known.error, target) * problem.size
    least = max(least, NEARLY * float(alone.sizes.max()))
    moves, chosen = 0, np.flatnonzero((alone.sizes > 0.0) & (alone.sizes >= least))
    queue = [(-alone.sizes[k], features[k], alone.steps[k], moves) for k in chosen]
    heapify(queue)
    looks = LOOKS * len(queue)
    while queue and looks:
        _, first, step, when = heappop(queue)
        if when < moves:
            again, _ = coordinate_steps(problem, point, np.array([first]))
            looks -= 1
            if again.sizes[0] >= least:
                heappush(queue, (-again.sizes[0], first, again.steps[0], moves))
            continue
        w = point.w.copy()
        w[first] += step
        if problem.has_free:  # which are refitted with it
            refitted = problem.refitted(w)
            w = problem.clip(problem.beside(refitted).lift_exactly(np.where(refitted, 0.0, w)))
        there = problem.at(w, (point.level, point.along))
        if there.objective < point.objective:
            point = found = there
            moves += 1
    return found


def descended(
    inner: Inner,
    problem: SmoothProblem,
    columns: Gathered,
    place: Place,
    target: float,
    sweeps: int,
) -> bool:
    """Move a place to coefficients with a lower objective. Whether there were any.

    They are a minimum of the quadratic model; if the objective is not lower there, what Newton's
    method makes of the coefficients in use; then with twice the curvature, and so on: in the end
    the model is above the loss. The intercept, and what is refitted besides, are then the best.

    Parameters
    ----------
    inner : Inner
    problem : SmoothProblem
    columns : Gathered
        Of the working set.
    place : Place
        Coefficients and correlations there, and the point.
    target : float
        The error that is left in each model.
    sweeps : int
        At most, in each of them.
    """
    part, here = problem.refitted_part, place.point
    model = QuadraticModel(part, columns, here.slopes, place.bend, place.z)
    model.extend(np.arange(columns.count))
    found = _descending(inner, problem, model, columns.features, place, target, sweeps)
    if found is None:
        return False
    w, t, level, along = found
    shift, more, change, seen = part.refit(t, 0.0, np.zeros_like(along))
    loss, slopes, bends = seen
    place.w = w[columns.features]
    objective = loss + total(problem.penalty, problem.weights[columns.features], place.w)
    samples = shift, slopes, bends, level + more, along + change
    place.point = SmoothPoint(w, here.z, loss, objective, *samples)
    place.z = -columns.sums(problem.design.weights * slopes)
    return True


def _descending(
    inner: Inner,
    problem: SmoothProblem,
    model: QuadraticModel,
    features: np.ndarray,
    place: Place,
    target: float,
    sweeps: int,
) -> tuple[np.ndarray, np.ndarray, float, np.ndarray] | None:
    """Coefficients that lower the objective, their predictions, and what is refitted."""
    here, weights, old = place.point, problem.weights[features], place.w
    charge = total(problem.penalty, weights, old)
    before = here.loss + charge
    noise = ROUNDING * abs(before)

    def falls(new, gram, least):
        """The change with new coefficients, if the objective falls as a model says."""
        step = new - old
        change = total(problem.penalty, weights, new) - charge
        promise = change - float(place.z @ step) + 0.5 * float(step @ (gram @ step))
        if not promise <= least:
            return None
        fit = model.fit(step)
        value = problem.mean_along(here.predictions, fit[0], 1.0) + charge + change
        if not value <= before + SUFFICIENT * promise + noise:
            return None
        share = 1.0
        loss = value - charge - change
        # Of features that are refitted beside a loss of nothing no coefficients would be the best.
        told = loss < TOLD * problem.null.loss and not here.along.size
        if told and value - before < LONGER * promise:
            share = _farther(problem, features, place, step, fit[0], value)
        w = np.zeros(problem.weights.size)
        w[features] = old + share * step if share > 1.0 else new
        e, level, along = (share * each for each in fit)
        return w, here.predictions + e, here.level + level, here.along + along

    factor = 1.0
    for _ in range(TRIALS):
        gram = factor * model.gram
        new = _solved(inner, problem, gram, features, place, target, sweeps)
        if np.array_equal(new, old):
            return None
        if found := falls(new, gram, noise):
            return found
        if factor == 1.0:
            new = on_support(problem.penalty.of(features), weights, gram, old, place.z)
            if found := falls(new, gram, -noise):
                return found
        factor *= 2.0
    return None


def _farther(problem, features, place, step, e, value) -> float:
    """By how much a step is made longer: it is doubled as long as the objective falls.

    Where classes are told apart the loss falls as an exponential, on which Newton's steps are
    short: each lowers it by a factor e. No coefficient may meet zero or a bound on the way.
    """
    weights, share, near = problem.weights[features], 1.0, place.w + step
    low, high = face(problem.penalty.of(features), near)
    for _ in range(DOUBLINGS):
        w = place.w + 2.0 * share * step
        if not np.all((w == near) | ((low < w) & (w < high))):
            break
        farther = problem.mean_along(place.point.predictions, e, 2.0 * share)
        farther += total(problem.penalty, weights, w)
        if not farther < value - ROUNDING * value:
            break
        value, share = farther, 2.0 * share
    return share


def on_support(penalty: Penalty, weights: np.ndarray, gram: np.ndarray, w: np.ndarray, z):
    """A Newton step in the coefficients in use, of which none changes its sign or meets a bound.

    Far from zero the model may promise much of a coefficient's fall to zero, and be wrong.
    """
    new, support = w.copy(), moving(penalty, w)
    if not support.size:
        return new
    u, old = weights[support], w[support]
    square = gram[np.ix_(support, support)]
    slope = z[support] - u * slopes(penalty, old)
    extra, units = u * curvatures(penalty, old), 1.0 / np.sqrt(square.diagonal())
    for bend in (extra, np.maximum(extra, 0.0)):
        matrix = square + np.diag(bend)
        matrix = matrix * units * units[:, None] + DAMPED * np.eye(support.size)
        factor, info = dpotrf(matrix)
        if not info:
            step = units * dpotrs(factor, units * slope)[0]
            low, high = face(penalty.of(support), old)
            ends = np.where(step < 0.0, low, high)
            shares = np.divide(ends - old, step, out=np.full(step.size, np.inf), where=step != 0.0)
            new[support] += min(1.0, KEPT * float(shares.min())) * step
            break
    return new


def _solved(inner, problem, gram, features, place, target, sweeps) -> np.ndarray:
    """A minimum of the quadratic model."""
    store = GramStore(problem.weights.size, np.float64)
    store.features, store.matrix = features, gram
    w, z = np.zeros((2, problem.weights.size))
    w[features], z[features] = place.w, place.z
    block = GramBlock(problem, store, Point(w, z, place.point.loss, 0.0))
    inner.solve(block, target, sweeps)
    return block.w
