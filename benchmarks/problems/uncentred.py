"""Columns far from zero: an intercept that is only one more coordinate does not move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import autoregressive, sparse_truth, target


@dataclass(frozen=True)
class Uncentred(Problem):
    """Column means of plus or minus fifty standard deviations."""

    name: str = "uncentred"
    regime: str = "means 50 x spread"
    rank: int = 10

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(10)
        X = autoregressive(rng, 500, 5000, 0.5, loc=50.0)
        return [(X, target(rng, X, sparse_truth(rng, 5000, 25), 5.0))]
