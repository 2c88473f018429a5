"""Newton's method on the support, with signs kept: the finish of coordinate descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.blas import dger
from scipy.linalg.lapack import dpotrf, dpotrs, dpstrf

from skl1.penalties.elementwise import curvatures, face, moving, slopes, total, values
from skl1.solvers.block import Block

#: Cholesky pivots below this share of the diagonal mean a support that is numerically singular.
SINGULAR = 1e-13
#: Relative residual up to which a Newton direction counts as solved for.
SLACK = 1e-3
#: Where conjugate gradients stop: at this share of the first residual, or after so many steps.
FORCING, CG_STEPS = 1e-3, 200
#: How often a step that does not descend is halved.
HALVINGS = 4
#: Coefficients at most whose matrix is formed where conjugate gradients do not descend.
FACTORED = 2000
#: Share of the largest entry below which an entry of a null vector is rounding.
NEGLIGIBLE = 1e-9


def newton_step(block: Block, insist: bool) -> bool:
    """One projected Newton step on the support of the block.

    Solves ``(G_SS + diag(u g''(w_S))) d = z_S - u g'(w_S)``, S being what is in use at no bound.
    Coefficients that would change sign become zero, those that would leave their bounds end there,
    all at once. If the objective does not fall by that, the step ends where the first of them does,
    and goes on without that coefficient. A matrix that is not positive definite is left to the
    sweeps, which often resolve it; if they did not (``insist``), dependent columns leave the
    support or, where they cannot, stay as they are.

    Returns
    -------
    bool
        Did the full step keep the support?
    """
    penalty = block.penalty
    support = moving(penalty, block.w)
    if support.size and block.iterates(support):
        kept = conjugate_step(block, support)
        if kept is not None or not insist or support.size > FACTORED:
            return bool(kept)
        # Many signs would change at once, as on dependent columns: a factor can walk the face.
    found = regular_part(block, support, insist)
    if found is None:
        return False
    support, hessian, extra, factor = found
    w, u = block.w[support], block.weights[support]
    slope = block.z[support] - u * slopes(penalty, w)
    direction = dpotrs(factor, slope)[0]
    if not np.linalg.norm(hessian @ direction - slope) <= SLACK * np.linalg.norm(slope):
        return False
    charged = total(penalty, u, w)

    def change(new):
        step = new - w
        product = hessian @ step - extra * step
        return 0.5 * step @ product - step @ block.z[support] + total(penalty, u, new) - charged

    low, high = face(penalty.of(support), w)
    new = np.clip(w + direction, low, high)
    kept_support = bool(np.all((low < new) & (new < high)))
    if not change(new) < 0.0:
        new = walk_face(factor, w, direction, low, high)
        if not change(new) < 0.0:
            return False
    block.move(support, new)
    return kept_support


def regular_part(block: Block, support: np.ndarray, insist: bool) -> Any:
    """The matrix of some coefficients with its Cholesky factor, of which those may get fewer.

    ``(support, matrix, what the penalty adds to its diagonal, factor)``; None if there is none.
    """
    penalty = block.penalty
    while support.size:
        hessian = block.hessian(support)
        extra = block.weights[support] * curvatures(penalty, block.w[support])
        flat = not extra.any()
        diagonal = np.einsum("ii->i", hessian)
        diagonal += extra
        factor, info = dpotrf(hessian.T)
        pivots = factor.diagonal() ** 2
        if not info and (not flat or np.all(pivots > block.singular * diagonal)):
            return support, hessian, extra, factor
        # With few digits, singular may be what double precision would not call so.
        block.doubtful = block.singular > SINGULAR
        if block.doubtful or not penalty.convex or (flat and not insist):
            return None
        order, null = pivoted(hessian)
        if null is None:
            return None
        if flat and shed_dependent(block, support, hessian, null):
            support = moving(penalty, block.w)
        else:
            support = support[np.sort(order)]
    return None


def conjugate_step(block: Block, support: np.ndarray) -> bool | None:
    """The same without a matrix: the step by conjugate gradients, shortened until it descends.

    None if it does not.

    Nocedal and Wright, "Numerical optimization", algorithm 7.1, in units of each column's norm.
    """
    penalty = block.penalty
    w, u, z = block.w[support], block.weights[support], block.z[support]
    extra = u * curvatures(penalty, w)
    if not penalty.convex and np.any(extra + block.norms[support] <= 0.0):
        return False
    slope = z - u * slopes(penalty, w)
    units = 1.0 / np.sqrt(block.norms[support] + extra)
    product = block.product(support)
    step = conjugate_gradients(
        lambda v: units * (product(units * v) + extra * (units * v)), units * slope
    )
    step *= units
    charged = total(penalty, u, w)
    low, high = face(penalty.of(support), w)
    for _ in range(HALVINGS):
        new = np.clip(w + step, low, high)
        move = new - w
        change = 0.5 * move @ product(move) - move @ z + total(penalty, u, new) - charged
        if change < 0.0:
            block.move(support, new)
            return bool(np.all((low < new) & (new < high)))
        step *= 0.5
    return None


def conjugate_gradients(product: Callable, b: np.ndarray) -> np.ndarray:
    """An approximate solution of ``A x = b`` for the symmetric A behind ``product``."""
    x, r = np.zeros_like(b), b.copy()
    p, squares = r.copy(), float(r @ r)
    goal = FORCING**2 * squares
    for _ in range(CG_STEPS):
        if squares <= goal:
            break
        q = product(p)
        curvature = float(p @ q)
        if not curvature > 0.0:
            break
        share = squares / curvature
        x += share * p
        r -= share * q
        before, squares = squares, float(r @ r)
        p *= squares / before
        p += r
    return x


def walk_face(
    factor: np.ndarray, w: np.ndarray, direction: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Descend a quadratic along Newton directions, leaving coefficients where they meet an end.

    ``factor`` is the Cholesky factor of its matrix H, ``direction`` the step to its minimum from
    w; the ends are zero, and the bounds. Where coefficient k meets one after a share t of the step,
    the step ends and k stays there;
    with e = H^-1 e_k the step to the minimum of what remains is

        d <- (1 - t) d,     d <- d - e d_k / e_k,

    and so are the columns of the inverse brought up to date. Those of the coefficients that the
    whole step would turn round are solved for at once, as only they are likely to be needed.
    """
    w, d = w.copy(), direction.copy()
    likely = np.flatnonzero((w + d < low) | (w + d > high))
    columns = inverse_columns(factor, likely)
    dropped: list[tuple[int, np.ndarray]] = []
    while True:
        ends = np.where(d < 0.0, low, high)
        towards = np.flatnonzero((d != 0.0) & np.isfinite(ends))
        shares = (ends[towards] - w[towards]) / d[towards]
        first = int(np.argmin(shares)) if towards.size else 0
        if not towards.size or shares[first] >= 1.0:
            return w + d
        k = int(towards[first])
        w += shares[first] * d
        d *= 1.0 - shares[first]
        place = int(np.searchsorted(likely, k))
        if place < likely.size and likely[place] == k:
            e = columns[:, place].copy()
        else:
            e = inverse_columns(factor, np.array([k]))[:, 0]
            for gone, column in dropped:
                e -= column * (e[gone] / column[gone])
                e[gone] = 0.0
        if not e[k] > 0.0:
            return w
        d -= e * (d[k] / e[k])
        columns = dger(-1.0 / e[k], e, columns[k], a=columns, overwrite_a=1)
        columns[k] = d[k] = 0.0
        w[k] = ends[k]
        dropped.append((k, e))


def inverse_columns(factor: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Columns of the inverse of the matrix with this Cholesky factor."""
    units = np.zeros((factor.shape[0], index.size), order="F")
    units[index, np.arange(index.size)] = 1.0
    return dpotrs(factor, units, overwrite_b=1)[0] if index.size else units


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
    """Move along a null vector v of the support's matrix until a coefficient is at an end.

    That is zero, or a bound.

    The loss does not change along it and the penalty is linear as long as no sign does, so one
    of the two directions costs nothing. Without this, sweeps shift weight between dependent
    columns at a rate that may be as slow as one likes.
    """
    w, u = block.w[support], block.weights[support]
    penalty = block.penalty
    charges = v * (u * slopes(penalty, w) - block.z[support])
    charge = float(charges.sum())
    if charge > 0.0:
        v = -v
    low, high = face(penalty.of(support), w)
    reach = first_end(w, v, low, high)
    if reach == np.inf and abs(charge) <= NEGLIGIBLE * np.abs(charges).sum():
        v = -v
        reach = first_end(w, v, low, high)
    if reach == np.inf:
        return False
    new = np.clip(w + reach * v, low, high)
    new = np.where(np.abs(new - high) <= 1e-15 * np.abs(w), high, new)
    new = np.where(np.abs(new - low) <= 1e-15 * np.abs(w), low, new)
    step = new - w
    change = 0.5 * step @ (hessian @ step) - step @ block.z[support]
    change += float(u @ (values(penalty, new) - values(penalty, w)))
    if np.all((low < new) & (new < high)) or change > 1e-14 * abs(total(penalty, u, w)):
        return False
    block.move(support, new)
    return True


def first_end(w: np.ndarray, direction: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """The least t > 0 at which a coefficient of ``w + t direction`` meets an end; inf if none."""
    ends = np.where(direction < 0.0, low, high)
    towards = (direction != 0.0) & np.isfinite(ends)
    return float(((ends - w)[towards] / direction[towards]).min(initial=np.inf))
