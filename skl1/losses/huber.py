"""The Huber loss, for responses with outliers."""

from __future__ import annotations

from math import inf

from skl1.losses.base import Loss

#: A slope may be beyond delta by this share for no other reason than rounding.
ROUNDING = 1e-15


class Huber(Loss):
    """Half the square of ``y - t`` up to ``delta``, from there on a straight line."""

    delta: float

    @property
    def unit(self) -> float:
        return self.delta

    @property
    def curvature_bound(self) -> float:
        return 1.0

    def value(self, y, t):
        size = abs(t - y)
        if size <= self.delta:
            return 0.5 * size * size
        return self.delta * (size - 0.5 * self.delta)

    def slope(self, y, t):
        return min(max(t - y, -self.delta), self.delta)

    def curvature(self, y, t):
        return 1.0 if abs(t - y) <= self.delta else 0.0

    def constant(self, mean):
        return mean

    def conjugate(self, y, v):
        if abs(v) > self.delta * (1.0 + ROUNDING):
            return inf
        return v * (y + 0.5 * v)
