"""Paths of problems of any smooth loss: some alphas are solved for, then certified all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from skl1.designs.gathered import Gathered
from skl1.paths.one_by_one import models_until, runs_along
from skl1.penalties.elementwise import pulls
from skl1.problems.certificates import certify
from skl1.problems.model import Model
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothPoint, SmoothProblem
from skl1.solvers.driver import met, without_rounding
from skl1.solvers.minimise import minimise
from skl1.solvers.prox_newton import LAST_SHARE, SPARE, ProxNewton
from skl1.solvers.quadratic_model import Place
from skl1.solvers.selection import smallest

#: Alphas at most between two passes over all features.
TOGETHER = 10
#: Features that are looked at besides, in multiples of those in use; of so many at least.
PLAYING, SOME = 1.0, 20


def smooth_path(
    solver: ProxNewton,
    problem: Problem,
    alphas: np.ndarray,
    *,
    tol: float,
    max_iter: int,
    enough: Callable[[list[Model]], bool] | None = None,
) -> list[Model]:
    """The solutions of a problem with its penalty for each alpha, all certified.

    Parameters
    ----------
    solver : ProxNewton
    problem : SmoothProblem
        With the penalty for alpha = 1.
    alphas : ndarray of shape (n_alphas,)
        Positive, from large to small.
    tol : float
        The duality gap wanted, as a share of the null objective.
    max_iter : int
        Newton steps allowed, for each alpha.
    enough : callable, optional
        Once it is true of the models so far, no more alphas are begun.

    Returns
    -------
    list of Model
        In the order of the alphas.
    """
    done = enough or (lambda _: False)
    penalty = problem.penalty
    sparse = penalty.convex and penalty.proportional and penalty.slope_at_zero() > 0.0
    if problem.has_free or not sparse:
        start = problem.null.w
        runs = runs_along(solver, problem, alphas, start, tol=tol, max_iter=max_iter)
        return models_until(done, runs)
    path = _Path(solver, cast(SmoothProblem, problem), alphas, tol, max_iter)
    while len(path.models) < alphas.size and not (path.models and done(path.models)):
        path.go_on()
    return path.models


class _Path:
    """How far a path has come: its models, and the point where it goes on.

    On the features that correlate the most there, the problems of some alphas are solved; one
    product then tells the gradients of all of them, by which they are certified. Where a feature
    was missing the path goes on from there, with those that pull: of fewer alphas at a time.

    Solutions lie nearly on a line from alpha to alpha. Where Newton's method takes more than one
    step, it begins where the last two of them lead.
    """

    def __init__(self, solver: ProxNewton, problem: SmoothProblem, alphas, tol, max_iter):
        self.solver, self.problem, self.alphas = solver, problem, alphas
        self.tol, self.max_iter = tol, max_iter
        self.target = problem.target(tol)
        self.models: list[Model] = []
        self.point = problem.null
        self.columns: Gathered = problem.design.gathering()
        self.known = np.zeros(problem.weights.size, dtype=bool)
        self.together, self.alone = 1, False
        #: The last two alphas with their solutions, and whether to begin where they lead.
        self.trail: list[tuple[float, SmoothPoint]] = []
        self.leads = False

    def go_on(self) -> None:
        """Solve for some more alphas."""
        done = len(self.models)
        alphas = self.alphas[done : done + self.together]
        stages = [cast(SmoothProblem, self.problem.at_alpha(float(alpha))) for alpha in alphas]
        if self.alone:
            limits = {"tol": self.tol, "max_iter": self.max_iter}
            run = minimise(self.solver, stages[0], self.point.w, **limits)
            self.models.append(run.model)
            self.point, self.alone = cast(SmoothPoint, run.point), False
            self.trail = _longer(self.trail, float(alphas[0]), self.point)
            return
        self._gather(float(alphas[0]))
        place = self.solver.begin(stages[0], self.columns, self.point)
        found, trail = [], self.trail
        for alpha, stage in zip(alphas, stages, strict=True):
            led = self.leads and self._led(stage, place, trail, float(alpha))
            self.solver.look(stage, self.columns, place)
            goal = LAST_SHARE * self.target
            count = self.solver.descend(stage, self.columns, place, goal, self.max_iter)
            found.append((place.w, place.point.w, (place.point.level, place.point.along), count))
            trail, self.leads = _longer(trail, float(alpha), place.point), led or count > 1
        own, W, starts, counts = zip(*found, strict=True)
        points = self.problem.at_all(np.stack(W), self.columns.fits(np.stack(own)), starts)
        for stage, point, count in zip(stages, points, counts, strict=True):
            if not self._certified(stage, point, count):
                break
        missed = len(self.models) < done + alphas.size
        self.alone = len(self.models) == done
        self.together = max(1, self.together // 2) if missed else min(2 * self.together, TOGETHER)

    def _led(
        self,
        stage: SmoothProblem,
        place: Place,
        trail: list[tuple[float, SmoothPoint]],
        alpha: float,
    ) -> bool:
        """Move to where the last two solutions lead, if the objective is lower there."""
        if len(trail) < 2 or not trail[0][0] > trail[1][0] > alpha:
            return False
        (first, there), (second, here) = trail
        share = (second - alpha) / (first - second)
        w, t, level, along = (
            getattr(here, name) + share * (getattr(here, name) - getattr(there, name))
            for name in ("w", "predictions", "level", "along")
        )
        # Of what is not known the columns are not at hand any more; the line may leave the bounds.
        if w[~self.known].any() or (stage.bounded and (stage.clip(w) != w).any()):
            return False
        samples = stage.look(t)
        objective = samples[0] + stage.penalty_value(w)
        at_hand = place.point
        if not objective < at_hand.loss + stage.penalty_value(at_hand.w):
            return False
        place.w, place.model = w[self.columns.features], None
        place.point = SmoothPoint(w, here.z, samples[0], objective, t, *samples[1:], level, along)
        place.z = -self.columns.sums(stage.design.weights * samples[1])
        return True

    def _certified(self, stage: SmoothProblem, point: SmoothPoint, count: int) -> bool:
        """Whether a point is good enough for one alpha; its model is kept then."""
        here = stage.again(point)
        known = certify(stage, here)
        visited = here.w, here, known
        _, here, known = without_rounding(stage, visited, max(known.error, self.target))
        self.point = cast(SmoothPoint, here)
        reason = met(known.error, self.target, known)
        if reason:
            figures = known.error, here.objective - known.error, max(count, 1), reason, True
            self.models.append(Model.of(stage.penalty.strength, here, *figures))
            self.trail = _longer(self.trail, stage.penalty.strength, self.point)
        return bool(reason)

    def _gather(self, alpha: float) -> None:
        """See to it that the columns are there that may be in use next."""
        problem, used = self.problem, self.point.w != 0.0
        limit = problem.weights * problem.penalty.slope_at_zero()
        pulled, level = pulls(problem.penalty, self.point.z), np.zeros(used.size)
        np.divide(pulled, limit, out=level, where=problem.included)
        room = int(PLAYING * max(int(np.count_nonzero(used)), SOME))
        wanted = used | (level >= alpha)
        room += int(np.count_nonzero(wanted))
        wanted[smallest(-level, min(room, level.size))] = True
        wanted &= problem.included
        if np.count_nonzero(self.known | wanted) > SPARE * np.count_nonzero(wanted) + 1:
            self.columns = problem.design.gathering()
            self.known = np.zeros_like(wanted)
        self.columns.extend(np.flatnonzero(wanted & ~self.known))
        self.known |= wanted


def _longer(
    trail: list[tuple[float, SmoothPoint]], alpha: float, point: SmoothPoint
) -> list[tuple[float, SmoothPoint]]:
    """The last two solutions, of which one is new."""
    return [*trail[-1:], (alpha, point)]
