"""skl1 with the solver ``ista``: not in the default race."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contenders.base import PLENTY, Contender


@dataclass(frozen=True)
class Ista(Contender):
    """Proximal gradients."""

    name: str = "skl1_ista"
    package: str = "skl1"
    module: str = "skl1"
    rank: int = 21
    default: bool = False

    def ladder(self, target):
        return (target,)

    def fit(self, X, y, alpha, knob):
        from skl1 import ProximalLasso  # noqa: PLC0415

        model = ProximalLasso(alpha, solver="ista", tol=knob, max_iter=PLENTY).fit(X, y)
        return model.coef_, model.intercept_
