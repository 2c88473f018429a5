"""Newton's method on the support, with signs kept: the finish of coordinate descent."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpotrf, dpotrs, dpstrf

from skl1.solvers.block import Block
from skl1.solvers.kernels import walk_face

#: Cholesky pivots below this share of the diagonal mean a support that is numerically singular.
SINGULAR = 1e-13
#: Relative residual up to which a Newton direction counts as solved for.
SLACK = 1e-3
#: Share of the largest entry below which an entry of a null vector is rounding.
NEGLIGIBLE = 1e-9


def newton_step(block: Block, insist: bool) -> bool:
    """One projected Newton step on the support of the block.

    Solves ``(G_SS + diag(u g''(w_S))) d = z_S - u g'(w_S)``. Coefficients that would change
    sign become zero, all at once. If the objective does not fall by that, the step ends at the
    first change of sign, and goes on without that coefficient. A matrix that is not positive
    definite is left to the sweeps, which often resolve it; if they did not (``insist``),
    dependent columns leave the support or, where they cannot, stay as they are.

    Returns
    -------
    bool
        Did the full step keep the support?
    """
    penalty = block.problem.penalty
    support = np.flatnonzero(block.w)
    while True:
        w, u = block.w[support], block.weights[support]
        hessian = block.hessian(support)
        extra = u * penalty.curvature(w)
        flat = not extra.any()
        diagonal = np.einsum("ii->i", hessian)
        diagonal += extra
        factor, info = dpotrf(hessian.T)
        pivots = factor.diagonal() ** 2
        if not info and (not flat or np.all(pivots > SINGULAR * diagonal)):
            break
        if not penalty.convex or (flat and not insist):
            return False
        order, null = pivoted(hessian)
        if null is None:
            return False
        if flat and shed_dependent(block, support, hessian, null):
            support = np.flatnonzero(block.w)
        else:
            support = support[np.sort(order)]
    slope = block.z[support] - u * penalty.derivative(w)
    direction = dpotrs(factor, slope)[0]
    if not np.linalg.norm(hessian @ direction - slope) <= SLACK * np.linalg.norm(slope):
        return False
    charged = u @ penalty.value(w)

    def change(new):
        step = new - w
        bent = hessian @ step - extra * step
        return 0.5 * step @ bent - step @ block.z[support] + u @ penalty.value(new) - charged

    new = w + direction
    kept_support = bool(np.all(new * w > 0.0))
    new[new * w < 0.0] = 0.0
    if not change(new) < 0.0:
        new = w.copy()
        size = support.size
        walk_face.sized(3 * size * size)(factor.T.copy(), new, slope)
        if not change(new) < 0.0:
            return False
    block.move(support, new)
    return kept_support


def pivoted(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Independent rows by pivoted Cholesky, and a null vector of the matrix (None if regular)."""
    root = np.sqrt(matrix.diagonal())
    factor, order, rank, _ = dpstrf(matrix / np.outer(root, root), tol=SINGULAR, lower=0)
    order = order - 1
    if rank == root.size:
        return order, None
    v = np.zeros_like(root)
    v[order[rank]] = 1.0
    v[order[:rank]] = -solve_triangular(factor[:rank, :rank], factor[:rank, rank])
    v[np.abs(v) <= NEGLIGIBLE * np.abs(v).max()] = 0.0
    return order[:rank], v / root


def shed_dependent(block: Block, support: np.ndarray, hessian: np.ndarray, v: np.ndarray) -> bool:
    """Move along a null vector v of the support's matrix until a coefficient is zero.

    The loss does not change along it and the penalty is linear as long as no sign does, so one
    of the two directions costs nothing. Without this, sweeps shift weight between dependent
    columns at a rate that may be as slow as one likes.
    """
    w, u = block.w[support], block.weights[support]
    penalty = block.problem.penalty
    slopes = v * (u * penalty.derivative(w) - block.z[support])
    charge = float(slopes.sum())
    if charge > 0.0:
        v = -v
    reach = first_crossing(w, v)
    if reach == np.inf and abs(charge) <= NEGLIGIBLE * np.abs(slopes).sum():
        v = -v
        reach = first_crossing(w, v)
    if reach == np.inf:
        return False
    new = w + reach * v
    new[(new * w < 0.0) | (np.abs(new) <= 1e-15 * np.abs(w))] = 0.0
    step = new - w
    change = 0.5 * step @ (hessian @ step) - step @ block.z[support]
    change += u @ (penalty.value(new) - penalty.value(w))
    if np.all(new != 0.0) or change > 1e-14 * abs(u @ penalty.value(w)):
        return False
    block.move(support, new)
    return True


def first_crossing(w: np.ndarray, direction: np.ndarray) -> float:
    """The least t > 0 at which a coefficient of ``w + t direction`` is zero; inf if none."""
    towards = w * direction < 0.0
    return float((-w[towards] / direction[towards]).min(initial=np.inf))
