"""What a solver is: one algorithm, without an outer loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skl1.problems.certificates import Certificate
from skl1.problems.point import Point
from skl1.problems.problem import Problem


@dataclass(kw_only=True)
class State:
    """What a solver carries from one advance to the next. Each solver extends it.

    Attributes
    ----------
    w : ndarray
        The coefficients that the solver would return now.
    n_iter : int
        Iterations done, in the solver's own unit.
    verdict : str
        Set by a solver that cannot go on: the reason.
    trace : dict
        Further figures for the history, overwritten each time.
    narrowed : Problem
        The problem without features that a solver has proved to be zero, if it has.
    """

    w: np.ndarray
    n_iter: int = 0
    verdict: str = ""
    trace: dict[str, float] = field(default_factory=dict)
    narrowed: Problem | None = None

    def point(self, problem: Problem) -> Point:
        """The point at these coefficients."""
        return problem.at(self.w)


@dataclass(frozen=True)
class Goal:
    """What the driver wants of a solver: the error to reach, the iterations left."""

    target: float
    iterations: int


class Solver(ABC):
    """One algorithm: ``init`` makes its state, ``advance`` brings it forward by a bounded amount.

    That is a round, or a number of compiled iterations; the driver certifies after each.
    """

    #: What ``n_iter_`` counts, in the plural.
    unit = "steps"
    #: Whether it solves problems of any smooth loss, and not of squares.
    any_loss = False

    def accepts(self, problem: Problem) -> str:
        """Why the solver cannot solve this problem, in words; empty if it can."""
        return ""

    @abstractmethod
    def init(self, problem: Problem, w: np.ndarray) -> Any:
        """The state at the start w."""

    def resume(self, problem: Problem, w: np.ndarray, state: Any) -> Any:
        """The state at the start w of a problem that differs in the strength of the penalty only.

        ``state`` is the one at the end of the last problem.
        """
        return self.init(problem, w)

    @abstractmethod
    def advance(
        self, problem: Problem, state: Any, point: Point, known: Certificate, goal: Goal
    ) -> None:
        """Bring the state forward; ``point`` is at ``state.w``, ``known`` is its certificate."""
