"""Charts of the tables in benchmarks/README.md, for the page of benchmarks."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
README = HERE.parent / "benchmarks" / "README.md"
CHARTS = HERE / "charts"
INKS = {"light": "#1f2328", "dark": "#e6edf3"}
#: Contenders as the tables call them, and the names in the charts.
NAMES = {
    "sklearn": "scikit-learn",
    "celer": "celer",
    "adelie": "adelie",
    "skein": "skein-glm",
    "scm2cpp": "scm2cpp-learn",
    "scikit-learn": "scikit-learn",
    "glmnet": "glmnet",
}
#: A setting of the same package, which counts if it is faster.
SUFFIX = "_gram"


def tables_of_text(text: str) -> list[dict[str, str]]:
    """Rows, by the names of columns, of tables in plain text with a blank line between them."""
    rows = []
    for part in text.strip().split("\n\n"):
        header, *lines = (re.split(r"\s{2,}", line.strip()) for line in part.splitlines())
        rows += [dict(zip(header, line, strict=True)) for line in lines]
    return rows


def table_of_pipes(text: str) -> list[dict[str, str]]:
    """Rows of the first table in Markdown."""
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)[0].splitlines()
    header, _, *rest = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [dict(zip(header, row, strict=True)) for row in rest]


def section(title: str) -> str:
    """What stands under a heading of the README."""
    text = README.read_text("utf-8")
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[
        1
    ]


def seconds(cell: str) -> tuple[float, bool]:
    """A time, and whether it is no more than a lower bound; NaN for what did not take part."""
    if match := re.fullmatch(r"> ([\d.]+) s", cell):
        return 1e3 * float(match[1]), True
    try:
        return float(cell), False
    except ValueError:
        return math.nan, False


def factors(rows, problem: str, peer: str, ours: str = "skl1") -> tuple[float, bool]:
    """The geometric mean of a peer's times over ours, and whether some were stopped before."""
    logs, bound = [], False
    for row in rows:
        if row["problem"] != problem:
            continue
        own, _ = seconds(row[ours])
        found = [seconds(row[name]) for name in (peer, peer + SUFFIX) if name in row]
        known = [each for each in found if not math.isnan(each[0])]
        bound |= not known and bool(found)
        if known:
            time, stopped = min(known)
            logs.append(math.log(time / own))
            bound |= stopped
    return (math.exp(np.mean(logs)) if logs else math.nan), bound


def dots(rows, label: str):
    """A row for each problem, and in it a dot for each peer at its time over that of skl1."""
    import matplotlib.pyplot as plt  # noqa: PLC0415

    from skl1.displays.style import COLOURS, GREY, number  # noqa: PLC0415

    problems = list(dict.fromkeys(row["problem"] for row in rows))
    peers = [name for name in NAMES if any(name in row for row in rows)]
    colours = dict(zip(dict.fromkeys(NAMES.values()), COLOURS, strict=True))
    figure, ax = plt.subplots(figsize=(5.6, 0.25 * len(problems) + 1.5), layout="constrained")
    for peer in peers:
        found = [factors(rows, problem, peer) for problem in problems]
        for hollow in (False, True):
            at = [(f, i) for i, (f, bound) in enumerate(found) if bound == hollow and f > 0]
            ax.plot(
                [f for f, _ in at],
                [i for _, i in at],
                "o",
                color=colours[NAMES[peer]],
                markerfacecolor="none" if hollow else colours[NAMES[peer]],
                markersize=6.5,
                label=None if hollow else NAMES[peer],
            )
    ax.axvline(1.0, color=GREY, linewidth=1.2)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(number)
    ax.set_yticks(range(len(problems)), problems)
    ax.set_ylim(len(problems) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", color=GREY, alpha=0.25)
    ax.set_xlabel(label)
    figure.legend(
        frameon=False, fontsize="small", loc="outside upper center", ncols=min(3, len(peers))
    )
    return figure


def race():
    """Single fits."""
    block = re.search(r"^```text\n(.*?)^```", section("Results"), re.MULTILINE | re.DOTALL)[1]
    return dots(tables_of_text(block), "time of a fit over that of skl1 (above 1 skl1 is faster)")


def paths():
    """Paths."""
    rows = table_of_pipes(section("Paths and cross-validation"))
    return dots(rows, "time of a path over that of skl1 (above 1 skl1 is faster)")


def folds():
    """Searches over five folds."""
    text = section("Paths and cross-validation").split("Five folds", 1)[1]
    rows = [
        {"problem": row["problem"], "skl1": "1", "scikit-learn": row["LassoCV / skl1"]}
        for row in table_of_pipes(text)
    ]
    return dots(rows, "time of a search over that of skl1 (above 1 skl1 is faster)")


def draw_charts(_app) -> None:
    """Draw them for light and dark, where the page looks for them."""
    import matplotlib as mpl  # noqa: PLC0415

    CHARTS.mkdir(exist_ok=True)
    for paper, ink in INKS.items():
        colours = dict.fromkeys(
            ["text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"], ink
        )
        clear = {"figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none"}
        with mpl.rc_context(colours | clear | {"backend": "agg", "svg.hashsalt": "skl1"}):
            for chart in (race, paths, folds):
                figure = chart()
                name = CHARTS / f"{chart.__name__}-{paper}.svg"
                figure.savefig(name, metadata={"Date": None})
                mpl.pyplot.close(figure)
