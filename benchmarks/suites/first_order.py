"""First-order methods against scikit-learn.

They are here to be understood, not to win: ``RidgeGD`` beside ``Ridge``, whose solver is direct,
and the subgradient method, ISTA and FISTA beside the ``Lasso``, at modest gaps. Each gap is
measured; each tolerance is the loosest of its ladder that reaches it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
from sklearn.linear_model import Lasso, Ridge

from benchmarks import machine, options, report
from benchmarks.contenders.base import LADDER
from benchmarks.referee import Referee
from benchmarks.registry import PROBLEMS
from benchmarks.timing import least
from skl1 import ProximalLasso, RidgeGD, SubgradientLasso

GAPS = (1e-2, 1e-4)
#: Of alpha_max. A weak penalty leaves a ridge regression ill-conditioned: the harder problem.
SHARES = {"Ridge": 1e-3, "Lasso": 0.1}
STEPS = 20_000  #: of a first-order method; one that needs more has failed here


@dataclass(frozen=True)
class Row:
    """The time of a method on a problem."""

    problem: str
    model: str
    method: str
    target: float
    tol: float
    gap: float
    seconds: float


LASSOS = {
    "sklearn.Lasso": lambda alpha, tol: Lasso(alpha, tol=tol, max_iter=STEPS),
    "SubgradientLasso": lambda alpha, tol: SubgradientLasso(alpha, tol=tol, max_iter=STEPS),
    "ProximalLasso, ista": lambda alpha, tol: ProximalLasso(
        alpha, solver="ista", tol=tol, max_iter=STEPS
    ),
    "ProximalLasso, fista": lambda alpha, tol: ProximalLasso(
        alpha, solver="fista", tol=tol, max_iter=STEPS
    ),
    "ProximalLasso": lambda alpha, tol: ProximalLasso(alpha, tol=tol),
}


def ridges(n: int) -> dict[str, Callable]:
    """Makers of ridge regressions: ``Ridge(n alpha)`` is ``RidgeGD(alpha)``."""
    return {
        "sklearn.Ridge": lambda alpha, tol: Ridge(n * alpha, tol=tol),
        "RidgeGD, plain": partial(_ridge_gd, None),
        "RidgeGD, nesterov": partial(_ridge_gd, "nesterov"),
        "RidgeGD, conjugate_gradient": partial(_ridge_gd, "conjugate_gradient"),
    }


def _ridge_gd(acceleration: str | None, alpha: float, tol: float) -> RidgeGD:
    return RidgeGD(alpha, acceleration=acceleration, tol=tol, max_iter=STEPS)


def ridge_gap(referee: Referee, coef: np.ndarray, intercept: float, alpha: float) -> float:
    """The relative gap with the residual as the dual point: ``sum_j gradient_j^2 / (2 alpha)``."""
    r = referee.y - referee.X @ coef - intercept
    s = r - r.mean()
    gradient = alpha * coef - referee.X.T @ s / s.size
    gap = float(gradient @ gradient) / (2.0 * alpha) + 0.5 * float(r.mean()) ** 2
    return gap / referee.null_objective


def tolerance(make: Callable, X, y, alpha: float, judge: Callable, target: float):
    """The loosest tolerance that reaches the gap, and the gap; None if none does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for tol in (0.1, *LADDER):
            model = make(alpha, tol).fit(X, y)
            gap = judge(model.coef_, model.intercept_, alpha)
            if gap <= target:
                return tol, gap
            if getattr(model, "stop_reason_", "") == "max_iter reached":
                break
    return None


def compare(problem: str, kind: str, makers: dict, target: float, *, quick: bool) -> list[Row]:
    """The rows of a problem at a gap; a method that does not reach it has an infinite time."""
    X, y = PROBLEMS[problem].make()[0]
    referee = Referee.of(X, y)
    alpha = SHARES[kind] * referee.alpha_max
    judge = referee.gap if kind == "Lasso" else partial(ridge_gap, referee)
    found = {name: tolerance(make, X, y, alpha, judge, target) for name, make in makers.items()}
    fits = {
        name: partial(makers[name](alpha, reached[0]).fit, X, y)
        for name, reached in found.items()
        if reached
    }
    times = least(fits, turns=3 if quick else 7, seconds=0.5 if quick else 3.0)
    nothing = float("nan"), float("inf")
    return [
        Row(problem, kind, name, target, *(found[name] or nothing), times.get(name, float("inf")))
        for name in makers
    ]


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write ``first_order.json``."""
    chosen = options.parser(__name__, __doc__).parse_args(arguments)
    machine.limit_threads(chosen.threads)
    found: list[Row] = []
    for problem in ("tiny", "medium"):
        rows_of_X = PROBLEMS[problem].make()[0][0].shape[0]
        for kind, makers in (("Ridge", ridges(rows_of_X)), ("Lasso", LASSOS)):
            for target in GAPS:
                found += compare(problem, kind, makers, target, quick=chosen.quick)
    lines = [
        [row.problem, row.model, row.method, f"{row.target:g}"]
        + ([f"{row.gap:.1e}", report.milliseconds(row.seconds)] if row.tol > 0 else ["fails", "-"])
        for row in found
    ]
    print(f"First-order methods, at most {STEPS} steps; alpha / alpha_max: {SHARES}\n")
    header = ["problem", "model", "method", "gap wanted", "gap measured", "ms"]
    print(report.rows(header, lines, left=3))
    content = {
        "versions": machine.versions(["skl1"]),
        "machine": machine.description(chosen.threads),
        "rows": [asdict(row) for row in found],
    }
    report.write_json(chosen.output / "first_order.json", content)
