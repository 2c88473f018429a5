"""The alpha from which on no coefficient leaves zero, of a concave penalty and any loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl1.penalties.elementwise import values
from skl1.problems.coordinates import CoordinateSteps

#: How closely it is found, and how many alphas are tried at most.
CLOSE, LOOKS = 1e-7, 200
#: Before a guess of it, in shares of the way to it, and beside it, where it is looked for, upwards.
BEFORE, BESIDE = np.array([0.9, 0.99]), 1.0 + CLOSE * np.array([-0.25, 0.5])
#: The share of alpha that tells a slope in alpha.
TANGENT = 1e-4


def rests_from(problem: Any, top: float) -> float:
    """From what the quadratic model at the null model says, by Newton's method and halves.

    What the objective falls by at most when one coefficient leaves zero is a function of alpha.
    Looked at next is what is close to where its tangent ends, from above; where that does not
    halve what is left, the middle.
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

    And where the tangent, in alpha, of what is gained by the best of their steps is zero.
    """
    stage, null = problem.at_alpha(alpha), problem.null
    found = CoordinateSteps(stage, null, null.z, problem.size, among)
    there, penalty = np.flatnonzero(found.gains), found.penalty
    if not there.size:
        return found.moving, alpha
    more = alpha * (1.0 + TANGENT)
    before, after = (
        values(each.of(there), found.steps[there]) for each in (penalty, penalty.with_alpha(more))
    )
    slopes = found.weights[there] * (after - before) / (more - alpha)
    rising = slopes > 0.0
    ends = found.gains[there][rising] / slopes[rising]
    return found.moving, alpha + float(ends.max(initial=0.0))
