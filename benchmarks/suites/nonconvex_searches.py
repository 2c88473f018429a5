"""Searches among nonconvex penalties: what it costs to improve fewer models of the folds.

Simulated data, each searched twice: at the defaults, and with local search down the whole grid.
Paired: the chosen alpha, the test error (exact, from the covariance of the design), the F1 score of
the support, the time.
"""

from __future__ import annotations

import json
import warnings
from itertools import product
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks import machine, options, report
from benchmarks.simulation import autoregressive, sparse_truth, target

SIZES = ((100, 50), (200, 200), (100, 500), (300, 100))
CORRELATIONS = (0.0, 0.5, 0.9)
#: Decibels of the signal over the noise; inf is no noise.
NOISES = (np.inf, 10.0, 3.0, -3.0)
RELEVANT = 8
#: A test error counts as a share of at least this share of the variance of y: without noise both
#: are rounding.
LEAST = 1e-3
#: Standard errors from a mean to its upper 95 % limit.
LIMIT = 1.645


def searches() -> list[type]:
    """The searches, in turn."""
    from skl1 import MCPRegressorCV, NonconvexLpRegressorCV, SCADRegressorCV  # noqa: PLC0415

    return [MCPRegressorCV, SCADRegressorCV, NonconvexLpRegressorCV]


def down_the_grid(kind: type) -> type:
    """The same search with local search in all models, which held-out errors do not end."""
    return type(f"Whole{kind.__name__}", (kind,), {"_improves": lambda _: False})


def figures(model, seconds: float, w: np.ndarray, correlation: float, noise: float) -> dict:
    """What counts of a fitted search."""
    found, truth = model.coef_ != 0.0, w != 0.0
    off = model.coef_ - w
    places = np.arange(w.size)
    covariance = correlation ** np.abs(places[:, None] - places) if correlation else np.eye(w.size)
    error = noise + off @ covariance @ off + model.intercept_**2
    hits = int(np.count_nonzero(found & truth))
    return {
        "alpha": float(model.alpha_),
        "error": float(error),
        "f1": 2.0 * hits / max(found.sum() + truth.sum(), 1),
        "seconds": seconds,
    }


def one(number: int, size, correlation: float, decibels: float) -> dict[str, Any]:
    """A data set, searched twice."""
    rng = np.random.default_rng([17, number])
    kinds = searches()
    kind = kinds[number % len(kinds)]
    X = autoregressive(rng, *size, correlation)
    w = sparse_truth(rng, size[1], RELEVANT)
    y = target(rng, X, w, decibels)
    noise = 0.0 if np.isinf(decibels) else float(np.var(X @ w) / 10.0 ** (decibels / 10.0))
    row = {
        "number": number,
        "size": "{}x{}".format(*size),
        "correlation": correlation,
        "decibels": decibels,
        "search": kind.__name__,
        "scale": float(np.var(y)),
    }
    for name, each in (("ours", kind), ("whole", down_the_grid(kind))):
        start = perf_counter()
        model = each().fit(X, y)
        seconds = perf_counter() - start
        row[name] = figures(model, seconds, w, correlation, noise)
    return row


def losses(rows: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    """Of each data set what is lost in the test error, as a share, and in F1."""
    error, f1 = [], []
    for row in rows:
        ours, whole = row["ours"], row["whole"]
        least = LEAST * row["scale"]
        error.append((ours["error"] - whole["error"]) / max(whole["error"], least))
        f1.append(whole["f1"] - ours["f1"])
    return np.array(error), np.array(f1)


def mean_and_limit(values: np.ndarray) -> str:
    """A mean, and the upper 95 % limit of it."""
    error = values.std(ddof=1) / np.sqrt(values.size) if values.size > 1 else np.inf
    return f"{values.mean():+.4f} ({values.mean() + LIMIT * error:+.4f})"


def table(rows: list[dict]) -> str:
    """A line for all data sets, and for each size, correlation, level of noise and search."""
    lines = []
    groups = [("all", rows)]
    for key in ("size", "correlation", "decibels", "search"):
        groups += [
            (f"{key} {value}", [row for row in rows if row[key] == value])
            for value in dict.fromkeys(row[key] for row in rows)
        ]
    for name, some in groups:
        error, f1 = losses(some)
        same = np.mean([row["ours"]["alpha"] == row["whole"]["alpha"] for row in some])
        ratio = np.log([row["ours"]["seconds"] / row["whole"]["seconds"] for row in some])
        lines.append(
            [
                name,
                str(len(some)),
                f"{100 * same:.0f} %",
                mean_and_limit(error),
                mean_and_limit(f1),
                f"{np.mean([row['whole']['f1'] for row in some]):.3f}",
                f"{np.exp(ratio.mean()):.2f}",
            ]
        )
    header = ["data", "sets", "same alpha", "error lost", "F1 lost", "F1 whole", "time ratio"]
    return report.rows(header, lines)


def main(arguments: list[str] | None = None) -> None:
    """Search, print, keep."""
    parser = options.parser(__name__, __doc__)
    parser.add_argument("--repetitions", type=int, default=5, help="data sets of each kind")
    chosen = parser.parse_args(arguments)
    machine.limit_threads(chosen.threads)
    warnings.simplefilter("ignore")
    for kind in searches():  # the first search of a process loads what is compiled
        X = np.random.default_rng(0).standard_normal((60, 30))
        for each in (kind, down_the_grid(kind)):
            each().fit(X, X[:, 0] + X[:, 1])
    sizes = SIZES[:1] if chosen.quick else SIZES
    cases = list(product(range(1 if chosen.quick else chosen.repetitions), NOISES, CORRELATIONS))
    chosen.output.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (case, size) in enumerate(product(cases, sizes)):
        _, decibels, correlation = case
        rows.append(one(number, size, correlation, decibels))
        path = chosen.output / "nonconvex_searches.json"
        path.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(table(rows))
