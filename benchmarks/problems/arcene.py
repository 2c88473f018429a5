"""Real data, p >> n, with constant and with duplicated columns."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import shared_data
from benchmarks.problems.base import DataSet, Problem


@dataclass(frozen=True)
class Arcene(Problem):
    """Mass spectra of cancer patients and others."""

    name: str = "arcene"
    regime: str = "real, p >> n"
    rank: int = 16

    def missing(self) -> str:
        return shared_data.missing()

    def make(self) -> list[DataSet]:
        return [shared_data.load("arcene")]
