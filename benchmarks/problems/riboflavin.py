"""Real data, p >> n, a continuous target."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import shared_data
from benchmarks.problems.base import DataSet, Problem


@dataclass(frozen=True)
class Riboflavin(Problem):
    """Gene expression and the production of riboflavin."""

    name: str = "riboflavin"
    regime: str = "real, p >> n"
    rank: int = 15
    quick: bool = True

    def missing(self) -> str:
        return shared_data.missing()

    def make(self) -> list[DataSet]:
        return [shared_data.load("riboflavin")]
