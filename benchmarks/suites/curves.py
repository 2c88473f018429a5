"""Gap against seconds of every solver on one problem.

The figures are the estimators' own, from ``history_``: the duality gap as a share of the null
objective, and for the nonconvex penalty, which has none, the stationarity.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine, options, report
from benchmarks.referee import Referee
from benchmarks.registry import PROBLEMS
from skl1 import NonconvexLpRegressor, ProximalLasso, RidgeGD, SubgradientLasso

Curve = dict[str, list[float]]


def panels(alpha: float, *, steps: int) -> dict[str, dict[str, Any]]:
    """The estimators to run, by panel and label."""
    common = {"tol": 1e-10, "record_history": True}
    slow = common | {"max_iter": steps}
    return {
        "Lasso: duality gap": {
            "auto": ProximalLasso(alpha, **common),
            "coordinate_descent": ProximalLasso(alpha, solver="coordinate_descent", **common),
            "ista": ProximalLasso(alpha, solver="ista", **slow),
            "fista": ProximalLasso(alpha, solver="fista", **slow),
            "subgradient": SubgradientLasso(alpha, **slow),
        },
        "Nonconvex: stationarity": {
            "p = 0.5": NonconvexLpRegressor(alpha, p=0.5, **common),
            "p = 0": NonconvexLpRegressor(alpha, p=0, **common),
        },
        "Ridge: duality gap": {
            "plain": RidgeGD(0.01 * alpha, acceleration=None, **slow),
            "nesterov": RidgeGD(0.01 * alpha, acceleration="nesterov", **slow),
            "conjugate_gradient": RidgeGD(0.01 * alpha, acceleration="conjugate_gradient", **slow),
        },
    }


def trace(model: Any, X: np.ndarray, y: np.ndarray, unit: float) -> Curve:
    """Seconds and gaps of a fit; an earlier fit has compiled what needs to be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y)
        model.fit(X, y)
    history = model.history_
    return {
        "seconds": history["seconds"].tolist(),
        "gap": (history["gap"] / unit).tolist(),
        "objective": history["objective"].tolist(),
    }


def measure(problem: str, share: float, *, quick: bool) -> dict[str, dict[str, Curve]]:
    """All curves, by panel and label."""
    X, y = PROBLEMS[problem].make()[0]
    referee = Referee.of(X, y)
    found = {}
    for title, models in panels(share * referee.alpha_max, steps=500 if quick else 20_000).items():
        unit = 1.0 if "stationarity" in title else referee.null_objective
        found[title] = {label: trace(model, X, y, unit) for label, model in models.items()}
    return found


def draw(path: Path, title: str, found: dict[str, dict[str, Curve]]) -> None:
    """A panel for each kind of gap."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(5 * len(found), 4), layout="constrained")
    for axes, (panel, curves) in zip(
        np.atleast_1d(figure.subplots(1, len(found))), found.items(), strict=True
    ):
        for label, curve in curves.items():
            # A gap of 0 is beyond what a logarithm can show, and beyond what doubles can.
            gaps = np.maximum(curve["gap"], 1e-17)
            axes.plot(curve["seconds"], gaps, label=label, marker=".", markersize=3)
        axes.set(xscale="log", yscale="log", xlabel="seconds", title=panel)
        axes.legend()
        axes.grid(alpha=0.3)
    figure.suptitle(title)
    figure.savefig(path, dpi=150)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print where the curves end, and write ``curves.json`` and ``curves.png``."""
    parser = options.parser(__name__, __doc__)
    parser.add_argument("--problem", choices=PROBLEMS, default="medium")
    parser.add_argument("--share", type=float, default=0.1, help="alpha as a share of alpha_max")
    chosen = parser.parse_args(arguments)
    machine.limit_threads(chosen.threads)
    problem = "tiny" if chosen.quick else chosen.problem
    found = measure(problem, chosen.share, quick=chosen.quick)
    lines = [
        [panel, label, f"{curve['gap'][-1]:.1e}", report.milliseconds(curve["seconds"][-1])]
        for panel, curves in found.items()
        for label, curve in curves.items()
    ]
    title = f"{problem}, alpha = {chosen.share:g} alpha_max"
    print(f"Last points of the curves: {title}\n")
    print(report.rows(["panel", "solver", "gap", "ms"], lines, left=2))
    content = {
        "versions": machine.versions(["skl1"]),
        "machine": machine.description(chosen.threads),
        "problem": problem,
        "share": chosen.share,
        "panels": found,
    }
    report.write_json(chosen.output / "curves.json", content)
    try:
        draw(chosen.output / "curves.png", title, found)
    except ImportError:
        print("no curves.png: matplotlib is not installed")
