"""The study: every method on every cell, several times; what is kept can be resumed."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.selection.methods import METHODS, Method
from benchmarks.selection.simulation import BETAS, RHOS, SETTINGS, SNRS, Cell, Draw, draw

METRICS = ("relative risk", "relative test error", "variance explained", "nonzeros", "F1")


def grid(settings: Iterable[str] = tuple(SETTINGS)) -> list[Cell]:
    """All cells."""
    return [
        Cell(setting, beta, rho, snr)
        for setting in settings
        for beta in BETAS
        for rho in RHOS
        for snr in range(len(SNRS))
    ]


def judged(w: np.ndarray, data: Draw) -> list[float]:
    """The metrics of some coefficients, in the order of METRICS."""
    error = w - data.truth
    risk = float(error @ data.covariance @ error)
    found, real = w != 0.0, data.truth != 0.0
    hits = float(np.count_nonzero(found & real))
    counted = float(np.count_nonzero(found) + np.count_nonzero(real))
    return [
        risk / data.signal,
        (risk + data.variance) / data.variance,
        1.0 - (risk + data.variance) / (data.signal + data.variance),
        float(np.count_nonzero(found)),
        2.0 * hits / counted if counted else 1.0,
    ]


def tuned(method: Method, data: Draw) -> np.ndarray:
    """The candidate with the least error on the validation data."""
    W = method.candidates(data.X, data.y)
    errors = ((data.y_valid - W @ data.X_valid.T) ** 2).mean(axis=1)
    return W[np.argmin(errors)]


def trial(task: tuple[Cell, int, tuple[str, ...]]) -> dict[str, list[float]]:
    """One repetition of a cell: the metrics of each method."""
    cell, repetition, names = task
    data = draw(cell, repetition)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {m.name: judged(tuned(m, data), data) for m in METHODS if m.name in names}


class Results:
    """What is known, in a file of one line for each repetition."""

    def __init__(self, path: Path):
        self.path = path
        self.rows: dict[str, dict[int, dict[str, list[float]]]] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                self._keep(row["cell"], row["repetition"], row["metrics"])

    def _keep(self, key, repetition, metrics):
        self.rows.setdefault(key, {}).setdefault(repetition, {}).update(metrics)

    def missing(self, cell: Cell, repetition: int, names) -> tuple[str, ...]:
        """The methods that have not been run."""
        known = self.rows.get(cell.key, {}).get(repetition, {})
        return tuple(name for name in names if name not in known)

    def add(self, cell: Cell, repetition: int, metrics: dict[str, list[float]]) -> None:
        """Keep a repetition, in the file too."""
        self._keep(cell.key, repetition, metrics)
        rounded = {name: [float(f"{v:.6g}") for v in values] for name, values in metrics.items()}
        row = {"cell": cell.key, "repetition": repetition, "metrics": rounded}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def of(self, cell: Cell, name: str) -> np.ndarray:
        """The metrics of a method, one repetition a row."""
        rows = [known[name] for known in self.rows.get(cell.key, {}).values() if name in known]
        return np.array(rows).reshape(-1, len(METRICS))


def run(results: Results, cells: Iterable[Cell], repetitions: int, names, jobs: int) -> None:
    """Whatever is missing."""
    tasks = [
        (cell, repetition, wanted)
        for repetition in range(repetitions)
        for cell in cells
        if (wanted := results.missing(cell, repetition, names))
    ]
    for (cell, repetition, _), metrics in zip(tasks, _done(tasks, jobs), strict=True):
        results.add(cell, repetition, metrics)


def _done(tasks, jobs: int) -> Iterator[dict[str, list[float]]]:
    if jobs == 1:
        yield from map(trial, tasks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(trial, tasks, chunksize=4)
