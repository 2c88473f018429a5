"""A process for each contender: nobody's threads, caches or crashes disturb the others.

A worker makes the data itself, from the problem's name, and answers requests for fits with times
and gaps. One that exceeds the time limit is killed, and started again when it is needed.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import multiprocessing
import os
import warnings
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from scipy import sparse

from benchmarks import baseline
from benchmarks.floor import Floor
from benchmarks.referee import Referee
from benchmarks.registry import CONTENDERS, PROBLEMS

N_ALPHAS = 100  #: of a path
SETUP_LIMIT = 300.0  #: seconds to import, compile, make the data and fit them once
WARM_FITS, WARM_SECONDS = 300, 0.3  #: fits of the data before any that counts, at most
JUDGE_LIMIT = 120.0  #: seconds for the referee


@dataclass(frozen=True)
class Outcome:
    """What a fit took and reached; ``trouble`` says why it did neither.

    The gap is the largest one of the problem's data sets.
    """

    seconds: float = np.inf
    gap: float = np.inf
    trouble: str = ""


@dataclass(frozen=True)
class Measured:
    """The floor of a cell, summed over its data sets, and the largest support as a share of n."""

    seconds: float = np.nan
    support: float = np.nan
    sparse: bool = False


class OverTimeError(Exception):
    """A fit exceeded the limit."""


def serve(connection: Connection, contender_name: str, folder: str) -> None:
    """What the process does: answer requests, each the name of a method with its arguments.

    The folder is that of the baseline, if it is this process that fits by it.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # some C++ writes there, past sys.stdout
    logging.disable()
    warnings.simplefilter("ignore")  # that a loose tolerance was not met is what we want to see
    if folder:
        baseline.enter(folder)
    bench = Bench(contender_name)
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            name, arguments = connection.recv()
            try:
                for answer in getattr(bench, name)(*arguments):
                    connection.send(answer)
            except Exception as error:  # of whatever kind: into the report
                connection.send(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")


class Bench:
    """The inside of a worker: one contender, and the data of the current problem."""

    def __init__(self, contender_name: str):
        self.contender = CONTENDERS[contender_name]

    def load(self, problem_name: str):
        """Make the data and warm up; answer with their shape and, if so, why not."""
        self.data_sets: list[Any] = []  # the last problem's data go first
        problem = PROBLEMS[problem_name]
        data_sets = problem.make()
        refusal = self.contender.refuses(data_sets[0][0])
        if not refusal:
            self.referees = [Referee.of(X, y) for X, y in data_sets]
            self.alphas_max = [referee.alpha_max for referee in self.referees]
            self.data_sets = data_sets
            self._warm_up()
        yield _shape(data_sets), refusal

    def fit(self, share: float, knob: float, repetitions: int):
        """Fit so many times; answer with the median of the times, then with the gap."""
        alphas = [share * largest for largest in self.alphas_max]
        seconds, models = self._timed(self.contender.fit, alphas, knob, repetitions)
        yield seconds
        yield max(
            referee.gap(coef, intercept, alpha)
            for referee, (coef, intercept), alpha in zip(self.referees, models, alphas, strict=True)
        )

    def path(self, share: float, knob: float, repetitions: int):
        """Paths down to such a share of ``alpha_max``; the gap is the worst one along them."""
        grids = [np.geomspace(top, share * top, N_ALPHAS) for top in self.alphas_max]
        seconds, models = self._timed(self.contender.path, grids, knob, repetitions)
        yield seconds
        yield max(
            referee.worst_gap(coefs, intercepts, alphas)
            for referee, (coefs, intercepts), alphas in zip(
                self.referees, models, grids, strict=True
            )
        )

    def floor(self, share: float, knob: float):
        """The floor of a fit, for the support that this contender finds."""
        seconds, largest = 0.0, 0.0
        for (X, y), top in zip(self.data_sets, self.alphas_max, strict=True):
            support = np.flatnonzero(self.contender.fit(X, y, share * top, knob)[0])
            seconds += Floor.of(X, support).seconds
            largest = max(largest, support.size / X.shape[0])
        yield Measured(seconds, largest, sparse.issparse(self.data_sets[0][0]))

    def _timed(self, run, alphas: list[Any], knob: float, repetitions: int) -> tuple[float, list]:
        """The median of the times, and what came out the last time, of each data set."""
        times = []
        gc.collect()
        for _ in range(repetitions):
            start = perf_counter()
            models = [
                run(X, y, alpha, knob) for (X, y), alpha in zip(self.data_sets, alphas, strict=True)
            ]
            times.append(perf_counter() - start)
        return median(times), models

    def _warm_up(self) -> None:
        """Fits that do not count: a stand-in of the same kind, then the data, an easy alpha.

        The stand-in is large enough that what is compiled on demand gets compiled, and small
        enough that a slow contender gets through it.
        """
        X, y = self.data_sets[0]
        knob = self.contender.ladder(1e-6)[0]
        stand_in = _stand_in(X)
        goal = np.asarray(stand_in[:, :5].sum(axis=1)).ravel().astype(y.dtype)
        for share in (0.5, 0.1):
            alpha = share * Referee.of(stand_in, goal).alpha_max
            self.contender.fit(stand_in, goal, alpha, knob)
        if self.contender.follows_paths:
            self.contender.path(stand_in, goal, alpha * np.array([8.0, 4.0, 1.0]), knob)
        # The shortest fits more often: some packages compile only what is called often enough.
        start = perf_counter()
        for _ in range(WARM_FITS):
            self.contender.fit(X, y, 0.3 * self.alphas_max[0], knob)
            if perf_counter() - start > WARM_SECONDS:
                break


def _shape(data_sets: list[Any]) -> str:
    """Rows x columns, and how many such data sets."""
    X = data_sets[0][0]
    many = f"{len(data_sets)} of " if len(data_sets) > 1 else ""
    return f"{many}{X.shape[0]}x{X.shape[1]}"


def _stand_in(X):
    """Random data of the storage, the precision and about the shape of X, but small."""
    n, p = min(X.shape[0], 400), min(X.shape[1], 1000)
    rng = np.random.default_rng(0)
    made = rng.standard_normal((n, p))
    if sparse.issparse(X):
        return sparse.csc_matrix(made * (rng.random((n, p)) < 0.1), dtype=X.dtype)
    return made.astype(X.dtype)


@dataclass
class Worker:
    """The outside of a worker.

    Parameters
    ----------
    contender : str
        Name of the contender.
    limit : float
        Seconds that a fit may take.
    folder : str, default=""
        Where the skl1 to import is installed, if it is not the one beside the benchmarks.
    task : {"fit", "path"}, default="fit"
        What is timed: fits at one alpha, or paths that end there.
    """

    contender: str
    limit: float
    folder: str = ""
    task: str = "fit"
    problem: str = ""
    shape: str = ""
    process: Any = field(default=None, repr=False)
    connection: Any = field(default=None, repr=False)

    def start_loading(self, problem: str) -> None:
        """Ask for the data of a problem, and do not wait."""
        self.problem = problem
        if self.process is None or not self.process.is_alive():
            context = multiprocessing.get_context("spawn")
            self.connection, theirs = context.Pipe()
            self.process = context.Process(
                target=serve, args=(theirs, self.contender, self.folder), daemon=True
            )
            self.process.start()
            theirs.close()
        self.connection.send(("load", (problem,)))

    def finish_loading(self) -> str:
        """Wait for the data; empty, or why the contender cannot take part."""
        try:
            answer = self._answer(SETUP_LIMIT)
        except OverTimeError:
            return f"not ready after {SETUP_LIMIT:g} s"
        if isinstance(answer, str):
            return answer
        self.shape, trouble = answer
        return trouble

    def fit(self, share: float, knob: float, repetitions: int = 1) -> Outcome:
        """Fit the current problem, or follow its path."""
        if self.process is None:
            self.start_loading(self.problem)
            trouble = self.finish_loading()
            if trouble:
                return Outcome(trouble=trouble)
        self.connection.send((self.task, (share, knob, repetitions)))
        try:
            seconds = self._answer(self.limit * repetitions)
            if isinstance(seconds, str):
                return Outcome(trouble=seconds)
            gap = self._answer(JUDGE_LIMIT)
        except OverTimeError:
            return Outcome(trouble=f"> {self.limit:g} s")
        if seconds > self.limit:
            return Outcome(trouble=f"> {self.limit:g} s")
        return Outcome(trouble=gap) if isinstance(gap, str) else Outcome(seconds, gap)

    def floor(self, share: float, knob: float) -> Measured:
        """The floor of a fit of the current problem; of NaN if it cannot be measured."""
        if self.process is None:
            return Measured()
        self.connection.send(("floor", (share, knob)))
        try:
            answer = self._answer(self.limit + JUDGE_LIMIT)
        except OverTimeError:
            return Measured()
        return answer if isinstance(answer, Measured) else Measured()

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.connection.close()
            self.process = None

    def _answer(self, limit: float) -> Any:
        try:
            if self.connection.poll(limit):
                return self.connection.recv()
        except (EOFError, ConnectionError):
            self.stop()
            return "the process died"
        self.stop()
        raise OverTimeError
