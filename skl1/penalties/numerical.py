"""What a penalty's `value` and `prox` alone tell: slopes, curvatures, thresholds, conjugates.

The defaults of `Penalty`, for an even g that does not fall on w >= 0. Each is a scalar function
that kernels can call, and says so (by infinity or zero, on the safe side) where it cannot tell.
"""

from __future__ import annotations

from math import copysign, inf

from skl1.compiled import formula

#: The rounding of a number, as a share of it.
EPS = 2.0**-52
#: Widths of differences as shares of w: the first, how much narrower each next one is, how many.
#: The last is as narrow as rounding allows, so that a corner spoils slopes only right beside it.
WIDEST, NARROWER, WIDTHS = 2.0**-8, 2.0**-4, 6
#: The width of second differences; and a part of ``g / w^2`` that may be their rounding.
BENT, FAINT = 2.0**-13, 2e-7
#: Second differences on both sides of w that differ by more than this share see a corner.
CORNER = 0.01
#: Where the slope at zero is looked for: so near to it, and if need be up to there.
NEAREST, FARTHEST = 1e-100, 1e3
#: Values of ``g(w) / w`` that agree to this share are the slope at zero.
LEVEL = 1e-6
#: Bisections of an interval whose ends are close to the last digit.
BISECTIONS = 60
#: Numbers between which thresholds and dual points are looked for.
LEAST, MOST, FACTOR = 1e-290, 1e290, 64.0
#: Places of an interval at which a minimum is looked for, evenly spaced and each at so much of the
#: one before; the share that a golden section keeps, and their number.
PLACES, NEARER, GOLDEN, SECTIONS = 64, 0.7, 0.6180339887498949, 60
#: Halvings of a reach at which a chord is compared with the value.
HALVINGS = 40


@formula
def soft_threshold(z, threshold):
    """The proximal operator of ``threshold * |.|``."""
    return copysign(max(abs(z) - threshold, 0.0), z)


@formula
def difference_slope(penalty, w):
    """``g'(w)``, w != 0, by central differences, of which the ones that agree best are taken.

    Two widths give an extrapolation, exact to the fourth order where g is smooth (Ridders 1982).
    Its distance from the narrower one, with what rounding may do, bounds its error. At a corner
    the result is between the slopes of the two sides.
    """
    size = abs(w)
    best, least = 0.0, inf
    width = WIDEST
    for _ in range(WIDTHS):
        high, low = size * (1.0 + width), size * (1.0 - width)
        wide = (penalty.value(high) - penalty.value(low)) / (high - low)
        high, low = size * (1.0 + 0.5 * width), size * (1.0 - 0.5 * width)
        near = (penalty.value(high) - penalty.value(low)) / (high - low)
        slope = near + (near - wide) / 3.0
        error = abs(slope - near) + 2.0 * EPS / width * (penalty.value(size) / size)
        if error < least:
            best, least = slope, error
        width *= NARROWER
    return copysign(best, w)


@formula
def difference_curvature(penalty, w):
    """``g''(w)``, w != 0, by second differences; where the two sides differ, the smallest one.

    So what counts as convex beside a corner is convex on both sides of it.
    """
    size, h = abs(w), BENT
    middle = penalty.value(size)
    far, low = penalty.value(size * (1.0 - 2.0 * h)), penalty.value(size * (1.0 - h))
    high, end = penalty.value(size * (1.0 + h)), penalty.value(size * (1.0 + 2.0 * h))
    bend = ((high - middle) - (middle - low)) / h / h
    left = ((middle - low) - (low - far)) / h / h
    right = ((end - high) - (high - middle)) / h / h
    slight = FAINT * abs(middle)
    if abs(left - right) > CORNER * (abs(left) + abs(right)) + 4.0 * slight:
        bend = min(bend, left, right)
    if abs(bend) <= slight:
        return 0.0
    return bend / size / size


@formula
def slope_near_zero(penalty):
    """``g'(0+)``: what ``g(w) / w`` tends to as w falls to 0; inf if it rises without end.

    A g that is 0 so near to zero is flat there, or has lost its digits: the slope is then what
    ``g(w) / w`` is for three w in a row, further away.
    """
    w = NEAREST
    first, second, third = penalty.value(w), penalty.value(10.0 * w), penalty.value(100.0 * w)
    if first > 0.0:
        first, second, third = first / w, second / (10.0 * w), third / (100.0 * w)
        if abs(second - first) <= LEVEL * first and abs(third - first) <= LEVEL * first:
            return first
        return inf if first > third else 0.0
    while w <= FARTHEST:
        first, second, third = second, third, penalty.value(w) / w
        known = first > 0.0 and second > 0.0
        if known and abs(second - first) <= LEVEL * first and abs(third - first) <= LEVEL * first:
            return first
        w *= 10.0
    return 0.0


@formula
def zero_up_to(penalty, step):
    """The largest z with ``prox(z, step) = 0``, by bisection; rounded down."""
    high = 1.0
    while high < MOST and penalty.prox(high, step) == 0.0:
        high *= FACTOR
    low = high
    while low > LEAST and penalty.prox(low, step) != 0.0:
        high = low
        low /= FACTOR
    if penalty.prox(low, step) != 0.0:
        return 0.0
    if high >= MOST:
        return low
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if penalty.prox(middle, step) == 0.0:
            low = middle
        else:
            high = middle
    return low


@formula
def conjugate_by_prox(penalty, z, weight):
    """``sup_w z w - weight g(w)`` of a convex g, never less than that but for rounding.

    At ``w = prox(a, 1)`` the slope ``s = a - w`` belongs to g, so that ``g*(s) = s w - g(w)``
    exactly. s rises with a: the least a with ``weight s >= |z|`` gives the conjugate from above.
    """
    size = abs(z)
    if size == 0.0:
        return 0.0
    if weight == 0.0:
        return inf
    wanted = size / weight
    low = high = wanted
    while high - penalty.prox(high, 1.0) < wanted:
        low = high
        high *= FACTOR
        if high >= MOST:
            return inf
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if middle - penalty.prox(middle, 1.0) < wanted:
            low = middle
        else:
            high = middle
    w = penalty.prox(high, 1.0)
    return max(weight * ((high - w) * w - penalty.value(w)), 0.0)


@formula
def conjugate_within(penalty, size, weight, most):
    """``sup_w size w - weight g(w)`` over ``0 <= w <= most``, of a convex g and size >= 0.

    Where the slope at ``most`` is smaller than size that end is the best; else the bound is none.
    """
    if size == 0.0 or most == 0.0:
        return 0.0
    if most < inf and size > weight * penalty.slope(most):
        return size * most - weight * penalty.value(most)
    return penalty.conjugate(size, weight)


@formula
def safe_chord(penalty, reach):
    """``g(reach) / reach`` if ``g(w) / w`` is seen to fall all the way to there, else 0."""
    if reach == 0.0:
        return inf
    if reach == inf:
        return 0.0
    slope = penalty.value(reach) / reach
    last, w = slope, reach
    for _ in range(HALVINGS):
        w *= 0.5
        ratio = penalty.value(w) / w
        if ratio < last * (1.0 - 1e-9):
            return 0.0
        last = max(last, ratio)
    return slope


@formula
def charge_at(penalty, w, size, step):
    """``(w - size)^2 / 2 + step g(w)``, less what it is at zero."""
    return w * (0.5 * w - size) + step * penalty.value(w) if w > 0.0 else 0.0


@formula
def better_end(penalty, size, step, most):
    """The prox for ``0 <= w <= most`` where nothing but an end can be better than the free one.

    So it is if what is minimised rises from zero to a peak, if at all, then falls to its only
    minimum inside: where that is beyond ``most``, zero or ``most`` itself is the best.
    """
    free = penalty.prox(size, step)
    if free <= most:
        return free
    return most if charge_at(penalty, most, size, step) < 0.0 else 0.0


@formula
def lowest_up_to(penalty, size, step, most):
    """The prox for ``0 <= w <= most`` of any g, which may have several minima in between.

    The free one, if it is there. Else the best of zero, of ``most`` and of places in between, half
    of them evenly spaced and half ever closer to zero; golden sections go on from there.
    """
    free = penalty.prox(size, step)
    if free <= most:
        return free
    best = least = low = high = 0.0
    for k in range(2 * PLACES):
        w, gap = most * (k + 1) / PLACES, most / PLACES
        if k >= PLACES:
            w = most * NEARER ** (k + 1 - PLACES)
            gap = 0.5 * w
        value = charge_at(penalty, w, size, step)
        if value < least:
            best, least, low, high = w, value, w - gap, min(w + gap, most)
    for _ in range(SECTIONS):
        if not high > low:
            break
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        first, second = charge_at(penalty, left, size, step), charge_at(penalty, right, size, step)
        if first < second:
            high = right
        else:
            low = left
        if min(first, second) < least:
            best, least = (left, first) if first < second else (right, second)
    return best
