"""Convex penalties: L1, elastic net, squared L2."""

from __future__ import annotations

from math import copysign, inf

from skl1.compiled import formula
from skl1.penalties.base import ConvexPenalty
from skl1.penalties.numerical import soft_threshold


class L1(ConvexPenalty):
    """``g(w) = alpha |w|``."""

    alpha: float

    @property
    def proportional(self) -> bool:
        return True

    @property
    def superlinear(self) -> bool:
        return False

    @property
    def constant_curvature(self) -> float:
        return 0.0

    def value(self, w):
        return self.alpha * abs(w)

    def prox(self, z, step):
        return soft_threshold(z, step * self.alpha)

    def slope_at_zero(self):
        return self.alpha

    def threshold(self, step):
        return step * self.alpha

    def slope(self, w):
        return copysign(self.alpha, w)

    def curvature(self, w):
        return 0.0

    def alpha_max(self, pull, curvature, weight):
        return pull / weight

    def conjugate(self, z, weight):
        return 0.0 if abs(z) <= weight * self.alpha else inf

    def descent(self, w, slope, weight):
        if w == 0.0:
            return soft_threshold(slope, weight * self.alpha)
        return slope + weight * copysign(self.alpha, w)


class ElasticNet(ConvexPenalty):
    """``g(w) = alpha (l1_ratio |w| + (1 - l1_ratio) / 2 w^2)``, 0 < l1_ratio < 1."""

    alpha: float
    l1_ratio: float

    @property
    def proportional(self) -> bool:
        return True

    @property
    def constant_curvature(self) -> float:
        return self.alpha * (1.0 - self.l1_ratio)

    def value(self, w):
        return self.alpha * (self.l1_ratio * abs(w) + 0.5 * (1.0 - self.l1_ratio) * w * w)

    def prox(self, z, step):
        shrunk = soft_threshold(z, step * self.alpha * self.l1_ratio)
        return shrunk / (1.0 + step * self.alpha * (1.0 - self.l1_ratio))

    def slope_at_zero(self):
        return self.alpha * self.l1_ratio

    def slope(self, w):
        return self.alpha * (copysign(self.l1_ratio, w) + (1.0 - self.l1_ratio) * w)

    def curvature(self, w):
        return self.alpha * (1.0 - self.l1_ratio)

    def alpha_max(self, pull, curvature, weight):
        return pull / (weight * self.l1_ratio)

    def conjugate(self, z, weight):
        excess = max(abs(z) - weight * self.slope_at_zero(), 0.0)
        return half_square_over(excess, weight * self.alpha * (1.0 - self.l1_ratio))

    def descent(self, w, slope, weight):
        slope = slope + weight * self.alpha * (1.0 - self.l1_ratio) * w
        if w == 0.0:
            return soft_threshold(slope, weight * self.alpha * self.l1_ratio)
        return slope + weight * copysign(self.alpha * self.l1_ratio, w)


class SquaredL2(ConvexPenalty):
    """``g(w) = alpha / 2 w^2``."""

    alpha: float

    @property
    def proportional(self) -> bool:
        return True

    @property
    def constant_curvature(self) -> float:
        return self.alpha

    def value(self, w):
        return 0.5 * self.alpha * w * w

    def prox(self, z, step):
        return z / (1.0 + step * self.alpha)

    def slope_at_zero(self):
        return 0.0

    def slope(self, w):
        return self.alpha * w

    def curvature(self, w):
        return self.alpha

    def alpha_max(self, pull, curvature, weight):
        return inf if pull > 0.0 else 0.0

    def conjugate(self, z, weight):
        return half_square_over(z, weight * self.alpha)

    def descent(self, w, slope, weight):
        return slope + weight * self.alpha * w


def elastic_net(alpha: float, l1_ratio: float) -> ConvexPenalty:
    """The elastic net, or what it is at either end of ``l1_ratio``."""
    if l1_ratio == 1.0:
        return L1(alpha)
    return SquaredL2(alpha) if l1_ratio == 0.0 else ElasticNet(alpha, l1_ratio)


@formula
def half_square_over(z, curvature):
    """``z^2 / (2 curvature)``, the conjugate of ``curvature / 2 w^2``; 0 / 0 is 0."""
    if z == 0.0:
        return 0.0
    return 0.5 * z * z / curvature if curvature > 0.0 else inf
