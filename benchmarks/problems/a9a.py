"""Real data, sparse, many rows: one-hot columns that add up to others."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import shared_data
from benchmarks.problems.base import DataSet, Problem


@dataclass(frozen=True)
class A9a(Problem):
    """Answers to a census as flags, and whether the income is high."""

    name: str = "a9a"
    regime: str = "real, sparse, n >> p"
    rank: int = 22

    def missing(self) -> str:
        return shared_data.missing()

    def make(self) -> list[DataSet]:
        return [shared_data.load("a9a")]
