"""Far more columns than rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import autoregressive, sparse_truth, target


@dataclass(frozen=True)
class Wide(Problem):
    """Ten thousand columns, neighbours correlated by one half."""

    name: str = "wide"
    regime: str = "p >> n"
    rank: int = 7
    quick: bool = True

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(7)
        X = autoregressive(rng, 200, 10_000, 0.5)
        return [(X, target(rng, X, sparse_truth(rng, 10_000, 10), 5.0))]
