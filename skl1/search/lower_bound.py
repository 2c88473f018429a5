"""A bound from below on the global minimum of a nonconvex problem."""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs

from skl1.paths.one_by_one import along
from skl1.penalties import L1, Penalty, Ridged
from skl1.penalties.elementwise import chords, pulls, reaches
from skl1.problems.certificates import certify
from skl1.problems.moments import for_search
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothProblem
from skl1.search.lasso import lasso_of
from skl1.solvers.minimise import minimise

#: Up to this many features, with more rows, the inverse of the Gram matrix is formed.
INVERTED = 500
#: Pivots of the scaled Gram matrix below which its rank counts as not full.
SINGULAR = 1e-10
#: Rounds in which bounds on the coefficients tighten, while each raises the bound by this share of
#: the null objective.
TIGHTENINGS, GAIN = 5, 1e-3
#: How exactly each bounding problem is solved, and rounds at most; its dual bounds at any time.
#: Where slopes are so small that the rough bound is below a share of the null objective, it stays.
FIRST, WORTH = 1e-2, 0.02
LOOSE, ROUNDS = 1e-4, 30
#: Gap of a fit without a penalty, as a share of its loss, up to which it counts.
PROVED = 1e-8
#: Multipliers tried, and how far down from the largest of use.
MULTIPLIERS, DOWN = 20, 1e-3
DUAL, TRIVIAL = "dual", "trivial"


class Bound(NamedTuple):
    """No coefficients have a smaller objective; "dual" if more than least squares tells so."""

    value: float
    kind: str


def lower_bound(problem: Problem, objective: float) -> Bound:
    """A rigorous bound below the objective of every w, where one of them attains ``objective``.

    A global minimiser w* is no worse, which bounds its coefficients: ``u_j g(w*_j)`` is at most
    the objective less the least loss, and w* lies in a level set of the loss. Of squares that is an
    ellipsoid if the columns are independent; of another loss no bound is taken from it. With
    ``|w*_j| <= M_j`` and g concave on w >= 0,

        u_j g(w) >= a_j |w|,    a_j = u_j g(M_j) / M_j,    for |w| <= M_j,

    so that the dual value of a Lasso with weights a is below the minimum. The dual point tells more
    of w*: ``(a_j - |z_j|) |w*_j|`` is at most the objective less the dual value. With that, M
    shrinks, and the bound is computed again.
    """
    if problem.core.design.hides:
        return Bound(0.0, TRIVIAL)
    if problem.any_loss:
        # With its free features: the convex problem below has to have them too.
        floor, reach = least_loss(problem), np.full(problem.weights.size, np.inf)
    else:
        problem = for_search(problem.core)
        floor, reach = level_set(problem, objective)
    free = problem.included & problem.free
    penalised = problem.included & ~problem.free
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        room = max(objective - floor, 0.0) / problem.weights[penalised]
    reach[penalised] = np.minimum(reach[penalised], reaches(problem.penalty, room))
    best, kind = floor, TRIVIAL
    for _ in range(TIGHTENINGS):
        relaxed = bounding_problem(problem, free, reach)
        if not relaxed.weights.any():
            break
        try:
            run = minimise(along(relaxed), relaxed, relaxed.null.w, tol=FIRST, max_iter=ROUNDS)
            if run.model.bound > WORTH * problem.null.objective:
                run = minimise(along(relaxed), relaxed, run.w, tol=LOOSE, max_iter=ROUNDS, last=run)
        except ValueError:  # what may be as large as one likes separates the classes
            break
        known = certify(relaxed, run.point)
        value = run.point.objective - known.error - known.floor
        slack = relaxed.weights - pulls(relaxed.penalty, known.dual)
        with np.errstate(divide="ignore", invalid="ignore"):
            nearer = np.where(slack > 0.0, max(objective - value, 0.0) / slack, np.inf)
        reach = np.where(penalised, np.minimum(reach, nearer), reach)
        gain, best = value - best, max(best, value)
        kind = DUAL if best > floor else kind
        if gain <= GAIN * problem.null.objective:
            break
    return Bound(float(min(best, objective)), kind)


def subset_bound(problem: Problem, objective: float, most: int) -> Bound:
    """The same for a problem that bounds the number of features in use, and charges nothing.

    With ``|w*_j| <= M_j`` a minimiser has ``sum_j |w_j| / M_j <= k``, and for every multiplier l
    the dual value of the Lasso with weights ``l / M``, less ``l k``, is below the minimum.
    """
    if problem.core.design.hides:
        return Bound(0.0, TRIVIAL)
    problem = problem.core
    counted = problem.included & ~problem.free
    floor, reach = level_set(problem, objective)
    if not counted.any() or not np.all(np.isfinite(reach[counted])):
        return Bound(float(min(floor, objective)), TRIVIAL)
    shares = np.where(problem.included, 0.0, np.inf)
    shares[counted] = 1.0 / reach[counted]
    lasso = lasso_of(problem, shares)
    top, best, w = lasso.alpha_max, floor, lasso.null.w
    for multiplier in np.geomspace(top, DOWN * top, MULTIPLIERS) if top > 0.0 else ():
        run = minimise(along(lasso), lasso.at_alpha(multiplier), w, tol=LOOSE, max_iter=ROUNDS)
        w, best = run.w, max(best, run.model.bound - multiplier * most)
    return Bound(float(min(best, objective)), DUAL if best > floor else TRIVIAL)


def level_set(problem: Problem, objective: float) -> tuple[float, np.ndarray]:
    """The least loss (0 if unknown), and bounds on the coefficients wherever the loss allows."""
    design = problem.design
    reach = np.full(design.n_features, np.inf)
    inside = np.flatnonzero(problem.included)
    if not 0 < inside.size <= min(INVERTED, design.n_samples - 1):
        return 0.0, reach
    units = 1.0 / design.lengths[inside]
    factor, info = dpotrf(design.gram(inside, inside) * units * units[:, None])
    if info or np.any(factor.diagonal() ** 2 <= SINGULAR):
        return 0.0, reach
    w = units * dpotrs(factor, units * design.correlation[inside])[0]
    least = np.zeros(design.n_features)
    least[inside] = w
    loss = problem.at(least).loss
    spread = units * np.sqrt(dpotri(factor)[0].diagonal())
    reach[inside] = np.abs(w) + np.sqrt(2.0 * max(objective - loss, 0.0)) * spread
    return loss, reach


def least_loss(problem: Problem) -> float:
    """A bound below the loss of all coefficients, of any loss: 0 where none is proved.

    And where the loss may fall below a share of the null objective, which would tell nothing.
    """
    count = int(np.count_nonzero(problem.included))
    if problem.bounded or not 0 < count <= min(INVERTED, problem.design.n_samples // 2):
        return 0.0
    free = problem.with_penalty(L1(1.0)).reweighted(np.where(problem.included, 0.0, np.inf))
    plain, core = cast(SmoothProblem, free), cast(SmoothProblem, free.core)
    part, w = core.refitted_part, np.zeros(problem.weights.size)
    nothing, along_basis = np.zeros(problem.design.n_samples), np.zeros(part.basis.shape[1])
    enough = GAIN * problem.null.objective
    try:
        fit = part.refit(nothing, plain.refitted_part.usual[0], along_basis, enough)
    except ValueError:  # no finite coefficients are best
        return 0.0
    if fit.samples[0] < enough:
        return 0.0
    w[part.columns] = part.coefficients(fit.along)
    point = plain.at(w, (fit.level, along_basis[:0]))
    known = certify(plain, point)
    # The gap of a refit is one to second order, which it may be trusted to be where it is small.
    proved = known.error <= PROVED * point.loss
    return max(point.loss - 2.0 * known.error - known.floor, 0.0) if proved else 0.0


def bounding_problem(problem: Problem, free: np.ndarray, reach: np.ndarray) -> Problem:
    """The convex problem below the given one for coefficients within reach."""
    slopes = np.zeros(reach.size)
    penalised = problem.included & ~free
    slopes[penalised] = problem.weights[penalised] * chords(problem.penalty, reach[penalised])
    sloping = penalised & (slopes > 0.0) & (slopes < np.inf)
    ridge = 0.0
    if problem.penalty.ridge and sloping.any() and not np.any(slopes[penalised] == 0.0):
        # One factor of the squares serves all, so it is the least of them.
        ridge = float((problem.weights[sloping] * problem.penalty.ridge / slopes[sloping]).min())
    penalty: Penalty = Ridged(L1(1.0), ridge) if ridge else L1(1.0)
    slopes[~problem.included | (reach == 0.0)] = np.inf
    return problem.with_penalty(penalty).reweighted(slopes)
