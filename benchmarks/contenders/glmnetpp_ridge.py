"""glmnetpp: glmnet's own C++ code, at one alpha."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import sparse
from sklearn.utils import check_X_y

from benchmarks.contenders.base import PLENTY, THRESHOLDS, Contender


@dataclass(frozen=True)
class GlmnetppRidge(Contender):
    """Its function; data are checked first, as every estimator checks them."""

    name: str = "glmnetpp"
    package: str = "glmnetpp"
    module: str = "glmnetpp"
    rank: int = 11

    def refuses(self, X):
        return "it takes dense data only" if sparse.issparse(X) else ""

    def ladder(self, target):
        return THRESHOLDS

    def fit(self, X, y, alpha, knob):
        from glmnetpp import fit_gaussian_ridge  # noqa: PLC0415

        X, y = check_X_y(X, y, y_numeric=True)
        intercept, coef, _ = fit_gaussian_ridge(
            X, y, alpha, alpha=1.0, standardize=False, thresh=knob, maxit=PLENTY
        )
        return coef, intercept
