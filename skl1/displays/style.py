"""What the pictures share: axes, colours, an axis of counts on top."""

from __future__ import annotations

from itertools import cycle

import numpy as np

from skl1.sklearn_api import check_matplotlib_support

#: Okabe and Ito's colours without yellow, told apart in the common kinds of colour blindness and
#: on white and on dark paper.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", "--", "-.", ":")
#: Numbers on the axis above.
MOST_COUNTS = 9
#: Of lines that are not data: visible on white and on dark paper.
GREY = "#888888"


def axes_of(ax, display, *, count: int = 1, width: float = 6.4, height: float = 4.4):
    """The axes to draw in: those given, or new ones."""
    check_matplotlib_support(f"{type(display).__name__}.plot")
    import matplotlib.pyplot as plt  # noqa: PLC0415 (only those who draw need it)
    from matplotlib.axes import Axes  # noqa: PLC0415

    if ax is None:
        _, ax = plt.subplots(1, count, figsize=(width, height), layout="constrained", squeeze=False)
    axes = np.ravel(np.array(ax, dtype=object))
    for each in axes:
        if not isinstance(each, Axes):
            raise TypeError(f"ax must be of matplotlib's Axes, got {type(each).__name__}.")
    if axes.size != count:
        raise ValueError(f"ax must be {count} axes for this picture, got {axes.size}.")
    for each in axes:
        for axis in (each.xaxis, each.yaxis):
            if axis.isDefault_majfmt:
                axis.set_major_formatter(number)
    return list(axes)


def number(value: float, _: object = None) -> str:
    """A number at an axis, whole by itself: a common factor above the axis is easily overlooked."""
    text = f"{value:.10g}"
    if value and not 1e-4 <= abs(value) < 1e5:
        factor, power = f"{value:.9e}".split("e")
        short = f"{float(factor):.9g}"
        times = {"1": "", "-1": "-"}.get(short, rf"{short} \times ")
        return rf"${times}10^{{{int(power)}}}$"
    return text.replace("-", "\N{MINUS SIGN}")


def legend_below(ax, handles=None, columns: int = 4):
    """A legend under the axes and their label, where it covers nothing."""
    if handles is None:
        handles = ax.get_legend_handles_labels()[0]
    return ax.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        borderaxespad=4.2,  # of the height of its letters: the numbers and the label are above
        ncols=min(len(handles), columns),
        fontsize="small",
        frameon=False,
    )


def styles(count: int) -> list[dict]:
    """Colours and dashes for lines; no two of the first 24 are alike."""
    dashes = [dash for dash in DASHES for _ in COLOURS]
    pairs = zip(cycle(COLOURS), cycle(dashes), strict=False)
    return [{"color": c, "linestyle": d} for _, (c, d) in zip(range(count), pairs, strict=False)]


def merged(defaults: dict, given: dict | None, artist: str = "Line2D") -> dict:
    """Style arguments of lines, or of polygons, those given in place of the defaults."""
    from matplotlib.cbook import normalize_kwargs  # noqa: PLC0415
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Polygon  # noqa: PLC0415

    kind = {"Line2D": Line2D, "Polygon": Polygon}[artist]
    return normalize_kwargs(defaults, kind) | normalize_kwargs(given or {}, kind)


def counts_on_top(ax, positions, counts, label: str):
    """A second axis above, with a number at some of the positions of the first."""
    top = ax.secondary_xaxis("top")
    at = ax.transData.transform([[x, 0.0] for x in positions])[:, 0]
    chosen = list(range(len(positions)))
    if len(positions) > MOST_COUNTS:
        wanted = np.linspace(at[0], at[-1], MOST_COUNTS)
        chosen = sorted({int(np.argmin(np.abs(at - x))) for x in wanted})
    top.set_xticks([positions[i] for i in chosen], [str(counts[i]) for i in chosen])
    top.minorticks_off()
    top.set_xlabel(label)
    return top


def vertical(ax, lines: dict[str, float], line_kwargs: dict | None):
    """Vertical lines, each with its name inside the axes: above them the counts stand."""
    drawn = []
    for (name, x), dash in zip(lines.items(), cycle(("--", ":")), strict=False):
        style = merged({"color": GREY, "linestyle": dash, "linewidth": 1.2}, line_kwargs)
        drawn.append(ax.axvline(x, label=name, **style))
    return drawn
