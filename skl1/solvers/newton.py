"""Newton's method on the support, with signs kept: the finish of coordinate descent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs

if TYPE_CHECKING:
    from skl1.solvers.working_set import Block

#: Cholesky pivots below this share of the largest mean a support that is numerically singular.
SINGULAR = 1e-14
#: Halvings of the step before it is cut at the first change of sign.
HALVINGS = 5


def newton_step(block: Block) -> bool:
    """One projected Newton step on the support of the block.

    Solves ``(G_SS + diag(u g''(w_S))) d = z_S - u g'(w_S)``. Coefficients that would change
    sign become zero, all at once; the step is halved until the objective falls, and cut at the
    first change of sign at last. Nothing happens where the matrix is not positive definite:
    with dependent columns, or too much negative curvature, sweeps have to do.

    Returns
    -------
    bool
        Did the full step keep the support?
    """
    support = np.flatnonzero(block.w)
    penalty = block.problem.penalty
    w, u = block.w[support], block.weights[support]
    hessian = block.gram[np.ix_(support, support)]
    curved = hessian.copy()
    curved[np.diag_indices(support.size)] += u * penalty.curvature(w)
    slope = block.z[support] - u * penalty.derivative(w)
    factor, info = dpotrf(curved, lower=1)
    if info or not np.all(factor.diagonal() ** 2 > SINGULAR * curved.diagonal()):
        return False
    direction = dpotrs(factor, slope, lower=1)[0]

    def moved(t):
        new = w + t * direction
        new[new * w < 0.0] = 0.0
        return new

    charged = u @ penalty.value(w)
    z = block.z[support]
    crossing = -w / np.where(direction == 0.0, np.inf, direction)
    first = float(crossing[crossing > 0.0].min(initial=np.inf))
    for t in [0.5**k for k in range(HALVINGS)] + [min(first, 1.0)]:
        step = moved(t) - w
        change = 0.5 * step @ (hessian @ step) - step @ z + u @ penalty.value(w + step) - charged
        if change < 0.0:
            break
    else:
        return False
    new = block.w.copy()
    new[support] = w + step
    block.follow(new, block.z - block.gram[:, support] @ step)
    return bool(t == 1.0 and np.all(new[support] != 0.0))
