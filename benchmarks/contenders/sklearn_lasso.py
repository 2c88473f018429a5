"""scikit-learn's Lasso: cyclic coordinate descent with gap-safe screening."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contenders.base import PLENTY, Contender


@dataclass(frozen=True)
class SklearnLasso(Contender):
    """The defaults. ``tol`` is a gap as a share of ``||y||^2``, the centred y's."""

    name: str = "sklearn"
    package: str = "scikit-learn"
    module: str = "sklearn"
    rank: int = 1

    def fit(self, X, y, alpha, knob):
        from sklearn.linear_model import Lasso  # noqa: PLC0415

        model = Lasso(alpha, tol=knob, max_iter=PLENTY).fit(X, y)
        return model.coef_, model.intercept_
