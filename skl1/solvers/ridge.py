"""Ridge regression for many alphas from one factorisation."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from scipy.linalg import eigh

from skl1.designs.base import DEPENDENT_GRAM
from skl1.problem import Problem

#: The largest matrix that is factored.
LARGEST = 4000


class RidgeFactor(ABC):
    """``min_w loss(w) + alpha / 2 sum_j u_j w_j^2`` for any alpha, without a sign constraint.

    With D = diag(u)^(-1/2) on the penalised features, whose free companions are projected out, the
    matrix ``H = D X' S X D`` has eigenvalues l_i, and the hat matrix of the solution has the trace
    ``sum_i l_i / (l_i + alpha)``, besides one for each free feature.
    """

    values: np.ndarray  #: the eigenvalues

    def __init__(self, problem: Problem):
        self.problem = problem
        self.penalised = np.flatnonzero(problem.included & ~problem.free)
        self.free = np.flatnonzero(problem.free)
        self.units = 1.0 / np.sqrt(problem.weights[self.penalised])
        if self.free.size:
            gram = problem.design.gram(self.free, self.free)
            self.inverse = np.linalg.pinv(gram, rcond=DEPENDENT_GRAM, hermitian=True)

    @classmethod
    def of(cls, problem: Problem) -> RidgeFactor | None:
        """By the smaller of the two Gram matrices; None if both are too large."""
        n, p = problem.design.n_samples, problem.design.n_features
        if problem.design.has_rows and n < p:
            return RowFactor(problem) if n <= LARGEST else None
        return ColumnFactor(problem) if p <= LARGEST else None

    @abstractmethod
    def steps(self, z: np.ndarray, alphas: np.ndarray) -> np.ndarray:
        """The minimising steps for each alpha, where z is minus the gradient of the objective."""

    def degrees(self, alphas: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each model."""
        held = np.maximum(self.values, 0.0)
        return (held / (held + alphas[:, None])).sum(axis=1) + float(self.free.size)


class ColumnFactor(RidgeFactor):
    """From the eigenvectors of H, p x p."""

    def __init__(self, problem):
        super().__init__(problem)
        design, P, F = problem.design, self.penalised, self.free
        H = design.gram(P, P) * self.units * self.units[:, None]
        if F.size:
            self.across = design.gram(F, P)
            scaled = self.across * self.units
            H -= scaled.T @ self.inverse @ scaled
        self.values, self.vectors = eigh(H, check_finite=False)

    def steps(self, z, alphas):
        P, F = self.penalised, self.free
        pull = z[P] - (self.across.T @ (self.inverse @ z[F]) if F.size else 0.0)
        along = self.vectors.T @ (self.units * pull)
        W = np.zeros((alphas.size, z.size))
        shrunk = along / (np.maximum(self.values, 0.0) + alphas[:, None])
        W[:, P] = shrunk @ self.vectors.T * self.units
        if F.size:
            W[:, F] = (z[F] - W[:, P] @ self.across.T) @ self.inverse
        return W


class RowFactor(RidgeFactor):
    """From the eigenvectors of ``K = S^(1/2) X D^2 X' S^(1/2)``, n x n.

    With A = S^(1/2) X D the step for ``g = D z`` is, by Woodbury's formula,
    ``(g - A' (K + alpha)^-1 A g) / alpha``.
    """

    def __init__(self, problem):
        super().__init__(problem)
        design = problem.design
        scale = np.zeros(design.n_features)
        scale[self.penalised] = self.units**2
        K = design.row_gram(scale)
        self.basis = design.orthonormal(self.free)[0] if self.free.size else None
        if self.basis is not None:
            K -= self.basis @ (self.basis.T @ K)
            K -= (K @ self.basis) @ self.basis.T
        self.values, self.vectors = eigh(K, check_finite=False)

    def steps(self, z, alphas):
        design, P, F = self.problem.design, self.penalised, self.free
        W = np.zeros((alphas.size, z.size))
        start = np.zeros(z.size)
        z = z.copy()
        if F.size:
            start[F] = self.inverse @ z[F]
            z -= design.hessian(start)
        v = np.zeros(z.size)
        v[P] = self.units**2 * z[P]
        along = self.vectors.T @ self._apart(design.root * design.forward(v))
        for k, alpha in enumerate(alphas):
            u = self.vectors @ (along / (np.maximum(self.values, 0.0) + alpha))
            W[k, P] = self.units**2 * (z[P] - design.correlations(u)[P]) / alpha
            if F.size:
                W[k, F] = start[F] - self.inverse @ design.hessian(W[k])[F]
        return W

    def _apart(self, v):
        """V without its part along the free columns."""
        return v if self.basis is None else v - self.basis @ (self.basis.T @ v)
