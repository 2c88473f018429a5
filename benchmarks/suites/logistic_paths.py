"""Paths of a hundred logistic regressions beside other packages, and searches over them.

The grid goes down to a hundredth of alpha_max. Of each contender the loosest tolerance counts at
which the referee finds no model of the path with a larger gap than wanted. celer has no intercept,
skglm no path: there each fit begins where the last one ended. The search is skl1's own, with five
folds and the tolerance of its path, in units of that path. Real data need the folder that
``SKL1_DATA`` names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from time import perf_counter
from typing import Any

import numpy as np
from scipy import sparse

from benchmarks import machine, options, report
from benchmarks.logistic_referee import LogisticReferee
from benchmarks.racer import Racer
from benchmarks.suites.logistic import GAPS, LADDER, made
from benchmarks.timing import least

DATA, QUICK = ("leukemia_golub", "rcv1_small_vw", "colon_alon", "wide", "sparse", "tall"), ("tall",)
N_ALPHAS, EPS, FOLDS = 100, 1e-2, 5
#: Paths at most of a contender at a tolerance that count, and seconds after which none begins.
TURNS, ENOUGH = 12, 4.0


def skl1(X, y, alphas, tol, *, fit_intercept):
    """Coefficients, one column for each alpha, and intercepts."""
    from skl1 import lasso_path  # noqa: PLC0415

    path = lasso_path(
        X, y, loss="logistic", alphas=alphas, tol=tol, fit_intercept=fit_intercept, return_path=True
    )
    return path.coefs, path.intercepts


def celer(X, y, alphas, tol, *, fit_intercept):
    """Its loss is a sum over rows, of labels -1 and 1."""
    from celer.homotopy import celer_path  # noqa: PLC0415

    if fit_intercept:
        return None
    X, rows = sparse.csc_matrix(X) if sparse.issparse(X) else np.asfortranarray(X), y.size
    _, coefs, _ = celer_path(
        X, 2.0 * y - 1.0, "logreg", alphas=alphas * rows, tol=tol, max_iter=100
    )
    return coefs, np.zeros(alphas.size)


def skglm(X, y, alphas, tol, *, fit_intercept):
    """Its tolerance is in the units of alpha."""
    from skglm import SparseLogisticRegression  # noqa: PLC0415

    model = SparseLogisticRegression(fit_intercept=fit_intercept, warm_start=True, max_iter=1000)
    coefs, intercepts = [], []
    for alpha in alphas:
        model.set_params(alpha=alpha, tol=tol * alpha).fit(X, y)
        coefs.append(model.coef_.ravel().copy())
        intercepts.append(float(np.ravel(model.intercept_)[0]) if fit_intercept else 0.0)
    return np.array(coefs).T, np.array(intercepts)


CONTENDERS: dict[str, Callable] = {"skl1": skl1, "celer": celer, "skglm": skglm}


def answer(name: str, limit: float, problem: str, *, fit_intercept: bool) -> dict[str, Any]:
    """Of each gap the least time at the loosest tolerance that reaches it along the path."""
    X, y = made(problem)
    referee = LogisticReferee(X, y)
    alphas = alpha_grid(referee, X, y, fit_intercept=fit_intercept)
    path = partial(CONTENDERS[name], X, y, alphas, fit_intercept=fit_intercept)
    found: dict[str, Any] = {}
    begun, ladder, largest, tol = perf_counter(), iter(LADDER), np.inf, 1.0
    for wanted in GAPS:
        while not largest <= wanted and perf_counter() - begun < 0.5 * limit:
            if (tol := next(ladder, 0.0)) == 0.0 or (models := path(tol)) is None:
                return found
            judge = partial(referee.gap, fit_intercept=fit_intercept)
            largest = max(map(judge, models[0].T, models[1], alphas))
        if not largest <= wanted:
            return found
        runs = {"path": partial(path, tol)}
        if name == "skl1" and fit_intercept:
            runs["search"] = partial(searched, X, y, alphas, tol)
        times = least(runs, turns=TURNS, seconds=ENOUGH)
        found[f"{wanted:g}"] = times["path"]
        if "search" in times:
            found[f"search {wanted:g}"] = times["search"] / times["path"]
    return found


def alpha_grid(referee: LogisticReferee, X, y, *, fit_intercept: bool) -> np.ndarray:
    """From the least alpha at which no feature enters down to a share of it."""
    top = referee.alpha_max
    if not fit_intercept:
        top = float(np.abs(X.T @ (0.5 - y)).max()) / y.size
    return np.geomspace(top, EPS * top, N_ALPHAS)


def searched(X, y, alphas, tol):
    """A search with five folds over the same grid."""
    from skl1 import ProximalLogisticRegressionCV  # noqa: PLC0415

    return ProximalLogisticRegressionCV(alphas=alphas, cv=FOLDS, tol=tol).fit(X, y)


def table(rows: list[dict], names: list[str]) -> str:
    """A line for each path and gap: times in ms, the best other time over ours, and the search."""
    lines = []
    for row, gap in product(rows, GAPS):
        key = f"{gap:g}"
        times = {name: row[name][key] for name in names if key in row[name]}
        peers = [time for name, time in times.items() if name != "skl1"]
        ratio = f"{min(peers) / times['skl1']:.2f}" if peers and "skl1" in times else "-"
        search = row["skl1"].get(f"search {key}")
        lines.append(
            [row["problem"], "yes" if row["intercept"] else "no", key]
            + [report.milliseconds(times[name]) if name in times else "-" for name in names]
            + [ratio, "-" if search is None else f"{search:.1f}"]
        )
    head = ["problem", "intercept", "gap", *names, "ratio", "search, paths"]
    return report.rows(head, lines, left=3)


def main(arguments: list[str] | None = None) -> None:
    """Race, print, and write ``logistic_paths.json``."""
    parser = options.parser(__name__, __doc__)
    parser.add_argument("--data", nargs="*", default=list(DATA), help="problems")
    parser.add_argument("--peers", nargs="*", default=[*CONTENDERS][1:], help="other packages")
    parser.add_argument(
        "--limit",
        type=float,
        default=120.0,
        help="seconds for all paths of a contender to a problem (default: %(default)s)",
    )
    chosen = parser.parse_args(arguments)
    machine.limit_threads(chosen.threads)
    names = ["skl1", *chosen.peers]
    rows: list[dict[str, Any]] = []
    for fit_intercept in (True, False):
        racers = {
            name: Racer(
                partial(answer, name, chosen.limit, fit_intercept=fit_intercept),
                chosen.limit,
                ("tall",),
            )
            for name in names
        }
        for problem in QUICK if chosen.quick else chosen.data:
            row: dict[str, Any] = {"problem": problem, "intercept": fit_intercept}
            for name, racer in racers.items():
                row[name] = racer.run((problem,))
            rows.append(row)
            told = [f"{name}: {row[name]['trouble']}" for name in racers if "trouble" in row[name]]
            print("\n".join([table([row], names), *told]), flush=True)
            content = {
                "versions": machine.versions(["skl1", "scikit-learn", "skglm", "celer"]),
                "machine": machine.description(chosen.threads),
                "rows": rows,
            }
            report.write_json(chosen.output / "logistic_paths.json", content)
        for racer in racers.values():
            racer.close()
    print(f"\nLeast times, ms\n\n{table(rows, names)}")
