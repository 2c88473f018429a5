"""Searches along one coefficient: where the loss and its penalty are least, in compiled loops."""

from __future__ import annotations

import numpy as np

from skl1.compiled import kernel
from skl1.losses.elementwise import mean_along

#: Trials of a quadratic model at most, of which each has twice the curvature of the one before.
TRIALS = 64
#: Steps of searches in one coordinate, and the last of them as a share of all.
#: That of the first search, which only the second one starts from.
SEARCHES, CLOSE, ROUGH = 40, 1e-5, 1e-2
#: The least curvature in them, as a share of that at the point; and that of loss and penalty
#: together, as a share of the loss's, where it counts.
FLAT, CONVEX = 1e-2, 0.1


@kernel(exact=True)
def descents(
    loss,
    penalty,
    y,
    s,
    t,
    directions,
    w,
    weights,
    z,
    norms,
    value,
    small,
    fall,
    concave,
    steps,
    bends,
    gains,
):
    """Steps of single coefficients, the curvature of the last trial, by how much they lower it all.

    ``value`` is the loss at the point.
    """
    for j in range(w.size):
        e, u = directions[j], weights[j]
        before = value + u * penalty.value(w[j])
        lowest, step = -fall, -w[j]
        for _ in range(2):
            if step != 0.0:
                change = mean_along(loss, y, s, t, e, step) + u * penalty.value(w[j] + step)
                if change - before < lowest:
                    lowest = change - before
                    steps[j], bends[j], gains[j] = step, norms[j], -lowest
            step = outermost(loss, penalty, y, s, t, e, w[j], u, norms[j], z[j], value, concave)
        factor = 1.0
        for _ in range(TRIALS):
            if steps[j] != 0.0:
                break
            bend = factor * norms[j]
            step = penalty.prox(w[j] + z[j] / bend, u / bend) - w[j]
            change = lowest
            if bend * step * step > small:
                change = mean_along(loss, y, s, t, e, step) + u * penalty.value(w[j] + step)
                change -= before
                gains[j] = max(-change, 0.0)
            if bend * step * step <= small or change < lowest:
                steps[j], bends[j] = step, bend
                break
            factor *= 2.0


@kernel(exact=True)
def least_of_loss(loss, y, s, t, e, norm):
    """About the step to the minimum of the loss alone."""
    low, high, step, steep = -np.inf, np.inf, 0.0, np.inf
    for _ in range(SEARCHES):
        slope, bend = derivatives(loss, y, s, t, e, step)
        if slope > 0.0:
            high = step
        else:
            low = step
        new = step - slope / max(bend, FLAT * norm)
        # Far out on an exponential Newton's steps are short: the slope falls by a factor e only.
        crawls = 4.0 * abs(slope) > steep and high - low < np.inf
        if crawls or not low < new < high:
            new = 0.5 * (low + high)
        steep = abs(slope)
        if not abs(new - step) > ROUGH * abs(new):
            break
        step = new
    return step


@kernel(exact=True)
def outermost(loss, penalty, y, s, t, e, w, u, norm, z, value, concave):
    """The step to the minimum in one coordinate that is the farthest from zero.

    It is not beyond that of the loss alone, as the penalty does not fall on the way there. From
    that one Newton's method goes down to it; with the penalty replaced by its tangent, where it
    takes most of the curvature away. 0 where zero is sure to be better.
    """
    step = least_of_loss(loss, y, s, t, e, norm)
    if w == 0.0 and concave and z != 0.0:
        # The loss falls by no more than ``most``, and not below its tangent at zero: where these
        # meet a concave penalty is the least of what a nonzero coefficient costs.
        at_best = mean_along(loss, y, s, t, e, step)
        slope, bend = derivatives(loss, y, s, t, e, step)
        most = value - at_best + abs(slope * slope / max(bend, FLAT * norm))
        if most <= u * penalty.value(most / abs(z)):
            return 0.0
    place = penalty.project(w + step)
    if place == 0.0:
        return -w
    found = mean_along(loss, y, s, t, e, place - w) + u * penalty.value(place)
    share = 1.0
    for _ in range(SEARCHES):
        slope, bend = derivatives(loss, y, s, t, e, place - w)
        bend = max(bend, FLAT * norm)
        both = bend + u * penalty.curvature(place)
        bend = both if both > CONVEX * bend else bend
        new = place - share * (slope + u * penalty.slope(place)) / bend
        if new * place <= 0.0:
            new = 0.5 * place
        if abs(new - place) <= CLOSE * abs(place):
            break
        change = mean_along(loss, y, s, t, e, new - w) + u * penalty.value(new)
        if change < found:
            place, found = new, change
            share = min(2.0 * share, 1.0)
        else:
            share *= 0.25
    return place - w


@kernel(exact=True)
def derivatives(loss, y, s, t, e, step):
    """Slope and curvature of the loss along a direction."""
    slope, bend = 0.0, 0.0
    for i in range(s.size):
        if s[i] > 0.0 and e[i] != 0.0:
            at = t[i] + step * e[i]
            slope += s[i] * e[i] * loss.slope(y[i], at)
            bend += s[i] * e[i] * e[i] * loss.curvature(y[i], at)
    return slope, bend
