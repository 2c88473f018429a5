"""Problems of any smooth loss: a class label, a count, data with outliers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np

from skl1.compiled.lazy import lazy
from skl1.designs import TableDesign, make_design
from skl1.designs.table import adjoints
from skl1.losses import Loss
from skl1.losses.elementwise import EVALUATION, looked, mean_along
from skl1.problems.coordinates import Directions, View
from skl1.problems.free_null import bounded_null
from skl1.problems.leaving import rests_from
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.problems.unpenalised import Refit, Unpenalised, floored

NONE = np.zeros(0, dtype=np.intp)
#: Models whose predictions are held at once.
TOGETHER = 10


@dataclass(frozen=True)
class SmoothPoint(Point):
    """A point of a problem of any loss, with what is known of each sample.

    Attributes
    ----------
    predictions : ndarray of shape (n_samples,)
        With the best intercept, and with what is refitted besides.
    slopes, curvatures : ndarray of shape (n_samples,)
        The derivatives of the loss in the prediction.
    level : float
        The intercept for X centred.
    along : ndarray
        Coordinates of what is refitted besides the intercept.
    views : list of View
        What coordinate steps need of the data here, once they have been asked for. It is the same
        under another penalty.
    """

    predictions: np.ndarray
    slopes: np.ndarray
    curvatures: np.ndarray
    level: float
    along: np.ndarray
    views: list[View] = field(default_factory=list, compare=False, repr=False)

    def view(self, problem: SmoothProblem) -> View:
        if not self.views:
            self.views.append(View(problem, self))
        return self.views[0]


class SmoothProblem(Problem):
    """minimise over w and b  ``sum_i s_i f(y_i, x_i . w + b) + sum_j u_j g(w_j)``.

    The weights s sum to one. The intercept is refitted at each point, so that nothing else needs
    to know of it; of a problem beside free features these too.
    """

    any_loss = True
    design: TableDesign

    def __init__(self, design, penalty, penalty_weights, **more):
        super().__init__(design, penalty, penalty_weights, **more)
        if wrong := self.loss.check(design.response[design.weights > 0.0]):
            raise ValueError(f"{wrong}.")

    @lazy
    def refitted_part(self) -> Unpenalised:
        """The intercept, and the free features that this problem is beside."""
        return Unpenalised(self.loss, self.design, NONE)

    def at(self, w: np.ndarray, start: tuple[float, np.ndarray] | None = None) -> SmoothPoint:
        """Gradient, objective and predictions at w: a pass over the data forth and one back.

        ``start`` is a guess of the intercept and of what is refitted besides.
        """
        return self.with_fit(w, self.design.forward(w), *(start or self.refitted_part.usual))

    def with_fit(self, w, t: np.ndarray, level: float, along: np.ndarray) -> SmoothPoint:
        """The point at w whose predictions are t, but for what is refitted: a pass back."""
        return self._beside_fit(w, self.refitted_part.refit(t, level, along))

    def _beside_fit(self, w: np.ndarray, fit: Refit) -> SmoothPoint:
        z = -self.design.adjoint(fit.samples[1], self.among)
        z[~self.included] = 0.0
        return self._point(w, z, fit)

    def _point(self, w: np.ndarray, z: np.ndarray, fit: Refit) -> SmoothPoint:
        t, level, along, (loss, slopes, curvatures) = fit
        objective = loss + self.penalty_value(w)
        return SmoothPoint(w, z, loss, objective, t, slopes, curvatures, level, along)

    def at_all(self, W: np.ndarray, fits: np.ndarray, starts: list) -> list[SmoothPoint]:
        """The points at the rows of W, whose predictions are known but for what is refitted.

        By one pass back for all of them.
        """
        refits = [
            self.refitted_part.refit(t, *start) for t, start in zip(fits, starts, strict=True)
        ]
        Z = adjoints([self.design], [np.stack([-fit.samples[1] for fit in refits])])[0]
        Z[:, ~self.included] = 0.0
        return [self._point(*each) for each in zip(W, Z, refits, strict=True)]

    def look(self, t: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """``(loss, slopes, curvatures)`` of predictions."""
        return looked(self.loss, self.design.response, self.design.weights, t)

    def mean_along(self, t: np.ndarray, e: np.ndarray, step: float) -> float:
        """The loss of the predictions t + step e."""
        design = self.design
        run = mean_along.sized(EVALUATION * t.size, self.loss)
        return float(run(self.loss, design.response, design.weights, t, e, step))

    def intercept(self, w: np.ndarray, near: Point | None = None) -> float:
        part = self.refitted_part
        start, along = part.usual
        if isinstance(near, SmoothPoint):
            start = near.level
            if not near.along.size and np.array_equal(near.w, w):
                return start - float(self.design.x_mean @ w)
        found = part.refit(self.design.forward(w), start, along)
        return found.level - float(self.design.x_mean @ w)

    def intercepts(self, W: np.ndarray) -> np.ndarray:
        part, design = self.refitted_part, self.design
        if not design.fit_intercept:
            return np.zeros(len(W))
        level, along = part.usual
        levels = []  # each near the one before, on a path
        for first in range(0, len(W), TOGETHER):
            some, columns = W[first : first + TOGETHER], design.gathering()
            columns.extend(np.flatnonzero(some.any(axis=0)))
            for t in columns.fits(some[:, columns.features]):
                level = part.refit(t, level, along).level
                levels.append(level)
        return np.array(levels) - W @ design.x_mean

    def excess_of(self, w: np.ndarray, intercept: float) -> float:
        t = self.design.forward(w) + float(self.design.x_mean @ w) + intercept
        return max(self.look(t)[0] - self.at(w).loss, 0.0)

    def explained(self, loss: float) -> float:
        return 1.0 - loss / self.level_loss if self.level_loss > 0.0 else 0.0

    @lazy
    def level_loss(self) -> float:
        """The loss of the intercept alone."""
        part = self.refitted_part
        if part.columns.size:
            part = Unpenalised(self.loss, self.design, NONE)
        return part.usual_fit.samples[0]

    def bends(self, point: Point) -> np.ndarray:
        # With the intercept and what else is refitted, to second order.
        here = cast(SmoothPoint, point)
        bend = floored(self.loss, here.slopes, here.curvatures)
        return Directions(self.refitted_part, bend).norms()

    def hessian_of(self, point: Point, features: np.ndarray) -> np.ndarray:
        curvatures = cast(SmoothPoint, point).curvatures
        rows = Directions(self.refitted_part, curvatures).columns(features)
        half = rows * np.sqrt(self.design.weights * curvatures)
        return half @ half.T

    @property
    def size(self) -> float:
        return float(np.sqrt(2.0 * self.null.loss))

    def rests_from(self, top: float) -> float:
        return rests_from(self, top)

    @property
    def reach(self) -> float:
        return float(np.sqrt(2.0 * self.null.loss / self._usual_bend))

    @property
    def strain(self) -> float:
        return float(np.sqrt(2.0 * self.null.loss * self._usual_bend))

    @lazy
    def _usual_bend(self) -> float:
        """The mean curvature at the null model."""
        return float(self.design.weights @ self.null.curvatures) or 1.0

    @lazy
    def null(self) -> SmoothPoint:
        w = np.zeros(self.design.n_features)
        if not self.has_free:
            return self._beside_fit(w, self.refitted_part.usual_fit)
        w = bounded_null(self) if self.binds_free else self.core.lift_exactly(w)
        return self.at(w)

    def slope_size(self, point: SmoothPoint) -> float:
        """The root mean square of the slopes."""
        return float(np.sqrt(self.design.weights @ (point.slopes * point.slopes)))

    def beside(self, refitted: np.ndarray) -> SmoothProblem:
        key = refitted.tobytes()
        if key not in self.made:
            part = Unpenalised(self.loss, self.design, np.flatnonzero(refitted))
            self.made[key] = part, {}
        part, made = self.made[key]
        weights = self._weights_of(self.included & ~self.free)
        other = cast(SmoothProblem, self._like(self.design, weights))
        other.refitted_part, other.made = part, made
        return other

    def lift(self, w: np.ndarray) -> np.ndarray:
        return self.lift_exactly(w)

    def lift_exactly(self, w: np.ndarray) -> np.ndarray:
        part = self.refitted_part
        if not part.columns.size:
            return w
        lifted = w.copy()
        lifted[part.columns] = part.coefficients(self.at(w).along)
        return lifted

    @property
    def weak(self) -> np.ndarray:
        part = self.refitted_part
        return part.span.weak if part.columns.size else NONE


def on_features(problem: SmoothProblem, features: np.ndarray) -> SmoothProblem:
    """The problem of some features alone, on their columns."""
    design, penalty = problem.design, problem.penalty.of(features)
    X = np.asfortranarray(design.columns(features))
    few = make_design(X, design.response, design.weights, design.fit_intercept)
    return SmoothProblem(few, penalty, problem.weights[features], loss=problem.loss)


def with_loss(problem: Problem, loss: Loss) -> SmoothProblem:
    """The same data, penalty and weights with another loss."""
    weights = np.where(problem.included, problem.weights, np.inf)
    lower, upper = problem.bounds
    return SmoothProblem(
        problem.design, problem.penalty, weights, lower=lower, upper=upper, loss=loss
    )
