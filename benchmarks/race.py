"""The race: every contender to the same measured gap, taking turns.

What a tolerance means differs: a gap as a share of ``||y||^2``, a distance of subgradients, a
change of coefficients. So none is trusted. On each problem and alpha a contender climbs its own
ladder of tolerances, from loose to tight, until the referee measures the gap wanted; the
tolerance that did it is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from statistics import median

from benchmarks.baseline import NAME as BASELINE
from benchmarks.problems.base import Problem
from benchmarks.registry import CONTENDERS
from benchmarks.worker import Measured, Outcome, Worker

OURS = "skl1"
#: The referee's rounding: a gap of the target times this much has reached it.
SLACK = 1.0 + 1e-6
#: Times the best one's time at which a contender gets no further turns: they would change nothing.
HOPELESS = 2.0


def ours(name: str) -> bool:
    """Whether a contender is skl1, with whatever solver and of whatever version."""
    return name in {OURS, BASELINE} or name.startswith(f"{OURS}_")


@dataclass
class Entry:
    """A contender's result in a cell: times of its turns, or why there are none."""

    knob: float = float("nan")
    gap: float = float("inf")
    seconds: list[float] = field(default_factory=list)
    trouble: str = ""

    @property
    def least(self) -> float:
        """The least time, which a busy machine disturbs least."""
        return min(self.seconds, default=float("inf"))

    @property
    def middle(self) -> float:
        """The median time."""
        return median(self.seconds) if self.seconds else float("inf")


@dataclass
class Cell:
    """A problem, an alpha and a gap, with the result of each contender."""

    problem: str
    shape: str
    share: float
    gap: float
    entries: dict[str, Entry]
    floor: Measured = field(default_factory=Measured)


@dataclass(frozen=True)
class Effort:
    """How long to measure: at most so many turns, and none that starts after so many seconds."""

    turns: int = 7
    seconds: float = 6.0

    @classmethod
    def quick(cls) -> Effort:
        """For a first look."""
        return cls(turns=3, seconds=0.6)


def climb(
    fit: Callable[[float], Outcome],
    ladder: Iterable[float],
    target: float,
    known: dict[float, Outcome],
    patience: float = float("inf"),
) -> tuple[float, Outcome]:
    """The loosest tolerance whose gap is at most the target, and what it gave.

    ``known`` keeps the outcomes: the climb to the next gap starts from them. Beyond a fit that
    took too long there is no climbing: tighter ones take longer. Nor is there any when all of them
    together have taken more than ``patience``, in seconds.
    """
    knob, outcome = float("nan"), Outcome(trouble="fails")
    best = float("inf")
    for knob in ladder:
        if knob not in known and sum(one.seconds for one in known.values()) > patience:
            return knob, Outcome(gap=best, trouble=f"> {patience:g} s")
        outcome = known[knob] if knob in known else known.setdefault(knob, fit(knob))
        if outcome.trouble:
            return knob, outcome
        if outcome.gap <= target * SLACK:
            return knob, outcome
        best = min(best, outcome.gap)
    return knob, Outcome(outcome.seconds, best, "fails")


def repetitions(seconds: float) -> int:
    """Fits in a turn, whose median counts: many where a fit is as short as a hiccup."""
    return 20 if seconds < 0.01 else 1


def take_turns(
    workers: dict[str, Worker], cell: Cell, expected: dict[str, float], effort: Effort
) -> None:
    """Time those that reached the gap, in turns: a slow moment of the machine hits all.

    ``expected`` holds their times on the ladder, which do not count. Every other turn goes
    backwards, so that nobody always follows the same one.
    """
    for turn in range(effort.turns):
        for name, seconds in list(expected.items())[:: -1 if turn % 2 else 1]:
            entry = cell.entries[name]
            if turn and not worth_another(cell, name, effort):
                continue
            outcome = workers[name].fit(cell.share, entry.knob, repetitions(seconds))
            if outcome.trouble:
                # With figures from earlier turns, one that went wrong is not the whole story.
                entry.trouble = "" if entry.seconds else outcome.trouble
                continue
            expected[name], entry.gap = outcome.seconds, outcome.gap
            entry.seconds.append(outcome.seconds)


def worth_another(cell: Cell, name: str, effort: Effort) -> bool:
    """Whether another turn could change the table: ours and those near the best peer."""
    entry = cell.entries[name]
    if entry.trouble or sum(entry.seconds) > effort.seconds:
        return False
    peers = [other.least for key, other in cell.entries.items() if not ours(key)]
    return name in {OURS, BASELINE} or entry.least <= HOPELESS * min(peers, default=float("inf"))


def load(workers: dict[str, Worker], problem: Problem) -> dict[str, str]:
    """Let all workers make a problem's data at once; why some cannot take part."""
    for worker in workers.values():
        worker.start_loading(problem.name)
    return {name: worker.finish_loading() for name, worker in workers.items()}


def race(
    problem: Problem,
    workers: dict[str, Worker],
    effort: Effort,
    cells: Iterable[tuple[float, tuple[float, ...]]],
    *,
    patience: float = float("inf"),
    floors: bool = True,
) -> Iterator[Cell]:
    """The cells of a problem, one after the other.

    Parameters
    ----------
    problem : Problem
    workers : dict of str to Worker
        By the names of the contenders; they keep the problem's data afterwards.
    effort : Effort
    cells : iterable of (share, gaps)
        The alphas, as shares of ``alpha_max``, each with the gaps wanted.
    patience : float, default=inf
        Seconds that the climbs of a contender at an alpha may take in all.
    floors : bool, default=True
        Measure the floor of each cell too.
    """
    absent = load(workers, problem)
    shape = next((worker.shape for worker in workers.values() if worker.shape), "")
    for share, gaps in cells:
        known: dict[str, dict[float, Outcome]] = {name: {} for name in workers}
        for gap in gaps:
            cell = Cell(problem.name, shape, share, gap, {})
            expected = {}
            for name, worker in workers.items():
                if absent[name]:
                    cell.entries[name] = Entry(trouble=absent[name])
                    continue
                contender = CONTENDERS[name]
                ladder = (contender.path_ladder if worker.task == "path" else contender.ladder)(gap)
                knob, outcome = climb(
                    partial(worker.fit, share), ladder, gap, known[name], patience
                )
                cell.entries[name] = Entry(knob, outcome.gap, trouble=outcome.trouble)
                if not outcome.trouble:
                    expected[name] = outcome.seconds
            take_turns(workers, cell, expected, effort)
            if floors:
                cell.floor = floor_of(workers, cell)
            yield cell


def floor_of(workers: dict[str, Worker], cell: Cell) -> Measured:
    """The floor of a cell, by skl1 if it reached the gap, else by one that did."""
    reached = [name for name, entry in cell.entries.items() if entry.seconds]
    for name in sorted(reached, key=lambda name: not ours(name))[:1]:
        return workers[name].floor(cell.share, cell.entries[name].knob)
    return Measured()
