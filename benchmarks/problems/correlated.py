"""Strongly correlated columns, which slow down coordinate descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import autoregressive, sparse_truth, target


@dataclass(frozen=True)
class Correlated(Problem):
    """Ten thousand columns, neighbours correlated by 0.9."""

    name: str = "correlated"
    regime: str = "p >> n, correlated"
    rank: int = 9

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(9)
        X = autoregressive(rng, 400, 10_000, 0.9)
        return [(X, target(rng, X, sparse_truth(rng, 10_000, 20), 10.0))]
