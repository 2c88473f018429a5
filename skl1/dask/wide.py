"""The design of a grid whose columns come to the client: few rows, any number of columns."""

from __future__ import annotations

import numpy as np

from skl1.dask import tasks
from skl1.dask.grid import Grid
from skl1.dask.remote import RemoteDesign
from skl1.dask.tasks import Sums
from skl1.designs.table import TableDesign, beyond_rounding
from skl1.sklearn_api import working_memory

#: Columns that are looked at in the first round: with all their Gram matrix takes a second.
FIRST = 2000


class WideDesign(RemoteDesign, TableDesign):
    """Vectors of n numbers, and the columns in play, are on the client; the rest of X is not.

    A pass sends residuals out, and gets the correlations of each block back.

    Parameters
    ----------
    X : Grid
    y, sample_weight, fit_intercept
        As for any table.
    sums : Sums, default=None
        Those of the columns, if they are known already.
    """

    def __init__(self, X: Grid, y, sample_weight, fit_intercept: bool, sums: Sums | None = None):
        self._sums = sums
        super().__init__(X, y, sample_weight, fit_intercept)

    def _scan_columns(self):
        if self._sums is None:
            (self._sums,) = scanned(self.X, self.y, [self.weights])
        sums = self._sums
        self.norms[:] = sums.xx
        self.correlation[:] = sums.xy
        if self.fit_intercept:
            self.x_mean = self.x_origin = sums.x_mean
        else:
            self.norms += sums.x_mean**2
            self.correlation += sums.x_mean * sums.y_mean

    def _spread(self, index, rows):
        grid, found = self.X, []
        bands = [grid.share(rows[cut]) for cut in grid.bands]
        owner = np.searchsorted(grid.edges, index, side="right") - 1
        for k in np.unique(owner):
            inside = index[owner == k] - grid.edges[k]
            parts = [
                grid.send(
                    tasks.spreads,
                    row[k],
                    inside,
                    bands[i],
                    grid.widths[k],
                    grid.place(i, int(k)),
                )
                for i, row in enumerate(grid.blocks)
            ]
            found.append(parts)
        results = grid.run([part for parts in found for part in parts])
        groups = [
            results[k : k + len(grid.blocks)] for k in range(0, len(results), len(grid.blocks))
        ]
        low = np.concatenate([np.min([part[0] for part in group], axis=0) for group in groups])
        high = np.concatenate([np.max([part[1] for part in group], axis=0) for group in groups])
        if not self.fit_intercept:
            return float(np.maximum(high, -low).max(initial=0.0))
        return beyond_rounding(high - low, self.x_mean[index])

    def first_set(self):
        fits = int(working_memory() / (16.0 * self.n_samples))
        return max(super().first_set(), min(FIRST, fits, max(self.n_samples, 1)))

    def columns(self, index, rows=None):
        found = self.X.columns(np.asarray(index))
        if self.fit_intercept:
            found -= self.x_mean[index]
        if rows is None:
            return found
        rows[:] = found.T
        return rows.T

    def forward(self, w):
        return self.forwards(w[None, :])[0]

    def forwards(self, W):
        support = np.flatnonzero(W.any(axis=0))
        return W[:, support] @ self.columns(support).T

    def adjoint(self, r, among=None):
        return self.transposed((self.weights * r)[None, :], self.x_mean)[0]

    def transposed(self, V, centre):
        grid = self.X
        bands, parts = [grid.share(V[:, cut]) for cut in grid.bands], []
        for k, (first, last) in enumerate(zip(grid.edges[:-1], grid.edges[1:], strict=True)):
            looks = [
                grid.send(tasks.products, row[k], bands[i], centre[first:last], grid.place(i, k))
                for i, row in enumerate(grid.blocks)
            ]
            parts.append(grid.tree(looks))
        return np.hstack(grid.run(parts, parts=len(grid.blocks)))

    def holds(self, count, dtype):
        return np.dtype(dtype).itemsize * self.n_samples * count <= working_memory()

    def gram(self, rows, columns, dtype=np.float64):
        width = max(1, int(working_memory() / (16.0 * self.n_samples)))
        right = [columns[start : start + width] for start in range(0, columns.size, width)]
        out = np.empty((rows.size, columns.size))
        for top in range(0, rows.size, width):
            left = self.weighted(rows[top : top + width])
            for number, part in enumerate(right):
                at = slice(number * width, number * width + part.size)
                out[top : top + width, at] = left.T @ self.weighted(part)
        return out

    def row_gram(self, scale):
        grid = self.X
        parts = [
            grid.send(
                tasks.kernel,
                [row[k] for row in grid.blocks],
                self.root,
                scale[first:last],
                self.x_mean[first:last],
                [grid.place(i, k) for i in range(len(grid.blocks))],
            )
            for k, (first, last) in enumerate(zip(grid.edges[:-1], grid.edges[1:], strict=True))
        ]
        return grid.run([grid.tree(parts)], parts=len(parts))[0]


def scanned(grid: Grid, y: np.ndarray, weights: list[np.ndarray]) -> list[Sums]:
    """The sums of the columns for some weightings of the rows, each of which sums to one."""
    targets = [grid.share(y[cut]) for cut in grid.bands]
    settings = [grid.share(np.array([each[cut] for each in weights])) for cut in grid.bands]
    parts = []
    for k, width in enumerate(grid.widths):
        looks = [
            grid.send(
                tasks.column_sums,
                [row[k]],
                targets[i],
                None,
                width,
                grid.place(i, k),
                settings[i],
            )
            for i, row in enumerate(grid.blocks)
        ]
        parts.append(grid.tree(looks, tasks.summed))
    results = grid.run(parts, parts=len(grid.blocks))
    # Weights that sum to one have the unit 1.
    return [beside([result[k].at(0) for result in results]) for k in range(len(weights))]


def beside(sums: list[Sums]) -> Sums:
    """The sums of tables that stand side by side."""
    first = sums[0]
    return Sums(
        first.weight,
        np.concatenate([each.x_mean for each in sums]),
        first.y_mean,
        np.concatenate([each.xx for each in sums]),
        np.concatenate([each.xy for each in sums]),
        first.yy,
    )
