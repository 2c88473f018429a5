"""The pictures of the README, each for light and for dark paper: ``python docs/make_pictures.py``.

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

from skl1 import lasso_path
from skl1.displays import CoefficientPathDisplay, ConstraintRegionDisplay, ShrinkageDisplay
from skl1.displays.style import COLOURS
from skl1.penalties import L1, SquaredL2
from skl1.shrinkage import Bowl, penalty_descent

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
    pictures = {"path": path, "geometry": geometry, "descents": descents}
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
