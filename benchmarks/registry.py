"""All problems and all contenders, by name."""

from __future__ import annotations

from benchmarks import contenders, problems
from benchmarks.contenders.base import Contender
from benchmarks.discovery import instances
from benchmarks.problems.base import Problem

PROBLEMS: dict[str, Problem] = instances(problems, Problem)
CONTENDERS: dict[str, Contender] = instances(contenders, Contender)
