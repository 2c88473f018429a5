"""The shapes of penalties."""

from __future__ import annotations

import numpy as np

from skl1.displays.given import named, named_penalties, numbers
from skl1.displays.style import GREY, axes_of, legend_below, merged, styles
from skl1.penalties.elementwise import slopes, values
from skl1.shrinkage import balance

#: Points of a curve, on each side of zero; zero itself comes on top.
POINTS = 400


class PenaltyDisplay:
    """Penalties as functions of a coefficient: value, force, and thresholding function.

    Make it by ``from_penalties``; the arguments here are its data.

    Parameters
    ----------
    w : ndarray of shape (n_points,)
        Coefficients; the force jumps at 0, where it is NaN.
    curves : dict of str to tuple of three ndarrays of shape (n_points,)
        By name: the value g(w), the force g'(w), and the coefficient at rest where least squares
        alone would choose w.

    Attributes
    ----------
    lines_ : list of list of Line2D
        For each of the three panels a line for each penalty.
    axes_ : list of Axes
        Where it is drawn.
    figure_ : Figure
        Their figure.

    See Also
    --------
    skl1.shrinkage.balance : The thresholding functions as numbers.

    Examples
    --------
    >>> from skl1.displays import PenaltyDisplay
    >>> from skl1.penalties import L1, SquaredL2
    >>> display = PenaltyDisplay.from_penalties(
    ...     {"L1": L1(1.0), "squared L2": SquaredL2(1.0)}
    ... )  # doctest: +SKIP
    """

    def __init__(self, w, curves):
        named(curves, "curves", '{"L1": (values, forces, at_rest)}')
        count = numbers(w, "w", None).size
        for name, curve in curves.items():
            numbers(curve, f"curves[{name!r}]", 3, count)
        self.w = w
        self.curves = curves

    def plot(self, ax=None, *, line_kwargs=None):
        """Draw it.

        Parameters
        ----------
        ax : sequence of three Axes, default=None
            Where; None makes a figure.
        line_kwargs : dict, default=None
            Style of the lines.

        Returns
        -------
        PenaltyDisplay
            This display.
        """
        self.axes_ = axes_of(ax, self, count=3, width=11.0, height=3.8)
        w = np.asarray(self.w)
        titles = ("penalty g(w)", "force g'(w)", "coefficient at rest")
        self.lines_ = []
        for panel, (axes, title) in enumerate(zip(self.axes_, titles, strict=True)):
            self.lines_.append(
                [
                    axes.plot(
                        w,
                        curve[panel],
                        label=name,
                        **merged({"linewidth": 1.8} | style, line_kwargs),
                    )[0]
                    for (name, curve), style in zip(
                        self.curves.items(), styles(len(self.curves)), strict=True
                    )
                ]
            )
            axes.set_title(title)
            axes.axhline(0.0, color=GREY, linewidth=0.6, zorder=0)
            axes.axvline(0.0, color=GREY, linewidth=0.6, zorder=0)
            axes.set_xlabel("least-squares value" if panel == 2 else "w")
        forces = np.concatenate([curve[1] for curve in self.curves.values()])
        limit = 1.1 * np.nanquantile(np.abs(forces), 0.95) or 1.0
        self.axes_[1].set_ylim(-limit, limit)  # some are infinite at zero
        self.axes_[2].plot(w, w, color=GREY, linewidth=0.8, zorder=0)
        legend_below(self.axes_[1], columns=6)
        self.figure_ = self.axes_[0].figure
        return self

    @classmethod
    def from_penalties(cls, penalties, *, limit=3.0, ax=None, **plot_kwargs):
        """Evaluate penalties and draw them.

        Parameters
        ----------
        penalties : dict of str to Penalty
            By name.
        limit : float, default=3.0
            Coefficients from minus to plus this.
        ax : sequence of three Axes, default=None
            Where to draw.
        **plot_kwargs : dict
            For ``plot``.

        Returns
        -------
        PenaltyDisplay
        """
        named_penalties(penalties)
        if not 0.0 < limit < np.inf:
            raise ValueError(f"limit must be a positive number, got {limit!r}.")
        side = np.linspace(0.0, limit, POINTS + 1)[1:]
        w = np.concatenate([-side[::-1], [0.0], side])
        curves = {}
        for name, penalty in penalties.items():
            force = np.full(w.size, np.nan)
            force[w != 0.0] = slopes(penalty, w[w != 0.0])
            rest = balance(penalty, w).w
            # A line must not bridge a jump.
            jumps = np.flatnonzero(np.abs(np.diff(rest)) > 10.0 * limit / POINTS)
            rest[jumps + (w[jumps] >= 0.0)] = np.nan
            curves[name] = (values(penalty, w), force, rest)
        return cls(w, curves).plot(ax, **plot_kwargs)
