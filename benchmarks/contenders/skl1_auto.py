"""skl1 with its defaults, but for the tolerance: it has to mean what it says."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contenders.base import Contender


@dataclass(frozen=True)
class Skl1(Contender):
    """``ProximalLasso(tol=target)``: no ladder. If the measured gap is larger, it has failed."""

    name: str = "skl1"
    package: str = "skl1"
    module: str = "skl1"
    rank: int = 0
    follows_paths: bool = True

    def ladder(self, target):
        return (target,)

    def fit(self, X, y, alpha, knob):
        from skl1 import ProximalLasso  # noqa: PLC0415

        model = ProximalLasso(alpha, tol=knob).fit(X, y)
        return model.coef_, model.intercept_

    def path(self, X, y, alphas, knob):
        from skl1 import lasso_path  # noqa: PLC0415

        found = lasso_path(X, y, alphas=alphas, tol=knob, return_path=True)
        return found.coefs, found.intercepts

    def path_ladder(self, target):
        # Its bound may come from a dual point of an earlier round, which the referee does not know.
        return (target, target / 4)
