"""Many small fits in a row, as in a screening study; a figure is for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import autoregressive, sparse_truth, target


@dataclass(frozen=True)
class ManySmall(Problem):
    """Two hundred data sets of 60 rows and 8 columns."""

    name: str = "many_small"
    regime: str = "200 tiny fits"
    rank: int = 2
    quick: bool = True
    count: int = 200

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(2)
        data_sets = []
        for _ in range(self.count):
            X = autoregressive(rng, 60, 8, 0.5)
            data_sets.append((X, target(rng, X, sparse_truth(rng, 8, 3), 5.0)))
        return data_sets
