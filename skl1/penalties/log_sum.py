"""The logarithmic penalty."""

from __future__ import annotations

from math import copysign, expm1, inf, log1p, sqrt

from skl1.penalties.base import ConcavePenalty
from skl1.penalties.numerical import better_end

#: Bisections of [0, 1] down to half of the digits of a number.
BISECTIONS = 30
#: The largest number whose exponential is one.
LARGEST = 709.0


class LogSum(ConcavePenalty):
    """``g(w) = alpha log(1 + |w| / epsilon)``, epsilon > 0 (Candes, Wakin and Boyd 2008, eq. 10).

    With ``l = step * alpha`` the stationary points of ``(w - z)^2 / 2 + l log(1 + w / epsilon)``
    solve ``(w - z) (w + epsilon) + l = 0``. The larger root is the minimiser if the scalar problem
    is convex, ``l <= epsilon^2``; else the minimiser jumps to it, where its value is below that
    of 0.
    """

    alpha: float
    epsilon: float

    @property
    def proportional(self) -> bool:
        return True

    def value(self, w):
        return self.alpha * log1p(abs(w) / self.epsilon)

    def prox(self, z, step):
        # In units of epsilon: w^2 + (1 - size) w + level - size = 0.
        size = abs(z) / self.epsilon
        level = step * self.alpha / self.epsilon / self.epsilon
        if level == 0.0:
            return z
        if size <= (level if level <= 1.0 else 2.0 * sqrt(level) - 1.0):
            return 0.0
        half, middle, bound = 0.5 * (size - 1.0), 0.5 * (size + 1.0), sqrt(level)
        root = sqrt(max(middle - bound, 0.0)) * sqrt(middle + bound)
        # The roots have the product level - size, which gives the larger one without cancellation.
        w = half + root if half >= 0.0 else (size - level) / (root - half)
        if 2.0 * w > size:
            w = size - level / (1.0 + w)  # keeps the digits of a small shrinkage
        if level > 1.0 and 0.5 * w - size + level * (log1p(w) / w) >= 0.0:
            return 0.0
        return copysign(w * self.epsilon, z)

    def prox_up_to(self, size, step, most):
        return better_end(self, size, step, most)

    def slope_at_zero(self):
        return self.alpha / self.epsilon

    def slope(self, w):
        return copysign(self.alpha / (abs(w) + self.epsilon), w)

    def curvature(self, w):
        return -self.alpha / (abs(w) + self.epsilon) / (abs(w) + self.epsilon)

    def alpha_max(self, pull, curvature, weight):
        # Zero is optimal if level log1p(w) >= size w - w^2 / 2 for all w. For size > 1 the ratio is
        # largest at a w = share * size between 0 and size; it is flat there, so that half of the
        # digits of w give all of the level.
        size = pull / curvature / self.epsilon
        level = size
        if size > 1.0:
            low, high = 0.0, 1.0
            for _ in range(BISECTIONS):
                share = 0.5 * (low + high)
                w = share * size
                rises = (1.0 - share) * (1.0 + w) * log1p(w) > w * (1.0 - 0.5 * share)
                low, high = (share, high) if rises else (low, share)
            w = high * size
            level = size * max(w / log1p(w) * (1.0 - 0.5 * high), 1.0)
        return level * self.epsilon * (self.epsilon * curvature / weight)

    def threshold(self, step):
        # Below it no point but 0 is stationary; the minimiser leaves 0 a little above.
        level = step * self.alpha / self.epsilon / self.epsilon
        return self.epsilon * (level if level <= 1.0 else 2.0 * sqrt(level) - 1.0)

    def reach(self, value):
        if self.alpha == 0.0 or value / self.alpha > LARGEST:
            return inf
        return self.epsilon * expm1(value / self.alpha)

    def relaxed(self, share):
        return LogSum(self.alpha, self.epsilon / (1.0 - share))
