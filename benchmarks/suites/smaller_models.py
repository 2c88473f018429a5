"""Classifiers with concave penalties beside the Lasso's: sizes and held-out deviances.

Real data sets, each split at random five times into rows to fit and rows to judge by. All choose
alpha by the deviance on folds of the first. Told are nonzero coefficients, the mean deviance and
the share of wrong labels on the second. The data are those in the folder that ``SKL1_DATA`` names.
"""

from __future__ import annotations

import json
import warnings
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
RIDGES, GAMMAS = (0.0, 0.1), (4.0, 12.0)


def contenders(selection: str) -> dict[str, list[Any]]:
    """The searches by name, the Lasso's first: of several the one with the least deviance counts.

    A concave penalty leaves large coefficients as they are. Where they separate the classes, odds
    are far too sure of themselves; how much shrinkage they need is for the folds to say.
    """
    import skl1  # noqa: PLC0415

    settings = {"selection": selection, "n_alphas": 30, "tol": 1e-5}
    return {
        "lasso": [skl1.ProximalLogisticRegressionCV(**settings)],
        "l_1/2": [skl1.NonconvexLpClassifierCV(l2=l2, **settings) for l2 in RIDGES],
        "MCP": [skl1.MCPClassifierCV(gamma=GAMMAS, l2=l2, **settings) for l2 in RIDGES],
    }


def judged(searches: list[Any], X, y, train, test) -> dict[str, float]:
    """Size and held-out figures of what the best of some searches chooses."""
    scaler = StandardScaler() if isinstance(X, np.ndarray) else MaxAbsScaler()
    start, inside = process_time(), scaler.fit_transform(X[train])
    models = [search.fit(inside, y[train]) for search in searches]
    model = min(models, key=lambda each: each.deviance_path_.mean(axis=-1).min())
    seconds = process_time() - start
    held = scaler.transform(X[test])
    return {
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
    parser.add_argument("--selection", default="min", help="the rule (default: %(default)s)")
    parser.add_argument("--data", nargs="*", default=list(REAL), help="data sets")
    chosen = parser.parse_args(arguments)
    machine.limit_threads(chosen.threads)
    rows = []
    for data in chosen.data[:2] if chosen.quick else chosen.data:
        X, y = made(data)
        X = X if isinstance(X, np.ndarray) else X.tocsr()
        for split, (train, test) in enumerate(splits_of(y)[: 1 if chosen.quick else SPLITS]):
            for name, search in contenders(chosen.selection).items():
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    found = judged(search, X, y, train, test)
                rows.append({"data": data, "split": split, "contender": name, **found})
                print(rows[-1], flush=True)
    print(table(rows))
    chosen.output.mkdir(parents=True, exist_ok=True)
    (chosen.output / "smaller_models.json").write_text(json.dumps(rows, indent=1))
