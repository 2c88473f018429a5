"""skl1's SubgradientLasso: not in the default race."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contenders.base import PLENTY, Contender


@dataclass(frozen=True)
class Subgradient(Contender):
    """Polyak's subgradient method, for gaps of per cents."""

    name: str = "skl1_subgradient"
    package: str = "skl1"
    module: str = "skl1"
    rank: int = 23
    default: bool = False

    def ladder(self, target):
        return (target,)

    def fit(self, X, y, alpha, knob):
        from skl1 import SubgradientLasso  # noqa: PLC0415

        model = SubgradientLasso(alpha, tol=knob, max_iter=PLENTY).fit(X, y)
        return model.coef_, model.intercept_
