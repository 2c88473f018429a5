"""How fast solvers converge."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from skl1.displays.given import instance, named
from skl1.displays.style import axes_of, merged, styles

#: Gaps below this share of the first are drawn there: a logarithm has no zero.
FLOOR = 1e-17


def histories_of(name: str, model) -> dict[str, Mapping]:
    """The runs of a fitted model by name: one, or of several classes or targets one each."""
    runs = model.history_
    if isinstance(runs, Mapping):
        return {name: runs}
    if len(runs) == 1:
        return {name: runs[0]}
    if hasattr(model, "classes_"):
        labels = [f"class {label!r}" for label in model.classes_.tolist()]
    else:
        labels = [f"target {k}" for k in range(len(runs))]
    return {f"{name}, {label}": run for label, run in zip(labels, runs, strict=True)}


class ConvergenceDisplay:
    """The duality gap of several runs against iterations and against seconds.

    Make it by ``from_estimators`` or ``from_estimator``; the argument here is its data. Iterations
    of different solvers differ in price, and the seconds of a single run are noisy.

    Parameters
    ----------
    histories : dict of str to dict
        By name: ``history_`` of fits with ``record_history=True``.

    Attributes
    ----------
    lines_ : list of list of Line2D
        For each panel a line for each run.
    axes_ : list of Axes
        Where it is drawn.
    figure_ : Figure
        Their figure.

    See Also
    --------
    ShrinkageDisplay : Steps of a single coefficient.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import ProximalLasso
    >>> from skl1.displays import ConvergenceDisplay
    >>> solvers = {name: ProximalLasso(1.0, solver=name) for name in ("ista", "fista")}
    >>> display = ConvergenceDisplay.from_estimators(
    ...     solvers, *load_diabetes(return_X_y=True)
    ... )  # doctest: +SKIP
    """

    def __init__(self, histories):
        named(histories, "histories", '{"ISTA": model.history_}')
        for name, history in histories.items():
            if not (
                isinstance(history, Mapping) and {"iteration", "seconds", "gap"} <= set(history)
            ):
                raise TypeError(
                    f"histories[{name!r}] must be the history_ of a fit with record_history=True, "
                    f"got {history!r}."
                )
        self.histories = histories

    def plot(self, ax=None, *, against=("iteration", "seconds"), line_kwargs=None):
        """Draw it.

        Parameters
        ----------
        ax : Axes or sequence of Axes, default=None
            As many as panels; None makes a figure.
        against : str or sequence of str, default=("iteration", "seconds")
            The horizontal axis of each panel.
        line_kwargs : dict, default=None
            Style of the lines.

        Returns
        -------
        ConvergenceDisplay
            This display.

        Raises
        ------
        ValueError
            If ``against`` has something else.
        """
        panels = [against] if isinstance(against, str) else list(against)
        if not panels or not set(panels) <= {"iteration", "seconds"}:
            raise ValueError(f'against must be of "iteration" and "seconds", got {against!r}.')
        self.axes_ = axes_of(ax, self, count=len(panels), width=4.9 * len(panels), height=4.0)
        self.lines_ = []
        for axes, name in zip(self.axes_, panels, strict=True):
            lines = []
            for (run, history), colour in zip(
                self.histories.items(), styles(len(self.histories)), strict=True
            ):
                gap = np.asarray(history["gap"], dtype=float)
                finite = np.isfinite(gap)
                floor = FLOOR * gap[finite].max(initial=0.0)
                style = {"marker": ".", "markersize": 4} | colour
                lines += axes.plot(
                    np.asarray(history[name])[finite],
                    np.maximum(gap[finite], floor),
                    label=run,
                    **merged(style, line_kwargs),
                )
            axes.set_yscale("log")
            if name == "iteration":
                axes.set_xscale("symlog", linthresh=1.0)
                axes.set_xlim(left=0.0)
            else:
                axes.set_xscale("log")
                # Whole decades, so that there are numbers at them; those between would overlap.
                drawn = np.concatenate([line.get_xdata() for line in lines])
                axes.set_xlim(
                    *10.0
                    ** np.array([np.floor(np.log10(drawn.min())), np.ceil(np.log10(drawn.max()))])
                )
                axes.xaxis.set_minor_formatter("")
            axes.set_xlabel(f"{name}s" if name == "iteration" else name)
            self.lines_.append(lines)
        self.axes_[0].set_ylabel("duality gap")
        self.axes_[-1].legend(frameon=False, fontsize="small")
        self.figure_ = self.axes_[0].figure
        return self

    @classmethod
    def from_estimator(cls, estimator, X, y, *, sample_weight=None, ax=None, **plot_kwargs):
        """Fit an estimator with ``record_history=True`` and draw the run.

        Parameters
        ----------
        estimator : estimator
            One of skl1's with a duality gap. It is cloned.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Data.
        y : array-like of shape (n_samples,)
            Target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of samples.
        ax : Axes or sequence of Axes, default=None
            Where to draw.
        **plot_kwargs : dict
            For ``plot``.

        Returns
        -------
        ConvergenceDisplay

        Raises
        ------
        TypeError
            If an estimator has no duality gap.
        """
        instance(estimator, "estimator")
        runs = {type(estimator).__name__: estimator}
        return cls.from_estimators(runs, X, y, sample_weight=sample_weight, ax=ax, **plot_kwargs)

    @classmethod
    def from_estimators(cls, estimators, X, y, *, sample_weight=None, ax=None, **plot_kwargs):
        """Fit estimators with ``record_history=True`` and draw the runs.

        Parameters
        ----------
        estimators : dict of str to estimator
            By name: skl1's with a duality gap. They are cloned and fitted twice, so that loading of
            compiled code does not count. Runs that stop short of their tolerance do not warn. A
            classifier of more than two classes has a run for each.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Data.
        y : array-like of shape (n_samples,)
            Target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of samples.
        ax : Axes or sequence of Axes, default=None
            Where to draw.
        **plot_kwargs : dict
            For ``plot``.

        Returns
        -------
        ConvergenceDisplay

        Raises
        ------
        TypeError
            If an estimator has no duality gap.
        """
        named(estimators, "estimators", '{"ISTA": ProximalLasso(solver="ista")}')
        histories = {}
        for name, estimator in estimators.items():
            instance(estimator, f"estimators[{name!r}]")
            if "record_history" not in estimator.get_params():
                raise TypeError(
                    f"estimators[{name!r}] must be one of skl1's with record_history, such as "
                    f"ProximalLasso(); got {estimator!r}."
                )
            model = clone(estimator).set_params(record_history=True)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                for _ in range(2):
                    model.fit(X, y, sample_weight=sample_weight)
            if not hasattr(model, "dual_gap_"):
                raise TypeError(
                    f"{name} has no duality gap, as its penalty is not convex: draw the objective "
                    "of history_ instead."
                )
            histories |= histories_of(name, model)
        return cls(histories).plot(ax, **plot_kwargs)
