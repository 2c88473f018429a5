"""The alpha from which on no coefficient leaves zero, of a concave penalty and any loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl1.penalties import Penalty
from skl1.penalties.elementwise import values
from skl1.problems.coordinates import CoordinateSteps

#: How closely it is found, and how many alphas are tried at most.
CLOSE, LOOKS = 1e-7, 200
#: Before a guess of it, in shares of the way to it, and beside it, where it is looked for, upwards.
BEFORE, BESIDE = np.array([0.9, 0.99]), 1.0 + CLOSE * np.array([-0.25, 0.5])
#: The share of alpha that tells a slope in alpha, and how many tangents are followed at most.
TANGENT, TANGENTS = 1e-6, 4


def rests_from(problem: Any, top: float) -> float:
    """From what the quadratic model at the null model says, by Newton's method and halves.

    The best step of a coefficient that leaves zero gains nothing from some larger alpha on, where
    another step may still gain. Looked at next is what is close to that alpha, from above; where
    that does not halve what is left, the middle.
    """
    if not 0.0 < top < np.inf:
        return top
    low, high = top, np.inf
    # Free features, at their best but for rounding, may move by that at any alpha.
    charged = np.flatnonzero(problem.weights > 0.0)
    leaving, end = _leaving(problem, top * (1.0 + CLOSE), charged)
    share = 1.0 - CLOSE
    for _ in range(LOOKS):
        if leaving.size:
            break
        low, high = share * low, low
        leaving, end = _leaving(problem, low, charged)
        share = min(share, 0.9) ** 2
    near, left = _around(low, end), end - low
    for _ in range(LOOKS):
        if not leaving.size or high * (1.0 - CLOSE) <= low:
            break
        near = near[(near > low) & (near < high)]
        trial = float(near[-1]) if near.size else min(2.0 * low, 0.5 * (low + high))
        still, end = _leaving(problem, trial, leaving)
        if still.size:
            near = _around(trial, end) if end - trial <= 0.5 * left else near[:0]
            low, leaving, left = trial, still, end - trial
        else:
            high = trial
    return high


def _around(low: float, guess: float) -> np.ndarray:
    """Numbers between low and a guess above it, and close to it on both sides."""
    return np.concatenate([low + BEFORE * (guess - low), guess * BESIDE])


def _leaving(problem: Any, alpha: float, among: np.ndarray) -> tuple[np.ndarray, float]:
    """Features, of some, that leave zero at the null model for this alpha.

    And a guess of the alpha at which the last of them stops to: where the best step gains nothing.
    """
    stage, null = problem.at_alpha(alpha), problem.null
    found = CoordinateSteps(stage, null, null.z, problem.size, among)
    there = np.flatnonzero(found.gains)
    if not there.size:
        return found.moving, alpha
    steps, weights, gains = found.steps[there], found.weights[there], found.gains[there]
    ends = gains / (weights * values(found.penalty.of(there), steps))
    best = [int(np.argmax(ends))]
    penalty, step = found.penalty.of(there[best]), steps[best]
    return found.moving, _balanced(penalty, step, alpha, gains[best[0]] / weights[best[0]])


def _balanced(penalty: Penalty, step: np.ndarray, alpha: float, more: float) -> float:
    """The alpha that charges so much more for a step, by Newton's method."""

    def charge(alpha: float) -> float:
        return float(values(penalty.with_alpha(alpha), step)[0])

    wanted, guess = charge(alpha) + more, alpha
    for _ in range(TANGENTS):
        here = charge(guess)
        slope = (charge(guess * (1.0 + TANGENT)) - here) / (TANGENT * guess)
        last, guess = guess, guess + (wanted - here) / slope if slope > 0.0 else alpha
        if not abs(guess - last) > CLOSE * guess:
            break
    return guess
