"""Estimates with their intervals, a row for each feature."""

from __future__ import annotations

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skl1.displays.given import labels, marks, numbers
from skl1.displays.style import GREY, axes_of, legend_below, merged, styles, vertical
from skl1.inference import DebiasedCoefficients, StabilitySelection
from skl1.results.names import labels as names_or_numbers

#: Height of a row, and of what is not rows, in inches.
ROW, REST = 0.26, 1.1


class IntervalDisplay:
    """Estimates with their intervals, from the largest above to the smallest below.

    Make it by ``from_debiased`` or ``from_stability``; the arguments here are its data.

    Parameters
    ----------
    estimates : ndarray of shape (n_features,)
        A point for each feature.
    lower, upper : ndarray of shape (n_features,)
        The ends of its line. An infinite end is drawn as far as the axes reach.
    feature_names : sequence of str, default=None
        Labels of the rows; None means x0, x1, and so on.
    groups : dict of str to ndarray of bool of shape (n_features,), default=None
        Features to tell apart by colour, by the name in the legend: a feature has that of the first
        group that it is in. The last of several groups is grey.
    label : str, default="coefficient"
        What the estimates are.
    chosen : dict of str to float, default=None
        Values to mark by a vertical line, by name.

    Attributes
    ----------
    points_ : list of Line2D
        The estimates, one artist for each group that has features.
    lines_ : list of LineCollection
        Their intervals.
    chosen_lines_ : list of Line2D
        The marks.
    rows_ : ndarray of int
        The features that are drawn, from above to below.
    ax_ : Axes
        Where it is drawn.
    figure_ : Figure
        Its figure.

    See Also
    --------
    skl1.debiased_lasso : Confidence intervals of coefficients.
    skl1.StabilitySelection : How often features are selected.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import debiased_lasso
    >>> from skl1.displays import IntervalDisplay
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> display = IntervalDisplay.from_debiased(debiased_lasso(X, y))  # doctest: +SKIP
    """

    def __init__(
        self,
        estimates,
        lower,
        upper,
        *,
        feature_names=None,
        groups=None,
        label="coefficient",
        chosen=None,
    ):
        count = numbers(estimates, "estimates", None).size
        numbers(lower, "lower", count)
        numbers(upper, "upper", count)
        labels(feature_names, count)
        for name, members in (groups or {}).items():
            numbers(members, f"groups[{name!r}]", count)
        marks(chosen)
        self.estimates = estimates
        self.lower = lower
        self.upper = upper
        self.feature_names = feature_names
        self.groups = groups
        self.label = label
        self.chosen = chosen

    def plot(
        self, ax=None, *, max_features=30, point_kwargs=None, line_kwargs=None, vline_kwargs=None
    ):
        """Draw it.

        Parameters
        ----------
        ax : Axes, default=None
            Where; None makes a figure that is as high as its rows need.
        max_features : int, default=30
            Features to draw, those with the largest estimates, whatever their sign.
        point_kwargs, line_kwargs, vline_kwargs : dict, default=None
            Styles of the estimates, of their intervals and of the marks.

        Returns
        -------
        IntervalDisplay
            This display.
        """
        estimates = np.asarray(self.estimates, dtype=float)
        largest = np.argsort(-np.abs(estimates), kind="stable")[:max_features]
        self.rows_ = largest[np.argsort(-estimates[largest], kind="stable")]
        (ax,) = axes_of(ax, self, height=ROW * self.rows_.size + REST)
        middle = estimates[self.rows_]
        ends = np.stack([self.lower, self.upper], dtype=float)[:, self.rows_]
        marked = [0.0, *(self.chosen or {}).values()]
        seen = np.concatenate([middle, ends[np.isfinite(ends)], marked])
        margin = 0.04 * (np.ptp(seen) or 1.0)
        low, high = seen.min() - margin, seen.max() + margin
        ends = np.clip(ends, low, high)

        self.points_, self.lines_ = [], []
        places = np.arange(self.rows_.size)
        left = np.ones(places.size, dtype=bool)
        groups = self.groups or {"": np.ones(estimates.size, dtype=bool)}
        colours = [style["color"] for style in styles(len(groups))]
        if len(groups) > 1:
            colours[-1] = GREY
        for (name, members), colour in zip(groups.items(), colours, strict=True):
            here = left & np.asarray(members, dtype=bool)[self.rows_]
            left &= ~here
            if not here.any():
                continue
            line = merged({"linewidth": 2.0, "color": colour}, line_kwargs)
            point = {"marker": "o", "linestyle": "none", "markersize": 6, "color": colour}
            point |= {"label": name} if name else {}
            self.lines_.append(ax.hlines(places[here], *ends[:, here], **line))
            self.points_ += ax.plot(middle[here], places[here], **merged(point, point_kwargs))
        ax.axvline(0.0, color=GREY, linewidth=0.8, zorder=0)
        self.chosen_lines_ = vertical(ax, self.chosen or {}, vline_kwargs)
        names = names_or_numbers(self.feature_names, estimates.size)
        ax.set_yticks(places, [str(names[j]) for j in self.rows_])
        ax.set_ylim(places.size - 0.4, -0.6)
        ax.set_xlim(low, high)
        ax.set_xlabel(self.label)
        if self.groups or self.chosen_lines_:
            legend_below(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    @classmethod
    def from_debiased(cls, intervals, *, feature_names=None, ax=None, **plot_kwargs):
        """Draw the confidence intervals of ``debiased_lasso``.

        Intervals without zero have one colour, those with zero another, and those that mean little
        (``flagged``) a third.

        Parameters
        ----------
        intervals : DebiasedCoefficients
            What ``debiased_lasso`` returned.
        feature_names : sequence of str, default=None
            One for each interval; None means those seen in the fit.
        ax : Axes, default=None
            Where to draw.
        **plot_kwargs : dict
            For ``plot``.

        Returns
        -------
        IntervalDisplay

        Raises
        ------
        TypeError
            If it is not what ``debiased_lasso`` returned.
        """
        if not isinstance(intervals, DebiasedCoefficients):
            raise TypeError(
                "intervals must be what debiased_lasso(X, y) returned; got "
                f"{type(intervals).__name__}."
            )
        if feature_names is None:
            count = intervals.lasso_coefs.size
            names = names_or_numbers(intervals.feature_names_in_, count)
            feature_names = names[intervals.features]
        apart = (intervals.lower > 0.0) | (intervals.upper < 0.0)
        flagged = intervals.flagged
        display = cls(
            intervals.coefs,
            intervals.lower,
            intervals.upper,
            feature_names=feature_names,
            groups={
                "without 0": apart & ~flagged,
                "flagged: tells little": flagged,
                "with 0": ~apart & ~flagged,
            },
            label=f"coefficient, and its {100.0 * intervals.level:.4g} % confidence interval",
        )
        return display.plot(ax, **plot_kwargs)

    @classmethod
    def from_stability(cls, selection, *, feature_names=None, ax=None, **plot_kwargs):
        """Draw how often a stability selection has selected the features.

        A point is the share of the halves that select a feature. Its line goes from the share of
        the splits of which both halves do to that of which at least one does: the point is in the
        middle. (It is no confidence interval.)

        Parameters
        ----------
        selection : StabilitySelection
            Fitted.
        feature_names : sequence of str, default=None
            Labels of the rows; None means those seen in the fit.
        ax : Axes, default=None
            Where to draw.
        **plot_kwargs : dict
            For ``plot``.

        Returns
        -------
        IntervalDisplay

        Raises
        ------
        TypeError
            If it is no ``StabilitySelection``.
        NotFittedError
            If it is not fitted.
        """
        if not isinstance(selection, StabilitySelection):
            raise TypeError(
                "selection must be a fitted StabilitySelection, such as "
                f"StabilitySelection().fit(X, y); got {selection!r}."
            )
        check_is_fitted(selection)
        shares = selection.selection_probabilities_
        both = selection.simultaneous_probabilities_
        kept = selection.get_support()
        if feature_names is None:
            feature_names = getattr(selection, "feature_names_in_", None)
        display = cls(
            shares,
            both,
            2.0 * shares - both,
            feature_names=feature_names,
            groups={"kept": kept, "left out": ~kept},
            label="share of the halves that select it",
            chosen={"threshold": selection.threshold_},
        )
        return display.plot(ax, **plot_kwargs)
