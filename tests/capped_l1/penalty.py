"""The capped L1 penalty."""

from math import copysign

import numpy as np

from skl1.penalties import Penalty


class CappedL1(Penalty):
    """``g(w) = alpha min(|w|, cap)``."""

    alpha: float
    cap: float

    def value(self, w):
        return self.alpha * np.minimum(np.abs(w), self.cap)

    def prox(self, z, step):
        size, level = abs(z), step * self.alpha
        near = min(max(size - level, 0.0), self.cap)
        far = max(size, self.cap)
        cost = 0.5 * (near - size) ** 2 + level * near
        return copysign(near if cost <= 0.5 * (far - size) ** 2 + level * self.cap else far, z)

    def slope_at_zero(self):
        return self.alpha

    def derivative(self, w):
        return np.where(np.abs(w) < self.cap, self.alpha * np.sign(w), 0.0)

    def curvature(self, w):
        return np.zeros_like(w)

    def alpha_max(self, pull, curvature, weight):
        size = pull / curvature
        return np.maximum(size, 0.5 * size * size / self.cap) * (curvature / weight)
