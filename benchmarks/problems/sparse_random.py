"""A sparse matrix of random entries, five a column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import random_sparse, sparse_truth, target


@dataclass(frozen=True)
class SparseRandom(Problem):
    """A hundred thousand columns, one entry in a thousand not zero."""

    name: str = "sparse_random"
    regime: str = "sparse, p >> n"
    rank: int = 12

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(12)
        X = random_sparse(rng, 5000, 100_000, 1e-3)
        return [(X, target(rng, X, sparse_truth(rng, 100_000, 250), 10.0))]
