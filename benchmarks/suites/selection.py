"""Best-subset selection in simulations.

The settings of Hastie, Tibshirani and Tibshirani, "Best subset, forward stepwise or Lasso? Analysis
and recommendations based on extensive comparisons", Statistical Science 35, 2020.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks import machine, options, report
from benchmarks.selection import reference
from benchmarks.selection.methods import METHODS
from benchmarks.selection.pictures import draw_all
from benchmarks.selection.simulation import SETTINGS, SNRS, Cell
from benchmarks.selection.study import METRICS, Results, grid, run

NAMES = tuple(method.name for method in METHODS)


def summary(results: Results, cells: list[Cell]) -> str:
    """Means over the cells of each setting and level of noise, where all methods are known."""
    lines = []
    for setting in dict.fromkeys(cell.setting for cell in cells):
        for snr in (0, 4, 9):
            some = [c for c in cells if c.setting == setting and c.snr == snr]
            for name in NAMES:
                parts = [results.of(cell, name) for cell in some]
                if parts and all(len(part) for part in parts):
                    means = [sum(p[:, k].mean() for p in parts) / len(parts) for k in range(5)]
                    figures = [f"{means[0]:.3f}", f"{means[1]:.3f}", f"{means[2]:.3f}"]
                    figures += [f"{means[3]:.1f}", f"{means[4]:.2f}"]
                    lines.append([setting, f"{SNRS[snr]:.2f}", name, *figures])
    return report.rows(["setting", "SNR", "method", *METRICS], lines, left=3)


def against_reference(results: Results) -> str:
    """The cell with published figures, ours beside theirs."""
    lines = []
    for name in NAMES:
        for row, cell in enumerate(reference.CELLS):
            figures = results.of(cell, name)
            line = [name, f"{SNRS[cell.snr]:.2f}"]
            for k, column in enumerate(reference.COLUMNS):
                values = figures[:, METRICS.index(column)]
                theirs = reference.FIGURES.get(name)
                beside = f" ({theirs[row][k]:g})" if theirs else ""
                line.append(f"{values.mean():.3f}{beside}")
            lines.append(line)
    table = report.rows(["method", "SNR", *reference.COLUMNS], lines, left=1)
    agree = [
        "{}: {} of {} figures within two combined standard errors".format(
            name, *reference.agreement(results, name)
        )
        for name in reference.FIGURES
    ]
    return "\n".join([table, "", *agree])


def main(arguments: list[str] | None = None) -> None:
    """Run what is missing, print, draw."""
    parser = options.parser(__name__, __doc__)
    parser.add_argument("--settings", nargs="+", choices=list(SETTINGS), default=list(SETTINGS))
    parser.add_argument("--repetitions", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--reference", action="store_true", help="only the published cell")
    parser.add_argument("--pictures", action="store_true", help="draw what is known")
    chosen = parser.parse_args(arguments)
    machine.limit_threads(chosen.threads)
    folder: Path = chosen.output
    folder.mkdir(parents=True, exist_ok=True)
    results = Results(folder / "selection.jsonl")
    if chosen.reference:
        run(results, reference.CELLS, reference.REPETITIONS, NAMES, chosen.jobs)
        print(against_reference(results))
        return
    cells = grid(["low"] if chosen.quick else chosen.settings)
    if chosen.quick:
        cells = [cell for cell in cells if cell.beta == 2 and cell.rho == 0.35]
    run(results, cells, 3 if chosen.quick else chosen.repetitions, NAMES, chosen.jobs)
    print(summary(results, cells))
    if chosen.pictures:
        draw_all(results, dict.fromkeys(cell.setting for cell in cells), folder / "selection")
