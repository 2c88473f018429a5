"""How many features of low selection probability a stability selection can be expected to keep."""

from __future__ import annotations

import numpy as np

#: Share of a step by which a threshold may miss the grid of possible frequencies by rounding.
ROUNDING = 1e-9


def lifted(threshold: float, n_pairs: int) -> float:
    """The smallest frequency of selection among the halves of so many pairs that meets it."""
    halves = 2 * n_pairs
    return float(np.ceil(threshold * halves - ROUNDING) / halves)


def worst_case(q: float, p: int, threshold: float) -> float:
    """``q^2 / ((2 threshold - 1) p)``, of any distribution of the frequencies.

    Meinshausen and Buhlmann 2010, theorem 1; Shah and Samworth 2013, theorem 1 with theta = q/p.
    """
    return q**2 / ((2.0 * threshold - 1.0) * p)


def unimodal(q: float, p: int, threshold: float, n_pairs: int) -> float:
    """``C(threshold, B) q^2 / p`` for unimodal frequencies of pairs; inf where C is not defined.

    Shah and Samworth 2013, theorem 2 with theta = q/p.
    """
    step, theta = 0.5 / n_pairs, q / p
    # Of the thresholds that are possible the theorem leaves out the first above 1/2.
    lowest = 0.5 + max(min(theta**2, step + 0.75 * theta**2), 1.5 * step)
    if theta > 1.0 / np.sqrt(3.0) or threshold <= lowest:
        return np.inf
    if threshold <= 0.75 + ROUNDING * step:
        factor = 0.5 / (2.0 * threshold - 1.0 - step)
    else:
        factor = 4.0 * (1.0 - threshold + step) / (1.0 + 2.0 * step)
    return factor * q**2 / p
