"""Any penalty with a squared term beside it."""

from __future__ import annotations

import numpy as np

from skl1.penalties.base import ConvexPenalty, Penalty, replaced
from skl1.penalties.convex import half_square_over


class Ridged(ConvexPenalty):
    """``g(w) = inner.g(w) + l2 / 2 w^2``.

    Completing the square, its prox is that of the inner penalty for ``z / (1 + step l2)`` with the
    step ``step / (1 + step l2)``. It has a conjugate if the inner penalty is ``kink |w|``, and is
    convex for our purposes only then.
    """

    inner: Penalty
    l2: float

    @property
    def convex(self) -> bool:
        return self.inner.convex and self.inner.constant_curvature is not None

    @property
    def superlinear(self) -> bool:
        return True

    @property
    def constant_curvature(self) -> float | None:
        inner = self.inner.constant_curvature
        return None if inner is None else inner + self.l2

    @property
    def one_sided(self) -> bool:
        return self.inner.one_sided

    @property
    def strength(self) -> float:
        return self.inner.strength

    @property
    def order(self) -> float:
        return self.inner.order

    @property
    def ridge(self) -> float:
        return self.l2

    def value(self, w):
        return self.inner.value(w) + 0.5 * self.l2 * w * w

    def prox(self, z, step):
        # In a form that an infinite step does not make NaN.
        left = step / (1.0 + step * self.l2) if step < 1.0 else 1.0 / (1.0 / step + self.l2)
        return self.inner.prox(z / (1.0 + step * self.l2), left)

    def slope_at_zero(self):
        return self.inner.slope_at_zero()

    def pull(self, z):
        return self.inner.pull(z)

    def project(self, w):
        return self.inner.project(w)

    def derivative(self, w):
        return self.inner.derivative(w) + self.l2 * w

    def curvature(self, w):
        return self.inner.curvature(w) + self.l2

    def alpha_max(self, pull, curvature, weight):
        return self.inner.alpha_max(pull, curvature + weight * self.l2, weight)

    def conjugate(self, z, weight):
        excess = np.maximum(self.inner.pull(z) - weight * self.inner.slope_at_zero(), 0.0)
        return half_square_over(excess, weight * (self.inner.constant_curvature + self.l2))

    def descent(self, w, slope, weight):
        return self.inner.descent(w, slope + weight * self.l2 * w, weight)

    def threshold(self, step):
        shrink = 1.0 + step * self.l2
        return shrink * self.inner.threshold(step / shrink)

    def reach(self, value):
        near = self.inner.reach(value)
        return np.minimum(near, np.sqrt(2.0 * value / self.l2)) if self.l2 > 0.0 else near

    def chord(self, reach):
        return self.inner.chord(reach)

    def with_alpha(self, alpha):
        return replaced(self, inner=self.inner.with_alpha(alpha))

    def relaxed(self, share):
        return Ridged(self.inner.relaxed(share), self.l2)
