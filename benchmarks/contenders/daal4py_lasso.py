"""daal4py, of scikit-learn-intelex: scikit-learn's Lasso by Intel's library."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import sparse

from benchmarks.contenders.base import PLENTY, Contender


@dataclass(frozen=True)
class Daal4pyLasso(Contender):
    """Where it does not take over, for sparse or wide data, it is scikit-learn itself."""

    name: str = "daal4py"
    package: str = "scikit-learn-intelex"
    module: str = "daal4py"
    rank: int = 16

    def refuses(self, X):
        if sparse.issparse(X):
            return "scikit-learn does sparse data for it"
        return "scikit-learn does wide data for it" if X.shape[1] > X.shape[0] else ""

    def fit(self, X, y, alpha, knob):
        from daal4py.sklearn.linear_model import Lasso  # noqa: PLC0415

        model = Lasso(alpha, tol=knob, max_iter=PLENTY).fit(X, y)
        return model.coef_, model.intercept_
