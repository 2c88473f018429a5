"""Few rows against the columns, strong correlation: for a small alpha the support nears n."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import autoregressive, sparse_truth, target


@dataclass(frozen=True)
class Medium(Problem):
    """Five hundred rows, neighbours correlated by 0.8."""

    name: str = "medium"
    regime: str = "n < p, large support"
    rank: int = 6
    quick: bool = True

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(6)
        X = autoregressive(rng, 500, 2_000, 0.8)
        return [(X, target(rng, X, sparse_truth(rng, 2_000, 25), 5.0))]
