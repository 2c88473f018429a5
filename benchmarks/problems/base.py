"""What a problem is: data, how strong the penalties and how small the gaps are to be."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: X (an array or a CSC matrix) and y.
DataSet = tuple[Any, Any]

SHARES = (0.5, 0.1, 0.01)
GAPS = (1e-4, 1e-8)


@dataclass(frozen=True)
class Problem(ABC):
    """Data sets that every contender fits, at several alphas and to several gaps.

    Attributes
    ----------
    name : str
        What the command line and the tables call it.
    regime : str
        What it stands for, in a few words.
    rank : int
        Its place in the tables.
    shares : tuple of float
        The alphas, as shares of ``alpha_max`` of each data set.
    gaps : tuple of float
        The duality gaps wanted, as shares of the null objective.
    quick : bool
        Whether a quick run includes it.
    quick_shares : tuple of float
        The alphas of a quick run.
    """

    name: str
    regime: str
    rank: int
    shares: tuple[float, ...] = SHARES
    gaps: tuple[float, ...] = GAPS
    quick: bool = False
    quick_shares: tuple[float, ...] = (0.1,)

    @abstractmethod
    def make(self) -> list[DataSet]:
        """The data sets, the same in every process: usually one, else all are fitted in turn."""

    def missing(self) -> str:
        """Why the problem cannot be made here; empty if it can."""
        return ""

    def gaps_at(self, share: float) -> tuple[float, ...]:
        """The gaps wanted at an alpha."""
        return self.gaps

    def cells(self, *, quick: bool) -> Iterator[tuple[float, tuple[float, ...]]]:
        """Each share of ``alpha_max`` with the gaps that are wanted at it."""
        for share in self.quick_shares if quick else self.shares:
            yield share, self.gaps_at(share)
