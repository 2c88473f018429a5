r"""The judge of logistic regressions: duality gaps from the data and the coefficients alone.

It imports no package that is judged. With ``t = X w + b`` the primal value is

.. math:: P = \frac1n \sum_i (\log(1 + e^{t_i}) - y_i t_i) + \alpha \|w\|_1.

The dual point needs slopes of sum zero: they are taken at the best intercept b* for w, where
``v_i = \sigma(t_i^*) - y_i``; and ``c v`` with ``c = min(1, \alpha / max |X'v / n|)`` is feasible,
as 0 and v are slopes of the loss. Its value is ``-\frac1n \sum_i f^*(y_i, c v_i)``, with the
entropy ``f^*(y, v) = q \log q + (1 - q) \log(1 - q)`` of ``q = y + v``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, xlogy

#: Steps to the best intercept.
STEPS = 100


@dataclass(frozen=True)
class LogisticReferee:
    """Judges the L1-penalised logistic regressions of one data set, y of 0 and 1."""

    X: object
    y: np.ndarray

    @property
    def null_objective(self) -> float:
        """The entropy of the classes."""
        p = float(self.y.mean())
        return float(-xlogy(p, p) - xlogy(1.0 - p, 1.0 - p))

    @property
    def alpha_max(self) -> float:
        """The least alpha at which no feature enters."""
        return float(np.abs(self._correlations(self.y - self.y.mean())).max())

    def gap(self, coef, intercept: float, alpha: float, *, fit_intercept: bool = True) -> float:
        """The duality gap as a share of the null objective; inf if a number is not finite."""
        w, b = np.asarray(coef, dtype=np.float64).ravel(), float(intercept)
        if not (np.isfinite(w).all() and np.isfinite(b)):
            return np.inf
        fit = np.asarray(self.X @ w).ravel()
        primal = self._loss(fit + b) + alpha * float(np.abs(w).sum())
        v = expit(fit + (self._best(fit, b) if fit_intercept else b)) - self.y
        largest = float(np.abs(self._correlations(v)).max())
        c = min(1.0, alpha / largest) if largest > 0.0 else 1.0
        q = np.clip(self.y + c * v, 0.0, 1.0)
        dual = -float((xlogy(q, q) + xlogy(1.0 - q, 1.0 - q)).mean())
        return max(primal - dual, 0.0) / self.null_objective

    def _loss(self, t: np.ndarray) -> float:
        return float((np.logaddexp(0.0, t) - self.y * t).mean())

    def _best(self, fit: np.ndarray, b: float) -> float:
        """The intercept with slopes of sum zero, by Newton's method between brackets."""
        low, high = -np.inf, np.inf
        for _ in range(STEPS):
            p = expit(fit + b)
            slope, bend = float((p - self.y).mean()), float((p * (1.0 - p)).mean())
            if slope > 0.0:
                high = b
            else:
                low = b
            new = b - slope / bend if bend > 0.0 else 0.5 * (low + high)
            if not low < new < high:
                new = 0.5 * (low + high) if np.isfinite(low + high) else b - np.sign(slope)
            if new == b or abs(slope) < 1e-17:
                break
            b = new
        return b

    def _correlations(self, v: np.ndarray) -> np.ndarray:
        return np.asarray(self.X.T @ v).ravel() / v.size
