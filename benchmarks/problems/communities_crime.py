"""Real data, many more rows than columns, all columns correlated."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import shared_data
from benchmarks.problems.base import DataSet, Problem


@dataclass(frozen=True)
class CommunitiesCrime(Problem):
    """Violent crime in communities of the United States."""

    name: str = "communities_crime"
    regime: str = "real, n > p"
    rank: int = 3
    quick: bool = True

    def missing(self) -> str:
        return shared_data.missing()

    def make(self) -> list[DataSet]:
        return [shared_data.load("communities_crime")]
