"""Sparse logistic regression beside other packages, to the same measured gap.

One alpha at a time, with an intercept. Each contender climbs its own ladder of tolerances until the
referee measures the gap; the least time of a few fits at that tolerance counts, in a process of its
own, with a limit. Real data need the folder that ``SKL1_DATA`` names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks import machine, options, report, shared_data
from benchmarks.logistic_referee import LogisticReferee
from benchmarks.racer import Racer
from benchmarks.simulation import autoregressive, random_sparse, sparse_truth

SHARES = (0.5, 0.1, 0.01)
GAPS = (1e-4, 1e-7)
#: Tolerances from loose to tight, as the packages take them.
LADDER = tuple(10.0**-k for k in range(2, 13))
#: Fits at most of a contender to a cell, and seconds after which none begins.
TURNS, ENOUGH = 20, 1.5
REAL = (
    "leukemia_golub",
    "colon_alon",
    "duke_breast_west",
    "arcene",
    "madelon",
    "a9a",
    "rcv1_small_vw",
    "farm_ads",
)
QUICK = ("leukemia_golub", "rcv1_small_vw", "wide", "tall")


def labels(rng: np.random.Generator, X, relevant: int, share: float = 0.5) -> np.ndarray:
    """Labels of 0 and 1 of a sparse model, about such a share of them 1."""
    eta = np.asarray(X @ sparse_truth(rng, X.shape[1], relevant)).ravel()
    eta *= 2.0 / eta.std()
    noisy = eta + rng.logistic(size=eta.size)
    return (noisy > np.quantile(noisy, 1.0 - share)).astype(float)


def simulated(name: str) -> tuple[Any, np.ndarray]:
    """Data of a kind: more rows, more columns, sparse, correlated, few of one class."""
    rng = np.random.default_rng(20)
    if name == "sparse":
        X: Any = random_sparse(rng, 2000, 5000, 0.01)
        return X, labels(rng, X, 20)
    sizes = {
        "tall": (5000, 50, 0.3, 0.5),
        "wide": (200, 5000, 0.0, 0.5),
        "correlated": (500, 1000, 0.9, 0.5),
        "unbalanced": (3000, 200, 0.3, 0.01),
    }
    n, p, correlation, share = sizes[name]
    X = autoregressive(rng, n, p, correlation)
    return X, labels(rng, X, 10, share)


SIMULATED = ("tall", "wide", "sparse", "correlated", "unbalanced")


def made(name: str) -> tuple[Any, np.ndarray]:
    """The data of a problem; dense columns standardised, as everybody does it."""
    if name in SIMULATED:
        return simulated(name)
    X, y = shared_data.load(name, tfidf=name == "farm_ads")
    y = (y > y.mean()).astype(float)
    if isinstance(X, np.ndarray):
        spread = X.std(axis=0)
        X = (X - X.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    return X, y


def skl1(X, y, alpha, tol):
    """``ProximalLogisticRegression``; tol is a share of the null objective."""
    from skl1 import ProximalLogisticRegression  # noqa: PLC0415

    return ProximalLogisticRegression(alpha, tol=tol, max_iter=100_000).fit(X, y)


def liblinear(X, y, alpha, tol):
    """The intercept is penalised there; a large scale makes that penalty small.

    No tolerance can reach a gap below what that penalty takes, so that its passes have a limit.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    settings = {"solver": "liblinear", "intercept_scaling": 1e3, "max_iter": 2_000}
    return LogisticRegression(l1_ratio=1.0, C=1.0 / (alpha * y.size), tol=tol, **settings).fit(X, y)


def saga(X, y, alpha, tol):
    """scikit-learn's solver that leaves the intercept alone."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    settings = {"solver": "saga", "max_iter": 1_000_000, "random_state": 0}
    return LogisticRegression(l1_ratio=1.0, C=1.0 / (alpha * y.size), tol=tol, **settings).fit(X, y)


def skglm(X, y, alpha, tol):
    """Its tolerance is in the units of alpha."""
    from skglm import SparseLogisticRegression  # noqa: PLC0415

    return SparseLogisticRegression(alpha, tol=tol * alpha, max_iter=1000).fit(X, y)


def cyanure(X, y, alpha, tol):
    """Its tolerance is that of its own gap."""
    from cyanure.estimators import Classifier  # noqa: PLC0415

    settings = {"loss": "logistic", "penalty": "l1", "max_iter": 2_000, "verbose": False}
    return Classifier(lambda_1=alpha, tol=tol, fit_intercept=True, **settings).fit(X, y)


CONTENDERS: dict[str, Callable] = {
    "skl1": skl1,
    "liblinear": liblinear,
    "saga": saga,
    "skglm": skglm,
    "cyanure": cyanure,
}


def answer(name: str, limit: float, problem: str, share: float) -> dict[str, Any]:
    """Of each gap the least time at the loosest tolerance that reaches it, by a contender.

    No fit at a tighter tolerance begins after more than half of the limit, in seconds.
    """
    X, y = made(problem)
    referee, fit = LogisticReferee(X, y), CONTENDERS[name]
    alpha = share * referee.alpha_max
    found: dict[str, Any] = {}
    begun, ladder = perf_counter(), iter(LADDER)
    gap, tol = np.inf, next(ladder)
    for wanted in GAPS:
        while True:
            if not gap <= wanted:
                model = fit(X, y, alpha, tol)
                gap = referee.gap(model.coef_, np.ravel(model.intercept_)[0], alpha)
            if gap <= wanted or perf_counter() - begun > 0.6 * limit:
                break
            if (tol := next(ladder, 0.0)) == 0.0:
                break
        if not gap <= wanted:
            break
        times: list[float] = []
        while len(times) < TURNS and sum(times) < ENOUGH:
            start = perf_counter()
            fit(X, y, alpha, tol)
            times.append(perf_counter() - start)
        found[f"{wanted:g}"] = min(times)
    return found


def ratios(rows: list[dict], gap: float) -> np.ndarray:
    """Times of the best peer over ours, where one has got there."""
    key, found = f"{gap:g}", []
    for row in rows:
        peers = [
            row[name][key] for name in CONTENDERS if name != "skl1" and key in row.get(name, ())
        ]
        if peers and key in row["skl1"]:
            found.append(min(peers) / row["skl1"][key])
    return np.array(found)


def alone(rows: list[dict], gap: float) -> int:
    """In how many cells nobody else got there within the limit."""
    return sum(f"{gap:g}" in row["skl1"] for row in rows) - ratios(rows, gap).size


def table(rows: list[dict]) -> str:
    """A line for each cell, times in ms."""
    names = [name for name in CONTENDERS if name in rows[0]]
    lines = [
        [row["problem"], f"{row['share']:g}", f"{gap:g}"]
        + [
            report.milliseconds(row[name][f"{gap:g}"]) if f"{gap:g}" in row[name] else "-"
            for name in names
        ]
        for row in rows
        for gap in GAPS
    ]
    return report.rows(["problem", "alpha", "gap", *names], lines, left=3)


def main(arguments: list[str] | None = None) -> None:
    """Race, print, and write ``logistic.json``."""
    parser = options.parser(__name__, __doc__)
    every = [*SIMULATED, *(() if shared_data.missing() else REAL)]
    parser.add_argument("--data", nargs="*", default=every, help="problems")
    parser.add_argument("--peers", nargs="*", default=[*CONTENDERS][1:], help="other packages")
    parser.add_argument(
        "--limit",
        type=float,
        default=40.0,
        help="seconds for all fits of a contender to a cell (default: %(default)s)",
    )
    chosen = parser.parse_args(arguments)
    machine.limit_threads(chosen.threads)
    problems = [name for name in chosen.data if not chosen.quick or name in QUICK]
    names = ["skl1", *chosen.peers]
    racers = {
        name: Racer(partial(answer, name, chosen.limit), chosen.limit, ("tall", 0.5))
        for name in names
    }
    rows: list[dict[str, Any]] = []
    for problem, share in product(problems, SHARES):
        row: dict[str, Any] = {"problem": problem, "share": share}
        for name, racer in racers.items():
            row[name] = racer.run((problem, share))
        rows.append(row)
        told = [f"{name}: {row[name]['trouble']}" for name in racers if "trouble" in row[name]]
        print("\n".join([table([row]), *told]), flush=True)
        content = {
            "versions": machine.versions(["skl1", "scikit-learn", "skglm", "cyanure"]),
            "machine": machine.description(chosen.threads),
            "rows": rows,
        }
        report.write_json(chosen.output / "logistic.json", content)
    for racer in racers.values():
        racer.close()
    print(f"\nLeast times, ms\n\n{table(rows)}\n")
    for gap in GAPS:
        found = ratios(rows, gap)
        if found.size:
            print(
                f"gap {gap:g}: the best peer takes {np.exp(np.log(found).mean()):.2f} times as "
                f"long in the geometric mean of {found.size} cells, {found.min():.2f} at least; "
                f"{np.count_nonzero(found < 1.0)} cells below 1; in {alone(rows, gap)} more "
                "no peer got there within the limit"
            )
