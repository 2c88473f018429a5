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
#: Passes at most that may show that a coefficient stays at zero; how closely lines and penalties
#: meet between them, as a share; and how close to the start they are looked for.
PASSES, MEETING, CLOSEST = 6, 1e-2, 1e-12


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
    ridge,
    steps,
    bends,
    gains,
):
    """Steps of single coefficients, the curvature of the last trial, by how much they lower it all.

    ``value`` is the loss at the point.
    """
    for j in range(w.size):
        e, u = directions[j], weights[j]
        sure = w[j] == 0.0 and concave
        if sure and stays(loss, penalty, ridge, y, s, t, e, u, z[j], value):
            continue
        before = value + u * penalty.value(w[j])
        lowest, step = -fall, -w[j]
        for far in range(2):
            if far:
                step = outermost(loss, penalty, j, y, s, t, e, w[j], u, norms[j])
            if step != 0.0:
                change = mean_along(loss, y, s, t, e, step) + u * penalty.value(w[j] + step)
                if change - before < lowest:
                    lowest = change - before
                    steps[j], bends[j], gains[j] = step, norms[j], -lowest
        factor = 1.0
        for _ in range(TRIALS):
            if steps[j] != 0.0:
                break
            bend = factor * norms[j]
            step = penalty.prox_of(j, w[j] + z[j] / bend, u / bend) - w[j]
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
def stays(loss, penalty, ridge, y, s, t, e, u, z, value):
    """Whether a coefficient is sure to stay at zero, by as few looks at the loss as that takes.

    The penalty has to be concave but for its ridge, which counts as a part of the loss. That is
    convex, and nowhere below its tangents. From zero its tangent falls as ``|z| a``; up to the size
    a at which the penalty charges no more than that, nothing is gained. There the next tangent is
    taken, which falls more slowly, and so on, until one rises: the penalty only grows beyond.
    """
    steep, fallen, size = abs(z), 0.0, 0.0
    for _ in range(PASSES):
        # It cannot fall by more than all of the loss.
        farthest = size + max(value - fallen, 0.0) / steep if steep > 0.0 else size
        if steep <= 0.0 or value <= charge(penalty, ridge, u, farthest):
            return True
        size = meeting(penalty, ridge, u, size, fallen, steep, farthest)
        if size == 0.0:
            return False
        step = size if z > 0.0 else -size
        slope, _ = derivatives(loss, y, s, t, e, step)
        steep = (-slope if z > 0.0 else slope) - u * ridge * size
        if steep > 0.0:
            fallen = value - mean_along(loss, y, s, t, e, step) - 0.5 * u * ridge * size * size
            if fallen > charge(penalty, ridge, u, size):
                return False
    return False


@kernel(exact=True)
def charge(penalty, ridge, u, size):
    """The concave part of the penalty."""
    return u * (penalty.value(size) - 0.5 * ridge * size * size)


@kernel(exact=True)
def meeting(penalty, ridge, u, start, fallen, steep, end):
    """About where a line meets a concave penalty that is above it at the start, below at the end.

    From below; 0 if it is not above it close to the start.
    """
    low, high = start, end
    while not low > start:
        middle = start + 0.25 * (high - start)
        if not middle - start > CLOSEST * end:
            return 0.0
        if charge(penalty, ridge, u, middle) > fallen + steep * (middle - start):
            low = middle
        else:
            high = middle
    while high - low > MEETING * high:
        middle = 0.5 * (low + high)
        if charge(penalty, ridge, u, middle) > fallen + steep * (middle - start):
            low = middle
        else:
            high = middle
    return low


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
def outermost(loss, penalty, j, y, s, t, e, w, u, norm):
    """The step to the minimum in one coordinate that is the farthest from zero.

    It is not beyond that of the loss alone, as the penalty does not fall on the way there, nor
    beyond a bound. From that one Newton's method goes down to it; with the penalty replaced by its
    tangent, where it takes most of the curvature away.
    """
    place = penalty.project_of(j, w + least_of_loss(loss, y, s, t, e, norm))
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
        new = penalty.project_of(j, new)
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
