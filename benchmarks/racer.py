"""A process for a contender whose fits have a limit: who exceeds it is ended, and begun anew."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

#: Seconds to import what a contender needs, to compile it and to fit it once.
SETUP = 300.0


def serve(connection: Connection, answer: Callable[..., dict[str, Any]]) -> None:
    """What the process does: answer each case with figures, or with what the trouble was."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # some C++ writes there, past sys.stdout
    warnings.simplefilter("ignore")
    while (case := connection.recv()) is not None:
        try:
            connection.send(answer(*case))
        except Exception as error:  # of whatever kind: into the report
            connection.send({"trouble": f"{type(error).__name__}: {error}"})


class Racer:
    """The process of a contender.

    Parameters
    ----------
    answer : callable
        A function of a module (or a partial of one): from the parts of a case to a dict of figures.
    limit : float
        Seconds that a case may take.
    first : tuple
        A case that does not count, with which each process begins.
    """

    def __init__(self, answer: Callable[..., dict[str, Any]], limit: float, first: tuple):
        self.answer, self.limit, self.first = answer, limit, first
        self.process: Any = None

    def run(self, case: tuple) -> dict[str, Any]:
        """The figures of a case, or what the trouble was."""
        if self.process is None:
            context = multiprocessing.get_context("spawn")
            self.connection, theirs = context.Pipe()
            self.process = context.Process(target=serve, args=(theirs, self.answer), daemon=True)
            self.process.start()
            theirs.close()
            first = self._ask(self.first, SETUP)
            if "trouble" in first:
                return first
        return self._ask(case, self.limit)

    def _ask(self, case: tuple, limit: float) -> dict[str, Any]:
        self.connection.send(case)
        try:
            if self.connection.poll(limit):
                return self.connection.recv()
            trouble = f"more than {limit:g} s"
        except EOFError:
            trouble = "its process ended"
        self.close()
        return {"trouble": trouble}

    def close(self) -> None:
        """End the process, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.connection.close()
            self.process = None
