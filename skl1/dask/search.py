"""Cross-validation on dask collections."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skl1.dask.base import PLAYING, DaskRegressor, wide
from skl1.dask.grid import Grid
from skl1.dask.tall import moments_of
from skl1.dask.wide import WideDesign, scanned
from skl1.designs.weights import normalised_weights, sample_count
from skl1.estimators.state import all_or_nothing
from skl1.model_selection.folds import (
    Folds,
    NoFolds,
    indices,
    listed_splits,
    partition,
)
from skl1.sklearn_api import working_memory

#: Entries of the Gram matrices of all folds together: 2 GB.
ENTRIES = 2**28


class DaskSearch(DaskRegressor):
    """A search over a path on dask collections; mixed into a search of skl1, its model.

    ``cv`` cuts rows into the same folds as in memory, and ``scoring`` must be None. Up to some
    thousand features (a Gram matrix a fold, of 2 GB together) one pass serves the path and all
    folds. Beyond, where columns are chunked or rows are few, the paths of all folds go on on the
    client, and each pass over X serves as many of them as it can.
    """

    cv: Any
    scoring: Any
    _validate_params: Any
    _compares: Any
    _check_choice: Any
    _n_parts: Any
    _search: Any
    _search_parts: Any

    @all_or_nothing
    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the path to all data and to each training part, and choose a model.

        Parameters
        ----------
        X : dask array or data frame of shape (n_samples, n_features)
            Training data, as for a single fit.
        y : dask array or series, or array-like, of shape (n_samples,)
            Target, in chunks like the rows of X.
        sample_weight : float, dask array or series, or array-like, default=None
            Weights, not negative and not all zero, in the fits and in the errors.

        Returns
        -------
        self : object
            The fitted estimator; its attributes are in memory.

        Raises
        ------
        TypeError
            If X is no dask collection.
        ValueError
            If a parameter is out of its range, or ``scoring`` is given; if a chunk is not finite or
            has another shape than it should; if folds overlap.
        RuntimeError
            If the cluster or the client is gone.
        """
        self._validate_params()
        self._fit(X, y, sample_weight)
        return self._count()

    def _fit(self, X, y, sample_weight):
        if self.scoring is not None:
            raise ValueError("scoring needs rows in memory; on dask use scoring=None.")
        grid = self._opened(X, y, sample_weight)
        splits = None
        if self._compares() and not isinstance(self.cv, Integral | None):
            n = grid.shape[0]
            splits = indices(listed_splits(self.cv, np.empty((n, 0))), n)
            if not partition(splits, n):
                raise ValueError("On dask each row must be held out once: choose another cv.")
        count = self._n_parts() if splits is None else len(splits)
        if grid.n_features**2 * (count + 1) <= ENTRIES:
            parts = moments_of(grid, cuts(grid, splits, count), count)
            if len(parts) < count:
                raise ValueError(f"{count} folds of {grid.shape[0]} rows: at most as many as rows.")
            self._search_parts(parts, grid.dtype)
            return
        n, p = grid.shape
        if 8.0 * n * PLAYING > working_memory():
            raise ValueError(
                f"A search on {n} x {p} needs Gram matrices, or columns, larger than the client "
                "may have (scikit-learn's working_memory). Choose features by "
                "skl1.dask.ProximalLasso first."
            )
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            design = wide(grid, self.fit_intercept)
            folds: Folds = NoFolds()
            if self._compares():
                folds = WideFolds(design, held_out(n, splits, count))
            total = float(n)
            if grid.s is not None:
                total = sample_count(grid.vector(grid.s, "sample_weight"))
            targets: Sequence[Any] = (None,)
            if grid.several:
                self._check_choice()
                targets = list(np.ascontiguousarray(grid.vector(grid.y, "y").T))
            self._search(design, folds, total, grid.dtype, None, None, targets)


def held_out(n: int, splits, count: int) -> list[np.ndarray]:
    """The rows of each fold; without splits those of scikit-learn's ``KFold``."""
    if splits is not None:
        return [test for _, test in splits]
    if count > n:
        raise ValueError(f"{count} folds of {n} rows: at most as many as rows.")
    return np.array_split(np.arange(n), count)


def cuts(grid: Grid, splits, count: int):
    """Which rows of a chunk belong to which fold, as a function of the number of the chunk."""
    if count == 1:
        return lambda _: {0: slice(None)}
    n, starts = grid.shape[0], grid.starts
    if splits is None:
        # The bounds alone: there may be a billion rows.
        sizes = n // count + (np.arange(count) < n % count)
        ends = np.cumsum(sizes)

        def consecutive(chunk):
            first, last = starts[chunk], starts[chunk + 1]
            spans = zip(ends - sizes, ends, strict=True)
            return {
                fold: slice(max(a - first, 0), min(b, last) - first)
                for fold, (a, b) in enumerate(spans)
                if a < last and b > first
            }

        return consecutive
    owner = np.empty(n, dtype=np.intp)
    for fold, (_, test) in enumerate(splits):
        owner[test] = fold

    def scattered(chunk):
        here = owner[starts[chunk] : starts[chunk + 1]]
        return {int(fold): np.flatnonzero(here == fold) for fold in np.unique(here)}

    return scattered


class WideFolds(Folds):
    """Folds of a grid whose columns come to the client: one pass takes the sums of all of them."""

    shared = True

    def __init__(self, design: WideDesign, held: list[np.ndarray]):
        self.design, self.held = design, held
        weights = []
        for fold, rows in enumerate(held):
            left = design.weights.copy()
            left[rows] = 0.0
            if not left.any():
                raise ValueError(
                    f"All training samples of fold {fold} have a sample_weight of 0: there is "
                    "nothing to fit. Shuffle the folds, or use fewer."
                )
            weights.append(normalised_weights(left, left.size))
        self.weights = weights
        self.counts = np.array([design.weights[rows].any() for rows in held])
        self.y = design.y + design.y_mean
        self.sums = scanned(design.X, self.y, weights)

    def _answering(self, y):
        other = copy(self)
        other.y = y
        return other

    def training(self, fold):
        whole = self.design
        sums, weights = self.sums[fold], self.weights[fold]
        return WideDesign(whole.X, self.y, weights, whole.fit_intercept, sums)

    def errors(self, fold, W, intercepts):
        rows = self.held[fold]
        used = np.flatnonzero(W.any(axis=0))
        fits = W[:, used] @ self.design.X.columns(used)[rows].T + intercepts[:, None]
        weights = self.design.weights[rows]
        return (fits - self.y[rows]) ** 2 @ (weights / weights.sum())
