"""A penalty's methods, which are about one coefficient, applied to arrays: the one vectoriser.

A penalty of constant curvature is ``slope_at_zero |w| + c/2 w^2``, of which NumPy computes
everything. Of the others one kernel evaluates all methods that a fit asks for: one piece of
machine code to load. Where that does not pay, it runs interpreted, on lists of Python's numbers,
which are twice as fast, one at a time, as those of arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skl1.compiled import Kernel, kernel
from skl1.penalties.base import Penalty

VALUE, SLOPE, CURVATURE, REACH, CHORD = range(5)
#: Operations of one evaluation, and of one proximal operator, as `Kernel.sized` counts them.
EVALUATION, PROX = 5, 20
#: Coefficients up to which a look at all takes less time than finding those in use.
FEW = 50
FLOAT = np.dtype(np.float64)


@kernel(exact=True)
def evaluate(penalty, method, w, out):
    """``out_j = penalty.method(w_j)``."""
    for j in range(len(w)):
        if method == VALUE:
            out[j] = penalty.value(w[j])
        elif method == SLOPE:
            out[j] = penalty.slope(w[j])
        elif method == CURVATURE:
            out[j] = penalty.curvature(w[j])
        elif method == REACH:
            out[j] = penalty.reach(w[j])
        else:
            out[j] = penalty.chord(w[j])


@kernel(exact=True)
def prox_vector(penalty, z, step, out):
    """``out_j = penalty.prox(z_j, step_j)``, within the bounds of j."""
    for j in range(len(z)):
        out[j] = penalty.prox_of(j, z[j], step[j])


@kernel(exact=True)
def conjugate_vector(penalty, z, weights, out):
    """``out_j = penalty.conjugate(z_j, weights_j)``, within the bounds of j."""
    for j in range(len(z)):
        out[j] = penalty.conjugate_of(j, z[j], weights[j])


def apply(loop: Kernel, cost: int, before: tuple[Any, ...], *arrays: np.ndarray) -> np.ndarray:
    """What a kernel of the last argument ``out`` makes of arrays, entry by entry."""
    first = arrays[0]
    size = first.size
    if first.ndim != 1:
        return apply(loop, cost, before, *(each.ravel() for each in arrays)).reshape(first.shape)
    run = loop.sized(cost * size, before[0])
    # Without compilation what runs is the function itself.
    if before[0].makeup in loop.bought and run is not loop.function:
        out = np.empty(size)
        run(*before, *map(_plain, arrays), out)
        return out
    found = [0.0] * size
    try:
        run(*before, *[each.tolist() for each in arrays], found)
        return np.array(found)
    except (ZeroDivisionError, OverflowError):
        # As compiled code does, NumPy's numbers give inf or NaN then.
        out = np.empty(size)
        with np.errstate(all="ignore"):
            run(*before, *map(_plain, arrays), out)
        return out


def _plain(array: np.ndarray) -> np.ndarray:
    """The array in the one form that kernels are compiled for."""
    if array.flags.carray and array.dtype is FLOAT:
        return array
    return np.require(array, FLOAT, ["C", "ALIGNED", "WRITEABLE"])


def values(penalty: Penalty, w: np.ndarray) -> np.ndarray:
    """``g(w)``."""
    bend = penalty.constant_curvature
    if bend is None:
        return apply(evaluate, EVALUATION, (penalty, VALUE), w)
    if bend == 0.0:
        return penalty.slope_at_zero() * np.abs(w)
    return penalty.slope_at_zero() * np.abs(w) + 0.5 * bend * w * w


def total(penalty: Penalty, weights: np.ndarray, w: np.ndarray) -> float:
    """``sum_j u_j g(w_j)``; g(0) = 0, so that zeros need no look."""
    bend = penalty.constant_curvature
    if bend is None:
        if w.size > FEW:
            used = w.nonzero()[0]
            weights, w = weights[used], w[used]
        return float(weights @ apply(evaluate, EVALUATION, (penalty, VALUE), w))
    slope, charge = penalty.slope_at_zero(), 0.0
    if slope:
        charge = slope * float(weights @ np.abs(w))
    if bend:
        charge += 0.5 * bend * float(weights @ (w * w))
    return charge


def slopes(penalty: Penalty, w: np.ndarray) -> np.ndarray:
    """``g'(w)``, for w != 0."""
    bend = penalty.constant_curvature
    if bend is None:
        return apply(evaluate, EVALUATION, (penalty, SLOPE), w)
    if bend == 0.0:
        return penalty.slope_at_zero() * np.sign(w)
    return penalty.slope_at_zero() * np.sign(w) + bend * w


def curvatures(penalty: Penalty, w: np.ndarray) -> np.ndarray:
    """``g''(w)``, for w != 0."""
    bend = penalty.constant_curvature
    if bend is None:
        return apply(evaluate, EVALUATION, (penalty, CURVATURE), w)
    return np.full(w.shape, bend)


def reaches(penalty: Penalty, value: np.ndarray) -> np.ndarray:
    """Bounds on the coefficients with ``g(w) <= value``."""
    return apply(evaluate, EVALUATION, (penalty, REACH), value)


def chords(penalty: Penalty, reach: np.ndarray) -> np.ndarray:
    """Slopes of lines below g up to ``reach``."""
    return apply(evaluate, EVALUATION, (penalty, CHORD), reach)


def proxes(penalty: Penalty, z: np.ndarray, step: np.ndarray) -> np.ndarray:
    """``argmin_w (w - z)^2 / 2 + step g(w)``."""
    return apply(prox_vector, PROX, (penalty,), z, step)


def pulls(penalty: Penalty, z: np.ndarray) -> np.ndarray:
    """The part of each correlation that pulls a coefficient off zero, to where it may go."""
    if penalty.one_sided or not penalty.bounded:
        return np.maximum(z, 0.0) if penalty.one_sided else np.abs(z)
    return _towards(z, penalty.lower < 0.0, penalty.upper > 0.0)


def face(penalty: Penalty, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each coefficient in use may go without a change of sign: from there, and up to there.

    To one that is zero, or at a bound, one of the two is equal.
    """
    return (
        np.where(w >= 0.0, 0.0, penalty.lower),
        np.where(w <= 0.0, 0.0, penalty.upper),
    )


def moving(penalty: Penalty, w: np.ndarray) -> np.ndarray:
    """The coefficients in use that are at no bound."""
    if not penalty.bounded:
        return np.flatnonzero(w)
    low, high = face(penalty, w)
    return np.flatnonzero((low < w) & (w < high))


def unlimited(penalty: Penalty, z: np.ndarray) -> np.ndarray:
    """The part of each correlation that pulls a coefficient to where no bound would stop it."""
    if penalty.boxed:
        return _towards(z, penalty.lower == -np.inf, penalty.upper == np.inf)
    return pulls(penalty, z)


def _towards(z: np.ndarray, below: np.ndarray, above: np.ndarray) -> np.ndarray:
    """``|z|`` where the side of z is open, else 0."""
    return np.where(np.where(z > 0.0, above, below), np.abs(z), 0.0)


def conjugates(penalty: Penalty, z: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """``sup_w z w - u g(w)`` of a convex penalty."""
    bend = penalty.constant_curvature
    if bend is None or penalty.boxed:
        return apply(conjugate_vector, PROX, (penalty,), z, weights)
    excess, slope = pulls(penalty, z), penalty.slope_at_zero()
    if slope:
        excess = np.maximum(excess - weights * slope, 0.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(excess == 0.0, 0.0, 0.5 * excess * excess / (weights * bend))


def alpha_max(
    penalty: Penalty, pulled: np.ndarray, curvature: np.ndarray, weights: np.ndarray
) -> float:
    """The smallest alpha for which zero is optimal for every one of some coefficients.

    ``pulled`` are the correlations that pull one off zero, with their signs, and 0 elsewhere.

    Of a convex multiple of alpha it is the largest ratio of pull and slope at zero. Otherwise that
    of one feature is found; those that rest there need no look, and so on: a few suffice as a rule.
    """
    pull = np.abs(pulled)
    if penalty.convex and penalty.proportional:
        unit = penalty.with_alpha(1.0).slope_at_zero()
        if unit == 0.0:
            return np.inf if pull.any() else 0.0
        return float((pull / weights).max(initial=0.0)) / unit
    z, step = pulled / curvature, weights / curvature
    most = np.where(pulled > 0.0, penalty.upper, np.negative(penalty.lower))
    with np.errstate(over="ignore"):
        promise = np.abs(z) ** penalty.order / step
    left, top = np.flatnonzero(pull > 0.0), 0.0
    while left.size:
        first = left[np.argmax(promise[left])]
        figures = pull[first], curvature[first], weights[first], most[first]
        top = max(top, _one_alpha_max(penalty, *figures))
        if top == np.inf:
            break
        left = left[left != first]
        here = penalty.with_alpha(top).of(left)
        left = left[proxes(here, z[left], step[left]) != 0.0]
    return top


def _one_alpha_max(penalty: Penalty, *figures: np.float64) -> float:
    try:
        return float(penalty.alpha_max_up_to(*map(float, figures)))
    except (ZeroDivisionError, OverflowError):
        with np.errstate(all="ignore"):
            return float(penalty.alpha_max_up_to(*figures))
