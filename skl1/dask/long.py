"""The design of a grid that stays on the workers: any number of rows, and thousands of columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skl1.dask import tasks
from skl1.dask.grid import Grid
from skl1.dask.remote import RemoteDesign
from skl1.designs import MomentDesign
from skl1.designs.base import NONE, clear_constant, forming_dense
from skl1.designs.table import LARGEST, SMALLEST

#: Columns that are looked at in the first round: their Gram matrix has 8 MB.
FIRST = 1000


class LongDesign(RemoteDesign):
    """Only vectors of p numbers, and Gram matrices of the columns in play, come to the client.

    Parameters
    ----------
    grid : Grid
    fit_intercept : bool
    """

    def __init__(self, grid: Grid, fit_intercept: bool):
        self.grid, self.fit_intercept = grid, fit_intercept
        if grid.several:
            raise ValueError(
                f"y has several targets, which with {grid.n_features} features and so many rows "
                "are fitted one at a time: give one column of y."
            )
        self.rows = grid.row_lists("a fit to so many rows")
        heights: Sequence[int | None] = grid.heights or [None] * len(self.rows)
        scan = [
            grid.send(
                tasks.column_sums, row, *self._beside(i), grid.n_features, i, None, heights[i]
            )
            for i, row in enumerate(self.rows)
        ]
        (found,) = grid.run([grid.tree(scan, tasks.summed)], parts=len(scan))[0]
        sums = found.sums
        if not sums.weight:
            raise ValueError("sample_weight must not be all zero: at least one has to count.")
        self.n_samples, self.n_features = grid.shape
        # Weights are shares of their sum: s_i / 2^unit times the share of a unit.
        self.share, self.unit = 1.0 / sums.weight, found.unit
        self.x_mean, self.y_mean = sums.x_mean, sums.y_mean
        self.norms, self.correlation = self.share * sums.xx, self.share * sums.xy
        self.energy = self.share * sums.yy
        if not fit_intercept:
            self.norms += self.x_mean**2
            self.correlation += self.x_mean * self.y_mean
            self.energy += self.y_mean**2
            self.x_mean, self.y_mean = np.zeros(self.n_features), 0.0
        clear_constant(self.norms, self.x_mean)
        variances = np.append(self.norms, self.energy)
        if not np.all((variances == 0.0) | ((variances >= SMALLEST) & (variances < LARGEST))):
            raise ValueError("The squares of X or y overflow or vanish; rescale the columns.")

    def _beside(self, i):
        """Y and the weights of a chunk."""
        return self.grid.y[i], None if self.grid.s is None else self.grid.s[i]

    def _pass(self, function, *args):
        """The sum over chunks of what a task finds in each."""
        grid = self.grid
        shared = [grid.share(a) if isinstance(a, np.ndarray) else a for a in args]
        parts = [
            grid.send(function, row, *self._beside(i), *shared, i)
            for i, row in enumerate(self.rows)
        ]
        return grid.run([grid.tree(parts)], parts=len(parts))[0]

    def gradient(self, w, among=None):
        support = np.flatnonzero(w)
        z, squares, total = self._pass(
            tasks.look, support, w[support], self.x_mean, self.y_mean, self.share, self.unit
        )
        # The columns are centred, so z is what it is for a centred residual.
        return z, max(squares - total * total, 0.0) if self.fit_intercept else squares

    def hessian(self, v):
        z, _ = self.gradient(v)
        return self.correlation - z

    def gram(self, rows, columns, dtype=np.float64):
        return self._gram(np.concatenate([rows, columns]), columns.size)[: rows.size]

    def gram_beside(self, old, new, dtype=np.float64):
        block = self._gram(np.concatenate([old, new]), new.size)
        return block[: old.size], block[old.size :]

    def _gram(self, rows, width):
        return self._pass(tasks.gram, rows, width, self.x_mean, self.share, self.unit)

    def first_set(self):
        return max(super().first_set(), min(FIRST, self.n_features // 4, self.n_samples))

    def forming(self, features, held=NONE, dtype=np.float64):
        return forming_dense(self.n_samples, features.size, held.size, dtype)

    def _moments(self, columns):
        """The design of some columns alone, from their moments."""
        return MomentDesign(
            self.n_samples,
            self.fit_intercept,
            self._gram(columns, columns.size),
            self.correlation[columns],
            self.energy,
            self.x_mean[columns],
            self.y_mean,
        )

    def least_squares(self, columns):
        return self._moments(columns).least_squares(np.arange(columns.size))

    def nonnegative_least_squares(self, columns):
        return self._moments(columns).nonnegative_least_squares(np.arange(columns.size))
