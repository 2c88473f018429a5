"""A few hundred rows of counts that say much the same, in raw units: beyond Python, some sweeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem


@dataclass(frozen=True)
class TinyCorrelated(Problem):
    """The records of 263 players in 19 columns: a season, a career, and what they are paid."""

    name: str = "tiny_correlated"
    regime: str = "tiny, correlated"
    rank: int = 19

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(19)
        n = 263
        years = rng.integers(1, 20, n)
        skill = rng.lognormal(0.0, 0.25, (n, 1))
        played = rng.uniform(0.3, 1.0, (n, 1))
        usual = np.array([550.0, 140.0, 15.0, 70.0, 65.0, 55.0, 290.0])
        season = np.round(usual * played * skill * rng.lognormal(0.0, 0.15, (n, 7)))
        career = np.round(years[:, None] * usual * skill * rng.lognormal(0.0, 0.15, (n, 7)))
        fielding = rng.poisson(100.0 * played * rng.lognormal(0.0, 0.8, (n, 1)))
        groups = rng.integers(0, 2, (n, 3))
        X = np.hstack([season, career, fielding, years[:, None], groups]).astype(np.float64)
        pay = 0.4 * season[:, 1] + 0.2 * career[:, 3] + 0.1 * fielding[:, 0] - 30.0 * groups[:, 0]
        return [(X, pay * rng.lognormal(0.0, 0.5, n))]
