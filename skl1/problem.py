"""A problem: design + penalty + penalty weights. What a solver is given."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from skl1.designs import Design, GramOperator, MomentDesign
from skl1.penalties import Penalty

#: First-order methods iterate on a Gram matrix of at most this many columns.
GRAM_COLUMNS = 2000
#: Searches work on the moments of at most this many columns, with no fewer rows.
SUMMED = 1000
#: Share by which a threshold may be off for no other reason than rounding.
ROUNDING = 1e-12
#: A coefficient whose part of the fit is below this share of y's spread is rounding.
NEGLIGIBLE = 1e-13


@dataclass(frozen=True)
class Point:
    """A point of the domain with what one pass over the data tells about it."""

    w: np.ndarray
    z: np.ndarray  #: minus the gradient of the loss
    rr: float  #: twice the loss
    objective: float


class Problem:
    """minimise over w  ``loss(w) + sum_j u_j g(w_j)``.

    Parameters
    ----------
    design : Design
    penalty : Penalty
    penalty_weights : ndarray of shape (n_features,)
        u >= 0. A feature of weight 0 is never penalised ("free"), one of weight inf is
        excluded, and so is a column that is constant.

    Attributes
    ----------
    included : boolean ndarray
        Features that may enter the model.
    free : boolean ndarray
        Included features without a penalty.
    weights : ndarray
        u, with 0 for excluded features, whose coefficient is 0 throughout.
    """

    def __init__(self, design: Design, penalty: Penalty, penalty_weights: np.ndarray):
        self.design = design
        self.penalty = penalty
        self.included = np.isfinite(penalty_weights) & (design.norms > 0.0)
        self.free = self.included & (penalty_weights == 0.0)
        self.has_free = bool(self.free.any())
        self.among: np.ndarray | None = None
        self.weights = np.where(self.included, penalty_weights, 0.0)
        self.one_sided = penalty.one_sided

    def with_penalty(self, penalty: Penalty) -> Problem:
        """The same problem with another penalty of the same sign constraint.

        What has been computed from the data alone is kept.
        """
        other = copy(self)
        other.penalty = penalty
        other.forget("alpha_max", "summed")
        return other

    def at_alpha(self, alpha: float) -> Problem:
        """The same problem with another strength of the penalty."""
        return self.with_penalty(self.penalty.with_alpha(alpha))

    def scaled(self, factor: float) -> Problem:
        """The same problem with the penalty multiplied by a factor."""
        other = copy(self)
        other.weights = factor * self.weights
        other.forget("alpha_max", "summed")
        return other

    def on(self, design: Design) -> Problem:
        """The same problem on a design of the same data."""
        other = copy(self)
        other.design = design
        other.forget("free_basis", "free_gram", "operator", "summed")
        return other

    def forget(self, *names: str) -> None:
        """Drop what has been computed, in a copy for which it does not hold."""
        for name in names:
            vars(self).pop(name, None)

    def narrowed(self, alive: np.ndarray) -> Problem:
        """The same problem without the features outside a mask: passes may leave them out too.

        For features that are zero in every solution: the minimum is then the same. Not for problems
        with free columns, which are refitted in all rows of their Gram matrix.
        """
        other = copy(self)
        other.included = self.included & alive
        other.weights = np.where(other.included, self.weights, 0.0)
        other.among = np.flatnonzero(other.included)
        return other

    def narrowed_to(self, kept: np.ndarray) -> Problem:
        """The problem in which the features outside a mask are excluded."""
        weights = np.where(self.included & (kept | self.free), self.weights, np.inf)
        return Problem(self.design, self.penalty, weights)

    def at(self, w: np.ndarray) -> Point:
        """Gradient and objective at w: one pass over the data."""
        z, rr = self.design.gradient(w, self.among)
        z[~self.included] = 0.0
        return Point(w, z, rr, 0.5 * rr + self.penalty_value(w))

    def again(self, point: Point) -> Point:
        """The same point under this penalty, without another pass."""
        return Point(point.w, point.z, point.rr, 0.5 * point.rr + self.penalty_value(point.w))

    def penalty_value(self, w: np.ndarray) -> float:
        """``sum_j u_j g(w_j)``."""
        return float(self.weights @ self.penalty.value(w))

    def negligible(self, W: np.ndarray, features: Any = slice(None)) -> np.ndarray:
        """Mask of the penalised coefficients that are nothing but rounding.

        Of a penalty that gives zeros: a feature on the verge of entering, as all are at alpha_max,
        enters or stays out by the last digit of its correlation. Rows of W are models, the columns
        are some of the features.
        """
        if not self.penalty.kink() > 0.0:
            return np.zeros(W.shape, dtype=bool)
        share = np.abs(W) * self.design.lengths[features]
        least = NEGLIGIBLE * np.sqrt(self.design.energy)
        return (share <= least) & (W != 0.0) & ~self.free[features]

    @cached_property
    def null(self) -> Point:
        """The best model without any penalised feature: intercept and free columns fitted."""
        w = np.zeros(self.design.n_features)
        if self.has_free:
            free = np.flatnonzero(self.free)
            w[free] = self._fit_free(free)
            return self.at(w)
        z = np.where(self.included, self.design.correlation, 0.0)
        return Point(w, z, self.design.energy, 0.5 * self.design.energy)

    @cached_property
    def alpha_max(self) -> float:
        """The smallest alpha for which the null model is optimal (or stationary)."""
        penalised = self.included & ~self.free
        if not penalised.any():
            return 0.0
        pulled = self.penalty.pull(self.null.z[penalised])
        norms, weights = self.design.norms[penalised], self.weights[penalised]
        return float(self.penalty.alpha_max(pulled, norms, weights).max())

    def empties(self, alpha):
        """Whether no penalised feature is in use at this alpha, or for each of some.

        One that was found as alpha_max from sums in another order is such an alpha, too.
        """
        return alpha >= self.alpha_max * (1.0 - ROUNDING)

    def _fit_free(self, free: np.ndarray) -> np.ndarray:
        if self.one_sided:
            return self.design.nonnegative_least_squares(free)
        return self.design.least_squares(free)

    @cached_property
    def summed(self) -> Problem:
        """The same problem on its moments, for a search that asks for many products with them.

        Itself where the Gram matrix of all features would cost more than that saves.
        """
        design = self.design
        p = design.n_features
        if not design.has_rows or p > min(SUMMED, design.n_samples):
            return self
        return self.on(MomentDesign.of_design(design))

    @cached_property
    def free_basis(self) -> tuple[np.ndarray, np.ndarray] | None:
        """An orthonormal basis of the free columns with its correlations; None if too large.

        Under a sign constraint the free columns in use vary, and no one basis serves.
        """
        free = np.flatnonzero(self.free)
        if self.one_sided or not self.design.gathers(free):
            return None
        return self.design.orthonormal(free)

    @cached_property
    def free_gram(self) -> np.ndarray:
        """``G[:, free]``, zero in the rows of excluded features."""
        block = self.design.gram(np.arange(self.design.n_features), np.flatnonzero(self.free))
        block[~self.included] = 0.0
        return block

    @cached_property
    def operator(self):
        """What first-order kernels multiply by: a Gram matrix if small, else the data."""
        p = self.design.n_features
        if p <= GRAM_COLUMNS and p <= 2 * self.design.n_samples:
            every = np.arange(p)
            return GramOperator(self.design.gram(every, every))
        return self.design.operator()
