"""The minimax concave penalty."""

from __future__ import annotations

from math import copysign, inf, sqrt

from skl1.compiled import formula
from skl1.penalties.base import ConcavePenalty
from skl1.penalties.numerical import better_end, soft_threshold


class MCP(ConcavePenalty):
    """The minimax concave penalty (Zhang 2010), gamma > 1.

    ``g(w) = alpha |w| - w^2 / (2 gamma)`` up to ``|w| = gamma alpha``, and
    ``gamma alpha^2 / 2`` beyond.

    The prox is Zhang's firm threshold where ``step < gamma``. Otherwise the scalar problem is
    concave up to ``gamma alpha``, so that its minimiser is 0 or lies beyond: a hard threshold.
    """

    alpha: float
    gamma: float

    def value(self, w):
        near = min(abs(w), self.gamma * self.alpha)
        return near * (self.alpha - 0.5 * near / self.gamma)

    def prox(self, z, step):
        size = abs(z)
        if step >= self.gamma:
            return z if size > self.alpha * sqrt(step) * sqrt(self.gamma) else 0.0
        if size >= self.gamma * self.alpha:
            return z
        return soft_threshold(z, step * self.alpha) / (1.0 - step / self.gamma)

    def prox_up_to(self, size, step, most):
        return better_end(self, size, step, most)

    def slope_at_zero(self):
        return self.alpha

    def slope(self, w):
        return copysign(max(self.alpha - abs(w) / self.gamma, 0.0), w)

    def curvature(self, w):
        # At the end of the bend the steeper side counts: what is convex there is convex for sure.
        return -1.0 / self.gamma if abs(w) <= self.gamma * self.alpha else 0.0

    def alpha_max(self, pull, curvature, weight):
        step = weight / curvature
        if step < self.gamma:
            return pull / weight
        return pull / curvature / sqrt(step * self.gamma)

    def threshold(self, step):
        return self.alpha * min(step, sqrt(step * self.gamma))

    def reach(self, value):
        top = 0.5 * self.gamma * self.alpha * self.alpha
        return bend_reach(value, self.alpha, top) if value < top else inf

    def relaxed(self, share):
        return MCP(self.alpha, self.gamma / (1.0 - share))


@formula
def bend_reach(value, alpha, top):
    """Where a parabola of slope alpha at 0 first attains a value below its maximum ``top``.

    The smaller root of a quadratic, written so that it does not cancel.
    """
    return 2.0 * value / (alpha * (1.0 + sqrt(1.0 - value / top)))
