"""Bounds of the coefficients, in the form that says the least."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from skl1.penalties import Penalty


def joined(lower: Any, upper: Any, penalty: Penalty, n_features: int) -> tuple[Any, Any]:
    """``(lower, upper)`` where these bounds hold, and those of a penalty.

    Two numbers where there are no bounds, and where no coefficient may be negative and that is all;
    else an array each.
    """
    if penalty.bounded:
        lower = _both(np.maximum, lower, penalty.lower)
        upper = _both(np.minimum, upper, penalty.upper)
    if isinstance(lower, float) and isinstance(upper, float) and upper == inf:
        if lower == -inf or lower == 0.0:  # noqa: PLR1714 (a set takes longer)
            return lower, upper
    elif np.all(np.equal(upper, inf)):
        for value in (-inf, 0.0):
            if np.all(np.equal(lower, value)):
                return value, inf
    low, high = _each(lower, n_features), _each(upper, n_features)
    if not (np.all(low <= 0.0) and np.all(high >= 0.0)):  # in this form NaN is found as well
        raise ValueError("lower must be at most 0 and upper at least 0, for every feature.")
    return low, high


def _both(join: Any, first: Any, second: Any) -> Any:
    """The bound where two hold; the same object where the two are one."""
    return first if first is second else join(first, second)


def _each(bound: Any, n_features: int) -> np.ndarray:
    """The bound of each feature."""
    if isinstance(bound, np.ndarray) and bound.shape == (n_features,) and bound.dtype == np.float64:
        return bound
    return np.array(np.broadcast_to(bound, (n_features,)), dtype=np.float64)
