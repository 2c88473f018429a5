"""Methods: each gives candidate models, of which the validation data choose one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from skl1 import lasso_path, lp_path, subset_path

#: Length of a path, and features at most of a subset.
N_ALPHAS, LARGEST = 100, 50
#: The smallest alpha as a share of the largest: with more rows than columns, and without.
TALL_EPS, WIDE_EPS = 1e-4, 1e-2
#: Mixtures of the Lasso and least squares on its support.
GAMMAS = np.linspace(0.0, 1.0, 10)


@dataclass(frozen=True)
class Method(ABC):
    """Candidates from training data without an intercept."""

    name: str

    @abstractmethod
    def candidates(self, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Coefficients, one model a row."""


def eps(X: np.ndarray) -> float:
    """How far the Lasso's grid goes down."""
    return TALL_EPS if X.shape[0] > X.shape[1] else WIDE_EPS


class Lasso(Method):
    """A path of the Lasso."""

    def candidates(self, X, y):
        count = 50 if X.shape[1] <= 10 else N_ALPHAS
        return lasso_path(X, y, n_alphas=count, eps=eps(X), fit_intercept=False)[1].T


class RelaxedLasso(Method):
    """Each model of a path of the Lasso, mixed with least squares on its support."""

    def candidates(self, X, y):
        found = []
        for w in lasso_path(X, y, n_alphas=50, eps=eps(X), fit_intercept=False)[1].T:
            support = np.flatnonzero(w)
            refit = np.zeros_like(w)
            if support.size:
                refit[support] = np.linalg.lstsq(X[:, support], y)[0]
            found += [gamma * w + (1.0 - gamma) * refit for gamma in GAMMAS]
        return np.array(found)


class ForwardStepwise(Method):
    """The feature that lowers the loss most joins, again and again."""

    def candidates(self, X, y):
        n, p = X.shape
        rest, r, chosen = X.copy(), y.copy(), []
        found = [np.zeros(p)]
        for _ in range(min(LARGEST, n - 1, p)):
            norms = np.einsum("ij,ij->j", rest, rest)
            norms[chosen] = np.inf
            norms[norms <= 1e-9 * n] = np.inf
            j = int(np.argmax((rest.T @ r) ** 2 / norms))
            q = rest[:, j] / np.linalg.norm(rest[:, j])
            chosen.append(j)
            rest -= np.outer(q, q @ rest)
            r = r - q * (q @ r)
            w = np.zeros(p)
            w[chosen] = np.linalg.lstsq(X[:, chosen], y)[0]
            found.append(w)
        return np.array(found)


@dataclass(frozen=True)
class LpPath(Method):
    """A path of the penalty ``|w|^p``."""

    p: float

    def candidates(self, X, y):
        return lp_path(X, y, p=self.p, n_alphas=50, fit_intercept=False)[1].T


class BestSubset(Method):
    """Best subsets of every size, as far as the search finds them."""

    def candidates(self, X, y):
        return subset_path(X, y, k=min(LARGEST, *X.shape), fit_intercept=False)[1].T


METHODS: list[Method] = [
    Lasso("Lasso"),
    RelaxedLasso("relaxed Lasso"),
    ForwardStepwise("forward stepwise"),
    LpPath("l_1/2", 0.5),
    LpPath("l_0", 0.0),
    BestSubset("best subset"),
]
