"""Dense X: rows or columns contiguous, float32 or float64, centred implicitly."""

from __future__ import annotations

import numpy as np

from skl1.compiled import ColumnMatrix, Record, RowMatrix, Vector, kernel
from skl1.designs.base import SAFE_MEAN_RATIO, Design, beyond_rounding

#: Entries of a block of rows: 1 MB of float64, to stay in cache between its uses.
CHUNK_ENTRIES = 2**17


class DenseDesign(Design):
    """X as a NumPy matrix of either order, never copied as a whole.

    Products go straight to BLAS where X is float64 and its means are moderate. Otherwise
    (float32, strided rows, means that dwarf the spread) X is read in blocks of rows, each
    converted and centred in cache.
    """

    def _scan_columns(self):
        X, s = self.X, self.weights
        pilot = self._pilot()
        mean = np.zeros(self.n_features)
        self.norms[:] = 0.0
        self.correlation[:] = 0.0
        for rows in self._chunks():
            block = X[rows].astype(np.float64) - pilot
            mean += s[rows] @ block
            self.correlation += (s[rows] * self.y[rows]) @ block
            np.square(block, out=block)
            self.norms += s[rows] @ block
        if self.fit_intercept:
            # Deviations are taken from a row of the data, so a constant column gives exact
            # zeros, and subtracting the squared mean costs at most log10(n) digits.
            np.maximum(self.norms - mean * mean, 0.0, out=self.norms)
            self.x_mean = pilot + mean
        spread = np.sqrt(self.norms)
        steep = (np.abs(self.x_mean) > SAFE_MEAN_RATIO * spread) & (spread > 0.0)
        contiguous = X.flags.c_contiguous or X.flags.f_contiguous
        self._direct = X.dtype == np.float64 and contiguous and not steep.any()

    def _pilot(self):
        if not self.fit_intercept:
            return np.zeros(self.n_features)
        return self.X[self.anchor_row()].astype(np.float64)

    def _spread(self, index, rows):
        block = self.X[rows][:, index]
        if not self.fit_intercept:
            return float(np.abs(block).max(initial=0.0))
        spread = np.ptp(block.astype(np.float64), axis=0)
        return beyond_rounding(spread, self.x_mean[index])

    def _chunks(self, width=None):
        """Slices of rows that make blocks of about CHUNK_ENTRIES."""
        n = self.X.shape[0]
        height = max(1, CHUNK_ENTRIES // max(1, width or self.n_features))
        return [slice(start, min(start + height, n)) for start in range(0, n, height)]

    def _block(self, rows, index=slice(None)):
        """Rows of some columns, in float64, centred."""
        block = self.X[rows][:, index].astype(np.float64)
        if self.fit_intercept:
            block -= self.x_mean[index]
        return block

    def forward(self, w):
        if self._direct:
            support = np.flatnonzero(w)
            if 8 * support.size < w.size:
                return self.X[:, support] @ w[support] - self.x_mean[support] @ w[support]
            return self.X @ w - self.x_mean @ w
        out = np.empty(self.X.shape[0])
        support = np.flatnonzero(w)
        for rows in self._chunks():
            out[rows] = self._block(rows, support) @ w[support]
        return out

    def adjoint(self, r):
        v = self.weights * r
        if self._direct:
            return self.X.T @ v - self.x_mean * v.sum()
        out = np.zeros(self.n_features)
        for rows in self._chunks():
            out += v[rows] @ self._block(rows)
        return out

    def columns(self, index):
        return self._block(slice(None), index)

    def gram(self, rows, columns):
        root = self.root
        same = rows is columns
        out = np.zeros((rows.size, columns.size))
        for chunk in self._chunks(rows.size + (0 if same else columns.size)):
            left = self._block(chunk, rows) * root[chunk, None]
            right = left if same else self._block(chunk, columns) * root[chunk, None]
            out += left.T @ right
        return out

    def row_gram(self, scale):
        n = self.X.shape[0]
        root = self.root
        out = np.zeros((n, n))
        width = max(1, CHUNK_ENTRIES // n)
        for start in range(0, self.n_features, width):
            index = slice(start, start + width)
            block = self._block(slice(None), index)
            block *= root[:, None] * np.sqrt(scale[index])
            out += block @ block.T
        return out

    def operator(self):
        if self.X.flags.f_contiguous and not self.X.flags.c_contiguous:
            return DenseColumns(self.X, self.x_mean, self.weights)
        return DenseRows(self.X, self.x_mean, self.weights)


class DenseRows(Record):
    """``G v = X' S X v`` for rows that are contiguous: one pass over X."""

    X: RowMatrix
    mean: Vector
    weights: Vector

    def product(self, v, out):
        row_product(self.X, self.mean, self.weights, v, out)


class DenseColumns(Record):
    """``G v = X' S X v`` for columns that are contiguous: zeros of v are skipped."""

    X: ColumnMatrix
    mean: Vector
    weights: Vector

    def product(self, v, out):
        column_product(self.X, self.mean, self.weights, v, out)


@kernel
def row_product(X, mean, weights, v, out):
    """``out = X' S X v``, row by row."""
    n, p = X.shape
    out[:] = 0.0
    for i in range(n):
        fit = 0.0
        for j in range(p):
            fit += (X[i, j] - mean[j]) * v[j]
        fit *= weights[i]
        for j in range(p):
            out[j] += (X[i, j] - mean[j]) * fit


@kernel
def column_product(X, mean, weights, v, out):
    """``out = X' S X v``, column by column."""
    n, p = X.shape
    fit = np.zeros(n)
    for j in range(p):
        if v[j] != 0.0:
            for i in range(n):
                fit[i] += (X[i, j] - mean[j]) * v[j]
    for i in range(n):
        fit[i] *= weights[i]
    for j in range(p):
        dot = 0.0
        for i in range(n):
            dot += (X[i, j] - mean[j]) * fit[i]
        out[j] = dot
