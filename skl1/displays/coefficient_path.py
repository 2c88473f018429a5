"""Coefficients along a path.

Longer than 300 lines: more than a third documents the methods of one public class.
"""

from __future__ import annotations

import numpy as np

from skl1.displays.given import fitted_search, instance, labels, marks, numbers
from skl1.displays.paths import chosen_of, path_of, place_of
from skl1.displays.style import axes_of, counts_on_top, legend_below, merged, styles, vertical
from skl1.estimators import (
    SubsetPath,
)
from skl1.model_selection.rules import strength_of
from skl1.paths.model_path import ModelPath

#: What the horizontal axis may be.
AGAINST = ("strength", "norm")


class CoefficientPathDisplay:
    """Coefficients as the penalty weakens, from the empty model at the left to the full one.

    Make it by ``from_estimator``, ``from_cv`` or ``from_path``; the arguments here are its data.

    Parameters
    ----------
    strengths : ndarray of shape (n_models,)
        Alphas, or sizes of subsets.
    coefs : ndarray of shape (n_features, n_models)
        A column for each model.
    name : str, default="alpha"
        What the strengths are.
    feature_names : sequence of str, default=None
        Labels of the lines; None means x0, x1, and so on.
    chosen : dict of str to float, default=None
        Strengths to mark, by name.

    Attributes
    ----------
    lines_ : list of Line2D
        A line for each feature that has a coefficient.
    labels_ : list of Text
        Names at the ends of the largest.
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
    CVCurveDisplay : The errors of these models.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import lasso_path
    >>> from skl1.displays import CoefficientPathDisplay
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> display = CoefficientPathDisplay.from_path(
    ...     lasso_path(X, y), feature_names=X.columns
    ... )  # doctest: +SKIP
    """

    def __init__(self, strengths, coefs, *, name="alpha", feature_names=None, chosen=None):
        count = numbers(strengths, "strengths", None).size
        labels(feature_names, numbers(coefs, "coefs", None, count).shape[0])
        marks(chosen)
        self.strengths = strengths
        self.coefs = coefs
        self.name = name
        self.feature_names = feature_names
        self.chosen = chosen

    def plot(
        self, ax=None, *, against="strength", max_labels=10, line_kwargs=None, vline_kwargs=None
    ):
        """Draw it.

        Parameters
        ----------
        ax : Axes, default=None
            Where; None makes a figure.
        against : {"strength", "norm"}, default="strength"
            The horizontal axis: alpha on a logarithmic scale, falling from left to right, or the L1
            norm of the coefficients.
        max_labels : int, default=10
            Features to name, those with the largest coefficients at the end.
        line_kwargs, vline_kwargs : dict, default=None
            Styles of the coefficients' lines and of the marks.

        Returns
        -------
        CoefficientPathDisplay
            This display.

        Raises
        ------
        ValueError
            If ``against`` is unknown.
        """
        if against not in AGAINST:
            raise ValueError(f"against must be one of {AGAINST}, got {against!r}.")
        (ax,) = axes_of(ax, self)
        coefs, strengths = np.asarray(self.coefs), np.asarray(self.strengths, dtype=float)
        norms = np.abs(coefs).sum(axis=0)
        x = strengths if against == "strength" else norms
        used = np.flatnonzero(coefs.any(axis=1))
        self.lines_ = [
            ax.plot(x, coefs[j], **merged({"linewidth": 1.6} | style, line_kwargs))[0]
            for j, style in zip(used, styles(used.size), strict=True)
        ]
        for j, line in zip(used, self.lines_, strict=True):
            line.set_label(self._names(coefs.shape[0])[j])
        ax.axhline(0.0, color="#888888", linewidth=0.8, zorder=0)
        if against == "norm":
            ax.set_xlabel("sum of absolute coefficients")
        elif self.name == "alpha":
            ax.set_xscale("log")
            ax.set_xlim(strengths.max() * 1.05, strengths.min() / 1.05)
            ax.set_xlabel("alpha (the penalty weakens to the right)")
        else:
            ax.set_xlabel("features at most")
        ax.set_ylabel("coefficient")
        self._label(ax, used, coefs, max_labels)
        marks = self.chosen or {}
        if against == "norm":
            order = np.argsort(strengths)
            marks = {
                k: float(np.interp(v, strengths[order], norms[order])) for k, v in marks.items()
            }
        self.chosen_lines_ = vertical(ax, marks, vline_kwargs)
        if self.chosen_lines_:
            legend_below(ax, self.chosen_lines_)
        self.top_ax_ = counts_on_top(ax, x, np.count_nonzero(coefs, axis=0), "nonzero coefficients")
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _names(self, count):
        names = self.feature_names
        return [f"x{j}" for j in range(count)] if names is None else [str(name) for name in names]

    def _label(self, ax, used, coefs, most):
        """Names at the right end, moved apart where they would overlap."""
        last = coefs[used, -1]
        named = np.argsort(-np.abs(last), kind="stable")[:most]
        named = named[np.argsort(last[named], kind="stable")]
        low, high = ax.get_ylim()
        apart = 0.042 * (high - low)
        heights = np.array(last[named], dtype=float)
        for i in range(1, heights.size):
            heights[i] = max(heights[i], heights[i - 1] + apart)
        if heights.size:
            heights -= 0.5 * (heights - last[named]).max()  # as far up as down
        self.labels_ = [
            ax.annotate(
                self._names(coefs.shape[0])[used[i]],
                xy=(1.0, height),
                xycoords=ax.get_yaxis_transform(),
                xytext=(4, 0),
                textcoords="offset points",
                color=self.lines_[i].get_color(),
                va="center",
                fontsize="small",
                annotation_clip=False,
            )
            for i, height in zip(named, heights, strict=True)
        ]

    @classmethod
    def from_path(cls, path, *, feature_names=None, chosen=None, ax=None, **plot_kwargs):
        """Draw what a path function returned.

        Parameters
        ----------
        path : LassoPath, LpPath, RidgePath, SubsetPath or tuple
            With ``return_path=True``, or the tuple whose first two are alphas and coefs. A tuple of
            ``subset_path`` has sizes, which are drawn as such if the first of them is 0.
        feature_names : sequence of str, default=None
            Labels of the lines. By default those that the path has from a data frame.
        chosen : dict of str to float, default=None
            Strengths to mark, by name.
        ax : Axes, default=None
            Where to draw.
        **plot_kwargs : dict
            For ``plot``.

        Returns
        -------
        CoefficientPathDisplay

        Raises
        ------
        TypeError
            If it is not what a path function returned.
        """
        tupled = isinstance(path, tuple) and len(path) >= 2
        if not (tupled or isinstance(path, ModelPath | SubsetPath)):
            raise TypeError(
                "path must be what lasso_path or another path function returned, with "
                f"return_path=True or as a tuple; got {type(path).__name__}."
            )
        if tupled:
            strengths, coefs = path[:2]
            sizes = numbers(strengths, "The first part of path", None)[0] == 0
        else:
            sizes = isinstance(path, SubsetPath)
            strengths, coefs = path.sizes if sizes else path.alphas, path.coefs
            if feature_names is None:
                feature_names = path.feature_names_in_
        display = cls(
            strengths,
            coefs,
            name="k" if sizes else "alpha",
            feature_names=feature_names,
            chosen=chosen,
        )
        return display.plot(ax, **plot_kwargs)

    @classmethod
    def from_cv(cls, search, *, label=None, feature_names=None, ax=None, **plot_kwargs):
        """Draw the path of a fitted CV estimator, with the chosen model.

        Parameters
        ----------
        search : estimator
            A fitted ``ProximalLassoCV`` or another of skl1's CV estimators. Of several values of
            ``p``, ``l1_ratio`` or the like the chosen one is drawn.
        label : object, default=None
            Of a classifier with more than two classes the one whose coefficients are drawn; of a
            regression with several targets the number of one.
        feature_names : sequence of str, default=None
            Labels of the lines; None means those seen in the fit.
        ax : Axes, default=None
            Where to draw.
        **plot_kwargs : dict
            For ``plot``.

        Returns
        -------
        CoefficientPathDisplay

        Raises
        ------
        TypeError
            If it is not one of skl1's CV estimators.
        NotFittedError
            If it is not fitted.
        ValueError
            If there is a path for each of several classes or targets, and ``label`` is none of
            them.
        """
        fitted_search(search)
        name = strength_of(search)
        strengths, coefs = getattr(search, f"{name}s_"), search.coef_path_
        if strengths.ndim == 2:
            row = search.best_index_ // strengths.shape[1]
            strengths, coefs = strengths[row], coefs[row]
        if coefs.ndim == 3:
            coefs = coefs[:, place_of(search, label)]
        if feature_names is None:
            feature_names = getattr(search, "feature_names_in_", None)
        display = cls(
            strengths, coefs.T, name=name, feature_names=feature_names, chosen=chosen_of(search)
        )
        return display.plot(ax, **plot_kwargs)

    @classmethod
    def from_estimator(
        cls, estimator, X, y, *, alphas=None, sample_weight=None, ax=None, **plot_kwargs
    ):
        """Compute the path of an estimator and draw it.

        Parameters
        ----------
        estimator : estimator
            Any with a parameter ``alpha`` and an attribute ``coef_``, scikit-learn's too, or
            ``BestSubsetRegressor``. It is cloned.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Data.
        y : array-like of shape (n_samples,)
            Target.
        alphas : array-like, default=None
            Strengths; None means a grid from ``alpha_max_`` down, or up to ``k`` features.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of samples.
        ax : Axes, default=None
            Where to draw.
        **plot_kwargs : dict
            For ``plot``.

        Returns
        -------
        CoefficientPathDisplay

        Raises
        ------
        TypeError
            If it is no estimator with an alpha.
        ValueError
            If alphas are given to an estimator that has none, or none to one without
            ``alpha_max_``.
        """
        instance(estimator, "estimator")
        path = path_of(estimator, X, y, alphas, sample_weight)
        names = getattr(X, "columns", None)
        return cls.from_path(path, feature_names=names, ax=ax, **plot_kwargs)
