"""A demonstration, ``python -m skl1``: the estimators beside scikit-learn's own two.

Where matplotlib is installed it also writes two pictures.
Longer than 300 lines: the tables and the words of one program.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Lasso, Ridge
from sklearn.preprocessing import StandardScaler

from skl1 import (
    BestSubsetRegressor,
    LogSumClassifier,
    LogSumRegressor,
    MCPClassifier,
    MCPRegressor,
    NonconvexLpClassifier,
    NonconvexLpRegressor,
    ProximalHuberRegressor,
    ProximalLasso,
    ProximalLogisticRegression,
    ProximalPoissonRegressor,
    RidgeGD,
    SCADClassifier,
    SCADRegressor,
    SubgradientLasso,
    __version__,
    lasso_path,
)
from skl1.compiled.listeners import listeners
from skl1.displays import CoefficientPathDisplay, ConstraintRegionDisplay

ALPHA = 5.0  #: of the L1 penalty
RIDGE_ALPHA = 0.5  #: of the squared penalty
LP_ALPHA = 15.0  #: of the penalty |w|^(1/2)
LOG_ALPHA, EPSILON = 50.0, 10.0  #: of the logarithmic penalty
SIZE = 4  #: of the best subset
HUBER_ALPHA, RATE_ALPHA, CLASS_ALPHA = 5.0, 6.0, 0.05  #: of the L1 penalty with other losses
REPEATS = 15
HEADER = [
    "estimator",
    "alpha or k",
    "nonzeros",
    "objective",
    "gap",
    "n_iter_",
    "fit",
    "first",
]


#: Of the columns, as wide as their cells are: rows are printed before the next are known.
WIDTHS = [26, 10, 8, 9, 6, 11, 9, 7]


@dataclass(frozen=True)
class Data:
    """Standardised features, the target and the features' names."""

    X: np.ndarray
    y: np.ndarray
    names: list[str]

    @property
    def null_objective(self) -> float:
        """The objective of the model that is an intercept alone."""
        return 0.5 * float(np.var(self.y))

    def loss(self, model) -> float:
        """Half the mean squared error of a fitted model."""
        return 0.5 * float(np.mean((self.y - model.predict(self.X)) ** 2))

    def pull(self, model) -> np.ndarray:
        """How hard the data pull at each coefficient of a fitted model: ``X' r / n``."""
        return self.X.T @ (self.y - model.predict(self.X)) / self.y.size


def load() -> Data:
    """Scikit-learn's diabetes data in standard units."""
    bunch = load_diabetes(scaled=False)
    return Data(StandardScaler().fit_transform(bunch.data), bunch.target, bunch.feature_names)


@dataclass(frozen=True)
class Contender:
    """An estimator, and how the table calls it and counts its iterations."""

    name: str
    model: Any
    unit: str
    y: np.ndarray


def contenders(data: Data) -> list[Contender]:
    """The estimators, and scikit-learn's two next to their equals."""
    huber = ProximalHuberRegressor(HUBER_ALPHA, scale="mad")
    lineup = [
        ("ProximalLasso", ProximalLasso(ALPHA), "rounds"),
        ("SubgradientLasso", SubgradientLasso(ALPHA), "steps"),
        ("scikit-learn's Lasso", Lasso(ALPHA), "sweeps"),
        ("NonconvexLpRegressor", NonconvexLpRegressor(LP_ALPHA, p=0.5), "rounds"),
        ("MCPRegressor", MCPRegressor(ALPHA), "rounds"),
        ("SCADRegressor", SCADRegressor(ALPHA), "rounds"),
        ("LogSumRegressor", LogSumRegressor(LOG_ALPHA, epsilon=EPSILON), "rounds"),
        ("BestSubsetRegressor", BestSubsetRegressor(SIZE), "rounds"),
        ("RidgeGD", RidgeGD(RIDGE_ALPHA), "steps"),
        ("scikit-learn's Ridge", Ridge(data.y.size * RIDGE_ALPHA), ""),
        ("ProximalHuberRegressor", huber, "steps"),
        ("ProximalPoissonRegressor", ProximalPoissonRegressor(RATE_ALPHA), "steps"),
        ("ProximalLogisticRegression", ProximalLogisticRegression(CLASS_ALPHA), "steps"),
        ("NonconvexLpClassifier", NonconvexLpClassifier(CLASS_ALPHA), "steps"),
        ("MCPClassifier", MCPClassifier(CLASS_ALPHA), "steps"),
        ("SCADClassifier", SCADClassifier(CLASS_ALPHA), "steps"),
        ("LogSumClassifier", LogSumClassifier(CLASS_ALPHA), "steps"),
    ]
    high = data.y > np.median(data.y)
    return [Contender(*each, high if is_classifier(each[1]) else data.y) for each in lineup]


def timed_fit(contender: Contender, data: Data) -> float:
    """Seconds of one fit."""
    start = perf_counter()
    contender.model.fit(data.X, contender.y)
    return perf_counter() - start


def objective(model, data: Data) -> float:
    """``objective_``; for scikit-learn's estimators the same formula."""
    if hasattr(model, "objective_"):
        return float(np.ravel(model.objective_)[0])
    if isinstance(model, Ridge):
        return data.loss(model) + 0.5 * model.alpha / data.y.size * float(np.sum(model.coef_**2))
    return data.loss(model) + model.alpha * float(np.sum(np.abs(model.coef_)))


def gap_of(model, data: Data) -> str:
    """What the fitted model says of its own accuracy."""
    if hasattr(model, "optimality_gap_"):
        return f"{float(np.ravel(model.optimality_gap_)[0]):.0e}"
    if not hasattr(model, "dual_gap_"):
        return "-"
    squares = hasattr(model, "fit_moments")
    unit = data.null_objective if squares else objective(model, data)
    return f"{float(np.ravel(model.dual_gap_)[0]) / unit:.0e}"


def iterations(model, unit: str) -> str:
    """What ``n_iter_`` counts; a direct solver has none."""
    if model.n_iter_ is None:
        return "direct"
    count = int(np.ravel(model.n_iter_)[0])
    return f"{count} {unit if count > 1 else unit[:-1]}"


def row_of(contender: Contender, data: Data) -> list[str]:
    """Fit a model several times and describe it."""
    model = contender.model
    first = timed_fit(contender, data)
    steady = median(timed_fit(contender, data) for _ in range(REPEATS))
    return [
        contender.name,
        f"{getattr(model, 'k', model.alpha):g}",
        str(np.count_nonzero(model.coef_)),
        f"{objective(model, data):.4f}",
        gap_of(model, data),
        iterations(model, contender.unit),
        f"{1e3 * steady:.2f} ms",
        f"{1e3 * first:.0f} ms",
    ]


def line(cells: list[str], widths: list[int]) -> str:
    """A row of a table: the first cell to the left, the others to the right."""
    pairs = zip(cells[1:], widths[1:], strict=True)
    return "  ".join([cells[0].ljust(widths[0]), *(c.rjust(w) for c, w in pairs)])


def heading(header: list[str], widths: list[int]) -> str:
    """The names of the columns, and a rule."""
    return "\n".join([line(header, widths), "  ".join("-" * width for width in widths)])


def table(header: list[str], rows: list[list[str]]) -> str:
    """Align rows of text."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return "\n".join([heading(header, widths), *(line(row, widths) for row in rows)])


def say_what_compiles(name: str, seconds: float) -> None:
    """A line before each compilation, for who is waiting at a terminal."""
    if sys.stderr.isatty():
        said = f"(compiling {name}, about {seconds:.1f} s; then kept on disk)"
        print(said, file=sys.stderr, flush=True)


def show_fits(lineup: list[Contender], data: Data) -> None:
    """Print the table of the fits, each row when it is known."""
    widths = [max(len(name), width) for name, width in zip(HEADER, WIDTHS, strict=True)]
    print(heading(HEADER, widths), flush=True)
    listeners.append(say_what_compiles)
    try:
        for contender in lineup:
            print(line(row_of(contender, data), widths), flush=True)
    finally:
        listeners.remove(say_what_compiles)


def coefficient_table(data: Data, lasso, lp, ridge) -> str:
    """The coefficients, and what pulls at those of the Lasso and of ridge regression."""
    columns = zip(
        data.names,
        data.pull(lasso),
        lasso.coef_,
        lp.coef_,
        data.pull(ridge),
        ridge.coef_,
        strict=True,
    )
    return table(
        ["feature", "pull at Lasso", "w Lasso", "w l_1/2", "pull at ridge", "w ridge"],
        [[name, *(f"{value:.2f}" if value else "0" for value in rest)] for name, *rest in columns],
    )


def explanation(data: Data, lasso, lp, ridge) -> str:
    """Why L1 gives zeros and L2 does not, told by a feature that the Lasso leaves out."""
    lasso_pull, ridge_pull = data.pull(lasso), data.pull(ridge)
    zeros = np.flatnonzero(lasso.coef_ == 0.0)
    j = int(zeros[np.argmax(np.abs(lasso_pull[zeros]))])
    k = int(np.argmax(np.abs(lasso.coef_)))
    name, largest = data.names[j], data.names[k]
    return f"""\
Why does L1 give zeros and L2 not? "pull" is x_j'r / n: how hard the residual r pulls at w_j.
A coefficient rests where the penalty pulls back as hard.

  L1 pulls back with alpha = {ALPHA:g}, however small w_j is. Where w_j is not 0 the pull is \
{ALPHA:g} or -{ALPHA:g};
     {name} is pulled by {lasso_pull[j]:.2f} only, less than {ALPHA:g}, \
and stays at exactly 0.
  L2 pulls back with alpha w_j = {RIDGE_ALPHA:g} w_j, which vanishes at 0: any pull moves w_j \
off 0.
     {name} rests where the pull of {ridge_pull[j]:.2f} is {RIDGE_ALPHA:g} x \
{ridge.coef_[j]:.2f}; only a pull of exactly 0 would leave a zero.
  l_1/2 pulls back without bound near 0, and ever less far from it: there are \
{np.count_nonzero(lp.coef_)} nonzeros, not {np.count_nonzero(lasso.coef_)},
     and large coefficients are shrunk less ({largest}: {lp.coef_[k]:.2f}, not \
{lasso.coef_[k]:.2f})."""


def pictures(data: Data, folder: Path) -> list[Path]:
    """Draw the Lasso's path, and the corners that it finds, of the data; the files written."""
    import matplotlib.pyplot as plt  # noqa: PLC0415 (it need not be installed)

    path = lasso_path(data.X, data.y, return_path=True)
    pair = [data.names.index("bmi"), data.names.index("s6")]
    files = [folder / "skl1-path.png", folder / "skl1-geometry.png"]
    with plt.rc_context({"backend": "agg"}):
        displays = [
            CoefficientPathDisplay.from_path(path, feature_names=data.names),
            ConstraintRegionDisplay.from_data(data.X[:, pair], data.y),
        ]
        for display, file in zip(displays, files, strict=True):
            display.figure_.savefig(file, dpi=150)
            plt.close(display.figure_)
    return files


def show_pictures(data: Data) -> None:
    """Write the pictures to the current folder, if that can be done, and say where they are."""
    if find_spec("matplotlib") is None:
        print(f"\nPictures need matplotlib: {sys.executable} -m pip install matplotlib")
        return
    try:
        files = pictures(data, Path.cwd())
    except (ImportError, OSError) as error:
        print(f"\nNo pictures: {error}")
        return
    print("\nPictures: " + ", ".join(file.name for file in files) + f", in {Path.cwd()}")


def main(arguments: Sequence[str] = ()) -> None:
    """Print the demonstration."""
    argparse.ArgumentParser(
        prog="python -m skl1",
        description="A table of fits to the diabetes data, why L1 gives zeros, and, where "
        "matplotlib is installed, two pictures in the current folder.",
    ).parse_args(arguments)
    data = load()
    n, p = data.X.shape
    lineup = contenders(data)
    print(
        f"skl1 {__version__} on the diabetes data: {n} samples, {p} standardised features\n"
        "The first runs on a machine compile, half a minute in all (a terminal is told what); "
        "later ones\ndo not.\n",
        flush=True,
    )
    show_fits(lineup, data)
    print(
        "\nFor NonconvexLpRegressor p is 1/2. A gap bounds how far the objective is above its "
        "global\nminimum, here as a share of the null objective, "
        f"{data.null_objective:.2f}; that of a nonconvex\npenalty remains, as a convex problem "
        "gives the bound. Objectives of different penalties and losses\ndo not compare. From "
        "ProximalHuberRegressor on there are other losses than squares, and gaps as\nshares of the "
        "objective, or of the null objective; the class is whether y is above its median.\n"
        "A first fit may load compiled code, or compile it and keep it on disk.\n"
    )
    models = {type(contender.model): contender.model for contender in lineup}
    trio = models[ProximalLasso], models[NonconvexLpRegressor], models[RidgeGD]
    print(coefficient_table(data, *trio))
    print("\n" + explanation(data, *trio))
    show_pictures(data)


if __name__ == "__main__":
    main(sys.argv[1:])
