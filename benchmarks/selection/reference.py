"""A cell with published figures: high-5, beta type 1, rho 0.35.

They are those of the vignette of the R package BOSO (10 repetitions of the generator of Hastie,
Tibshirani and Tibshirani, tuned on validation data).
"""

from __future__ import annotations

import numpy as np

from benchmarks.selection.simulation import Cell
from benchmarks.selection.study import METRICS, Results

REPETITIONS, THEIRS = 100, 10
#: Places in SNRS of 0.05, 0.42, 1.22, 2.07, 3.52 and 6, and the metrics given for each.
PLACES = (0, 4, 6, 7, 8, 9)
COLUMNS = ("relative risk", "relative test error", "nonzeros", "F1")
FIGURES = {
    "Lasso": [
        (1.40, 1.070, 5.9, 0.01),
        (1.006, 1.422, 4.6, 0.13),
        (0.867, 2.055, 18.7, 0.24),
        (0.741, 2.535, 22.8, 0.27),
        (0.527, 2.857, 29.6, 0.27),
        (0.346, 3.076, 32.1, 0.27),
    ],
    "forward stepwise": [
        (1.00, 1.050, 0.0, 0.0),
        (1.07, 1.449, 0.3, 0.07),
        (0.994, 2.209, 1.0, 0.20),
        (0.881, 2.823, 1.6, 0.28),
        (0.673, 3.372, 2.8, 0.47),
        (0.334, 3.003, 3.9, 0.75),
    ],
    "relaxed Lasso": [
        (1.48, 1.074, 4.6, 0.0),
        (1.21, 1.507, 7.4, 0.14),
        (0.878, 2.068, 5.9, 0.37),
        (0.696, 2.441, 12.5, 0.44),
        (0.440, 2.550, 15.0, 0.48),
        (0.208, 2.247, 11.3, 0.60),
    ],
}
CELLS = [Cell("high-5", 1, 0.35, place) for place in PLACES]


def compared(results: Results, name: str) -> list[tuple[str, float, float, float, float]]:
    """Column, our mean, our standard error, their mean, and the combined standard error."""
    rows = []
    for cell, figures in zip(CELLS, FIGURES[name], strict=True):
        ours = results.of(cell, name)[:, [METRICS.index(column) for column in COLUMNS]]
        spread, count = ours.std(axis=0, ddof=1), len(ours)
        for k, column in enumerate(COLUMNS):
            both = spread[k] * np.sqrt(1.0 / count + 1.0 / THEIRS)
            error = spread[k] / np.sqrt(count)
            rows.append((column, float(ours[:, k].mean()), float(error), figures[k], float(both)))
    return rows


def agreement(results: Results, name: str) -> tuple[int, int]:
    """How many of the figures agree within two combined standard errors, of how many."""
    rows = compared(results, name)
    return sum(abs(ours - theirs) <= 2.0 * both for _, ours, _, theirs, both in rows), len(rows)
