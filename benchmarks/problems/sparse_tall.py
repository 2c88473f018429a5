"""Sparse data of many rows and few columns, whose Gram matrix is small and cheap by rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import sparse_flags


@dataclass(frozen=True)
class SparseTall(Problem):
    """Flags in 300 columns, one in twenty-five set, and a class that some of them tell."""

    name: str = "sparse_tall"
    regime: str = "sparse, n >> p"
    rank: int = 21
    n_samples: int = 49_749

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(21)
        X = sparse_flags(rng, self.n_samples, 300, 0.04)
        pull = X @ (rng.standard_normal(300) * (rng.random(300) < 0.3))
        pull += rng.standard_normal(self.n_samples)
        return [(X, np.where(pull > np.quantile(pull, 0.8), 1.0, -1.0))]
