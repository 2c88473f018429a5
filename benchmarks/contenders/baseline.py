"""skl1 as another checkout has it: takes part where ``--baseline`` names one."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contenders.skl1_auto import Skl1


@dataclass(frozen=True)
class Baseline(Skl1):
    """The same call as that of skl1, in a process that imports the other checkout."""

    name: str = "baseline"
    rank: int = 1
    default: bool = False
