"""The capped L1 penalty."""

from math import copysign

from skl1.penalties import Penalty


class CappedL1(Penalty):
    """``g(w) = alpha min(|w|, cap)``."""

    alpha: float
    cap: float

    def value(self, w):
        return self.alpha * min(abs(w), self.cap)

    def prox(self, z, step):
        size, level = abs(z), step * self.alpha
        near = min(max(size - level, 0.0), self.cap)
        far = max(size, self.cap)
        cost = 0.5 * (near - size) ** 2 + level * near
        return copysign(near if cost <= 0.5 * (far - size) ** 2 + level * self.cap else far, z)
