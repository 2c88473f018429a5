"""A coefficient's way down its penalty."""

from __future__ import annotations

import numpy as np

from skl1.displays.given import named, named_penalties, numbers
from skl1.displays.style import GREY, axes_of, merged, styles
from skl1.shrinkage import penalty_descent


class ShrinkageDisplay:
    """Descents of a coefficient that feels nothing but a penalty.

    Make it by ``from_penalties``; the argument here is its data.

    Parameters
    ----------
    descents : dict of str to ndarray of shape (n_steps + 1,)
        By name: the coefficient before the first step and after each.

    Attributes
    ----------
    lines_ : list of Line2D
        A line for each descent.
    ax_ : Axes
        Where it is drawn.
    figure_ : Figure
        Its figure.

    See Also
    --------
    skl1.shrinkage.penalty_descent : The descents as numbers.

    Examples
    --------
    >>> from skl1.displays import ShrinkageDisplay
    >>> from skl1.penalties import L1, SquaredL2
    >>> display = ShrinkageDisplay.from_penalties(
    ...     {"L1": L1(1.0), "squared L2": SquaredL2(1.0)}
    ... )  # doctest: +SKIP
    """

    def __init__(self, descents):
        named(descents, "descents", '{"L1": penalty_descent(L1(1.0))}')
        for name, way in descents.items():
            numbers(way, f"descents[{name!r}]", None)
        self.descents = descents

    def plot(self, ax=None, *, line_kwargs=None):
        """Draw it.

        Parameters
        ----------
        ax : Axes, default=None
            Where; None makes a figure.
        line_kwargs : dict, default=None
            Style of the lines.

        Returns
        -------
        ShrinkageDisplay
            This display.
        """
        (ax,) = axes_of(ax, self)
        self.lines_ = [
            ax.plot(
                np.arange(len(way)),
                way,
                label=name,
                **merged({"marker": "o", "markersize": 4} | style, line_kwargs),
            )[0]
            for (name, way), style in zip(
                self.descents.items(), styles(len(self.descents)), strict=True
            )
        ]
        ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.set_xlabel("step")
        ax.set_ylabel("coefficient")
        ax.legend(frameon=False, fontsize="small")
        self.ax_, self.figure_ = ax, ax.figure
        return self

    @classmethod
    def from_penalties(
        cls, penalties, *, start=5.0, step=0.5, n_steps=20, method="subgradient", ax=None, **kwargs
    ):
        """Run descents and draw them.

        Parameters
        ----------
        penalties : dict of str to Penalty
            By name.
        start : float, default=5.0
            The coefficient before the first step.
        step : float, default=0.5
            The step size.
        n_steps : int, default=20
            How many steps.
        method : {"subgradient", "truncated", "proximal"}, default="subgradient"
            What a step is.
        ax : Axes, default=None
            Where to draw.
        **kwargs : dict
            For ``plot``.

        Returns
        -------
        ShrinkageDisplay
        """
        named_penalties(penalties)
        options = {"step": step, "n_steps": n_steps, "method": method}
        descents = {
            name: penalty_descent(penalty, start, **options) for name, penalty in penalties.items()
        }
        return cls(descents).plot(ax, **kwargs)
