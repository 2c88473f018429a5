"""A few hundred rows, ten columns: what remains is Python."""

from __future__ import annotations

from dataclasses import dataclass

from sklearn.datasets import load_diabetes

from benchmarks.problems.base import DataSet, Problem


@dataclass(frozen=True)
class Tiny(Problem):
    """The diabetes data of scikit-learn."""

    name: str = "tiny"
    regime: str = "tiny"
    rank: int = 1
    quick: bool = True

    def make(self) -> list[DataSet]:
        return [load_diabetes(return_X_y=True)]
