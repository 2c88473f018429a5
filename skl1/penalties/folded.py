"""Folded concave penalties, which end flat: MCP and SCAD."""

from __future__ import annotations

from math import sqrt

import numpy as np

from skl1.penalties.base import Penalty
from skl1.penalties.convex import soft_threshold


class MCP(Penalty):
    """The minimax concave penalty (Zhang 2010), gamma > 1.

    ``g(w) = alpha |w| - w^2 / (2 gamma)`` up to ``|w| = gamma alpha``, and
    ``gamma alpha^2 / 2`` beyond.

    The prox is Zhang's firm threshold where ``step < gamma``. Otherwise the scalar problem is
    concave up to ``gamma alpha``, so that its minimiser is 0 or lies beyond: a hard threshold.
    """

    alpha: float
    gamma: float

    def value(self, w):
        near = np.minimum(np.abs(w), self.gamma * self.alpha)
        return near * (self.alpha - 0.5 * near / self.gamma)

    def prox(self, z, step):
        size = abs(z)
        if step >= self.gamma:
            return z if size > self.alpha * sqrt(step) * sqrt(self.gamma) else 0.0
        if size >= self.gamma * self.alpha:
            return z
        return soft_threshold(z, step * self.alpha) / (1.0 - step / self.gamma)

    def slope_at_zero(self):
        return self.alpha

    def derivative(self, w):
        return np.sign(w) * np.maximum(self.alpha - np.abs(w) / self.gamma, 0.0)

    def curvature(self, w):
        # At the end of the bend the steeper side counts: what is convex there is convex for sure.
        return np.where(np.abs(w) <= self.gamma * self.alpha, -1.0 / self.gamma, 0.0)

    def alpha_max(self, pull, curvature, weight):
        step = weight / curvature
        jump = pull / curvature / np.sqrt(step * self.gamma)
        return np.where(step < self.gamma, pull / weight, jump)

    def threshold(self, step):
        return self.alpha * np.minimum(step, np.sqrt(step * self.gamma))

    def reach(self, value):
        top = 0.5 * self.gamma * self.alpha * self.alpha
        return np.where(value < top, bend_reach(value, self.alpha, top), np.inf)

    def relaxed(self, share):
        return MCP(self.alpha, self.gamma / (1.0 - share))


class SCAD(Penalty):
    """The smoothly clipped absolute deviation (Fan and Li 2001, whose a is gamma), gamma > 2.

    ``g'`` is alpha up to ``|w| = alpha``, falls linearly to 0 at ``gamma alpha``, and stays there.

    The prox is Fan and Li's where ``step < gamma - 1``. Otherwise the middle piece of the scalar
    problem is concave, and the minimiser jumps over it: from a soft threshold, or from 0.
    """

    alpha: float
    gamma: float

    def value(self, w):
        size = np.abs(w)
        near = np.minimum(size, self.alpha)
        middle = np.minimum(np.maximum(size, self.alpha), self.gamma * self.alpha) - self.alpha
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

    def slope_at_zero(self):
        return self.alpha

    def derivative(self, w):
        size = np.abs(w)
        falling = (self.gamma * self.alpha - size) / (self.gamma - 1.0)
        return np.sign(w) * np.minimum(np.maximum(falling, 0.0), self.alpha)

    def curvature(self, w):
        size = np.abs(w)
        bent = (size >= self.alpha) & (size <= self.gamma * self.alpha)
        return np.where(bent, -1.0 / (self.gamma - 1.0), 0.0)

    def alpha_max(self, pull, curvature, weight):
        step = weight / curvature
        jump = pull / curvature / np.sqrt(step * (self.gamma + 1.0))
        return np.where(step <= self.gamma + 1.0, pull / weight, jump)

    def threshold(self, step):
        return self.alpha * np.minimum(step, np.sqrt(step * (self.gamma + 1.0)))

    def reach(self, value):
        corner = self.alpha * self.alpha
        top = 0.5 * (self.gamma - 1.0) * corner
        excess = np.maximum(value - corner, 0.0)
        near = np.minimum(value, corner) / self.alpha if self.alpha > 0.0 else 0.0
        return np.where(excess < top, near + bend_reach(excess, self.alpha, top), np.inf)

    def relaxed(self, share):
        return SCAD(self.alpha, 2.0 + (self.gamma - 2.0) / (1.0 - share))


def bend_reach(value, alpha, top):
    """Where a parabola of slope alpha at 0 first attains a value, at most its maximum ``top``.

    The smaller root of a quadratic, written so that it does not cancel; 0 where ``top`` is 0.
    """
    if top == 0.0:
        return np.zeros_like(value)
    value = np.minimum(value, top)
    return 2.0 * value / (alpha * (1.0 + np.sqrt(1.0 - value / top)))
