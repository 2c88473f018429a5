"""Factors of ridge problems: one eigendecomposition serves every alpha."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import cast

import numpy as np

from skl1.compiled.threads import spread
from skl1.designs import BesideDesign, MomentDesign, TableDesign
from skl1.designs.table import adjoints
from skl1.problems.problem import Problem
from skl1.solvers.first_order import inverse

EPS = float(np.finfo(np.float64).eps)
#: Rows, or columns, up to which their Gram matrix is decomposed: 128 MB.
LARGEST_FACTOR = 4000


@dataclass(frozen=True)
class Models:
    """Some models, one a row of each array, with what a pass over the data tells about them.

    Attributes
    ----------
    W : ndarray of shape (n_models, n_features)
        Coefficients.
    Z : ndarray of shape (n_models, n_features)
        Minus the gradients of the loss.
    losses : ndarray of shape (n_models,)
    A : ndarray of shape (n_models, n_samples)
        Where the unknowns are coefficients of the rows: these, with W = A X / u.
    R : ndarray of shape (n_models, n_samples)
        There, the residuals, times the roots of the weights.
    """

    W: np.ndarray
    Z: np.ndarray
    losses: np.ndarray
    A: np.ndarray | None = None
    R: np.ndarray | None = None

    def pick(self, index: np.ndarray) -> Models:
        """Some of the models."""
        dual = None if self.A is None else self.A[index]
        residuals = None if self.R is None else self.R[index]
        return Models(self.W[index], self.Z[index], self.losses[index], dual, residuals)


class Factor(ABC):
    """The eigendecomposition ``V D V'`` behind the models of all alphas.

    Attributes
    ----------
    spectrum : ndarray
        D: the eigenvalues, not negative, of the penalised columns in units of the penalty and
        without their part along the free ones.
    """

    spectrum: np.ndarray

    def _decompose(self, K: np.ndarray) -> None:
        if not np.isfinite(K).all():
            raise np.linalg.LinAlgError("weights of the penalty that are too far apart")
        with spread(float(len(K)) ** 3):
            values, self.vectors = np.linalg.eigh(K)
        self.spectrum = np.maximum(values, 0.0)
        self.rounding = len(K) * EPS * float(self.spectrum.max(initial=0.0))

    def _solve(self, alphas: np.ndarray, B: np.ndarray) -> np.ndarray:
        """``(K + alpha)^-1 b`` for each alpha and row b.

        A direction with an eigenvalue that is rounding holds nothing but rounding, which a still
        smaller alpha would blow up.
        """
        D = self.spectrum + alphas[:, None]
        held = self.rounding < D
        along = np.divide(B @ self.vectors, D, out=np.zeros_like(D), where=held)
        return along @ self.vectors.T

    @abstractmethod
    def null(self, count: int) -> Models:
        """So many models without coefficients."""

    @abstractmethod
    def improved(self, alphas: np.ndarray, models: Models) -> Models:
        """The models after the step that is exact but for rounding."""


class FeatureFactor(Factor):
    r"""Of the Gram matrix of the penalised columns, divided by :math:`\sqrt{u_j u_k}`.

    A step is Newton's, on gradients from the moments. Of problems without free columns.
    """

    def __init__(self, problem: Problem):
        design = cast(MomentDesign, problem.design)
        self.design, self.weights, self.included = design, problem.weights, problem.included
        self.penalised = np.flatnonzero(problem.included)
        self.units = 1.0 / np.sqrt(problem.weights[self.penalised])
        K = design.matrix[np.ix_(self.penalised, self.penalised)]
        K = K * self.units * self.units[:, None]
        self._decompose(K)

    def null(self, count):
        z = np.where(self.included, self.design.correlation, 0.0)
        shape = (count, z.size)
        losses = np.full(count, 0.5 * self.design.energy)
        return Models(np.zeros(shape), np.broadcast_to(z, shape), losses)

    def improved(self, alphas, models):
        slope = models.Z - alphas[:, None] * self.weights * models.W
        pull = slope[:, self.penalised] * self.units
        W = models.W.copy()
        W[:, self.penalised] += self._solve(alphas, pull) * self.units
        q = self.design.correlation
        Z = q - W @ self.design.matrix
        losses = 0.5 * np.maximum(self.design.energy - np.einsum("ij,ij->i", W, q + Z), 0.0)
        Z[:, ~self.included] = 0.0
        return Models(W, Z, losses)


class RowFactor(Factor):
    r"""Of ``K = S^(1/2) X U^-1 X' S^(1/2)``, n x n, for fewer rows than columns.

    The models are ``w = U^-1 X' S^(1/2) a``. At the minimum ``alpha a`` is the residual, so a step
    adds ``(K + alpha)^-1 (r - alpha a)`` to a, with the residual from the data. Free columns are
    projected out of both, and refitted to what is left.
    """

    def __init__(self, problem: Problem):
        design = cast(TableDesign, problem.design)
        self.design, self.included = design, problem.included
        self.metric = inverse(problem.weights)
        self.free = np.flatnonzero(problem.free)
        K = design.row_gram(self.metric)
        if self.free.size:
            span = cast(BesideDesign, problem.core.design).span
            self.basis = cast(np.ndarray, span.basis)
            self.refit = self.basis @ span.refit
            K = self._beside(self._beside(K).T)
        self._decompose(K)

    def _beside(self, R: np.ndarray) -> np.ndarray:
        """The rows of R without their part along the free columns."""
        return R - (R @ self.basis) @ self.basis.T if self.free.size else R

    def null(self, count):
        target = self.design.root * self.design.y
        shape = (count, target.size)
        W = np.zeros((count, self.design.n_features))
        losses = np.full(count, 0.5 * self.design.energy)
        return Models(W, W, losses, np.zeros(shape), np.broadcast_to(target, shape))

    def improved(self, alphas, models):
        design = self.design
        A = models.A + self._solve(alphas, self._beside(models.R) - alphas[:, None] * models.A)
        W = self.metric * design.transposed(design.root * A, design.x_mean)
        residuals = design.residuals(W)
        if self.free.size:
            W[:, self.free] = models.W[:, self.free]
            # Twice: the second time for what rounding has left of the first.
            for _ in range(2):
                residuals = design.residuals(W)
                W[:, self.free] += (design.root * residuals) @ self.refit
            residuals = design.residuals(W)
        Z = adjoints([design], [residuals])[0]
        Z[:, ~self.included] = 0.0
        losses = 0.5 * ((residuals * residuals) @ design.weights)
        return Models(W, Z, losses, A, design.root * residuals)


def factor_of(problem: Problem) -> Factor | None:
    """The smaller factor; None if neither is small enough, or its numbers leave the range."""
    design = problem.design
    if isinstance(design, MomentDesign):
        kind: type[FeatureFactor | RowFactor] = FeatureFactor
    elif design.n_samples <= LARGEST_FACTOR and design.gathers(np.flatnonzero(problem.free)):
        kind = RowFactor
    else:
        return None
    try:
        return kind(problem)
    except np.linalg.LinAlgError:
        return None
