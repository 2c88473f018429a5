"""Pictures of the README and of why_zeros.md, for light and dark: ``python docs/make_pictures.py``.

``--race FILE`` draws the speed picture too, of a ``race.json`` that ``python -m benchmarks`` wrote.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import gammaln
from sklearn.datasets import load_diabetes

import shown
from skl1 import BestSubsetRegressor, ProximalLasso, RidgeGD, lasso_path
from skl1.displays import CoefficientPathDisplay, ConstraintRegionDisplay, ShrinkageDisplay
from skl1.displays.style import COLOURS, GREY
from skl1.penalties import L1, Lp, SquaredL2
from skl1.shrinkage import (
    Bowl,
    balance,
    corner_shares,
    norm_reduction,
    optimal_edge,
    penalty_descent,
    zero_alphas,
)
from skl1.shrinkage.ball import CORNERS

FOLDER = Path(__file__).parent / "pictures"
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


def spreads() -> plt.Figure:
    """How often a corner is best, against the correlation and the variances of two features."""
    figure, panels = plt.subplots(1, 2, figsize=(7.2, 3.2), layout="constrained", sharey=True)
    options = {"q": (1.0,), "n_draws": 20_000, "random_state": 0}
    for centres, name, colour in (
        ("uniform", "least squares in all directions", COLOURS[0]),
        ("noise", "least squares of noise", COLOURS[3]),
    ):
        for ax, grid, place in zip(
            panels, (np.linspace(0.0, 0.98, 25), np.geomspace(1.0, 0.05, 25)), (0, 1), strict=True
        ):
            at = [((each, 1.0), (0.0, each))[place] for each in grid]
            found = [corner_shares(*pair, centres=centres, **options).shares[0] for pair in at]
            ax.plot(grid, found, color=colour, label=name)
    panels[0].set(xlabel="correlation", ylabel="share of corners", ylim=(0.0, 1.0))
    panels[1].set(xlabel="ratio of standard deviations", xscale="log", xlim=(1.0, 0.05))
    panels[1].set_xticks([1.0, 0.5, 0.2, 0.1, 0.05], ["1", "1/2", "1/5", "1/10", "1/20"])
    panels[1].minorticks_off()
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(
        handles, names, frameon=False, fontsize="small", loc="outside upper center", ncols=2
    )
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


def reductions() -> plt.Figure:
    """What the penalties gain by making a coefficient smaller."""
    figure, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    w, step = np.geomspace(0.01, 3.0, 200), 0.005
    penalties = {"L1": L1(1.0), "squared L2": SquaredL2(2.0), "l_1/2": Lp(1.0, p=0.5)}
    for (name, penalty), colour in zip(penalties.items(), COLOURS, strict=False):
        ax.plot(w, norm_reduction(penalty, w, step) / step, color=colour, label=name)
    ax.set(xscale="log", yscale="log", xlabel="size of the coefficient")
    ax.set_ylabel("fall of the penalty / step")
    ax.legend(frameon=False, fontsize="small", loc="upper right", ncols=3)
    ax.set_ylim(top=40.0)
    return figure


def bridges() -> plt.Figure:
    """The coefficient at rest against the pull, for q from 2 down to 1."""
    figure, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    w = np.geomspace(1e-12, 1.5, 4000)
    for q, colour in zip((2.0, 1.5, 1.1, 1.01), COLOURS[1:], strict=False):
        ax.plot(w + w ** (q - 1.0), w, color=colour, label=f"q = {q:g}")
    z = np.linspace(0.0, 2.0, 201)
    ax.plot(z, balance(L1(1.0), z).w, color=COLOURS[0], linewidth=2.5, label="q = 1")
    ax.set(xscale="linear", yscale="log", xlim=(0.0, 2.0), ylim=(1e-12, 3.0))
    ax.set_xlabel("pull of the data, in units of alpha")
    ax.set_ylabel("coefficient")
    figure.legend(frameon=False, fontsize="small", loc="outside upper center", ncols=5)
    return figure


def noisy() -> plt.Figure:
    """Coefficients of least squares and of the Lasso where most true ones are zero."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 20))
    truth = np.arange(20) < 3
    y = X @ (2.0 * truth) + rng.standard_normal(100)
    figure, ax = plt.subplots(figsize=(6.4, 3.0), layout="constrained")
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    squares = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)[0]
    ax.plot(squares, "o", color=COLOURS[1], label="least squares")
    ax.plot(ProximalLasso(0.25).fit(X, y).coef_, "x", color=COLOURS[0], label="Lasso")
    ax.set_xticks(range(20), range(1, 21))
    ax.set(xlabel="feature, of which the first three count", ylabel="coefficient")
    ax.legend(frameon=False)
    return figure


def thousand() -> plt.Figure:
    """Sizes of a thousand coefficients by three methods, the largest first."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 1000))
    y = X @ (np.arange(1000) < 10) + rng.standard_normal(200)
    alpha = np.sqrt(2 * np.log(1000) / 200)
    figure, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    sizes = {
        "Lasso": ProximalLasso(alpha).fit(X, y).coef_,
        "ridge": RidgeGD(alpha).fit(X, y).coef_,
        "least squares": np.linalg.lstsq(X, y, rcond=None)[0],
    }
    for (name, w), colour in zip(sizes.items(), COLOURS, strict=False):
        size = np.sort(np.abs(w))[::-1]
        size = size[size > 0]
        ax.plot(np.arange(1, size.size + 1), size, color=colour, label=f"{name}: {size.size}")
        ax.plot(size.size, size[-1], "o", color=colour)
    ax.axvline(10.5, color=GREY, linewidth=0.8, linestyle=":")
    ax.set(xscale="log", yscale="log", ylim=(1e-5, 2.0))
    ax.set(xlabel="coefficients that are not zero, the largest first", ylabel="size")
    ax.legend(frameon=False, loc="lower left")
    return figure


def subsets() -> plt.Figure:
    """Subsets of 1000 features, and the exchanges after which a search among them ends."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 1000))
    y = X @ (np.arange(1000) < 10) + rng.standard_normal(200)
    sizes = np.arange(1, 16)
    counts = gammaln(1001) - gammaln(sizes + 1) - gammaln(1001 - sizes)
    tried = [BestSubsetRegressor(k=int(k)).fit(X, y).n_swaps_ for k in sizes]
    figure, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    ax.plot(sizes, np.exp(counts), "o-", color=COLOURS[1], label="subsets of 1000 features")
    ax.plot(sizes, np.maximum(tried, 1), "o-", color=COLOURS[0], label="exchanges until none helps")
    ax.set(yscale="log", xlabel="features in the model")
    ax.legend(frameon=False)
    return figure


def prior() -> plt.Figure:
    """Posteriors under a Laplace prior: the mode is zero or not, the mean never is."""
    figure, panels = plt.subplots(1, 2, figsize=(7.2, 3.2), layout="constrained", sharey=True)
    w = np.linspace(-3.0, 5.0, 321)
    for ax, z in zip(panels, (0.5, 3.0), strict=True):
        density = np.exp(-((w - z) ** 2) / 2 - np.abs(w))
        density /= density.sum() * (w[1] - w[0])
        mean = (w * density).sum() * (w[1] - w[0])
        ax.fill_between(w, density, color=COLOURS[5] + "66")
        ax.plot(w, density, color=COLOURS[0])
        ax.axvline(balance(L1(1.0), z).w[0], color=COLOURS[0], linestyle="--", label="mode")
        ax.axvline(mean, color=COLOURS[1], label="mean")
        ax.set(xlabel="w", ylim=(0.0, None))
        ax.set_title(f"least squares at {z:g}")
    panels[0].set_ylabel("density of the posterior")
    panels[0].legend(frameon=False, loc="upper right")
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
    drawn = (
        *(path, geometry, reductions, descents, forces, crossing, cones, shares),
        *(spreads, bridges, edge, noisy, thousand, subsets, prior),
    )
    pictures = {draw.__name__: draw for draw in drawn}
    if given.race:
        pictures["speed"] = speed(given.race)
    FOLDER.mkdir(exist_ok=True)
    with shown.drawn_in_ink():
        for name, draw in pictures.items():
            figure = draw()
            shown.save(figure, FOLDER / name)
            plt.close(figure)


if __name__ == "__main__":
    main()
