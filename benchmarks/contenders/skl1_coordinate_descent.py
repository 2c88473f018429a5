"""skl1 with the solver ``coordinate_descent``: not in the default race."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contenders.base import PLENTY, Contender


@dataclass(frozen=True)
class CoordinateDescent(Contender):
    """The working set without Newton's method."""

    name: str = "skl1_coordinate_descent"
    package: str = "skl1"
    module: str = "skl1"
    rank: int = 20
    default: bool = False

    def ladder(self, target):
        return (target,)

    def fit(self, X, y, alpha, knob):
        from skl1 import ProximalLasso  # noqa: PLC0415

        model = ProximalLasso(alpha, solver="coordinate_descent", tol=knob, max_iter=PLENTY).fit(
            X, y
        )
        return model.coef_, model.intercept_
