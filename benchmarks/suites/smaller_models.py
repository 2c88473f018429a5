"""Classifiers with concave penalties beside the Lasso's: sizes and held-out deviances.

Real data sets, each split at random five times into rows to fit and rows to judge by. The Lasso
takes the alpha of the least deviance on folds of the first. The question is for smaller models that
are no worse: the others take the smallest model whose deviance on these folds is at most the
Lasso's, and where there is none, that of the least. Told are nonzero coefficients, the mean
deviance and the share of wrong labels on the rows held out. The data are those in the folder that
``SKL1_DATA`` names.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.preprocessing import MaxAbsScaler, StandardScaler

from benchmarks import machine, options
from benchmarks.suites.logistic import REAL, made

#: Splits of the rows, and the share that is held out.
SPLITS, HELD_OUT = 5, 0.3
#: Rows at most that models are fitted to: of larger data a part is drawn.
MOST = 1000
#: What the concave penalties may choose from: a ridge term, and where MCP flattens.
RIDGES, GAMMAS = (0.0, 0.01, 0.1, 1.0), (4.0, 12.0, 40.0)


def contenders() -> dict[str, list[Any]]:
    """The searches by name, the Lasso's first: of several one counts.

    A concave penalty leaves large coefficients as they are. Where they separate the classes, odds
    are far too sure of themselves; how much shrinkage they need is for the folds to say.
    """
    import skl1  # noqa: PLC0415

    settings = {"n_alphas": 30, "tol": 1e-5}
    return {
        "lasso": [skl1.ProximalLogisticRegressionCV(**settings)],
        "l_1/2": [skl1.NonconvexLpClassifierCV(l2=l2, **settings) for l2 in RIDGES],
        "MCP": [skl1.MCPClassifierCV(gamma=GAMMAS, l2=l2, **settings) for l2 in RIDGES],
    }


def smallest(limit: float) -> Callable[[dict], int]:
    """A rule: the smallest model whose deviance on the folds is at most this; else the best."""

    def rule(results: dict) -> int:
        deviances = np.asarray(results["mean_deviance"])
        good = np.flatnonzero(deviances <= limit)
        if not good.size:
            return int(np.nanargmin(deviances))
        return int(good[np.argmin(np.asarray(results["n_nonzero"])[good])])

    return rule


def judged(searches: list[Any], limit: float, X, y, train, test) -> dict[str, Any]:
    """Size and held-out figures of what some searches choose, and its deviance on the folds."""
    scaler = StandardScaler() if isinstance(X, np.ndarray) else MaxAbsScaler()
    start, inside = process_time(), scaler.fit_transform(X[train])
    models = []
    for search in searches:
        rule = "min" if limit == np.inf else smallest(limit)
        models.append(search.set_params(selection=rule).fit(inside, y[train]))

    def order(each):
        """Those that are good enough come first, by size; the others by deviance."""
        deviance = float(each.cv_results_["mean_deviance"][each.best_index_])
        size = int(np.count_nonzero(each.coef_))
        return (0, size, deviance) if deviance <= limit else (1, deviance, size)

    model = min(models, key=order)
    seconds = process_time() - start
    held = scaler.transform(X[test])
    return {
        "on_folds": float(model.cv_results_["mean_deviance"][model.best_index_]),
        "nonzeros": int(np.count_nonzero(model.coef_)),
        "deviance": 2.0 * float(log_loss(y[test], model.predict_proba(held), labels=[0.0, 1.0])),
        "wrong": float(np.mean(model.predict(held) != y[test])),
        "converged": bool(model.converged_),
        "seconds": seconds,
        "l2": float(getattr(model, "l2", 0.0)),
        "gamma": float(getattr(model, "gamma_", 0.0)),
    }


def splits_of(y: np.ndarray) -> list:
    """Rows to fit, at most so many, and rows to judge by."""
    made_of = StratifiedShuffleSplit(SPLITS, test_size=HELD_OUT, random_state=0)
    return [(train[:MOST], test) for train, test in made_of.split(y[:, None], y)]


def table(rows: list[dict[str, Any]]) -> str:
    """Means over splits, and in how many data sets a model is smaller and no worse."""
    names = list(dict.fromkeys(row["contender"] for row in rows))
    lines = [
        "nonzeros, mean deviance and share of wrong labels on held-out rows; means of splits",
        "",
        f"{'':20}" + "".join(f"{name:>24}" for name in names),
    ]
    better = dict.fromkeys(names[1:], 0)
    sets = list(dict.fromkeys(row["data"] for row in rows))
    for data in sets:
        found = {}
        for name in names:
            own = [r for r in rows if r["data"] == data and r["contender"] == name]
            found[name] = [
                float(np.mean([r[k] for r in own])) for k in ("nonzeros", "deviance", "wrong")
            ]
        cells = "".join(f"{a:10.1f} {b:6.3f} {c:6.3f}" for a, b, c in found.values())
        lines.append(f"{data:20}{cells}")
        for name in better:
            smaller = found[name][0] < found[names[0]][0]
            better[name] += smaller and found[name][1] <= found[names[0]][1]
    counts = ", ".join(f"{name} {count}" for name, count in better.items())
    lines += ["", f"smaller than {names[0]} at no larger deviance, of {len(sets)} sets: {counts}"]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Fit, print the table, and write ``smaller_models.json``."""
    parser = options.parser(__name__, __doc__)
    parser.add_argument("--data", nargs="*", default=list(REAL), help="data sets")
    parser.add_argument("--splits", type=int, default=SPLITS, help="(default: %(default)s)")
    chosen = parser.parse_args(arguments)
    machine.limit_threads(chosen.threads)
    rows = []
    for data in chosen.data[:2] if chosen.quick else chosen.data:
        X, y = made(data)
        X = X if isinstance(X, np.ndarray) else X.tocsr()
        for split, (train, test) in enumerate(splits_of(y)[: 1 if chosen.quick else chosen.splits]):
            limit = np.inf
            for name, search in contenders().items():
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    found = judged(search, limit, X, y, train, test)
                rows.append({"data": data, "split": split, "contender": name, **found})
                print(rows[-1], flush=True)
                limit = found["on_folds"] if name == "lasso" else limit
    print(table(rows))
    chosen.output.mkdir(parents=True, exist_ok=True)
    (chosen.output / "smaller_models.json").write_text(json.dumps(rows, indent=1))
