"""glmnet-rs: glmnet's coordinate descent, written anew in Rust."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_X_y

from benchmarks.contenders.base import PLENTY, THRESHOLDS, Contender


@dataclass(frozen=True)
class GlmnetRs(Contender):
    """Its function, which takes a path; data are checked first, as every estimator checks them.

    ``thresh`` bounds the fall of the objective by one coefficient, as a share of the null one.
    """

    name: str = "glmnet_rs"
    package: str = "glmnet-rs"
    module: str = "glmnetrs"
    rank: int = 9
    follows_paths: bool = True

    def ladder(self, target):
        return THRESHOLDS

    def fit(self, X, y, alpha, knob):
        coefs, intercepts = self.path(X, y, np.array([alpha]), knob)
        return coefs[:, 0], float(intercepts[0])

    def path(self, X, y, alphas, knob):
        from glmnetrs import glmnet  # noqa: PLC0415

        X, y = check_X_y(X, y, accept_sparse="csc", y_numeric=True)
        found = glmnet(
            X, y, alpha=1.0, lambda_=alphas, standardize=False, thresh=knob, maxit=PLENTY
        )
        return np.asarray(found.beta), np.asarray(found.a0)
