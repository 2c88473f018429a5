"""scikit-learn's Lasso on the Gram matrix: its best setting for many rows."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import sparse

from benchmarks.contenders.base import PLENTY, Contender


@dataclass(frozen=True)
class SklearnGram(Contender):
    """``precompute=True``. Its default is False even for a million rows."""

    name: str = "sklearn_gram"
    package: str = "scikit-learn"
    module: str = "sklearn"
    rank: int = 2

    def refuses(self, X):
        if sparse.issparse(X):
            return "precompute has no effect for sparse X"
        return "more columns than rows" if X.shape[1] > X.shape[0] else ""

    def fit(self, X, y, alpha, knob):
        from sklearn.linear_model import Lasso  # noqa: PLC0415

        model = Lasso(alpha, precompute=True, tol=knob, max_iter=PLENTY).fit(X, y)
        return model.coef_, model.intercept_
