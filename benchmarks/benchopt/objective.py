"""The Lasso with an intercept, judged by its relative duality gap, for the benchopt tool."""

import numpy as np
from benchopt import BaseObjective


class Objective(BaseObjective):
    """``||y - X w - b||^2 / (2 n) + alpha ||w||_1``; alpha as a share of ``alpha_max``."""

    name = "Lasso with intercept"
    url = ""
    min_benchopt_version = "1.6"
    parameters = {"share": [0.5, 0.1, 0.01]}  # noqa: RUF012 (benchopt reads class attributes)
    sampling_strategy = "tolerance"

    def set_data(self, X, y):
        self.X, self.y = X, y
        centred = y - y.mean()
        self.alpha = self.share * np.abs(X.T @ centred).max() / y.size

    def get_objective(self):
        return {"X": self.X, "y": self.y, "alpha": self.alpha}

    def get_one_result(self):
        return {"coef": np.zeros(self.X.shape[1]), "intercept": float(self.y.mean())}

    def evaluate_result(self, coef, intercept):
        """The gap by the formula of ``benchmarks/referee.py``, which this folder cannot import."""
        r = self.y - self.X @ coef - intercept
        s = r - r.mean()
        rr, z = s @ s / s.size, self.X.T @ s / s.size
        bound = self.alpha / max(np.abs(z).max(), np.finfo(float).tiny)
        c = np.clip(1.0 + coef @ z / max(rr, np.finfo(float).tiny), -bound, bound)
        gap = 0.5 * (1.0 - c) ** 2 * rr + 0.5 * r.mean() ** 2
        gap += np.maximum(self.alpha * np.abs(coef) - c * coef * z, 0.0).sum()
        value = 0.5 * r @ r / r.size + self.alpha * np.abs(coef).sum()
        return {
            "value": value,
            "relative_gap": gap / (0.5 * self.y.var()),
            "nonzeros": int(np.count_nonzero(coef)),
        }
