"""Nonconvex penalties: l_p for every 0 <= p <= 1."""

from __future__ import annotations

from math import acos, copysign, cos, inf, log, sqrt

from skl1.compiled import formula
from skl1.penalties.base import ConcavePenalty
from skl1.penalties.numerical import better_end, soft_threshold

#: Below it a product is taken apart.
SMALL = 1e-290
#: The largest number whose exponential is one.
LARGEST = 709.0


class Lp(ConcavePenalty):
    """``g(w) = alpha |w|^p``, 0 <= p <= 1 (p = 0: alpha if w != 0).

    With ``l = step * alpha`` the global minimiser of ``(w - z)^2 / 2 + l |w|^p`` jumps from 0
    to ``b = (2 l (1-p))^(1/(2-p))`` where ``|z|`` passes ``(2-p) / (2 (1-p)) b``. The nonzero
    *local* minimiser exists below that threshold already, but is worse than 0 there.

    Closed forms for p = 1/2 (Xu, Chang, Xu and Zhang 2012, with l halved: they have no 1/2
    before the square) and 2/3 (Cao, Sun and Xu 2013), in forms that do not cancel for large z.
    """

    alpha: float
    p: float

    @property
    def proportional(self) -> bool:
        return True

    @property
    def order(self) -> float:
        return 2.0 - self.p

    def value(self, w):
        # 0^0 counts as 0 here: a zero coefficient costs nothing at p = 0 either.
        return self.alpha * abs(w) ** self.p if w != 0.0 else 0.0

    def prox(self, z, step):
        level = step * self.alpha
        size = abs(z)
        if self.p == 1.0:
            return soft_threshold(z, level)
        if size <= lp_threshold(level, self.p):
            return 0.0
        if self.p == 0.0 or level == 0.0:
            return z
        if self.p == 0.5:
            angle = acos(-0.75 * sqrt(3.0) * level / (size * sqrt(size)))
            return z * (2.0 / 3.0) * (1.0 + cos((2.0 / 3.0) * angle))
        if abs(self.p - 2.0 / 3.0) < 1e-15:
            return copysign(two_thirds_root(size, level), z)
        return copysign(lp_root(size, level, self.p), z)

    def prox_up_to(self, size, step, most):
        return better_end(self, size, step, most)

    def slope_at_zero(self):
        return self.alpha if self.p == 1.0 else inf

    def slope(self, w):
        if self.p == 0.0:
            return 0.0
        return copysign(self.alpha * self.p * abs(w) ** (self.p - 1.0), w)

    def curvature(self, w):
        if self.p * (1.0 - self.p) == 0.0:
            return 0.0
        return self.alpha * self.p * (self.p - 1.0) * abs(w) ** (self.p - 2.0)

    def alpha_max(self, pull, curvature, weight):
        if self.p == 1.0:
            return pull / weight
        # Zero is optimal for z = pull / curvature while z <= threshold(alpha weight / curvature).
        jump = 2.0 * (1.0 - self.p) / (2.0 - self.p) * pull / curvature
        return curvature * jump ** (2.0 - self.p) / (2.0 * (1.0 - self.p) * weight)

    def threshold(self, step):
        level = step * self.alpha
        if self.p == 1.0:
            return level
        return lp_threshold(level, self.p)

    def reach(self, value):
        if self.alpha == 0.0:
            return inf
        share = value / self.alpha
        if self.p == 0.0:
            return 0.0 if share < 1.0 else inf
        if share == 0.0 or log(share) > LARGEST * self.p:
            return 0.0 if share == 0.0 else inf
        return share ** (1.0 / self.p)

    def relaxed(self, share):
        return Lp(self.alpha, self.p + share * (1.0 - self.p))


@formula
def lp_threshold(level, p):
    """Where the global minimiser of ``(w - z)^2 / 2 + level |w|^p`` leaves zero, p < 1."""
    power, room = 1.0 / (2.0 - p), 2.0 * (1.0 - p)
    if level * room < SMALL:  # the product may underflow to 0, and the threshold must not
        return (2.0 - p) / room * room**power * level**power
    return (2.0 - p) / room * (level * room) ** power


@formula
def two_thirds_root(size, level):
    """The larger root of ``b + 2/3 level b^(-1/3) = size`` by Ferrari's quartic.

    In units of ``size``, so that no power over- or underflows.
    """
    ratio = level / size / size ** (1.0 / 3.0)
    eighth = 8.0 / 729.0 * ratio * ratio * ratio
    cube = 0.0625 + sqrt(max(0.00390625 - eighth, 0.0))
    root = cube ** (1.0 / 3.0)
    resolvent = root + eighth ** (1.0 / 3.0) / root
    half = sqrt(2.0 * resolvent)
    whole = half + sqrt(max(2.0 / half - 2.0 * resolvent, 0.0))
    return size * 0.125 * whole * whole * whole


@formula
def lp_root(size, level, p):
    """The larger root of ``b + level p b^(p-1) = size``, by Newton's method from the right.

    The left side is convex in b > 0 and its slope is positive at the larger root, so the
    iterates fall monotonically from ``b = size`` to it.
    """
    b = size
    for _ in range(100):
        pulled = level * p * b ** (p - 1.0)
        change = (b + pulled - size) / (1.0 + (p - 1.0) * pulled / b)
        b -= change
        if change <= 1e-16 * b:
            break
    return b
