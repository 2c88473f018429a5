"""The smoothly clipped absolute deviation."""

from __future__ import annotations

from math import copysign, inf, sqrt

from skl1.penalties.base import ConcavePenalty
from skl1.penalties.mcp import bend_reach
from skl1.penalties.numerical import better_end, charge_at, soft_threshold


class SCAD(ConcavePenalty):
    """The smoothly clipped absolute deviation (Fan and Li 2001, whose a is gamma), gamma > 2.

    ``g'`` is alpha up to ``|w| = alpha``, falls linearly to 0 at ``gamma alpha``, and stays there.

    The prox is Fan and Li's where ``step < gamma - 1``. Otherwise the middle piece of the scalar
    problem is concave, and the minimiser jumps over it: from a soft threshold, or from 0.
    """

    alpha: float
    gamma: float

    def value(self, w):
        size = abs(w)
        near = min(size, self.alpha)
        middle = min(max(size, self.alpha), self.gamma * self.alpha) - self.alpha
        return self.alpha * near + middle * (self.alpha - 0.5 * middle / (self.gamma - 1.0))

    def prox(self, z, step):
        size = abs(z)
        level = step * self.alpha
        if step >= self.gamma + 1.0:
            return z if size > self.alpha * sqrt(step) * sqrt(self.gamma + 1.0) else 0.0
        if step >= self.gamma - 1.0:
            jumps = size > 0.5 * (self.alpha * (self.gamma + 1.0) + level)
            return z if jumps else soft_threshold(z, level)
        if size <= self.alpha + level:
            return soft_threshold(z, level)
        if size >= self.gamma * self.alpha:
            return z
        steep = step / (self.gamma - 1.0)
        return soft_threshold(z, steep * self.gamma * self.alpha) / (1.0 - steep)

    def prox_up_to(self, size, step, most):
        # Where the middle piece is concave there may be a minimum before it, at a soft threshold.
        end = better_end(self, size, step, most)
        before = min(max(size - step * self.alpha, 0.0), self.alpha)
        if before >= most or end <= before:
            return end
        least = charge_at(self, before, size, step)
        return before if least <= charge_at(self, end, size, step) else end

    def slope_at_zero(self):
        return self.alpha

    def slope(self, w):
        falling = (self.gamma * self.alpha - abs(w)) / (self.gamma - 1.0)
        return copysign(min(max(falling, 0.0), self.alpha), w)

    def curvature(self, w):
        bent = self.alpha <= abs(w) <= self.gamma * self.alpha
        return -1.0 / (self.gamma - 1.0) if bent else 0.0

    def alpha_max(self, pull, curvature, weight):
        step = weight / curvature
        if step <= self.gamma + 1.0:
            return pull / weight
        return pull / curvature / sqrt(step * (self.gamma + 1.0))

    def threshold(self, step):
        return self.alpha * min(step, sqrt(step * (self.gamma + 1.0)))

    def reach(self, value):
        corner = self.alpha * self.alpha
        top = 0.5 * (self.gamma - 1.0) * corner
        excess = max(value - corner, 0.0)
        if excess >= top:
            return inf
        return min(value, corner) / self.alpha + bend_reach(excess, self.alpha, top)

    def relaxed(self, share):
        return SCAD(self.alpha, 2.0 + (self.gamma - 2.0) / (1.0 - share))
