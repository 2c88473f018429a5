"""Real data, p >> n, in raw units: the columns' spreads differ by a factor of 600."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import shared_data
from benchmarks.problems.base import DataSet, Problem


@dataclass(frozen=True)
class LeukemiaGolub(Problem):
    """Gene expression in two kinds of leukemia, from the shared folder or from openml.org."""

    name: str = "leukemia_golub"
    regime: str = "real, p >> n"
    rank: int = 14

    def missing(self) -> str:
        if not shared_data.missing():
            return ""
        try:
            shared_data.openml("leukemia")
        except Exception as error:  # of whatever kind: there is no data
            return f"{shared_data.missing()}, and openml.org: {error}"
        return ""

    def make(self) -> list[DataSet]:
        if shared_data.missing():
            return [shared_data.openml("leukemia")]
        return [shared_data.load("leukemia_golub")]
