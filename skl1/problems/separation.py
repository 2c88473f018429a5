"""Whether features without a penalty have best coefficients, or a loss falls for ever."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from skl1.losses import Loss

#: A prediction, in units of the loss, beyond which it is told whether f falls for ever.
BEYOND = 700.0
#: The sine of the angle to a row of X that is nothing but rounding; that to a dependent direction.
ROUNDING, DEPENDENT = 1e-9, 1e-12
#: Rows that a linear programme begins with, and those that join if they are violated.
ROWS = 2_000


def falls_for_ever(loss: Loss, y: np.ndarray, parts: np.ndarray) -> bool:
    """Whether the loss falls without end in some combination of columns, whatever the rest is.

    It does along d if for no sample it rises for ever and for one it falls for ever. A sample whose
    loss falls as its prediction grows asks for ``x_i . d >= 0``, one whose loss falls as it
    shrinks for ``<= 0``, and any other for 0. Of two classes that is their quasi-complete
    separation (Albert and Anderson 1984); a linear programme finds such a d or shows that none is.

    Parameters
    ----------
    loss : Loss
    y : ndarray of shape (n_samples,)
        Responses of the samples that count.
    parts : ndarray of shape (n_samples, n_columns)
        The columns, the intercept's among them: of like size, as an orthonormal basis is.
    """
    kinds, place = np.unique(y, return_inverse=True)
    far = BEYOND * loss.unit
    sense = np.array(
        [(loss.slope(kind, far) <= 0.0) * 1.0 - (loss.slope(kind, -far) >= 0.0) for kind in kinds]
    )[place]
    size = np.sqrt(np.einsum("ij,ij->i", parts, parts))
    counted = size > DEPENDENT * size.max(initial=0.0)
    rows = parts[counted] / size[counted, None]
    sense = sense[counted]
    free = _orthogonal_to(rows[sense == 0.0], parts.shape[1])
    asked = (rows[sense != 0.0] * sense[sense != 0.0, None]) @ free
    return bool(free.shape[1] and asked.size) and _has_direction(asked)


def _orthogonal_to(rows: np.ndarray, width: int) -> np.ndarray:
    """A basis of what is orthogonal to all rows."""
    if not len(rows):
        return np.eye(width)
    _, values, right = np.linalg.svd(np.linalg.qr(rows, mode="r"))
    rank = np.count_nonzero(values > ROUNDING * values[0])
    return right[rank:].T


def _has_direction(asked: np.ndarray) -> bool:
    """Whether some d has ``asked d >= 0``, and not 0 in all rows but for rounding."""
    gain = asked.sum(axis=0)
    chosen = np.zeros(len(asked), dtype=bool)
    chosen[:: max(1, len(asked) // ROWS)] = True
    while True:
        found = linprog(
            -gain,
            A_ub=-asked[chosen],
            b_ub=np.zeros(np.count_nonzero(chosen)),
            bounds=(-1.0, 1.0),
            options={"primal_feasibility_tolerance": 1e-10},
        )
        if found.x is None or not found.x.any():
            return False
        along = asked @ (found.x / np.linalg.norm(found.x))
        if along.max() <= np.sqrt(ROUNDING):  # and so it is for fewer rows: nothing falls
            return False
        wrong = along < -ROUNDING
        if not wrong.any():
            return True
        if not (wrong & ~chosen).any():  # the programme's own tolerance
            return False
        chosen[np.argsort(along)[:ROWS]] = True
