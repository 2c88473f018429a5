"""What a penalty gains when one entry of a vector becomes smaller."""

from __future__ import annotations

import numpy as np

from skl1.penalties import Penalty
from skl1.penalties.elementwise import values


def norm_reduction(penalty: Penalty, vector, delta: float) -> np.ndarray:
    r"""By how much a penalty falls when an entry of a vector moves by delta towards zero.

    For each entry it is :math:`g(v_j) - g(|v_j| - \delta)`. With the L1 norm that is delta for
    large and small entries alike. With the squared L2 norm it is :math:`2 |v_j| \delta - \delta^2`:
    much for a large entry, next to nothing for a small one, which so has no reason to vanish.

    Parameters
    ----------
    penalty : Penalty
        For the squared norm without the half it is ``SquaredL2(2.0)``.
    vector : array-like of shape (n,)
        The entries, in any units.
    delta : float
        How far each moves, at least 0. An entry smaller than that moves across zero.

    Returns
    -------
    ndarray of shape (n,)
        The fall for each entry, were it the only one to move.

    Raises
    ------
    ValueError
        If delta is negative.

    Examples
    --------
    >>> from skl1.penalties import L1, SquaredL2
    >>> from skl1.shrinkage import norm_reduction
    >>> norm_reduction(L1(1.0), [1.0, 0.0625], 0.0625)
    array([0.0625, 0.0625])
    >>> norm_reduction(SquaredL2(2.0), [1.0, 0.0625], 0.0625)
    array([0.12109375, 0.00390625])
    """
    if not delta >= 0.0:
        raise ValueError(f"delta must be at least 0, got {delta!r}: it is how far an entry moves.")
    sizes = np.abs(np.asarray(vector, dtype=float))
    return values(penalty, sizes) - values(penalty, np.abs(sizes - delta))
