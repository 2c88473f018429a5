"""Paths of a hundred alphas.

From ``alpha_max`` down to a hundredth of it, with an intercept. The referee measures the gap of
every model; a method takes the loosest tolerance of its ladder at which the worst of them is
below the target. Functions that fit no intercept get centred data, and centring counts.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from time import perf_counter

import numpy as np

from benchmarks import glmnet, machine, options, report
from benchmarks.contenders.base import LADDER
from benchmarks.referee import Referee
from benchmarks.registry import PROBLEMS
from benchmarks.timing import least

GAPS = (1e-4, 1e-8)
N_ALPHAS, EPS = 100, 1e-2
LIMIT = 10.0  #: seconds; a path that takes longer has failed
NAMES = (
    "tiny",
    "communities_crime",
    "tall",
    "square",
    "medium",
    "wide",
    "correlated",
    "leukemia_golub",
    "riboflavin",
)
QUICK = ("tiny", "medium")


@dataclass(frozen=True)
class Row:
    """The time of a method on a problem; nothing if it did not reach the gap."""

    problem: str
    method: str
    target: float
    gap: float
    seconds: float


def skl1_path(X, y, alphas, tol):
    """``skl1.lasso_path`` on the data as they are."""
    from skl1 import lasso_path  # noqa: PLC0415

    path = lasso_path(X, y, alphas=alphas, tol=tol, return_path=True)
    return path.coefs, path.intercepts


def sklearn_path(X, y, alphas, tol):
    """scikit-learn's ``lasso_path``, whose ``precompute="auto"`` forms the Gram matrix if n > p."""
    from sklearn.linear_model import lasso_path  # noqa: PLC0415

    x_mean, y_mean = X.mean(axis=0), y.mean()
    centred = np.asfortranarray(X - x_mean)
    coefs = lasso_path(centred, y - y_mean, alphas=alphas, tol=tol, max_iter=100_000)[1]
    return coefs, y_mean - x_mean @ coefs


def celer_path(X, y, alphas, tol):
    """``celer_path``, pruning as celer's class does."""
    from celer import celer_path as path  # noqa: PLC0415

    x_mean, y_mean = X.mean(axis=0), y.mean()
    centred = np.asfortranarray(X - x_mean)
    coefs = path(centred, y - y_mean, "lasso", alphas=alphas, tol=tol, max_iter=1000, prune=1)[1]
    return coefs, y_mean - x_mean @ coefs


METHODS: dict[str, Callable] = {
    "skl1": skl1_path,
    "sklearn": sklearn_path,
    "celer": celer_path,
}


def worst_gap(referee: Referee, alphas: np.ndarray, coefs: np.ndarray, intercepts) -> float:
    """The largest relative gap along a path."""
    return max(
        referee.gap(w, b, alpha) for w, b, alpha in zip(coefs.T, intercepts, alphas, strict=True)
    )


def tolerance(name: str, X, y, alphas, referee: Referee, target: float):
    """The loosest tolerance that reaches the gap everywhere, and the gap; None if none does."""
    # skl1's own bound may come from an earlier dual point, which the referee does not know.
    ladder = (target, target / 4) if name == "skl1" else LADDER
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        METHODS[name](X, y, alphas[:3], 1e-2)  # what is compiled does not count
        for tol in ladder:
            start = perf_counter()
            found = METHODS[name](X, y, alphas, tol)
            seconds = perf_counter() - start
            gap = worst_gap(referee, alphas, *found)
            if gap <= target:
                return tol, gap
            if seconds > LIMIT:
                break
    return None


def compare(problem: str, target: float, names: list[str], *, quick: bool) -> list[Row]:
    """A row for each method."""
    X, y = PROBLEMS[problem].make()[0]
    referee = Referee.of(X, y)
    top = referee.alpha_max
    alphas = np.geomspace(top, EPS * top, N_ALPHAS)
    found = {name: tolerance(name, X, y, alphas, referee, target) for name in names}
    paths = {
        name: partial(METHODS[name], X, y, alphas, reached[0])
        for name, reached in found.items()
        if reached
    }
    times = least(paths, turns=3 if quick else 5, seconds=0.5 if quick else 3.0)
    rows = [
        Row(
            problem,
            name,
            target,
            *((found[name][1], times[name]) if found[name] else (np.nan,) * 2),
        )
        for name in names
    ]
    if glmnet.version():
        rows.append(by_glmnet(problem, X, y, alphas, referee, target))
    return rows


#: Seconds and gaps of all thresholds, for each problem.
_measured: dict[str, list[tuple[float, float]]] = {}


def by_glmnet(problem: str, X, y, alphas, referee: Referee, target: float) -> Row:
    """The fastest of its thresholds that reaches the gap."""
    if problem not in _measured:
        _measured[problem] = [
            (run.seconds, worst_gap(referee, alphas, run.coefs, run.intercepts))
            for run in glmnet.path(X, y, alphas, turns=3, limit=LIMIT)
        ]
    good = [(seconds, gap) for seconds, gap in _measured[problem] if gap <= target]
    seconds, gap = min(good, default=(np.nan, np.nan))
    return Row(problem, "glmnet", target, gap, seconds)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write ``paths.json``."""
    chosen = options.parser(__name__, __doc__).parse_args(arguments)
    machine.limit_threads(chosen.threads)
    installed = machine.versions(["celer"])
    names = [name for name in METHODS if name != "celer" or "celer" in installed]
    columns = [*names, "glmnet"] if glmnet.version() else names
    found: list[Row] = []
    lines, ratios = [], {gap: [] for gap in GAPS}
    for problem in QUICK if chosen.quick else NAMES:
        if PROBLEMS[problem].missing():
            print(f"left out: {problem} ({PROBLEMS[problem].missing()})")
            continue
        for target in GAPS:
            rows = compare(problem, target, names, quick=chosen.quick)
            found += rows
            best = min((row.seconds for row in rows[1:] if row.seconds > 0.0), default=np.nan)
            ratios[target].append(best / rows[0].seconds)
            times = [report.milliseconds(r.seconds) if r.seconds > 0.0 else "fails" for r in rows]
            lines.append([problem, f"{target:g}", *times, f"{ratios[target][-1]:.2f}"])
            print(" ".join(lines[-1]), flush=True)
    print(f"\n{N_ALPHAS} alphas down to alpha_max * {EPS:g}: ms; best other / skl1\n")
    print(report.rows(["problem", "gap", *columns, "ratio"], lines))
    for target, values in ratios.items():
        print(f"geometric mean at {target:g}: {np.exp(np.nanmean(np.log(values))):.2f}")
    content = {
        "versions": machine.versions(["skl1", "celer"]) | {"glmnet": glmnet.version()},
        "machine": machine.description(chosen.threads),
        "rows": [asdict(row) for row in found],
    }
    report.write_json(chosen.output / "paths.json", content)
