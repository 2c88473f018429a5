"""The regressions of each column on all others, from the one Gram matrix that they share.

In standard units that is the matrix C of correlations, and the regression of column j

    minimise over w with w_j = 0   (1 - 2 w'c + w'C w) / 2 + alpha sum_k |w_k|,   c = C e_j:

the target is a column of C, and the correlations with the residual, C (e_j - w), are what a score
needs. One compiled call solves it for an alpha, from where the one before has ended.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.designs import MomentDesign
from skl1.penalties import L1
from skl1.problems.certificates import EPS, best_gaps
from skl1.solvers.factor import blank_factor
from skl1.solvers.gram_convex import solve_along

#: The level of the noise is settled when it changes by less than this share.
SETTLED = 1e-6
#: Alphas that are tried for a column at most.
ROUNDS = 60
#: The smallest alpha, in standard deviations: where a column is a combination of few others, no
#: noise is left, and below this the residual only shrinks.
SMALLEST = 1e-5
#: Moves that lower the objective by less, as a share of the square of alpha, are left out.
NO_FALL = 1e-12
LASSO = L1(1.0)


@dataclass(frozen=True)
class Solved:
    """A regression of each of some columns; all in standard units."""

    W: np.ndarray  #: coefficients, a row for each column
    Z: np.ndarray  #: correlations of all columns with the residuals
    alphas: np.ndarray
    squares: np.ndarray  #: mean squares of the residuals
    settled: np.ndarray  #: whether the level of the noise did
    gaps: np.ndarray  #: duality gaps as shares of the null objective


def correlations(design: MomentDesign, included: np.ndarray) -> np.ndarray:
    """The matrix C, with zeros for the columns that are left out."""
    lengths = np.where(included, design.lengths, 1.0)
    C = design.matrix / lengths
    C /= lengths[:, None]
    C[~included] = C[:, ~included] = 0.0
    np.fill_diagonal(C, included.astype(np.float64))
    return C


def solve_columns(
    C: np.ndarray,
    columns: np.ndarray,
    level: float,
    fixed: float | None,
    *,
    rank: int,
    max_iter: int,
) -> Solved:
    """The regressions of some columns on all others, of which C has the correlations.

    With ``fixed`` at that alpha, else each at ``level`` times the root of the mean square of its
    residuals, as `scaled_lasso` finds it. At most ``rank`` columns are independent.
    """
    size, p = columns.size, len(C)
    W, alphas, settled = np.empty((size, p)), np.empty(size), np.empty(size, dtype=bool)
    work = Work(C, min(rank, p), max_iter)
    for k, j in enumerate(columns.tolist()):
        W[k], alphas[k], settled[k] = work.solve(j, level, fixed)
    V = -W
    V[np.arange(size), columns] = 1.0
    Z = V @ C
    squares = np.maximum(np.einsum("kj,kj->k", V, Z), 0.0)
    gaps = _gaps(columns, W, Z, alphas, squares)
    return Solved(W, Z, alphas, squares, settled, gaps)


def _gaps(columns, W, Z, alphas, squares) -> np.ndarray:
    """Duality gaps as shares of the null objective, which is 1/2; at least what rounding makes."""
    outside = Z.copy()
    outside[np.arange(columns.size), columns] = 0.0  # the column itself is no feature
    sizes = np.abs(W).sum(axis=1)
    agreement = np.einsum("kj,kj->k", W, outside)
    losses, weights = 0.5 * squares, np.ones(W.shape[1])
    gaps = best_gaps(LASSO, alphas, weights, alphas * sizes, agreement, outside, losses)
    # As of any sums over rows, where each column has the energy 1.
    return 2.0 * np.maximum(gaps, 4.0 * EPS * (sizes + 1.0))


class Work:
    """One Gram matrix, and the arrays of the kernel for one column after the other."""

    def __init__(self, C: np.ndarray, rank: int, max_iter: int):
        self.C, self.max_iter = C, max_iter
        p = len(C)
        self.norms, self.weights = C.diagonal().copy(), np.ones(p)
        self.W, self.Z = np.zeros((2, p)), np.zeros((2, p))
        self.sweeps, self.alpha = np.zeros(1, dtype=np.intp), np.zeros(1)
        self.factor = blank_factor(rank)
        self.cost = p * (200 + p // 10)

    def start(self, j: int) -> None:
        """Begin with column j, at zero."""
        self.norms[:] = self.C.diagonal()
        self.norms[j] = 0.0  # of which the kernel leaves out the coefficient
        self.W[0], self.Z[0] = 0.0, self.C[j]
        self.factor[1][0] = 0

    def at(self, j: int, alpha: float) -> float:
        """Solve for an alpha from where the last one ended; the mean square of the residual."""
        self.alpha[0] = alpha
        solve_along(
            self.cost,
            1.0,
            0.0,
            False,
            self.C,
            self.norms,
            self.weights,
            self.alpha,
            NO_FALL * alpha**2,
            self.max_iter,
            self.W,
            self.Z,
            self.sweeps,
            *self.factor,
        )
        self.W[0], self.Z[0] = self.W[1], self.Z[1]
        w, z = self.W[0], self.Z[0]
        return max(float(z[j] - w @ z), 0.0)  # (e_j - w)' C (e_j - w)

    def solve(self, j: int, level: float, fixed: float | None) -> tuple[np.ndarray, float, bool]:
        r"""The coefficients, alpha, and whether that is settled.

        The mean square s of the residual is linear in :math:`\alpha^2` as long as the support and
        the signs stay: :math:`s = a + b \alpha^2`. So the line through two points gives the alpha
        with :math:`\alpha^2 = \lambda^2 s` at once where they have the support of the solution.
        """
        self.start(j)
        if fixed is not None:
            self.at(j, fixed)
            return self.W[0], fixed, True
        alpha, last = level, None
        for _ in range(ROUNDS):
            square = self.at(j, alpha)
            wanted = level * np.sqrt(square)
            if abs(wanted - alpha) <= SETTLED * alpha or (alpha == SMALLEST and wanted < alpha):
                return self.W[0], alpha, True
            now = (alpha**2, square)
            alpha = max(_next(now, last, level), SMALLEST)
            last = now
        return self.W[0], float(np.sqrt(now[0])), False


def _next(now: tuple[float, float], last: tuple[float, float] | None, level: float) -> float:
    """The alpha at which the line through two points says that the level of the noise settles."""
    plain = level * np.sqrt(now[1])
    if last is None or now[0] == last[0]:
        return plain
    slope = (now[1] - last[1]) / (now[0] - last[0])
    left, there = level**-2 - slope, now[1] - slope * now[0]
    if left <= 0.0 or there <= 0.0:
        return 0.1 * plain  # as far as the line goes, it does not settle
    return float(np.sqrt(there / left))
