"""skglm: working sets and coordinate descent with Anderson acceleration."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contenders.base import Contender


@dataclass(frozen=True)
class SkglmLasso(Contender):
    """The defaults, with more rounds.

    ``tol`` is the distance of the gradient from the subdifferential, in the units of alpha: so
    the ladder is one of shares of alpha.
    """

    name: str = "skglm"
    package: str = "skglm"
    module: str = "skglm"
    rank: int = 4

    def fit(self, X, y, alpha, knob):
        from skglm import Lasso  # noqa: PLC0415

        model = Lasso(alpha, tol=knob * alpha, max_iter=1000).fit(X, y)
        return model.coef_, model.intercept_
