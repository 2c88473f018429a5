"""Bounds of the coefficients: which of them can be solved with."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np


def forbids_negative(lower: Any, upper: Any) -> bool:
    """Which of the two kinds of bounds that can be solved these are."""
    low = lower if isinstance(lower, float) else shared_value(lower)
    high = upper if isinstance(upper, float) else shared_value(upper)
    if high == inf and (low == -inf or low == 0.0):  # noqa: PLR1714 (a set takes longer)
        return low == 0.0
    raise ValueError("lower and upper must be no bounds at all, or 0 and inf for all features.")


def shared_value(bound: Any) -> float | None:
    """The bound that all features share; None if they do not."""
    bounds = np.ravel(bound)
    return float(bounds[0]) if bounds.size and np.all(bounds == bounds[0]) else None
