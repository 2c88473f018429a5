"""Real text, sparse; more than half of the columns duplicate another one."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import shared_data
from benchmarks.problems.base import DataSet, Problem


@dataclass(frozen=True)
class FarmAds(Problem):
    """Words of advertisements for farms, as tf-idf weights."""

    name: str = "farm_ads"
    regime: str = "real, sparse text"
    rank: int = 17

    def missing(self) -> str:
        return shared_data.missing()

    def make(self) -> list[DataSet]:
        return [shared_data.load("farm_ads", tfidf=True)]
