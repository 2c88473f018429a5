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

    def ladder(self, target):
        return (target,)

    def fit(self, X, y, alpha, knob):
        from skl1 import ProximalLasso  # noqa: PLC0415

        model = ProximalLasso(alpha, tol=knob).fit(X, y)
        return model.coef_, model.intercept_
