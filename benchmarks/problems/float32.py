"""Single precision. The gap is that of the float32 coefficients, computed in double precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import autoregressive, sparse_truth, target


@dataclass(frozen=True)
class Float32(Problem):
    """Five hundred rows, five thousand columns."""

    name: str = "float32"
    regime: str = "p >> n, float32"
    rank: int = 11
    gaps: tuple[float, ...] = (1e-5,)

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(11)
        X = autoregressive(rng, 500, 5000, 0.5).astype(np.float32)
        y = target(rng, X.astype(np.float64), sparse_truth(rng, 5000, 25), 5.0)
        return [(X, y.astype(np.float32))]
