"""Multiples of a residual as dual points: which are feasible, and what one costs that is not."""

from __future__ import annotations

import numpy as np

from skl1.penalties.base import Penalty
from skl1.penalties.elementwise import conjugates, pulls, unlimited

#: What rounding may add to a product, as a share of it, and a little more.
ROUNDING = 1e-15


def charge_beyond(penalty: Penalty, weights: np.ndarray, z: np.ndarray) -> float:
    """The conjugate at z, which is zero but for the features beyond their slope at zero."""
    if not (penalty.superlinear or penalty.boxed):
        return np.inf
    beyond = np.flatnonzero(pulls(penalty, z) > weights * penalty.slope_at_zero())
    return float(conjugates(penalty.of(beyond), z[beyond], weights[beyond]).sum())


def furthest_multiple(penalty: Penalty, weights: np.ndarray, z: np.ndarray) -> float:
    """The largest c up to 1 for which no conjugate at ``c z`` is infinite.

    Within bounds on both sides it is finite everywhere. Rounding must not put ``c z`` beyond.
    """
    if penalty.superlinear and (weights > 0.0).all():
        return 1.0
    limit = np.zeros(z.size)
    if not penalty.superlinear:
        limit = weights * penalty.slope_at_zero()
    elif (weights > 0.0).any():
        limit[weights > 0.0] = np.inf
    return min(1.0, largest_multiple(limit, unlimited(penalty, z)) * (1.0 - ROUNDING))


def largest_multiple(limit: np.ndarray, pulled: np.ndarray) -> float:
    """The largest c >= 0 with ``c pulled <= limit`` everywhere, for ``pulled >= 0``."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return float(np.fmin.reduce(limit / pulled, initial=np.inf))


def boxed_gap(
    penalty: Penalty, weights: np.ndarray, z, loss: float, charged, agreement, highest: float
) -> tuple[float, float]:
    """``(gap, c)`` where bounds other than zero make conjugates finite, however large z is.

    At an optimum c = 1 is the best. ``charged`` is the penalty, ``agreement`` is ``w . z``; up to
    ``highest`` all conjugates are zero. The largest c is tried that leaves all
    conjugates finite, and the best one that leaves them zero.
    """
    furthest = furthest_multiple(penalty, weights, z)
    within = min(1.0 + 0.5 * agreement / loss, highest) if loss > 0.0 else highest
    gaps = []
    for c in (furthest, max(within, 0.0)):
        charge = charge_beyond(penalty, weights, c * z) if c > highest else 0.0
        gaps.append((max((1.0 - c) ** 2 * loss + charged - c * agreement + charge, 0.0), c))
    return min(gaps)
