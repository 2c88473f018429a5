"""Searches among nonconvex penalties: skl1 against skein-glm and abess.

Simulated data. Each package at its defaults, with the same five folds: MCP and SCAD of skl1 and of
skein-glm, with 100 alphas each; l_0 as skl1's ``NonconvexLpRegressorCV(p=0)`` with 100 alphas, and
the best subsets of skl1 and of abess, the sizes each its own. The least time of a few fits, after
one on other data; the test error (exact, as a share of the noise); the F1 score of the support.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks import machine, options, report
from benchmarks.racer import Racer
from benchmarks.simulation import autoregressive, sparse_truth, target
from benchmarks.suites.nonconvex_searches import RELEVANT, figures

SIZES = ((100, 50), (500, 200), (500, 800), (200, 1000))
CORRELATIONS = (0.0, 0.5, 0.9)
DECIBELS = (10.0, 3.0)
FOLDS = 5
#: Seconds for the fits of a contender to a data set, of which the first one counts too.
LIMIT = 60.0
#: Fits at most, and seconds after which no further one begins.
TURNS, ENOUGH = 5, 2.0
#: Times below this are small: they are given, but nothing is asked of them.
SMALL = 0.05


def folds() -> Any:
    """The same for all: consecutive rows, which are independent here."""
    from sklearn.model_selection import KFold  # noqa: PLC0415

    return KFold(FOLDS)


def ours(name: str, **parameters: Any) -> Callable:
    """A search of skl1."""

    def fit(X, y):
        import skl1  # noqa: PLC0415

        return getattr(skl1, name)(cv=folds(), **parameters).fit(X, y)

    return fit


def skein(name: str) -> Callable:
    """A search of skein-glm."""

    def fit(X, y):
        import skein_glm  # noqa: PLC0415

        return getattr(skein_glm, name)(cv=folds()).fit(X, y)

    return fit


def abess(X, y) -> Any:
    """Best subsets of abess, by cross-validation instead of its criterion."""
    from abess import LinearRegression  # noqa: PLC0415

    numbers = np.empty(y.size, dtype=int)
    for number, (_, held_out) in enumerate(folds().split(X)):
        numbers[held_out] = number
    return LinearRegression(cv=FOLDS).fit(X, y, cv_fold_id=numbers)


#: Of each race the contenders, ours first.
RACES: dict[str, dict[str, Callable]] = {
    "MCP": {"skl1": ours("MCPRegressorCV"), "skein": skein("MCPPathCV")},
    "SCAD": {"skl1": ours("SCADRegressorCV"), "skein": skein("SCADPathCV")},
    "l_0": {
        "skl1": ours("NonconvexLpRegressorCV", p=0.0),
        "skl1 subsets": ours("BestSubsetRegressorCV"),
        "abess": abess,
    },
}


def simulated(number: int, size, correlation: float, decibels: float) -> tuple:
    """X, y, the coefficients and the variance of the noise."""
    rng = np.random.default_rng([19, number])
    X = autoregressive(rng, *size, correlation)
    w = sparse_truth(rng, size[1], RELEVANT)
    y = target(rng, X, w, decibels)
    return X, y, w, float(np.var(X @ w) / 10.0 ** (decibels / 10.0))


def answer(race: str, name: str, *case: Any) -> dict[str, Any]:
    """Fit a contender to a case a few times: its figures."""
    fit = RACES[race][name]
    X, y, w, noise = simulated(*case)
    times: list[float] = []
    while len(times) < TURNS and sum(times) < ENOUGH:
        start = perf_counter()
        model = fit(X, y)
        times.append(perf_counter() - start)
    found = figures(Fitted(model), min(times), w, case[2], noise)
    found["error"] /= noise
    del found["alpha"]  # each package has its own scale
    return found


class Fitted:
    """What is compared of a fitted model; the packages give it different shapes."""

    alpha_ = np.nan

    def __init__(self, model: Any):
        self.coef_ = np.ravel(model.coef_)
        self.intercept_ = float(np.ravel(model.intercept_)[0])


def ratios(rows: list[dict], race: str, rival: str, *, least: float = 0.0) -> np.ndarray:
    """Times of a rival over ours, where both came to an end and ours took so many seconds."""
    return np.array(
        [
            row[rival]["seconds"] / row["skl1"]["seconds"]
            for row in rows
            if row["race"] == race
            and "seconds" in row[rival]
            and "seconds" in row["skl1"]
            and row["skl1"]["seconds"] >= least
        ]
    )


def table(rows: list[dict]) -> str:
    """Of each race and contender: figures of the data sets that all of the race came through."""
    lines = []
    for race, contenders in RACES.items():
        mine = [row for row in rows if row["race"] == race]
        there = [name for name in contenders if any("seconds" in row[name] for row in mine)]
        whole = [row for row in mine if all("seconds" in row[name] for name in there)]
        for name in there if whole else []:
            some = [row[name] for row in whole]
            ratio = ratios(rows, race, name)
            large = ratios(rows, race, name, least=SMALL)
            lines.append(
                [
                    race,
                    name,
                    f"{len(whole)} of {len(mine)}",
                    report.milliseconds(np.exp(np.mean(np.log([one["seconds"] for one in some])))),
                    f"{np.exp(np.log(ratio).mean()):.2f}",
                    f"{large.min():.2f}" if large.size else "-",
                    f"{np.mean([one['error'] for one in some]):.3f}",
                    f"{np.mean([one['f1'] for one in some]):.3f}",
                ]
            )
    head = ["race", "contender", "data sets", "ms", "time / skl1"]
    head += [f"least above {1e3 * SMALL:g} ms", "test error / noise", "F1"]
    return report.rows(head, lines)


def main(arguments: list[str] | None = None) -> None:
    """Race, print, and write ``nonconvex_race.json``."""
    chosen = options.parser(__name__, __doc__).parse_args(arguments)
    machine.limit_threads(chosen.threads)
    cases = list(product(SIZES, CORRELATIONS, DECIBELS))
    if chosen.quick:
        cases = list(product(SIZES[:2], CORRELATIONS[1:2], DECIBELS))
    first = (0, (60, 30), 0.0, 10.0)
    racers = {
        race: {name: Racer(partial(answer, race, name), LIMIT, first) for name in contenders}
        for race, contenders in RACES.items()
    }
    rows: list[dict[str, Any]] = []
    for number, ((size, correlation, decibels), race) in enumerate(product(cases, RACES)):
        case = (number // len(RACES), size, correlation, decibels)
        row: dict[str, Any] = {
            "race": race,
            "size": "{}x{}".format(*size),
            "correlation": correlation,
            "decibels": decibels,
        }
        for name, racer in racers[race].items():
            row[name] = racer.run(case)
        rows.append(row)
        told = (
            f"{name} {report.milliseconds(row[name]['seconds'])}"
            if "seconds" in row[name]
            else f"{name}: {row[name]['trouble']}"
            for name in racers[race]
        )
        print(
            f"{race} {row['size']} {correlation:g} {decibels:g} dB: {', '.join(told)}", flush=True
        )
        content = {
            "versions": machine.versions(["skl1", "skein-glm", "abess"]),
            "machine": machine.description(chosen.threads),
            "rows": rows,
        }
        report.write_json(chosen.output / "nonconvex_race.json", content)
    for some in racers.values():
        for racer in some.values():
            racer.close()
    print(f"\nGeometric means of the times, ms; means of the rest\n\n{table(rows)}")
