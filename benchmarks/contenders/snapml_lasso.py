"""snapml: IBM's coordinate descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from benchmarks.contenders.base import Contender, means
from benchmarks.machine import threads


@dataclass(frozen=True)
class SnapmlLasso(Contender):
    """``LinearRegression`` on data that are centred for it: its own intercept is wrong.

    Its gaps stop falling near 1e-8, whatever the tolerance.
    """

    name: str = "snapml"
    package: str = "snapml"
    module: str = "snapml"
    rank: int = 15

    def refuses(self, X):
        return "centring would fill sparse X" if sparse.issparse(X) else ""

    def fit(self, X, y, alpha, knob):
        from snapml import LinearRegression  # noqa: PLC0415

        x_mean, y_mean = means(X, y)
        model = LinearRegression(
            penalty="l1",
            dual=False,
            regularizer=float(alpha * len(y)),
            tol=knob,
            max_iter=5000,
            fit_intercept=False,
            n_jobs=threads(),
        ).fit(X - x_mean, y - y_mean)
        coef = np.ravel(model.coef_)
        return coef, y_mean - x_mean @ coef
