"""scm2cpp-learn: coordinate descent on the columns, in generated C++."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import sparse

from benchmarks.contenders.base import PLENTY, Contender


@dataclass(frozen=True)
class Scm2cppLasso(Contender):
    """``DesignLasso``; ``tol`` is the largest move of a coefficient in a sweep."""

    name: str = "scm2cpp"
    package: str = "scm2cpp-learn"
    module: str = "scm2cpp_learn"
    rank: int = 13

    def refuses(self, X):
        return "it takes dense data only" if sparse.issparse(X) else ""

    def fit(self, X, y, alpha, knob):
        from scm2cpp_learn import DesignLasso  # noqa: PLC0415

        model = DesignLasso(float(alpha), tol=knob, max_iter=PLENTY).fit(X, y)
        return model.coef_, model.intercept_
