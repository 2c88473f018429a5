"""celer: working sets, dual extrapolation, coordinate descent."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contenders.base import Contender


@dataclass(frozen=True)
class CelerLasso(Contender):
    """The defaults (pruning too), with more rounds. ``tol`` is a gap as a share of ``||y||^2``."""

    name: str = "celer"
    package: str = "celer"
    module: str = "celer"
    rank: int = 3

    def fit(self, X, y, alpha, knob):
        from celer import Lasso  # noqa: PLC0415

        # Epochs are per round: at the default of 50000 a round that stalls ends at some time,
        # and the next working set gets its chance.
        model = Lasso(alpha, tol=knob, max_iter=1000).fit(X, y)
        return model.coef_, model.intercept_
