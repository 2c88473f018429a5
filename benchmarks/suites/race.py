"""The race against other packages to the same measured gap.

``first_order`` and ``growth`` follow where neither problems, contenders nor a baseline are chosen.
Another checkout of skl1, the ``--baseline``, is one more contender: before and after stand in one
run. With this very checkout as its own baseline the run shows how far two equal ones differ by
chance.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

from benchmarks import baseline, machine, options, report
from benchmarks.race import OURS, Cell, Effort, race
from benchmarks.registry import CONTENDERS, PROBLEMS
from benchmarks.worker import Worker

#: Benchmarks that a run without a choice of problems or contenders ends with.
FURTHER = ("first_order", "growth")
#: The ladder of a contender at an alpha may take so many times the limit in all.
PATIENCE = 8.0
#: The contenders that can be named; ``--baseline`` enters its own.
RACERS = [name for name in CONTENDERS if name != baseline.NAME]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = options.parser(__name__, __doc__)
    parser.add_argument(
        "--problems", nargs="+", choices=PROBLEMS, metavar="NAME", help=_all(PROBLEMS)
    )
    parser.add_argument(
        "--contenders", nargs="+", choices=RACERS, metavar="NAME", help=_all(RACERS)
    )
    options.add_baseline(parser)
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


def run(options_: argparse.Namespace, installed: str) -> list[Cell]:
    """The race over all problems; each problem's lines are printed when it is done.

    ``installed`` is the folder of the baseline, or empty.
    """
    limit = options_.limit or (4.0 if options_.quick else 15.0)
    effort = Effort.quick() if options_.quick else Effort()
    if options_.turns:
        effort = Effort(options_.turns, effort.seconds * min(1.0, options_.turns / effort.turns))
    problems = chosen_problems(options_.problems, quick=options_.quick)
    names = chosen_contenders(options_.contenders)
    workers = {name: Worker(name, limit) for name in names}
    if installed:
        before = {baseline.NAME: Worker(baseline.NAME, limit, installed)}
        ours = {name: workers.pop(name) for name in [OURS] if name in workers}
        workers = ours | before | workers
    cells: list[Cell] = []
    try:
        for name in problems:
            start = perf_counter()
            asked = PROBLEMS[name].cells(quick=options_.quick)
            found = list(race(PROBLEMS[name], workers, effort, asked, patience=PATIENCE * limit))
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
    change = report.Change.of(cells)
    parts = [report.race_table(cells), "\n".join(report.troubles(cells)), str(summary)]
    text = "\n\n".join([*parts, *([str(change)] if change else [])])
    print(f"\n\nLeast times in ms of fits to the same measured gap\n\n{text}")
    (folder / "race.txt").write_text(text + "\n")
    packages = [CONTENDERS[name].package for cell in cells[:1] for name in cell.entries]
    report.write_json(
        folder / "race.json",
        {
            "versions": machine.versions(packages),
            "machine_before": before,
            "machine_after": machine.description(options_.threads),
            "summary": asdict(summary),
            "baseline": options_.baseline and baseline.description(options_.baseline),
            "change": change and vars(change),
            "cells": report.cells_as_dicts(cells),
        },
    )
    try:
        report.draw_profile(folder / "profile.png", cells)
    except ImportError:
        print("no profile.png: matplotlib is not installed")


def main(arguments: list[str] | None = None) -> None:
    """Race, report, and run the further benchmarks in processes of their own."""
    chosen = parse(arguments)
    machine.limit_threads(chosen.threads)
    before = machine.description(chosen.threads)
    print(f"{before['cpu']}, {before['cores']} cores, load {before['load_average']}")
    print(", ".join(f"{name} {number}" for name, number in machine.versions().items()))
    with tempfile.TemporaryDirectory() as folder:
        installed = baseline.install(chosen.baseline, Path(folder)) if chosen.baseline else ""
        cells = run(chosen, str(installed))
    if cells:
        publish(cells, chosen, before)
    if chosen.problems or chosen.contenders or chosen.baseline:
        return
    for name in FURTHER:
        print(flush=True)
        command = [sys.executable, "-m", "benchmarks", name, *options.repeat(chosen)]
        subprocess.run(command, check=True)
