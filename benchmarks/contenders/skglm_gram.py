"""skglm's coordinate descent on the Gram matrix: its best setting for many rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.utils import check_X_y

from benchmarks.contenders.base import PLENTY, Contender


@dataclass(frozen=True)
class SkglmGram(Contender):
    """``GramCD`` with sweeps and acceleration; the data are centred for it, as it has no intercept.

    skglm 0.5 has it as a bare solver only: data are checked as every estimator checks them.
    ``tol`` is the distance of the gradient from the subdifferential, in the units of alpha.
    """

    name: str = "skglm_gram"
    package: str = "skglm"
    module: str = "skglm"
    rank: int = 5

    def refuses(self, X):
        if sparse.issparse(X):
            return "centring would fill sparse X"
        return "more columns than rows" if X.shape[1] > X.shape[0] else ""

    def fit(self, X, y, alpha, knob):
        from skglm.penalties import L1  # noqa: PLC0415
        from skglm.solvers import GramCD  # noqa: PLC0415

        X, y = check_X_y(X, y, dtype=[np.float64, np.float32], y_numeric=True)
        x_mean, y_mean = X.mean(axis=0), y.mean()
        solver = GramCD(
            max_iter=PLENTY, tol=knob * alpha, fit_intercept=False, greedy_cd=False, use_acc=True
        )
        coef = np.ravel(solver.solve(X - x_mean, y - y_mean, None, L1(alpha))[0])
        return coef, y_mean - x_mean @ coef
