"""The squared loss."""

from __future__ import annotations

from math import inf

from skl1.losses.base import Loss


class Squared(Loss):
    """``f(y, t) = (t - y)^2 / 2``.

    The only loss for which a design is all that is needed: with a response and weights it answers
    for the sum over the samples.
    """

    @property
    def quadratic(self) -> bool:
        return True

    @property
    def unit(self) -> float:
        return inf

    @property
    def gradual(self) -> bool:
        return True

    @property
    def curvature_bound(self) -> float:
        return 1.0

    def value(self, y, t):
        return 0.5 * (t - y) * (t - y)

    def slope(self, y, t):
        return t - y

    def curvature(self, y, t):
        return 1.0

    def constant(self, mean):
        return mean

    def conjugate(self, y, v):
        return v * (y + 0.5 * v)
