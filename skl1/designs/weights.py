"""Sample weights: only their ratios matter to a fit, however large or small all of them are."""

from __future__ import annotations

from math import frexp

import numpy as np

#: Sums of weights that may be a number of samples: those in which a float can count by ones, and
#: their inverses.
COUNTS = 2.0**-53, 2.0**53
#: Weights whose products with data, and sums of these, are far from the ends of the floats: from
#: 2^-400 to 2^400, about 1e-120 to 1e120.
ORDINARY = 400


def normalised_weights(sample_weight, n_samples):
    """Weights that sum to one; rows of weight zero then take no part in anything.

    Nor do rows whose weight is so small beside the largest that it becomes zero.
    """
    if sample_weight is None:
        return np.full(n_samples, 1.0 / n_samples)
    given = np.asarray(sample_weight, dtype=np.float64)
    # Dividing by the maximum first keeps the sum finite for weights near the largest float.
    weights = given / given.max()
    weights /= weights.sum()
    return weights


def moderate_weights(weights):
    """The same weights, times a power of two if their sum is not an ordinary number.

    For all that adds them up: sums are then finite and not zero.
    """
    if _may_count(_total(weights)):
        return weights
    return np.ldexp(weights, -frexp(weights.max())[1])


def sample_count(weights) -> float:
    """The number of samples in an information criterion: the sum of the weights, if it may be one.

    Otherwise the number of samples of a positive weight.
    """
    return count_of_sum(_total(weights), int(np.count_nonzero(weights)))


def count_of_sum(total: float, n_samples: int) -> float:
    """The same for weights that have been added up."""
    return total if _may_count(total) else float(n_samples)


def _total(weights) -> float:
    with np.errstate(over="ignore"):
        return float(weights.sum())


def _may_count(total: float) -> bool:
    return COUNTS[0] <= total <= COUNTS[1]


def exponent_of(largest: float) -> int:
    """The power of two that such weights are divided by: 0 for ordinary ones."""
    exponent = frexp(largest)[1]
    return 0 if abs(exponent) <= ORDINARY else exponent
