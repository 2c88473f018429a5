"""Genotypes: dependent columns, many of them twins, and supports that near the number of rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import genotypes, sparse_truth, target


@dataclass(frozen=True)
class Genotypes(Problem):
    """Linked markers 0, 1, 2, a seventh of them twins of others; as much noise as signal."""

    name: str = "genotypes"
    regime: str = "p >> n, dependent columns"
    rank: int = 27
    n_samples: int = 1_800
    n_features: int = 10_000

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(27)
        n, p = self.n_samples, self.n_features
        X = genotypes(rng, n, p, block=1_000, founders=6, switch=0.008)
        return [(X, target(rng, X, sparse_truth(rng, p, 50), 0.0))]
