"""The Poisson loss, of counts."""

from __future__ import annotations

from math import exp, inf, log

import numpy as np

from skl1.losses.base import Loss

#: Largest argument of an exponential that is finite.
HIGHEST = 709.0


class Poisson(Loss):
    """``f(y, t) = exp(t) - y t - y + y log(y)``, for y >= 0: t is the logarithm of the mean.

    Half the unit deviance. Its curvature has no bound.
    """

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
        return inf

    def value(self, y, t):
        if t > HIGHEST:
            return inf
        if y <= 0.0:
            return exp(t)
        # With d = t - log(y) it is y (exp(d) - 1 - d): near the minimum nothing cancels.
        d = t - log(y)
        if abs(d) < 1e-2:
            return y * d * d * (0.5 + d * (1 / 6 + d * (1 / 24 + d * (1 / 120 + d / 720))))
        return exp(t) - y - y * d

    def slope(self, y, t):
        return exp(min(t, HIGHEST)) - y

    def curvature(self, y, t):
        return exp(min(t, HIGHEST))

    def conjugate(self, y, v):
        mean = y + v
        if mean < 0.0:
            return inf
        constant = y - y * log(y) if y > 0.0 else 0.0
        return (mean * log(mean) - mean if mean > 0.0 else 0.0) + constant

    def constant(self, mean):
        return log(mean) if mean > 0.0 else 0.0

    def check(self, y):
        if (y < 0.0).any():
            return (
                f"y must not be negative, got {float(np.min(y)):g}; counts and rates are 0 or "
                "more. For a response of any sign there is ProximalLasso"
            )
        if not (y > 0.0).any():
            return (
                "y must not be zero for all samples: no finite intercept is best then. Give rows "
                "with counts above 0, of a weight above 0"
            )
        return ""
