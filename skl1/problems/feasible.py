"""Multiples of a residual as dual points: which are feasible, and what one costs that is not."""

from __future__ import annotations

import numpy as np

from skl1.penalties.base import Penalty
from skl1.penalties.elementwise import conjugates, pulls


def charge_beyond(penalty: Penalty, weights: np.ndarray, z: np.ndarray) -> float:
    """The conjugate at z, which is zero but for the features beyond their slope at zero."""
    if not penalty.superlinear:
        return np.inf
    beyond = pulls(penalty, z) > weights * penalty.slope_at_zero()
    return float(conjugates(penalty, z[beyond], weights[beyond]).sum())


def largest_multiple(limit: np.ndarray, pulled: np.ndarray) -> float:
    """The largest c >= 0 with ``c pulled <= limit`` everywhere, for ``pulled >= 0``."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return float(np.fmin.reduce(limit / pulled, initial=np.inf))
