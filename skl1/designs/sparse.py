"""Sparse X in CSC form, 32- or 64-bit indices, centred implicitly: it stays sparse."""

from __future__ import annotations

import numpy as np

from skl1.compiled.lazy import lazy
from skl1.designs.base import NONE, SAFE_MEAN_RATIO
from skl1.designs.cross_products import costs, cross_products
from skl1.designs.gathered import DENSE, SparseGathered
from skl1.designs.sparse_passes import (
    SparseColumns,
    SparseWalk,
    add_product,
    scan_columns,
    scan_equal,
    transposed_product,
)
from skl1.designs.table import TableDesign, beyond_rounding

#: Entries that are drawn to see how unequally rows are filled, per root of the number of rows: two
#: of them lie in one row at least so many times so many times.
DRAWS = 16


class SparseDesign(TableDesign):
    """X as a canonical CSC matrix.

    Centring enters every product as a rank-one term: ``X w`` loses the scalar ``mean . w``
    and ``X' r`` loses ``mean * sum(s r)``. Column variances are summed over deviations, the
    implicit zeros being one term of a column, so nothing cancels.
    """

    def __init__(self, X, y, sample_weight, fit_intercept, *, part=False):
        X = X.tocsc()
        if not X.has_canonical_format:
            X = X.copy()
            X.sum_duplicates()
        super().__init__(X, y, sample_weight, fit_intercept, part=part)

    @property
    def _arrays(self):
        return self.X.data, self.X.indices, self.X.indptr

    def _scan_columns(self):
        if self.common is not None:
            sums = self.x_mean, self.norms, self.correlation
            scan_equal(*self._arrays, self.common, self.y, self.fit_intercept, *sums)
            return
        scan_columns(
            *self._arrays,
            self.weights,
            self.weights * self.y,
            self.fit_intercept,
            self.x_mean,
            self.norms,
            self.correlation,
        )

    def _spread(self, index, rows):
        block = self.X[:, index].tocsr()[np.flatnonzero(rows)].tocsc()
        high, low = block.max(axis=0).toarray().ravel(), block.min(axis=0).toarray().ravel()
        if not self.fit_intercept:
            return float(np.maximum(high, -low).max(initial=0.0))
        spread = high.astype(np.float64) - low
        return beyond_rounding(spread, self.x_mean[index])

    def gathering(self):
        filled = self.X.nnz / (self.n_samples * self.n_features)
        return super().gathering() if filled > DENSE else SparseGathered(self)

    def forward(self, w):
        out = np.full(self.y.size, -float(self.x_mean @ w))
        add_product(*self._arrays, w, out)
        return out

    def forwards(self, W):
        return (self.X @ np.ascontiguousarray(W.T)).T - (W @ self.x_mean)[:, None]

    def narrow(self, count):
        return True

    def adjoint(self, r, among=None):
        among = self._every if among is None else among
        out = np.zeros(self.n_features)
        transposed_product(*self._arrays, self.weights * r, among, out)
        out -= self.x_mean * float(self.weights @ r)
        return out

    def squares(self, v, among=None):
        among = self._every if among is None else among
        X = self.X if among.size == self.n_features else self.X[:, among]
        numbers = X.data.astype(np.float64)
        seconds, sums = np.zeros((2, among.size))
        every = np.arange(among.size)
        transposed_product(numbers * numbers, X.indices, X.indptr, v, every, seconds)
        transposed_product(numbers, X.indices, X.indptr, v, every, sums)
        out, mean = np.zeros(self.n_features), self.x_mean[among]
        out[among] = seconds - mean * (2.0 * sums - mean * v.sum())
        # Of a column whose mean dwarfs its spread rounding would be left.
        if (steep := among[self._steep[among]]).size:
            out[steep] = super().squares(v, steep)[steep]
        return out

    @lazy
    def _every(self):
        return np.arange(self.n_features)

    def transposed(self, V, centre):
        product = self.X.T @ np.ascontiguousarray(V.T)
        return product.T - V.sum(axis=1)[:, None] * centre

    def columns(self, index, rows=None):
        data, indices, indptr = self._arrays
        rows = np.empty((index.size, self.n_samples)) if rows is None else rows
        for row, j in zip(rows, index.tolist(), strict=True):
            entries, mean = slice(indptr[j], indptr[j + 1]), self.x_mean[j]
            row.fill(0.0 - mean)
            row[indices[entries]] = data[entries] - mean
        return rows.T

    def gram(self, rows, columns, dtype=np.float64):
        if rows is columns:
            return self._products(rows[:0], columns, symmetric=True)
        if rows.size < columns.size:
            return self._products(columns, rows, symmetric=False).T
        return self._products(rows, columns, symmetric=False)

    def gram_beside(self, old, new, dtype=np.float64):
        block = self._products(old, new, symmetric=True)
        return block[: old.size], block[old.size :]

    def _products(self, left, right, symmetric):
        """The Gram block of the left columns, or with ``symmetric`` of all, with the right."""
        every = np.concatenate([left, right]) if symmetric else left
        costs = self._costs(left, right)
        block = cross_products(
            self._arrays, self.weights, self.x_mean, left, right, symmetric, costs
        )
        self._mend(block, every, right)
        self._mend(block.T, right, every)
        return block

    def _mend(self, block, rows, columns):
        """Recompute the rows of a Gram block whose implicit centring has cancelled."""
        steep = np.flatnonzero(self._steep[rows])
        if steep.size:
            X, mean = self.X[:, columns].astype(np.float64), self.x_mean[columns]
            centred = self.columns(rows[steep]) * self.weights[:, None]
            block[steep] = (X.T @ centred).T - np.outer(centred.sum(axis=0), mean)

    def _costs(self, left, right):
        counts = left.size, right.size, self.entries(left), self.entries(right)
        return costs(self.n_samples, *counts, self._crowding)

    def forming(self, features, held=NONE, dtype=np.float64):
        return min(self._costs(held, features))

    @lazy
    def _crowding(self):
        """The sum of squares of row counts, as a multiple of that of equal counts.

        ``sum_i (c_i / nnz)^2`` is the chance that two entries drawn at random lie in one row. It is
        estimated from some of them, or found from all if they are few.
        """
        rows, n = self.X.indices, self.n_samples
        count = int(DRAWS * np.sqrt(n))
        if rows.size <= count:
            met = np.bincount(rows, minlength=n).astype(np.float64)
            return max(1.0, n * float(met @ met) / max(rows.size, 1) ** 2)
        drawn = rows[np.random.default_rng(0).integers(0, rows.size, count)]
        met = np.bincount(drawn, minlength=n).astype(np.float64)
        return max(1.0, n * float(met @ (met - 1.0)) / (count * (count - 1.0)))

    def row_gram(self, scale):
        root = self.root
        steep = np.flatnonzero(self._steep)
        units = np.sqrt(np.where(self._steep, 0.0, scale))
        scaled = self.X.astype(np.float64, copy=True)
        scaled.data *= np.repeat(units, np.diff(scaled.indptr))
        # (X - 1 m') D (X - 1 m')' expanded; X D m is a vector, m' D m a scalar.
        mean = self.x_mean * units
        cross = scaled @ mean
        product = (scaled @ scaled.T).toarray() - cross[:, None] - cross[None, :] + mean @ mean
        centred = self.columns(steep) * np.sqrt(scale[steep])
        return (product + centred @ centred.T) * root[:, None] * root

    @lazy
    def _steep(self):
        """Columns whose mean dwarfs their spread. They have hardly a zero, so they may be dense."""
        return np.abs(self.x_mean) > SAFE_MEAN_RATIO * np.sqrt(self.norms)

    def operator(self):
        return SparseColumns(*self._arrays, self.x_mean, self.weights)

    def entries(self, features):
        return int((self.X.indptr[features + 1] - self.X.indptr[features]).sum())

    def walkable(self, features):
        return not self._steep[features].any()

    def walk(self, features):
        columns = self.X[:, features]
        weighted = columns.data * self.weights[columns.indices]
        return SparseWalk(
            columns.data, weighted, columns.indices, columns.indptr, self.x_mean[features]
        )

    def residual(self, w):
        r = np.append(self.y, float(self.x_mean @ w))
        add_product(*self._arrays, -w, r)
        r[:-1] *= self.weights
        return r

    def energy_of(self, residual):
        counted = self.weights > 0.0
        s = self.weights[counted]
        r = residual[:-1][counted] / s + residual[-1]
        return float(s @ (r * r))
