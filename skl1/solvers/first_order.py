"""What the first-order methods share: coordinates, step lengths, how many steps a call."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import cast

import numpy as np
from scipy.linalg import eigh_tridiagonal

from skl1.compiled import Record
from skl1.designs import GramOperator, TableDesign
from skl1.designs.gram_operator import apply_product
from skl1.penalties import Penalty
from skl1.problems.problem import GRAM_COLUMNS, Problem

#: Lanczos under-estimates the largest curvature; the methods also watch for an increase.
SAFETY = 1.02
LANCZOS_STEPS = 20


@dataclass(frozen=True)
class Space:
    """The coordinates in which a first-order method iterates on a quadratic loss.

    minimise  ``v'Gv / 2 - q'v + sum_j u_j g(v_j)``,  steps measured by ``sum_j v_j^2 / scale_j``.
    The scale is the inverse curvature of each coordinate: the method then does the same on
    columns of any units. Excluded features have scale 0 and never move.
    """

    operator: object
    q: np.ndarray
    penalty: Penalty
    weights: np.ndarray
    scale: np.ndarray
    lift: Callable[[np.ndarray], np.ndarray]

    def product(self, v: np.ndarray) -> np.ndarray:
        """``G v``."""
        out = np.empty_like(v)
        apply_product.sized(self.operations(), self.operator)(self.operator, v, out)
        return out

    def operations(self, steps: int = 1) -> int:
        """What so many steps cost, as `Kernel.sized` counts it: a product with G each."""
        if isinstance(self.operator, GramOperator):  # row by row, not number by number
            return steps * self.q.size * (30 + self.q.size // 50)
        arrays = (each for each in vars(self.operator).values() if isinstance(each, np.ndarray))
        return steps * (2 * sum(array.size for array in arrays) + 20 * self.q.size)


def feature_space(problem: Problem, scale: np.ndarray) -> Space:
    """Iterate on the coefficients themselves."""
    q = np.where(problem.included, problem.design.correlation, 0.0)
    scale = np.where(problem.included, scale, 0.0)
    return Space(problem.operator, q, problem.penalty, problem.weights, scale, lambda v: v)


def needs_quadratic(problem: Problem) -> str:
    """Why a method for quadratic objectives does not suit the problem; empty if it does."""
    penalty = problem.penalty
    if penalty.constant_curvature is not None and penalty.slope_at_zero() == 0.0:
        return ""
    return (
        f"it needs a multiple of w^2 as the penalty, smooth and without a slope at zero, such as "
        f"SquaredL2; the problem has {penalty!r}. WorkingSet(SweepsThenNewton()) takes any penalty."
    )


def needs_convex(problem: Problem) -> str:
    """Why a method for convex problems does not suit the problem; empty if it does."""
    if problem.penalty.convex:
        return ""
    return (
        f"it needs a convex penalty; the problem has {problem.penalty!r}, which is not said to be "
        "convex. WorkingSet(SweepsThenNewton()) takes any penalty."
    )


def sample_space(problem: Problem) -> Space:
    """Iterate on n sample coefficients v with ``w = U^-1 X'v``: ridge, p > n.

    Gradient steps from zero stay in the row space of X, so they are the same steps there:
    ``v - t ((K + alpha) v - y)`` with ``K = X U^-1 X'``, at n^2 operations each; the penalty is
    ``alpha / 2 w^2``.
    """
    design = cast(TableDesign, problem.design)
    metric = inverse(problem.weights)
    ones = np.ones(design.n_samples)
    operator = GramOperator(design.row_gram(metric))

    def lift(v):
        return metric * design.correlations(v)

    return Space(operator, design.root * design.y, problem.penalty, ones, ones, lift)


def inverse(values: np.ndarray) -> np.ndarray:
    """``1 / values``, with 0 for 0."""
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0.0)


def prefers_samples(problem: Problem, start: np.ndarray) -> bool:
    """Whether the sample space is smaller, and open: weights positive, no bounds, start at 0."""
    n, p = problem.design.n_samples, problem.design.n_features
    return (
        isinstance(problem.design, TableDesign)
        and n < p
        and n <= GRAM_COLUMNS
        and not problem.bounded
        and not problem.free.any()
        and not start.any()
    )


def largest_curvature(space: Space, extra: np.ndarray | float = 0.0) -> float:
    """The largest eigenvalue of ``D (G + diag(extra)) D``, D^2 = diag(scale), by Lanczos.

    Full reorthogonalisation; the Ritz value plus its residual bound, so that the estimate is
    seldom low. Deterministic: the start is a fixed vector without symmetries.
    """
    root = np.sqrt(space.scale)
    size = int(np.count_nonzero(root))
    if not size:
        return 1.0
    v = root * np.cos(np.arange(root.size) + 0.5)
    v[root > 0.0] += 1e-3
    basis: list[np.ndarray] = []
    diagonal: list[float] = []
    beside: list[float] = []
    norm = float(np.linalg.norm(v))
    while len(basis) < min(size, LANCZOS_STEPS):
        basis.append(v / norm)
        v = root * (space.product(root * basis[-1]) + extra * root * basis[-1])
        diagonal.append(float(basis[-1] @ v))
        known = np.array(basis)
        for _ in range(2):
            v = v - known.T @ (known @ v)
        norm = float(np.linalg.norm(v))
        if norm <= 1e-12 * max(diagonal):
            norm = 0.0
            break
        beside.append(norm)
    if not np.isfinite(diagonal).all() or not np.isfinite(beside).all():
        return np.inf
    values, vectors = eigh_tridiagonal(np.array(diagonal), np.array(beside[: len(diagonal) - 1]))
    return float(SAFETY * (values[-1] + norm * abs(vectors[-1, -1])))


class Momentum(Record):
    """How far a method steps ahead of its last iterate before it takes the gradient."""

    @abstractmethod
    def following(self, t):
        """The next t; the extrapolation is ``(t - 1) / following(t)`` of the last move."""


class Still(Momentum):
    """No extrapolation."""

    def following(self, t):
        return 1.0


class Nesterov(Momentum):
    """``t <- (1 + sqrt(1 + 4 t^2)) / 2`` (Nesterov 1983)."""

    def following(self, t):
        return 0.5 * (1.0 + sqrt(1.0 + 4.0 * t * t))


def steps_ahead(n_iter: int, left: int) -> int:
    """Steps until the next check: a tenth of those done, so checks stay a small share."""
    return min(left, max(10, n_iter // 10))
