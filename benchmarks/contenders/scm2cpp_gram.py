"""scm2cpp-learn on the Gram matrix: its best setting but for very many columns."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import sparse

from benchmarks.contenders.base import PLENTY, Contender, means

#: Columns up to which it takes part: the matrix has 200 MB.
WIDEST = 5_000


@dataclass(frozen=True)
class Scm2cppGram(Contender):
    """``GramLasso``, and ``CovLasso`` for paths; ``tol`` is a relative change of coefficients."""

    name: str = "scm2cpp_gram"
    package: str = "scm2cpp-learn"
    module: str = "scm2cpp_learn"
    rank: int = 14
    follows_paths: bool = True

    def refuses(self, X):
        if sparse.issparse(X):
            return "it takes dense data only"
        return f"a Gram matrix of {X.shape[1]} columns" if X.shape[1] > WIDEST else ""

    def fit(self, X, y, alpha, knob):
        from scm2cpp_learn import GramLasso  # noqa: PLC0415

        model = GramLasso(float(alpha), tol=knob, max_iter=PLENTY).fit(X, y)
        return model.coef_, model.intercept_

    def path(self, X, y, alphas, knob):
        from scm2cpp_learn import CovLasso  # noqa: PLC0415

        x_mean, y_mean = means(X, y)
        model = CovLasso(X - x_mean, y - y_mean)
        coefs = model.fit_path(alphas, tol=knob, max_sweeps=PLENTY).T
        return coefs, y_mean - x_mean @ coefs
