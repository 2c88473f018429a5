r"""The judge: duality gaps in double precision, from the data and the coefficients alone.

It imports no package that is judged. With ``r = y - X w - b``, its mean ``m``, the centred residual
``s = r - m``, ``rr = ||s||^2 / n`` and ``z = X' s / n``, the primal value is

.. math:: P = rr / 2 + m^2 / 2 + \alpha \|w\|_1,

the intercept taken as it is given, and every ``c s / n`` with ``|c| max|z| <= alpha`` is feasible
in the dual, where its value is ``c (rr + w'z) - c^2 rr / 2``, for ``y'(s / n) = rr + w'z``. So

.. math:: P - D(c) = (1 - c)^2 rr / 2 + \sum_j (\alpha |w_j| - c w_j z_j) + m^2 / 2,

a sum of terms none of which is negative: nothing cancels, and a gap of 1e-14 is a figure and not
noise. The best c is ``1 + w'z / rr``, clipped on *both* sides. Where an iterate has overshot, this
is far below zero; clipped from above only, it would be infeasible and its "gap" too small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class Referee:
    """Judges the Lassos of one data set.

    Parameters
    ----------
    X : ndarray or sparse matrix of shape (n_samples, n_features)
        In double precision, exactly the numbers that the contenders get. Sparse X stays sparse.
    y : ndarray of shape (n_samples,)
    """

    X: np.ndarray | sparse.csc_matrix
    y: np.ndarray

    @classmethod
    def of(cls, X, y) -> Referee:
        """The referee of data of any precision. Double precision is not copied."""
        if sparse.issparse(X):
            return cls(X.astype(np.float64, copy=False), np.asarray(y, dtype=np.float64))
        return cls(np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64))

    @property
    def null_objective(self) -> float:
        """The objective of the best constant, ``||y - mean(y)||^2 / (2 n)``."""
        return 0.5 * float(self.y.var())

    @property
    def alpha_max(self) -> float:
        """The least alpha at which no feature enters."""
        return float(np.abs(self._correlations(_centred(self.y))).max())

    def objective(self, coef: np.ndarray, intercept: float, alpha: float) -> float:
        """The Lasso's objective by its definition."""
        r = self._residual(coef, intercept)
        return 0.5 * float(r @ r) / r.size + alpha * float(np.abs(coef).sum())

    def gap(self, coef: np.ndarray, intercept: float, alpha: float) -> float:
        """The duality gap as a share of the null objective; inf if a number is not finite."""
        w = np.asarray(coef, dtype=np.float64).ravel()
        b = float(intercept)
        if not (np.isfinite(w).all() and np.isfinite(b)):
            return np.inf
        r = self._residual(w, b)
        mean = float(r.mean())
        s = _centred(r)
        rr = float(s @ s) / s.size
        z = self._correlations(s)
        product, largest = w * z, float(np.abs(z).max())
        bound = alpha / largest if largest > 0.0 else np.inf
        best = 1.0 + float(product.sum()) / rr if rr > 0.0 else 1.0
        c = min(max(best, -bound), bound)
        # |c z_j| <= alpha up to rounding, which must not make a summand negative.
        slack = np.maximum(alpha * np.abs(w) - c * product, 0.0)
        gap = 0.5 * (1.0 - c) ** 2 * rr + float(slack.sum()) + 0.5 * mean**2
        return gap / self.null_objective

    def worst_gap(self, coefs: np.ndarray, intercepts: np.ndarray, alphas: np.ndarray) -> float:
        """The largest gap along a path; coefficients in columns, as path functions return them."""
        return max(
            self.gap(w, b, alpha) for w, b, alpha in zip(coefs.T, intercepts, alphas, strict=True)
        )

    def _residual(self, w: np.ndarray, b: float) -> np.ndarray:
        return self.y - np.asarray(self.X @ w).ravel() - b

    def _correlations(self, s: np.ndarray) -> np.ndarray:
        return np.asarray(self.X.T @ s).ravel() / s.size


def _centred(r: np.ndarray) -> np.ndarray:
    """The vector less its mean, twice: columns far from zero magnify what rounding leaves."""
    s = r - r.mean()
    return s - s.mean()
