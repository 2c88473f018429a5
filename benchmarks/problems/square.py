"""As many rows as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import autoregressive, sparse_truth, target


@dataclass(frozen=True)
class Square(Problem):
    """Two thousand of each, neighbours correlated by one half."""

    name: str = "square"
    regime: str = "n = p"
    rank: int = 5

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(5)
        X = autoregressive(rng, 2_000, 2_000, 0.5)
        return [(X, target(rng, X, sparse_truth(rng, 2_000, 100), 5.0))]
