"""R's glmnet, where Rscript and the package are installed; timed inside R."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

SCRIPT = Path(__file__).with_suffix(".R")


@dataclass(frozen=True)
class Run:
    """A path at one threshold."""

    threshold: str
    seconds: float
    coefs: np.ndarray
    intercepts: np.ndarray


@cache
def version() -> str:
    """The version of the package; empty if there is none."""
    if shutil.which("Rscript") is None:
        return ""
    ask = ["Rscript", "-e", 'cat(as.character(packageVersion("glmnet")))']
    found = subprocess.run(ask, capture_output=True, text=True, check=False)
    return found.stdout if found.returncode == 0 else ""


def path(X, y, alphas, *, turns: int, limit: float, patience: float | None = None) -> list[Run]:
    """Runs of the whole path at ever smaller thresholds.

    None is begun after one that took longer than the limit, and after ``patience`` seconds in all
    R is stopped; the runs that it has done until then remain.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = []
        lines = _call(folder, X, y, alphas, turns, "path", limit, patience)
        for k, line in enumerate(lines, 1):
            threshold, seconds, count = line.split()
            stored = np.fromfile(folder / f"coefs_{k}.bin").reshape(int(count), -1)
            if int(count) == len(alphas):
                runs.append(Run(threshold, float(seconds), stored[:, 1:].T, stored[:, 0]))
        return runs


def cross_validation(X, y, alphas, *, turns: int, limit: float) -> float:
    """Seconds that cv.glmnet takes for five folds, with its default threshold."""
    with tempfile.TemporaryDirectory() as name:
        (line,) = _call(Path(name), X, y, alphas, turns, "cv", limit)
        return float(line.split()[1])


def _call(
    folder: Path, X, y, alphas, turns: int, what: str, limit: float, patience: float | None = None
) -> list[str]:
    for label, array in (("X", X), ("y", y), ("alphas", alphas)):
        np.asarray(array, dtype=np.float64).ravel(order="F").tofile(folder / f"{label}.bin")
    command = ["Rscript", str(SCRIPT), str(folder), str(len(y)), str(turns), what, str(limit)]
    times = folder / "times.txt"
    times.touch()
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(
            command, check=True, capture_output=True, env=dict(os.environ), timeout=patience
        )
    return times.read_text(encoding="utf-8").splitlines()
