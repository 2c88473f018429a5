"""``python -m benchmarks``: the race, then first-order methods and growth."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from benchmarks import machine, options, report
from benchmarks.race import Cell, Effort, race
from benchmarks.registry import CONTENDERS, PROBLEMS
from benchmarks.worker import Worker

#: Modules that a run without a choice of problems or contenders ends with.
FURTHER = ("first_order", "growth")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = options.parser(__doc__)
    parser.add_argument(
        "--problems", nargs="+", choices=PROBLEMS, metavar="NAME", help=_all(PROBLEMS)
    )
    parser.add_argument(
        "--contenders", nargs="+", choices=CONTENDERS, metavar="NAME", help=_all(CONTENDERS)
    )
    parser.add_argument("--limit", type=float, help="seconds that a fit may take")
    parser.add_argument("--turns", type=int, help="times that a fit is timed at most")
    return parser.parse_args(arguments)


def _all(names) -> str:
    return "some of: " + ", ".join(names)


def chosen_problems(names: list[str] | None, *, quick: bool) -> list[str]:
    """The problems to run, without those that cannot be made here, which are printed."""
    wanted = names or [name for name, one in PROBLEMS.items() if one.quick or not quick]
    reasons = {name: PROBLEMS[name].missing() for name in wanted}
    for name, reason in reasons.items():
        if reason:
            print(f"left out: {name} ({reason})")
    return [name for name in wanted if not reasons[name]]


def chosen_contenders(names: list[str] | None) -> list[str]:
    """The contenders to run, without those that are not installed, which are printed."""
    wanted = names or [name for name, one in CONTENDERS.items() if one.default]
    reasons = {name: CONTENDERS[name].missing() for name in wanted}
    for name, reason in reasons.items():
        if reason:
            print(f"left out: {name} ({reason})")
    return [name for name in wanted if not reasons[name]]


def run(options_: argparse.Namespace) -> list[Cell]:
    """The race over all problems; each problem's lines are printed when it is done."""
    limit = options_.limit or (4.0 if options_.quick else 15.0)
    effort = Effort.quick() if options_.quick else Effort()
    if options_.turns:
        effort = Effort(options_.turns, effort.seconds * min(1.0, options_.turns / effort.turns))
    problems = chosen_problems(options_.problems, quick=options_.quick)
    names = chosen_contenders(options_.contenders)
    workers = {name: Worker(name, limit) for name in names}
    cells: list[Cell] = []
    try:
        for name in problems:
            start = perf_counter()
            found = list(race(PROBLEMS[name], workers, effort, quick=options_.quick))
            cells += found
            print(f"\n{report.race_table(found)}\n({perf_counter() - start:.0f} s)", flush=True)
    finally:
        for worker in workers.values():
            worker.stop()
    return cells


def publish(cells: list[Cell], options_: argparse.Namespace, before: dict) -> None:
    """Print the table and the summary; write table, figures and picture."""
    folder: Path = options_.output
    folder.mkdir(parents=True, exist_ok=True)
    summary = report.Summary.of(cells)
    text = "\n\n".join([report.race_table(cells), "\n".join(report.troubles(cells)), str(summary)])
    print(f"\n\nLeast times in ms of fits to the same measured gap\n\n{text}")
    (folder / "race.txt").write_text(text + "\n")
    packages = [CONTENDERS[name].package for cell in cells[:1] for name in cell.entries]
    report.write_json(
        folder / "race.json",
        {
            "versions": machine.versions(packages),
            "machine_before": before,
            "machine_after": machine.description(options_.threads),
            "summary": vars(summary),
            "cells": report.cells_as_dicts(cells),
        },
    )
    try:
        report.draw_profile(folder / "profile.png", cells)
    except ImportError:
        print("no profile.png: matplotlib is not installed")


def main(arguments: list[str] | None = None) -> None:
    """Race, report, and run the further modules in processes of their own."""
    chosen = parse(arguments)
    machine.limit_threads(chosen.threads)
    before = machine.description(chosen.threads)
    print(f"{before['cpu']}, {before['cores']} cores, load {before['load_average']}")
    print(", ".join(f"{name} {number}" for name, number in machine.versions().items()))
    cells = run(chosen)
    if cells:
        publish(cells, chosen, before)
    if chosen.problems or chosen.contenders:
        return
    for name in FURTHER:
        print(flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *options.repeat(chosen)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
