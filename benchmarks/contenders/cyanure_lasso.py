"""cyanure: variance-reduced stochastic and quasi-Newton proximal gradients in C++."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from benchmarks.contenders.base import Contender
from benchmarks.machine import threads

MANY = 1000  #: columns above which its Lasso works with active sets


@dataclass(frozen=True)
class CyanureLasso(Contender):
    """Its Lasso; ``tol`` is a relative duality gap.

    Its active sets stop growing after a number of rounds that depends on the columns only:
    where the optimum is not among them by then, no tolerance helps, and it fails.
    """

    name: str = "cyanure"
    package: str = "cyanure"
    module: str = "cyanure"
    rank: int = 8

    def fit(self, X, y, alpha, knob):
        from cyanure import estimators  # noqa: PLC0415

        X = X.tocsr() if sparse.issparse(X) else X
        settings = {
            "lambda_1": float(alpha),
            "tol": knob,
            "max_iter": 1_000_000,
            "verbose": False,
            "n_threads": threads(),
            "fit_intercept": True,
        }
        model = estimators.Lasso(**settings)
        if X.shape[1] > MANY:
            # What ``fit`` does in a process that it starts for each fit; here without that.
            inner = estimators.Regression(penalty="l1", **settings)
            model = estimators.fit_large_feature_number(model, inner, X, y)
        else:
            model.fit(X, y)
        return np.ravel(model.coef_), float(np.ravel(model.intercept_)[0])
