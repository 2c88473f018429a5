"""The spread of a response, whatever its outliers are."""

from __future__ import annotations

import numpy as np

#: The median absolute deviation of a normal distribution of standard deviation 1.
NORMAL = 0.6744897501960817


def median(y: np.ndarray, weights: np.ndarray) -> float:
    """The weighted median: half of the weight lies on each side, of two such values the mean."""
    counted = weights > 0.0
    order = np.argsort(y[counted], kind="stable")
    y, share = y[counted][order], np.cumsum(weights[counted][order])
    half = 0.5 * share[-1]
    # Sums of equal weights may miss a half by rounding.
    near = 1e-12 * share[-1]
    low = int(np.searchsorted(share, half - near))
    high = int(np.searchsorted(share, half + near))
    return 0.5 * float(y[low] + y[min(high, y.size - 1)])


def robust_scale(y: np.ndarray, weights: np.ndarray) -> float:
    """The median absolute deviation from the median, in units of a standard deviation."""
    return median(np.abs(y - median(y, weights)), weights) / NORMAL
