"""The geometry: where the contours of the loss first touch the ball of a norm."""

from __future__ import annotations

import numpy as np

from skl1.displays.given import numbers
from skl1.displays.style import COLOURS, GREY, axes_of, legend_below, merged
from skl1.shrinkage import Bowl, InBall

#: Points of the boundary of a ball, contours, and points of each axis of their grid.
POINTS = 801
CONTOURS = 6
GRID = 201


class ConstraintRegionDisplay:
    """Two coefficients: balls of norms, contours of the loss, and the solutions.

    Make it by ``from_bowl`` or ``from_data``; the arguments here are its data.

    Parameters
    ----------
    bowl : Bowl
        The loss of two coefficients.
    regions : list of tuple of (float, float, InBall)
        A panel for each: the norm's q, the radius, the best point.

    Attributes
    ----------
    regions_ : list of Polygon
        The balls.
    contours_ : list of ContourSet
        Of the loss.
    solutions_ : list of Line2D
        The best points.
    axes_ : list of Axes
        Where it is drawn.
    figure_ : Figure
        Their figure.

    See Also
    --------
    skl1.shrinkage.corner_shares : How often a corner is hit.

    Examples
    --------
    >>> from skl1.displays import ConstraintRegionDisplay
    >>> from skl1.shrinkage import Bowl
    >>> bowl = Bowl([[1.0, 0.3], [0.3, 1.0]], [1.5, 0.8])
    >>> display = ConstraintRegionDisplay.from_bowl(bowl)  # doctest: +SKIP
    """

    def __init__(self, bowl, regions):
        plane(bowl)
        for region in regions:
            triple = isinstance(region, tuple | list) and len(region) == 3
            if not (triple and isinstance(region[2], InBall)):
                raise TypeError(
                    "regions must be a list of (q, radius, best point), the last by "
                    f"bowl.within(q, radius); got {region!r} in it."
                )
        if not len(regions):
            raise ValueError("regions must have at least one entry, got none.")
        self.bowl = bowl
        self.regions = regions

    def plot(
        self,
        ax=None,
        *,
        xlim=None,
        ylim=None,
        region_kwargs=None,
        contour_kwargs=None,
        point_kwargs=None,
    ):
        """Draw it.

        Parameters
        ----------
        ax : Axes or sequence of Axes, default=None
            One for each norm; None makes a figure.
        xlim, ylim : tuple of (float, float), default=None
            Ends of the axes. None shows the balls and the least-squares solution; in the frames
            of an animation give them, so that the axes stay.
        region_kwargs : dict, default=None
            Style of the balls, arguments of matplotlib's ``Polygon``.
        contour_kwargs : dict, default=None
            Style of the contours, arguments of ``Axes.contour``.
        point_kwargs : dict, default=None
            Style of the best points, arguments of ``Line2D``.

        Returns
        -------
        ConstraintRegionDisplay
            This display.
        """
        x, y = (np.linspace(a, b, GRID) for a, b in self._limits(xlim, ylim))
        count = len(self.regions)
        # A panel has equal units on both axes; the rest of the height is for labels and legend.
        height = np.clip(3.4 * (y[-1] - y[0]) / (x[-1] - x[0]) + 1.3, 2.5, 8.0)
        self.axes_ = axes_of(ax, self, count=count, width=4.2 * count, height=height)
        losses = self.bowl.loss(np.stack(np.meshgrid(x, y), axis=-1))
        centre = self.bowl.least_squares
        least = float(self.bowl.loss(centre))
        self.regions_, self.contours_, self.solutions_ = [], [], []
        angles = np.linspace(0.0, 2.0 * np.pi, POINTS)
        direction = np.column_stack([np.cos(angles), np.sin(angles)])
        region = {"facecolor": COLOURS[5] + "66", "edgecolor": COLOURS[0], "linewidth": 1.5}
        contour = {"linewidths": 1.0, "linestyles": "solid", **(contour_kwargs or {})}
        if "cmap" not in contour:
            contour.setdefault("colors", GREY)
        point = {"color": COLOURS[1], "marker": "o", "markersize": 8, "linestyle": "none"}
        point |= {"label": "best in the ball", "clip_on": False}
        for axes, (q, radius, found) in zip(self.axes_, self.regions, strict=True):
            edge = radius * np.sign(direction) * np.abs(direction) ** (2.0 / q)
            self.regions_ += axes.fill(*edge.T, **merged(region, region_kwargs, "Polygon"))
            # The contour through the solution is one of them: it touches the ball there.
            touch = found.loss - least
            levels = least + touch * (np.arange(1, CONTOURS + 1) / 3.0) ** 2
            levels = levels[: CONTOURS if touch > 0.0 else 0]
            if levels.size:
                self.contours_.append(axes.contour(x, y, losses, **{"levels": levels} | contour))
            axes.plot(
                *centre, "+", color=GREY, markersize=10, markeredgewidth=1.5, label="least squares"
            )
            self.solutions_ += axes.plot(*found.w, **merged(point, point_kwargs))
            axes.axhline(0.0, color=GREY, linewidth=0.6, zorder=0)
            axes.axvline(0.0, color=GREY, linewidth=0.6, zorder=0)
            zeros = int(np.count_nonzero(found.w == 0.0))
            axes.set_title(f"q = {q:g}: {zeros} of 2 coefficients zero" if zeros else f"q = {q:g}")
            axes.set_xlabel("$w_1$")
            axes.set_ylabel("$w_2$")
            axes.set_aspect("equal")
            axes.set_xlim(x[0], x[-1])
            axes.set_ylim(y[0], y[-1])
        legend_below(self.axes_[(count - 1) // 2])
        self.figure_ = self.axes_[0].figure
        return self

    def _limits(self, xlim, ylim):
        """Ends of both axes: those given, or what shows the balls and the least-squares point."""
        centre = self.bowl.least_squares
        size = max(radius for _, radius, _ in self.regions)
        low, high = np.minimum(-size, centre), np.maximum(size, centre)
        margin = 0.25 * (high - low).max()
        ends = []
        for name, given, i in (("xlim", xlim, 0), ("ylim", ylim, 1)):
            pair = (low[i] - margin, high[i] + margin) if given is None else given
            pair = numbers(pair, name, 2)
            if not (np.isfinite(pair).all() and pair[0] < pair[1]):
                raise ValueError(f"{name} must be two numbers, the smaller first; got {given!r}.")
            ends.append(pair)
        return ends

    @classmethod
    def from_bowl(cls, bowl, *, q=(1, 2), shrinkage=0.5, ax=None, **plot_kwargs):
        """Find the best points of balls and draw them.

        Parameters
        ----------
        bowl : Bowl
            The loss of two coefficients.
        q : sequence of float, default=(1, 2)
            The norms, a panel for each: 1, 2 or between 0 and 1.
        shrinkage : float, default=0.5
            The radius of the balls, from zero to their corners, as a share of the Euclidean length
            of the least-squares solution.
        ax : Axes or sequence of Axes, default=None
            One for each norm.
        **plot_kwargs : dict
            For ``plot``: limits of the axes, and styles.

        Returns
        -------
        ConstraintRegionDisplay

        Raises
        ------
        TypeError
            If it is no ``Bowl``.
        ValueError
            If there are not two coefficients, or both are zero; if q or shrinkage are no use.
        """
        plane(bowl)
        if np.ndim(q) != 1 or not np.size(q):
            raise ValueError(f"q must be a sequence of norms, such as (1, 2); got {q!r}.")
        if not 0.0 < shrinkage < np.inf:
            raise ValueError(f"shrinkage must be a positive number, got {shrinkage!r}.")
        radius = shrinkage * float(np.linalg.norm(bowl.least_squares))
        if radius == 0.0:
            raise ValueError("The least-squares solution is zero: there is nothing to shrink.")
        regions = [(each, radius, bowl.within(each, radius)) for each in q]
        return cls(bowl, regions).plot(ax, **plot_kwargs)

    @classmethod
    def from_data(cls, X, y, **kwargs):
        """The same for data with two features.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2)
            Features.
        y : array-like of shape (n_samples,)
            Target.
        **kwargs : dict
            As for ``from_bowl``.

        Returns
        -------
        ConstraintRegionDisplay
        """
        return cls.from_bowl(Bowl.of(X, y), **kwargs)


def plane(bowl) -> None:
    """Refuse what is no loss of two coefficients."""
    if not isinstance(bowl, Bowl):
        raise TypeError(
            f"bowl must be a skl1.shrinkage.Bowl, such as Bowl.of(X, y); got {type(bowl).__name__}."
        )
    if bowl.c.size != 2:
        raise ValueError(f"The picture is of two coefficients, not of {bowl.c.size}.")
