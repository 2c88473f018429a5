"""Text of which a handful of words tell all: the support is small, the passes are long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem
from benchmarks.simulation import documents


@dataclass(frozen=True)
class Text(Problem):
    """Thirteen thousand short documents as tf-idf weights, and whether they have one subject."""

    name: str = "text"
    regime: str = "sparse text, small support"
    rank: int = 23
    n_samples: int = 12_902
    n_features: int = 33_549

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(23)
        X = documents(rng, self.n_samples, self.n_features, 58.0)
        # Words of the subject: three that tell much, and a dozen that tell a little.
        told = X[:, [8, 30, 35]] @ np.array([8.0, 4.0, 4.0])
        told += X[:, 50:62] @ rng.uniform(0.2, 1.0, 12)
        told += 0.3 * rng.standard_normal(self.n_samples)
        return [(X, (told > 0.3).astype(np.float64))]
