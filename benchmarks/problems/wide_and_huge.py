"""Far more columns than rows, and many of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import autoregressive, sparse_truth, target


@dataclass(frozen=True)
class WideAndHuge(Problem):
    """A thousand rows, neighbours correlated by one half; 160 MB."""

    name: str = "wide_and_huge"
    regime: str = "p >> n, large"
    rank: int = 8

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(8)
        X = autoregressive(rng, 1_000, 20_000, 0.5)
        return [(X, target(rng, X, sparse_truth(rng, 20_000, 50), 5.0))]
