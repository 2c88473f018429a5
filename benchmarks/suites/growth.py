"""How the time of a fit grows.

With the rows, with the columns, and with the support, over two decades each. The first two keep
a fixed sparse truth and a fixed share of ``alpha_max``, so that the support stays about the same,
and the time should grow like the data: a slope of at most 1.05 in the logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks import machine, options, report
from benchmarks.referee import Referee
from benchmarks.timing import least

SHARE = 0.2
TOL = 1e-6
TARGET = 1.05


@dataclass(frozen=True)
class Series:
    """Times against one size; ``bound`` is the slope that is wanted, if any."""

    name: str
    sizes: list[float]
    seconds: list[float]
    nonzeros: list[int]
    bound: float | None

    @property
    def slope(self) -> float:
        """The exponent of the growth."""
        return slope(self.sizes, self.seconds)


def slope(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The slope of the least-squares line through the logarithms."""
    x, y = np.log(sizes), np.log(seconds)
    x = x - x.mean()
    return float(x @ y / (x @ x))


def fixed_truth(n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    """Independent columns, five of which matter; y with little noise."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    places = np.linspace(0, p - 1, 5).astype(int)
    return X, X[:, places] @ np.array([2.0, -1.5, 1.0, -2.0, 1.5]) + 0.1 * rng.standard_normal(n)


def large_truth(n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    """Independent columns, of which every tenth matters."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((n, p))
    w = rng.standard_normal(p) * (np.arange(p) % 10 == 0)
    pure = X @ w
    return X, pure + 0.3 * pure.std() * rng.standard_normal(n)


def fit(X: np.ndarray, y: np.ndarray, alpha: float) -> tuple[float, int]:
    """Seconds and nonzeros of a fit."""
    from skl1 import ProximalLasso  # noqa: PLC0415

    model = ProximalLasso(alpha, tol=TOL)
    seconds = least({"": lambda: model.fit(X, y)}, seconds=1.0)[""]
    return seconds, int(np.count_nonzero(model.coef_))


def against(
    name: str, sizes: Sequence[int], make: Callable[[int], tuple[np.ndarray, np.ndarray]]
) -> Series:
    """A series over sizes of the data."""
    found = []
    for size in sizes:
        X, y = make(size)
        found.append(fit(X, y, SHARE * Referee.of(X, y).alpha_max))
    seconds, nonzeros = zip(*found, strict=True)
    return Series(name, list(sizes), list(seconds), list(nonzeros), TARGET)


def against_support(n: int, p: int, shares: Sequence[float]) -> Series:
    """A series over the support that smaller alphas give on the same data."""
    X, y = large_truth(n, p)
    largest = Referee.of(X, y).alpha_max
    found = [fit(X, y, share * largest) for share in shares]
    seconds, nonzeros = zip(*found, strict=True)
    name = f"support (n = {n}, p = {p})"
    return Series(name, list(map(float, nonzeros)), list(seconds), list(nonzeros), None)


def sizes(first: int, last: int, count: int) -> list[int]:
    """Whole numbers at equal ratios."""
    return [round(size) for size in np.geomspace(first, last, count)]


def measure(*, quick: bool) -> list[Series]:
    """The three series."""
    if quick:
        return [
            against("rows (p = 100)", sizes(250, 10_000, 4), lambda n: fixed_truth(n, 100)),
            against("columns (n = 200)", sizes(500, 20_000, 4), lambda p: fixed_truth(200, p)),
            against_support(300, 1000, [0.7, 0.3, 0.1]),
        ]
    return [
        against("rows (p = 200)", sizes(500, 50_000, 7), lambda n: fixed_truth(n, 200)),
        against("columns (n = 200)", sizes(1000, 100_000, 7), lambda p: fixed_truth(200, p)),
        against_support(1000, 5000, [0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05]),
    ]


def show(series: Series) -> str:
    """A series as text."""
    header = [series.name, *(f"{size:g}" for size in series.sizes)]
    lines = [
        ["ms", *map(report.milliseconds, series.seconds)],
        ["nonzeros", *map(str, series.nonzeros)],
    ]
    verdict = ""
    if series.bound is not None:
        met = series.slope <= series.bound
        verdict = f" (at most {series.bound:g} wanted: {'met' if met else 'NOT MET'})"
    slope_text = f"{series.slope:.2f}" if math.isfinite(series.slope) else "-"
    return f"{report.rows(header, lines)}\nslope {slope_text}{verdict}\n"


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write ``growth.json``."""
    chosen = options.parser(__name__, __doc__).parse_args(arguments)
    machine.limit_threads(chosen.threads)
    print(f"Growth of the time of ProximalLasso, tol={TOL:g}\n")
    found = measure(quick=chosen.quick)
    for series in found:
        print(show(series), flush=True)
    content = {
        "versions": machine.versions(["skl1"]),
        "machine": machine.description(chosen.threads),
        "series": [asdict(series) | {"slope": series.slope} for series in found],
    }
    report.write_json(chosen.output / "growth.json", content)
