"""Columns far from zero, of middling size: the Gram matrix must not lose its digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import autoregressive, sparse_truth, target


@dataclass(frozen=True)
class UncentredMedium(Problem):
    """Five hundred rows, eight hundred columns with means of ten standard deviations."""

    name: str = "uncentred_medium"
    regime: str = "n < p, means 10 x spread"
    rank: int = 25

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(25)
        X = autoregressive(rng, 500, 800, 0.5, loc=10.0)
        return [(X, target(rng, X, sparse_truth(rng, 800, 25), 5.0))]
