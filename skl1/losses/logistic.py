"""The logistic loss, of a class label."""

from __future__ import annotations

from math import exp, inf, log, log1p

from skl1.losses.base import Loss

#: A probability may be beyond 0 or 1 by so much for no other reason than rounding.
ROUNDING = 1e-15


class Logistic(Loss):
    """``f(y, t) = log(1 + exp(t)) - y t``, for y of 0 or 1: t are the log-odds of 1."""

    @property
    def likelihood(self) -> bool:
        return True

    @property
    def endless(self) -> bool:
        return True

    @property
    def gradual(self) -> bool:
        return True

    @property
    def curvature_bound(self) -> float:
        return 0.25

    def value(self, y, t):
        # Of the larger of the two exponents nothing may overflow.
        return max(t, 0.0) - y * t + log1p(exp(-abs(t)))

    def slope(self, y, t):
        # Plus or minus the probability of the other class: that of y = 1 less 1 would cancel. All
        # methods have the same exponential, which is found once where they are called together.
        odds = exp(-abs(t))
        wrong = 1.0 / (1.0 + odds) if (t >= 0.0) != (y == 1.0) else odds / (1.0 + odds)
        return -wrong if y == 1.0 else wrong

    def curvature(self, y, t):
        odds = exp(-abs(t))
        return odds / ((1.0 + odds) * (1.0 + odds))

    def conjugate(self, y, v):
        # The entropy of the probability y + v and its complement.
        found = 0.0
        for share in (y + v, 1.0 - y - v):
            if share < -ROUNDING:
                return inf
            if share > 0.0:
                found += share * log(share)
        return found

    def constant(self, mean):
        return log(mean / (1.0 - mean)) if 0.0 < mean < 1.0 else 0.0

    def check(self, y):
        if not ((y == 0.0) | (y == 1.0)).all():
            return "y must be 0 or 1 for each sample"
        return ""
