"""Very many rows: what remains is one pass over X."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import autoregressive, sparse_truth, target


@dataclass(frozen=True)
class Tall(Problem):
    """A hundred thousand rows, neighbours correlated by one half; 160 MB."""

    name: str = "tall"
    regime: str = "n >> p"
    rank: int = 4

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(4)
        X = autoregressive(rng, 100_000, 200, 0.5)
        return [(X, target(rng, X, sparse_truth(rng, 200, 20), 3.0))]
