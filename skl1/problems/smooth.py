"""Problems of any smooth loss: a class label, a count, data with outliers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy.linalg import lstsq

from skl1.compiled.lazy import lazy
from skl1.designs import TableDesign
from skl1.losses.elementwise import EVALUATION, level, looked, mean_along
from skl1.problems.point import Point
from skl1.problems.problem import Problem

#: Newton steps at most for the free columns, and halvings of such a step.
STEPS, HALVINGS = 60, 40
#: A correlation below this share of the lengths of column and residual is zero.
ORTHOGONAL = 1e-15
#: Singular values below this share of the largest belong to columns that depend on others.
DEPENDENT = 1e-12
#: Curvatures in a quadratic model are no smaller than this share of their mean.
LEAST = 1e-3


@dataclass(frozen=True)
class SmoothPoint(Point):
    """A point of a problem of any loss, with what is known of each sample.

    Attributes
    ----------
    predictions : ndarray of shape (n_samples,)
        ``x_i . w + b``, with the best intercept b.
    slopes, curvatures : ndarray of shape (n_samples,)
        The derivatives of the loss in the prediction.
    """

    predictions: np.ndarray
    slopes: np.ndarray
    curvatures: np.ndarray


class SmoothProblem(Problem):
    """minimise over w and b  ``sum_i s_i f(y_i, x_i . w + b) + sum_j u_j g(w_j)``.

    The weights s sum to one. The intercept is refitted at each point, so that nothing else needs
    to know of it. Free features stay part of the problem: solvers minimise over them too.
    """

    any_loss = True
    sets_aside = False  # type: ignore[assignment]
    design: TableDesign

    def at(self, w: np.ndarray) -> SmoothPoint:
        """Gradient, objective and predictions at w: a pass over the data forth and one back."""
        t = self.fit(w)
        loss, slopes, curvatures = self.look(t)
        z = -self.design.adjoint(slopes, self.among)
        z[~self.included] = 0.0
        objective = loss + self.penalty_value(w)
        return SmoothPoint(w, z, loss, objective, t, slopes, curvatures)

    def fit(self, w: np.ndarray) -> np.ndarray:
        """The predictions at w, with the best intercept."""
        t = self.design.forward(w)
        return t + self.level(t, self.usual)

    def look(self, t: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """``(loss, slopes, curvatures)`` of predictions."""
        return looked(self.loss, self.design.response, self.design.weights, t)

    def level(self, t: np.ndarray, start: float = 0.0) -> float:
        """The best shift of predictions; 0 where there is no intercept."""
        design = self.design
        if not design.fit_intercept:
            return 0.0
        return level(self.loss, design.response, design.weights, t, start)

    @lazy
    def usual(self) -> float:
        """The best prediction without any feature."""
        return self.level(np.zeros(self.design.n_samples))

    def intercept(self, w: np.ndarray) -> float:
        return self.level(self.design.forward(w), self.usual) - float(self.design.x_mean @ w)

    def intercepts(self, W: np.ndarray) -> np.ndarray:
        return np.array([self.intercept(w) for w in W])

    def excess_of(self, w: np.ndarray, intercept: float) -> float:
        t = self.fit(w)
        shift = intercept - self.intercept(w)
        return max(self.mean_along(t, np.ones_like(t), shift) - self.look(t)[0], 0.0)

    def mean_along(self, t: np.ndarray, e: np.ndarray, step: float) -> float:
        """The loss of the predictions t + step e."""
        design = self.design
        run = mean_along.sized(EVALUATION * t.size)
        return float(run(self.loss, design.response, design.weights, t, e, step))

    def bends(self, point: Point) -> np.ndarray:
        # The curvatures' mean for each sample's: the second derivative itself takes a pass.
        curvatures = cast(SmoothPoint, point).curvatures
        return self.design.norms * float(self.design.weights @ curvatures)

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
        point = self.at(np.zeros(self.design.n_features))
        return self.with_free(point) if self.has_free else point

    @property
    def core(self) -> Problem:  # type: ignore[override]
        return self

    def with_free(self, point: SmoothPoint) -> SmoothPoint:
        """The point with the free coefficients refitted: Newton's method on a few columns."""
        free = np.flatnonzero(self.free)
        design, s = self.design, self.design.weights
        columns, lengths = design.columns(free), design.lengths[free]
        t, w = point.predictions, point.w.copy()
        loss, slopes, curvatures = self.look(t)
        for _ in range(STEPS):
            pull = -columns.T @ (s * slopes)
            moving = pull > 0.0 if self.one_sided else np.ones(free.size, dtype=bool)
            moving |= w[free] != 0.0
            strain = np.sqrt(s @ (slopes * slopes))
            if np.all(np.abs(pull[moving]) <= ORTHOGONAL * lengths[moving] * strain):
                break
            step = np.zeros(free.size)
            step[moving] = newton(columns[:, moving], s, slopes, curvatures, design.fit_intercept)
            share = 1.0
            for _ in range(HALVINGS):
                new = w.copy()
                new[free] = self.clip_some(w[free] + share * step)
                fitted = t + columns @ (new[free] - w[free])
                fitted += self.level(fitted)
                found = self.look(fitted)
                if found[0] < loss:
                    break
                share *= 0.5
            else:
                break
            w, t = new, fitted
            loss, slopes, curvatures = found
        return self.at(w)

    def clip_some(self, w: np.ndarray) -> np.ndarray:
        """Some of the coefficients, within their bounds."""
        return np.maximum(w, 0.0) if self.one_sided else w


def newton(columns, weights, slopes, curvatures, centred: bool) -> np.ndarray:
    """The Newton step of a few coefficients and, where columns are centred, the intercept."""
    v = weights * floored(curvatures, weights)
    if centred:
        columns = columns - v @ columns / v.sum()
    root = np.sqrt(v)
    block = columns * root[:, None]
    units = np.sqrt(np.einsum("ij,ij->j", block, block))
    units[units == 0.0] = 1.0
    target = np.divide(weights * slopes, root, out=np.zeros(root.size), where=root > 0.0)
    return -lstsq(block / units, target, cond=DEPENDENT, check_finite=False)[0] / units


def floored(curvatures: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Curvatures for a quadratic model that has a minimum, as none of them is zero.

    The slope of a sample enters as it is. Where it has less curvature than a small share of the mean,
    the model changes little by having that much.
    """
    mean = float(weights @ curvatures)
    return np.maximum(curvatures, LEAST * mean) if mean > 0.0 else np.ones_like(curvatures)
