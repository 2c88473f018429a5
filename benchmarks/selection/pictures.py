"""Pictures of the study: a metric against the signal-to-noise ratio, a line for each method."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.selection.methods import METHODS
from benchmarks.selection.simulation import BETAS, RHOS, SNRS, Cell
from benchmarks.selection.study import METRICS, Results

#: Okabe and Ito's colours, which the colour-blind tell apart too; markers help as well.
COLOURS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#D55E00", "#CC79A7")
MARKERS = ("o", "s", "^", "D", "v", "P")


def draw_metric(results: Results, setting: str, metric: str, file: Path) -> None:
    """Rows of panels for the beta types, columns for the correlations."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(10.5, 11.0), layout="constrained")
    axes = figure.subplots(len(BETAS), len(RHOS), sharex=True, sharey=True, squeeze=False)
    place = METRICS.index(metric)
    for row, beta in enumerate(BETAS):
        for column, rho in enumerate(RHOS):
            axis = axes[row, column]
            axis.set_title(f"beta type {beta}, correlation {rho:g}", fontsize=10)
            for method, colour, marker in zip(METHODS, COLOURS, MARKERS, strict=True):
                curve = [
                    results.of(Cell(setting, beta, rho, snr), method.name)[:, place]
                    for snr in range(len(SNRS))
                ]
                if not all(part.size for part in curve):
                    continue
                means = [part.mean() for part in curve]
                errors = [part.std(ddof=1) / np.sqrt(part.size) for part in curve]
                axis.errorbar(
                    SNRS, means, errors, label=method.name, color=colour, marker=marker,
                    markersize=4, linewidth=1.2, elinewidth=0.8,
                )  # fmt: skip
            axis.set_xscale("log")
            axis.set_xticks([0.05, 0.25, 1.22, 6.0], ["0.05", "0.25", "1.22", "6"])
            axis.minorticks_off()
            axis.grid(alpha=0.3)
    figure.supxlabel("signal-to-noise ratio")
    figure.supylabel(metric)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    figure.savefig(file, dpi=110)


def draw_all(results: Results, settings: Iterable[str], folder: Path) -> None:
    """Every metric of every setting."""
    folder.mkdir(parents=True, exist_ok=True)
    for setting in settings:
        for metric in METRICS:
            draw_metric(
                results, setting, metric, folder / f"{setting}_{metric.replace(' ', '_')}.png"
            )
