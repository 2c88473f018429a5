"""Thousands of columns that a few factors move together, positive and skewed to the right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem


@dataclass(frozen=True)
class Expression(Problem):
    """Gene expression in 181 tissues of two kinds: some factors, and a few genes, differ."""

    name: str = "expression"
    regime: str = "p >> n, skewed factors"
    rank: int = 24
    n_samples: int = 181
    n_features: int = 12_533

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(24)
        n, p = self.n_samples, self.n_features
        kind = (rng.random(n) < 0.3).astype(np.float64)
        factors = rng.standard_normal((n, 12))
        factors[:, 0] += 1.5 * kind
        logs = factors @ rng.normal(0.0, 0.2, (12, p)) + 0.4 * rng.standard_normal((n, p))
        genes = rng.choice(p, 30, replace=False)
        logs[:, genes] += np.outer(kind, rng.normal(0.0, 1.0, 30))
        return [(np.exp(logs + rng.normal(4.0, 1.2, p)), kind)]
