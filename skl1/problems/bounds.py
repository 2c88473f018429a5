"""Bounds of the coefficients: which of them can be solved with."""

from __future__ import annotations

from typing import Any

import numpy as np


def forbids_negative(lower: Any, upper: Any) -> bool:
    """Which of the two kinds of bounds that can be solved these are."""
    low, high = shared_value(lower), shared_value(upper)
    if high != np.inf or low not in {0.0, -np.inf}:
        raise ValueError("lower and upper must be no bounds at all, or 0 and inf for all features.")
    return low == 0.0


def shared_value(bound: Any) -> float | None:
    """The bound that all features share; None if they do not."""
    if not isinstance(bound, np.ndarray):
        return bound
    return float(bound[0]) if bound.size and np.all(bound == bound[0]) else None
