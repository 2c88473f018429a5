"""Held-out errors along a path."""

from __future__ import annotations

import numpy as np

from skl1.displays.given import fitted_search, marks, numbers
from skl1.displays.paths import chosen_of
from skl1.displays.style import COLOURS, axes_of, counts_on_top, legend_below, merged, vertical
from skl1.model_selection.rules import strength_of


class CVCurveDisplay:
    """The error on held-out folds, or a criterion, for each model of a path.

    Make it by ``from_cv``; the arguments here are its data.

    Parameters
    ----------
    strengths : ndarray of shape (n_models,)
        Alphas, or sizes of subsets.
    losses : ndarray of shape (n_models,)
        Means over the folds.
    errors : ndarray of shape (n_models,), default=None
        Standard errors of the means.
    n_nonzeros : ndarray of int of shape (n_models,), default=None
        Nonzero coefficients of the models of all data.
    name : str, default="alpha"
        What the strengths are.
    label : str, default="mean squared error on held-out folds"
        What the losses are.
    chosen : dict of str to float, default=None
        Strengths to mark, by name.

    Attributes
    ----------
    errorbar_ : ErrorbarContainer
        The curve with its bars.
    chosen_lines_ : list of Line2D
        The marks.
    top_ax_ : SecondaryAxis
        The number of nonzero coefficients.
    ax_ : Axes
        Where it is drawn.
    figure_ : Figure
        Its figure.

    See Also
    --------
    CoefficientPathDisplay : The coefficients of these models.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import ProximalLassoCV
    >>> from skl1.displays import CVCurveDisplay
    >>> search = ProximalLassoCV().fit(*load_diabetes(return_X_y=True))
    >>> display = CVCurveDisplay.from_cv(search)  # doctest: +SKIP
    """

    def __init__(
        self,
        strengths,
        losses,
        *,
        errors=None,
        n_nonzeros=None,
        name="alpha",
        label="mean squared error on held-out folds",
        chosen=None,
    ):
        count = numbers(strengths, "strengths", None).size
        numbers(losses, "losses", count)
        for key, values in (("errors", errors), ("n_nonzeros", n_nonzeros)):
            if values is not None:
                numbers(values, key, count)
        marks(chosen)
        self.strengths = strengths
        self.losses = losses
        self.errors = errors
        self.n_nonzeros = n_nonzeros
        self.name = name
        self.label = label
        self.chosen = chosen

    def plot(self, ax=None, *, line_kwargs=None, vline_kwargs=None):
        """Draw it.

        Parameters
        ----------
        ax : Axes, default=None
            Where; None makes a figure.
        line_kwargs, vline_kwargs : dict, default=None
            Styles of the curve and of the marks.

        Returns
        -------
        CVCurveDisplay
            This display.
        """
        (ax,) = axes_of(ax, self)
        x = np.asarray(self.strengths, dtype=float)
        style = {"color": COLOURS[0], "marker": ".", "linewidth": 1.2}
        self.errorbar_ = ax.errorbar(
            x,
            self.losses,
            yerr=self.errors,
            elinewidth=0.8,
            ecolor="#888888",
            **merged(style, line_kwargs),
        )
        if self.name == "alpha":
            ax.set_xscale("log")
            ax.set_xlim(x.max() * 1.1, x.min() / 1.1)
            ax.set_xlabel("alpha (the penalty weakens to the right)")
        else:
            ax.set_xlabel("features at most")
        ax.set_ylabel(self.label)
        self.chosen_lines_ = vertical(ax, self.chosen or {}, vline_kwargs)
        if self.chosen_lines_:
            legend_below(ax, self.chosen_lines_)
        self.top_ax_ = None
        if self.n_nonzeros is not None:
            self.top_ax_ = counts_on_top(ax, x, self.n_nonzeros, "nonzero coefficients")
        self.ax_, self.figure_ = ax, ax.figure
        return self

    @classmethod
    def from_cv(cls, search, *, ax=None, **plot_kwargs):
        """Draw the errors of a fitted CV estimator.

        Parameters
        ----------
        search : estimator
            A fitted one of skl1's CV estimators. Of several values of ``p``, ``l1_ratio`` or the
            like the chosen one is drawn.
        ax : Axes, default=None
            Where to draw.
        **plot_kwargs : dict
            For ``plot``.

        Returns
        -------
        CVCurveDisplay

        Raises
        ------
        TypeError
            If it is not one of skl1's CV estimators.
        NotFittedError
            If it is not fitted.
        """
        fitted_search(search)
        name = strength_of(search)
        strengths, table = getattr(search, f"{name}s_"), search.cv_results_
        errors, label = None, search.selection
        if "mean_test_score" in table:
            losses, errors = -table["mean_test_score"], table["se_test_score"]
            measure = "squared error" if hasattr(search, "mse_path_") else "deviance"
            label = f"mean {measure} on held-out folds"
            if search.scoring is not None:
                losses, label = -losses, f"held-out score: {search.scoring}"
        else:
            losses = table["criterion"]
        row = search.best_index_ // strengths.shape[-1] if strengths.ndim == 2 else 0

        def part(values):
            return None if values is None else values.reshape(-1, strengths.shape[-1])[row]

        errors = part(errors)
        if errors is not None and np.isnan(errors).all():
            errors = None
        display = cls(
            part(strengths),
            part(losses),
            errors=errors,
            n_nonzeros=part(search.n_nonzero_path_),
            name=name,
            label=label,
            chosen=chosen_of(search),
        )
        return display.plot(ax, **plot_kwargs)
