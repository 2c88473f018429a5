"""Real text, sparse and large."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import shared_data
from benchmarks.problems.base import DataSet, Problem


@dataclass(frozen=True)
class Imdb(Problem):
    """Words and pairs of words of film reviews, as tf-idf weights, and the stars given."""

    name: str = "imdb"
    regime: str = "real, sparse text, large"
    rank: int = 18

    def missing(self) -> str:
        return shared_data.missing()

    def gaps_at(self, share: float) -> tuple[float, ...]:
        # At the smallest alpha thousands of words enter: digits that nobody wants cost minutes.
        return self.gaps if share > 0.05 else self.gaps[:1]

    def make(self) -> list[DataSet]:
        return [shared_data.load("imdb", tfidf=True)]
