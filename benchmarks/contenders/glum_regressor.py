"""glum: generalised linear models by iterated reweighted coordinate descent on the Hessian."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contenders.base import PLENTY, Contender

#: Columns up to which a Hessian of columns by columns fits into memory beside the data.
WIDEST = 20_000


@dataclass(frozen=True)
class GlumRegressor(Contender):
    """``irls-cd``, with a gradient tolerance in the units of alpha."""

    name: str = "glum"
    package: str = "glum"
    module: str = "glum"
    rank: int = 7

    def refuses(self, X):
        return f"a Hessian of {X.shape[1]} columns" if X.shape[1] > WIDEST else ""

    def fit(self, X, y, alpha, knob):
        from glum import GeneralizedLinearRegressor  # noqa: PLC0415

        model = GeneralizedLinearRegressor(
            family="normal",
            alpha=alpha,
            l1_ratio=1.0,
            solver="irls-cd",
            gradient_tol=knob * alpha,
            max_iter=PLENTY,
        ).fit(X, y)
        return model.coef_, model.intercept_
