"""Pictures of the README and of why_zeros.md, for light and dark: ``python docs/make_pictures.py``.

``--race FILE`` draws the speed picture too, of a ``race.json`` that ``python -m benchmarks`` wrote.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

from skl1 import ProximalLasso, lasso_path
from skl1.displays import CoefficientPathDisplay, ConstraintRegionDisplay, ShrinkageDisplay
from skl1.displays.style import COLOURS, GREY
from skl1.penalties import L1, SquaredL2
from skl1.shrinkage import Bowl, corner_shares, optimal_edge, penalty_descent, zero_alphas
from skl1.shrinkage.ball import CORNERS

FOLDER = Path(__file__).parent / "pictures"
INKS = {"light": "#1f2328", "dark": "#e6edf3"}
#: Contenders of the speed picture, as the race calls them, and their names.
NAMES = {"skl1": "skl1", "sklearn": "scikit-learn", "celer": "celer", "skglm": "skglm"}


def path() -> plt.Figure:
    """Coefficients of the Lasso on the diabetes data."""
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    X = X / X.std()
    found = lasso_path(X, y, return_path=True)
    return CoefficientPathDisplay.from_path(found, feature_names=X.columns).figure_


def geometry() -> plt.Figure:
    """Circle, diamond and star."""
    bowl = Bowl([[1.0, 0.3], [0.3, 1.0]], [1.5, 0.8])
    return ConstraintRegionDisplay.from_bowl(bowl, q=(2, 1, 0.5)).figure_


def descents() -> plt.Figure:
    """Steps down the L1 and the squared penalty."""
    ways = {
        "L1 from 5": penalty_descent(L1(1.0), 5.0),
        "L1 from 5.1": penalty_descent(L1(1.0), 5.1),
        "L1 from 5.1, proximal steps": penalty_descent(L1(1.0), 5.1, method="proximal"),
        "squared L2 from 5": penalty_descent(SquaredL2(1.0), 5.0),
    }
    return ShrinkageDisplay(ways).plot().figure_


def forces() -> plt.Figure:
    """The penalties' forces on a coefficient, and the pulls of two losses."""
    figure, ax = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    for z, name in ((0.6, "pull of weak data"), (2.2, "pull of strong data")):
        w = np.array([z - 1.6, min(z + 1.6, 3.0)])
        ax.plot(w, z - w, color=GREY, linestyle="--" if z < 1.0 else "-", label=name)
    ax.plot([-2.0, 0.0, 0.0, 3.0], [-1.0, -1.0, 1.0, 1.0], color=COLOURS[0], label="L1")
    ax.plot([-1.6, 1.6], [-1.6, 1.6], color=COLOURS[1], label="squared L2")
    ax.plot([0.0, 1.2], [0.6, 1.0], "o", color=COLOURS[0], clip_on=False)
    ax.plot([0.3, 1.1], [0.3, 1.1], "o", color=COLOURS[1])
    ax.axhline(0.0, color=GREY, linewidth=0.6, zorder=0)
    ax.axvline(0.0, color=GREY, linewidth=0.6, zorder=0)
    ax.set_xlabel("coefficient")
    ax.set_ylabel("force")
    ax.set_ylim(-1.6, 1.6)
    figure.legend(frameon=False, fontsize="small", loc="outside upper center", ncols=4)
    return figure


def crossing() -> plt.Figure:
    """A coefficient of ridge regression that is zero at one alpha, and one of the Lasso."""
    G, c = np.array([[1.0, 0.75], [0.75, 1.0]]), np.array([1.0, 0.5])
    X = np.sqrt(2.0) * np.linalg.cholesky(G).T
    y = np.linalg.solve(X.T / 2.0, c)
    alphas = np.linspace(0.0, 0.8, 81)[1:]
    ridge = [np.linalg.solve(G + alpha * np.eye(2), c)[1] for alpha in alphas]
    lasso = [
        ProximalLasso(alpha, fit_intercept=False, tol=1e-12).fit(X, y).coef_[1] for alpha in alphas
    ]
    found = zero_alphas(0.75, c)
    figure, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    ax.plot(alphas, lasso, color=COLOURS[0], linewidth=2.5, label="Lasso: zero from 0.143 on")
    ax.plot(alphas, ridge, color=COLOURS[1], label="ridge: zero at 0.5 only")
    ax.plot([found.lasso], [0.0], "o", color=COLOURS[0])
    ax.plot([found.ridge], [0.0], "o", color=COLOURS[1])
    ax.set_xlabel("alpha")
    ax.set_ylabel("second coefficient")
    ax.legend(frameon=False, fontsize="small", loc="lower right")
    return figure


def _plane(ax, reach: float) -> None:
    ax.axhline(0.0, color=GREY, linewidth=0.6, zorder=0)
    ax.axvline(0.0, color=GREY, linewidth=0.6, zorder=0)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="$w_1$", ylabel="$w_2$")
    ax.set_aspect("equal")


def cones() -> plt.Figure:
    """Which least-squares points end in a corner: rays for the circle, cones for the diamond."""
    G = np.array([[1.0, 0.3], [0.3, 1.0]])
    figure, panels = plt.subplots(1, 2, figsize=(7.2, 3.8), layout="constrained")
    for ax, q in zip(panels, (2, 1), strict=True):
        _plane(ax, 3.0)
        angles = np.linspace(0.0, 2.0 * np.pi, 401)
        around = np.column_stack([np.cos(angles), np.sin(angles)])
        edge = np.sign(around) * np.abs(around) ** (2.0 / q)
        ax.fill(*edge.T, facecolor=COLOURS[5] + "66", edgecolor=COLOURS[0], linewidth=1.5)
        for corner in CORNERS:
            # The pulls for which the corner is best: in its own direction, and to either side.
            sides = np.array([[1.0, 1.0], [1.0, -1.0]]) if q == 1 else np.array([[1.0, 0.0]])
            pulls = sides @ np.array([corner, corner[::-1]])
            ends = corner + 9.0 * np.linalg.solve(G, pulls.T).T
            if q == 1:
                cone = np.vstack([corner, ends])
                ax.fill(*cone.T, facecolor=COLOURS[2] + "44", edgecolor=COLOURS[2])
            else:
                ax.plot(*np.vstack([corner, ends]).T, color=COLOURS[2], linestyle="--")
        ax.set_title(f"q = {q}: {'cones' if q == 1 else 'rays'}")
    return figure


def shares() -> plt.Figure:
    """How often a corner is best, as solutions are shrunk more and more."""
    figure, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    grid = np.linspace(0.02, 0.98, 25)
    for (name, options), colour in zip(
        {
            "q = 1/2": {"q": (0.5,)},
            "q = 1": {"q": (1.0,)},
            "q = 1, noise, correlation 0.9": {
                "q": (1.0,),
                "centres": "noise",
                "correlation": 0.9,
            },
            "q = 2": {"q": (2.0,)},
        }.items(),
        (COLOURS[2], COLOURS[0], COLOURS[3], COLOURS[1]),
        strict=True,
    ):
        found = [
            corner_shares(shrinkage=s, n_draws=20_000, random_state=0, **options).shares[0]
            for s in grid
        ]
        ax.plot(grid, found, color=colour, label=name)
    ax.invert_xaxis()  # the ball shrinks from left to right
    ax.set_xlabel("length of the solution / length of least squares")
    ax.set_ylabel("share of corners")
    figure.legend(frameon=False, fontsize="small", loc="outside upper center", ncols=4)
    return figure


def edge() -> plt.Figure:
    """Two features that are the same: all of an edge is best."""
    figure, ax = plt.subplots(figsize=(4.2, 3.8), layout="constrained")
    _plane(ax, 1.5)
    for level in np.arange(-2.5, 3.0, 0.5):
        if level != 0.5:
            ax.plot([-1.5, level + 1.5], [level + 1.5, -1.5], color=GREY, linewidth=1.0)
    ball = 0.5 * np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    ax.fill(*ball.T, facecolor=COLOURS[5] + "66", edgecolor=COLOURS[0], linewidth=1.5)
    ax.plot([-1.5, 2.0], [2.0, -1.5], color=GREY, linewidth=2.0)
    ax.plot(*optimal_edge(0.5).T, color=COLOURS[1], linewidth=4.0, solid_capstyle="round")
    return figure


def speed(race: Path) -> Callable[[], plt.Figure]:
    """Times to the smallest gap of a race, over those of skl1."""
    cells = json.loads(race.read_text())["cells"]
    gap = min(cell["gap"] for cell in cells)
    cells = [cell for cell in cells if cell["gap"] == gap]
    share = {cell["share"] for cell in cells}

    def least(cell, name):
        # A package that has a setting for this kind of data races with it and without it.
        entries = [cell["entries"].get(each, {}) for each in (name, f"{name}_gram")]
        return min((s for entry in entries for s in entry.get("seconds") or []), default=np.nan)

    def draw() -> plt.Figure:
        figure, ax = plt.subplots(figsize=(7.2, 4.2), layout="constrained")
        places = np.arange(len(cells))
        for i, (name, label) in enumerate(NAMES.items()):
            factors = np.array([least(cell, name) / least(cell, "skl1") for cell in cells])
            at = places + 0.2 * (i - 1.5)
            ax.barh(at, factors, height=0.18, color=COLOURS[i], label=label)
            for y, factor in zip(at, factors, strict=True):
                text = f"{factor:.1f}" if np.isfinite(factor) else "not within the limit"
                ax.annotate(
                    text,
                    (factor if np.isfinite(factor) else 1.0, y),
                    xytext=(3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize="x-small",
                )
        ax.set_yticks(places, [f"{cell['problem']}\n{cell['shape']}" for cell in cells])
        ax.invert_yaxis()
        ax.set_xscale("log")
        ax.set_xlim(0.7, 1.6 * ax.get_xlim()[1])
        ax.set_xlabel(
            f"time to a duality gap of {gap:g} of the null objective, over that of skl1\n"
            f"(alpha = {', '.join(f'{s:g}' for s in sorted(share))} alpha_max)"
        )
        figure.legend(frameon=False, fontsize="small", loc="outside upper center", ncols=len(NAMES))
        return figure

    return draw


def main() -> None:
    """Draw all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--race", type=Path, help="race.json of python -m benchmarks")
    given = parser.parse_args()
    drawn = (path, geometry, descents, forces, crossing, cones, shares, edge)
    pictures = {draw.__name__: draw for draw in drawn}
    if given.race:
        pictures["speed"] = speed(given.race)
    FOLDER.mkdir(exist_ok=True)
    mpl.rcParams["svg.hashsalt"] = "skl1"
    for paper, ink in INKS.items():
        colours = dict.fromkeys(
            ["text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"], ink
        )
        clear = {"figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none"}
        for name, draw in pictures.items():
            with mpl.rc_context(colours | clear):
                figure = draw()
                figure.savefig(FOLDER / f"{name}-{paper}.svg", metadata={"Date": None})
                plt.close(figure)


if __name__ == "__main__":
    mpl.use("agg")
    main()
