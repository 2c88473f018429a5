"""Paths of a hundred alphas.

From ``alpha_max`` down to a hundredth of it, with an intercept, in processes and turns as in the
race. The referee measures the gap of every model; a contender takes the loosest tolerance of its
ladder at which the worst of them is below the target. Functions that fit no intercept get centred
data, and centring counts. Another checkout of skl1, the ``--baseline``, is one more contender.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
from scipy import sparse

from benchmarks import baseline, glmnet, machine, options, report
from benchmarks.race import OURS, SLACK, Cell, Effort, Entry, ours, race
from benchmarks.referee import Referee
from benchmarks.registry import CONTENDERS, PROBLEMS
from benchmarks.worker import N_ALPHAS, Worker

GAPS = (1e-4, 1e-8)
EPS = 1e-2
#: Seconds that a path of a peer may take; one of skl1, of whatever version; one in a quick run.
LIMIT, OUR_LIMIT, QUICK_LIMIT = 60.0, 600.0, 10.0
#: A ladder may take so many times the limit in all.
PATIENCE = 4.0
#: Numbers of dense X beyond which R's glmnet does not take part: it would read 400 MB.
READABLE = 5e7
NAMES = (
    "tiny",
    "tiny_correlated",
    "communities_crime",
    "one_hot",
    "tall",
    "square",
    "uncentred_medium",
    "medium",
    "wide",
    "correlated",
    "leukemia_golub",
    "riboflavin",
    "expression",
    "a9a",
    "sparse_tall",
    "text",
    "genotypes",
)
QUICK = ("tiny", "medium")
#: The contenders that can be named; ``--baseline`` enters its own.
RACERS = [name for name, one in CONTENDERS.items() if one.follows_paths and name != baseline.NAME]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = options.parser(__name__, __doc__)
    parser.add_argument("--problems", nargs="+", choices=PROBLEMS, metavar="NAME")
    parser.add_argument("--contenders", nargs="+", choices=RACERS, metavar="NAME")
    options.add_baseline(parser)
    parser.add_argument("--limit", type=float, help="seconds that a path of a peer may take")
    parser.add_argument("--turns", type=int, help="times that a path is timed at most")
    return parser.parse_args(arguments)


def workers_of(chosen: argparse.Namespace, installed: str, limit: float) -> dict[str, Worker]:
    """A process for each contender, ours first; those that are not installed are printed."""
    wanted = chosen.contenders or RACERS
    names = sorted(wanted, key=lambda name: CONTENDERS[name].rank)
    reasons = {name: CONTENDERS[name].missing() for name in names}
    for name, reason in reasons.items():
        if reason:
            print(f"left out: {name} ({reason})")
    folders = {name: "" for name in names if not reasons[name]}
    if installed:
        folders = {OURS: "", baseline.NAME: installed} | folders
    longest = limit if chosen.quick else max(limit, OUR_LIMIT)
    return {
        name: Worker(name, longest if ours(name) else limit, folder, task="path")
        for name, folder in folders.items()
    }


def by_glmnet(problem: str, limit: float) -> list[tuple[float, float, float]] | str:
    """Threshold, seconds and gap of R's glmnet at each of its thresholds, or why there is none."""
    X, y = PROBLEMS[problem].make()[0]
    if X.shape[0] * X.shape[1] > READABLE:
        return "too large to be handed over to R"
    referee = Referee.of(X, y)
    alphas = np.geomspace(referee.alpha_max, EPS * referee.alpha_max, N_ALPHAS)
    dense = X.toarray() if sparse.issparse(X) else X
    runs = glmnet.path(dense, y, alphas, turns=3, limit=limit, patience=PATIENCE * limit)
    return [
        (float(run.threshold), run.seconds, referee.worst_gap(run.coefs, run.intercepts, alphas))
        for run in runs
    ]


def entry_of_glmnet(runs: list[tuple[float, float, float]] | str, target: float) -> Entry:
    """The fastest threshold that reaches the gap."""
    if isinstance(runs, str):
        return Entry(trouble=runs)
    good = [run for run in runs if run[2] <= target * SLACK]
    if not good:
        return Entry(gap=min((gap for *_, gap in runs), default=math.inf), trouble="fails")
    knob, seconds, gap = min(good, key=lambda run: run[1])
    return Entry(knob, gap, [seconds])


def run(chosen: argparse.Namespace, installed: str) -> list[Cell]:
    """The paths of all problems; each problem's lines are printed when it is done."""
    limit = chosen.limit or (QUICK_LIMIT if chosen.quick else LIMIT)
    effort = Effort.quick() if chosen.quick else Effort(turns=5)
    if chosen.turns:
        effort = Effort(chosen.turns, effort.seconds)
    workers = workers_of(chosen, installed, limit)
    in_r = bool(glmnet.version()) and not chosen.contenders
    cells: list[Cell] = []
    try:
        for name in chosen.problems or (QUICK if chosen.quick else NAMES):
            if PROBLEMS[name].missing():
                print(f"left out: {name} ({PROBLEMS[name].missing()})")
                continue
            found = list(
                race(
                    PROBLEMS[name],
                    workers,
                    effort,
                    [(EPS, GAPS)],
                    patience=PATIENCE * limit,
                    floors=False,
                )
            )
            runs = by_glmnet(name, limit) if in_r else []
            for cell in found:
                if in_r:
                    cell.entries["glmnet"] = entry_of_glmnet(runs, cell.gap)
            cells += found
            print(f"\n{report.race_table(found)}", flush=True)
    finally:
        for worker in workers.values():
            worker.stop()
    return cells


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write ``paths.json``."""
    chosen = parse(arguments)
    machine.limit_threads(chosen.threads)
    before = machine.description(chosen.threads)
    with tempfile.TemporaryDirectory() as folder:
        installed = baseline.install(chosen.baseline, Path(folder)) if chosen.baseline else ""
        cells = run(chosen, str(installed))
    summary, change = report.Summary.of(cells), report.Change.of(cells)
    print(f"\n\n{N_ALPHAS} alphas down to alpha_max * {EPS:g}: least times in ms\n")
    parts = [report.race_table(cells), "\n".join(report.troubles(cells)), str(summary)]
    print("\n\n".join([*parts, *([str(change)] if change else [])]))
    packages = [CONTENDERS[name].package for name in RACERS]
    content = {
        "versions": machine.versions(packages) | {"glmnet": glmnet.version()},
        "machine_before": before,
        "machine_after": machine.description(chosen.threads),
        "summary": asdict(summary),
        "baseline": chosen.baseline and baseline.description(chosen.baseline),
        "change": change and asdict(change),
        "cells": report.cells_as_dicts(cells),
    }
    report.write_json(chosen.output / "paths.json", content)
