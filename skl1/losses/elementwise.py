"""A loss's methods, which are about one sample, summed over samples in compiled loops."""

from __future__ import annotations

import numpy as np

from skl1.compiled import kernel
from skl1.losses.base import Loss

#: Operations of one evaluation of a loss with its two derivatives, as `Kernel.sized` counts them.
EVALUATION = 15
#: Steps to the best intercept at most, and the largest of them: exponentials overflow far from it.
LEVELS, FARTHEST = 200, 3.0
#: A sum of slopes that is this share of the sum of their sizes, times the root of how many there
#: are, is zero but for rounding.
BALANCED = 1e-15
#: What can be no more than this share of such a sum is not looked at.
SURELY = 1e-2
#: The loss of all samples, the slope of each and its curvature.
Samples = tuple[float, np.ndarray, np.ndarray]


@kernel(exact=True)
def look(loss, y, s, t, slopes, curvatures):
    """Slope and curvature of each sample, and ``sum_i s_i f(y_i, t_i)``."""
    total = 0.0
    for i in range(s.size):
        # Read once: the arrays written to might be the same, and nothing would be computed once.
        each, label, at = s[i], y[i], t[i]
        if each > 0.0:
            slopes[i] = loss.slope(label, at)
            curvatures[i] = loss.curvature(label, at)
            total += each * loss.value(label, at)
    return total


@kernel(exact=True)
def mean_along(loss, y, s, t, e, step):
    """``sum_i s_i f(y_i, t_i + step e_i)``."""
    total = 0.0
    for i in range(s.size):
        if s[i] > 0.0:
            total += s[i] * loss.value(y[i], t[i] + step * e[i])
    return total


@kernel(exact=True)
def best_shift(loss, y, s, t, b, most, farthest, balanced, surely, slopes, curvatures):
    """The b that makes ``sum_i s_i f(y_i, t_i + b)`` least, and that sum.

    By Newton's method between brackets. Its steps are bounded at first, as an exponential of a
    number too large says nothing. Slope and curvature of each sample are those at b. With a loss
    that bends gradually a step d leaves about ``d^2 / 2`` of the curvatures in the sum of slopes:
    where that is surely rounding, slopes are not computed once more, but follow from curvatures.
    """
    low, high = -np.inf, np.inf
    for k in range(most):
        slope, size, curvature = 0.0, 0.0, 0.0
        for i in range(s.size):
            each, label, at = s[i], y[i], t[i] + b
            if each > 0.0:
                slopes[i] = down = loss.slope(label, at)
                curvatures[i] = bend = loss.curvature(label, at)
                slope += each * down
                size += each * abs(down)
                curvature += each * bend
        if abs(slope) <= balanced * size or k == most - 1:
            break
        if slope > 0.0:
            high = b
        else:
            low = b
        step = -slope / curvature if curvature > 0.0 else -slope * np.inf
        new = b + min(max(step, -farthest), farthest)
        farthest *= 2.0
        if not low < new < high:
            new = 0.5 * (low + high)
        if not low < new < high:  # b is one of them
            break
        last, d = b, new - b
        b = new
        if new == last + step and d * d * curvature <= surely * size:
            for i in range(s.size):
                slopes[i] += d * curvatures[i]
            break
    total = 0.0
    for i in range(s.size):
        if s[i] > 0.0:
            total += s[i] * loss.value(y[i], t[i] + b)
    return b, total


@kernel(exact=True)
def duality_along(loss, y, s, t, slopes, c):
    """``sum_i s_i (f(y_i, t_i) + f*(y_i, c v_i) - c v_i t_i)``, where v are the slopes at t."""
    total = 0.0
    for i in range(s.size):
        if s[i] > 0.0:
            v = c * slopes[i]
            each = loss.value(y[i], t[i]) + loss.conjugate(y[i], v) - v * t[i]
            total += s[i] * max(each, 0.0)
    return total


def looked(loss: Loss, y, s, t) -> Samples:
    """``(sum of the loss, slopes, curvatures)``."""
    slopes, curvatures = np.zeros((2, s.size))
    total = look.sized(2 * EVALUATION * s.size, loss)(loss, y, s, t, slopes, curvatures)
    return float(total), slopes, curvatures


def mean_loss(loss: Loss, y, s, t) -> float:
    """``sum_i s_i f(y_i, t_i)``."""
    return float(mean_along.sized(EVALUATION * s.size, loss)(loss, y, s, t, t, 0.0))


def levelled(loss: Loss, y, s, t, start: float) -> tuple[float, Samples]:
    """The shift of all predictions with the least loss, and the samples there."""
    slopes, curvatures = np.zeros((2, s.size))
    run = best_shift.sized(5 * EVALUATION * s.size, loss)
    balanced = BALANCED * np.sqrt(s.size)
    limits = LEVELS, FARTHEST, balanced, SURELY * balanced if loss.gradual else -1.0
    shift, sum_of_all = run(loss, y, s, t, start, *limits, slopes, curvatures)
    return float(shift), (float(sum_of_all), slopes, curvatures)
