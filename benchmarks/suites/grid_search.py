"""Grid search over alpha, with a scaler in the pipeline and five folds.

``PathGridSearchCV`` beside scikit-learn's ``GridSearchCV`` of the same pipeline with scikit-learn's
own Lasso (at its default tolerance) and with the estimator of skl1. Alphas go from just below
``alpha_max`` of the scaled data down to a hundredth of it, those of the penalty ``|w|^(1/2)`` to a
thousandth.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from sklearn.datasets import load_diabetes, make_regression
from sklearn.linear_model import Lasso
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks import machine, options, report
from benchmarks.timing import least

SIZES: dict[str, tuple[int, int] | None] = {
    "diabetes": None,
    "500x200": (500, 200),
    "2000x50": (2000, 50),
    "200x3000": (200, 3000),
}
LENGTHS = (20, 100)


@dataclass(frozen=True)
class Row:
    """Seconds of the searches; what differs in the mean scores at most, in units of one."""

    problem: str
    penalty: str
    n_alphas: int
    path: float
    own: float
    sklearn: float
    apart: float


def data(name: str) -> tuple[np.ndarray, np.ndarray]:
    """X and y of a size."""
    size = SIZES[name]
    if size is None:
        return load_diabetes(return_X_y=True)
    n, p = size
    return make_regression(n, p, n_informative=10, noise=10.0, random_state=0)


def search(kind: Callable, estimator: Any, X, y, alphas) -> Any:
    """A fitted search over the alphas of the last step."""
    steps = make_pipeline(StandardScaler(), estimator)
    return kind(steps, {f"{steps.steps[-1][0]}__alpha": alphas}, cv=5).fit(X, y)


def compare(name: str, penalty: str, n_alphas: int, *, quick: bool) -> Row:
    """Times of all searches on a problem."""
    from skl1 import NonconvexLpRegressor, PathGridSearchCV, ProximalLasso  # noqa: PLC0415

    X, y = data(name)
    lasso = penalty == "lasso"
    ours: Any = ProximalLasso() if lasso else NonconvexLpRegressor()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        top = type(ours)().fit(StandardScaler().fit_transform(X), y).alpha_max_
        alphas = np.geomspace(0.999 * top, top / (100.0 if lasso else 1000.0), n_alphas)
        runs = {
            "path": partial(search, PathGridSearchCV, ours, X, y, alphas),
            "own": partial(search, GridSearchCV, ours, X, y, alphas),
        }
        if lasso:
            runs["sklearn"] = partial(search, GridSearchCV, Lasso(), X, y, alphas)
        scores = [runs[name]().cv_results_["mean_test_score"] for name in ("path", "own")]
    times = least(runs, turns=2 if quick else 5, seconds=2.0 if quick else 10.0)
    apart = float(np.abs(scores[0] - scores[1]).max())
    known = (times["path"], times["own"], times.get("sklearn", np.nan))
    return Row(name, penalty, n_alphas, *known, apart)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write ``grid_search.json``."""
    chosen = options.parser(__name__, __doc__).parse_args(arguments)
    machine.limit_threads(chosen.threads)
    cases = [("lasso", count) for count in LENGTHS] + [("l_1/2", LENGTHS[0])]
    names = ["diabetes"] if chosen.quick else list(SIZES)
    rows = [
        compare(name, penalty, count, quick=chosen.quick)
        for penalty, count in (cases[:1] if chosen.quick else cases)
        for name in (names if penalty == "lasso" else names[:2])
    ]
    head = ["problem", "penalty", "alphas", "path", "own fits", "scikit-learn"]
    head += ["own / path", "scikit-learn / path", "scores apart"]
    lines = [
        [
            row.problem,
            row.penalty,
            str(row.n_alphas),
            *(report.milliseconds(t) if t > 0.0 else "-" for t in (row.path, row.own, row.sklearn)),
            f"{row.own / row.path:.1f}",
            f"{row.sklearn / row.path:.1f}" if row.sklearn > 0.0 else "-",
            f"{row.apart:.1e}",
        ]
        for row in rows
    ]
    print("Five folds, a scaler before the model: ms\n")
    print(report.rows(head, lines))
    ratios = np.array([row.sklearn / row.path for row in rows])
    mean = np.exp(np.nanmean(np.log(ratios)))
    print(f"geometric mean of scikit-learn / path: {mean:.2f}, least {np.nanmin(ratios):.2f}")
    content = {
        "versions": machine.versions(["skl1"]),
        "machine": machine.description(chosen.threads),
        "rows": [asdict(row) for row in rows],
    }
    report.write_json(chosen.output / "grid_search.json", content)
