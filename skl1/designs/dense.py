"""Dense X: rows or columns contiguous, float32 or float64, centred implicitly."""

from __future__ import annotations

import numpy as np
from scipy.linalg.blas import dger

from skl1.compiled.threads import spread
from skl1.designs.base import SAFE_MEAN_RATIO
from skl1.designs.passes import (
    DenseColumns,
    DenseRows,
    gather,
    gather_columns,
    residual_rows,
    run_over,
    scan_contiguous,
    scan_rows,
    scan_small,
)
from skl1.designs.table import TableDesign, beyond_rounding
from skl1.sklearn_api import working_memory

#: Entries of a block of rows: 1 MB of float64, to stay in cache between its uses.
CHUNK_ENTRIES = 2**17
#: Columns of a panel at least, where each is read along with several vectors.
WIDE = 16
EVERY = slice(None)
#: Columns are gathered for a product if fewer than one in so many is in use.
SPARSE_SHARE = 8
#: Up to this ratio of mean to standard deviation a Gram matrix may be centred afterwards.
FLAT_MEAN_RATIO = 10.0
#: Entries of an X that is too small to compile for.
SMALL = 2**16
#: Rows of a block at least: with fewer the product is moved more than made.
CHUNK_ROWS = 256
#: Coefficients are multiplied one by one if they are fewer than one in so many.
SCATTERED = 40
#: Rows of a Gram matrix are formed without a copy of X if they are fewer than one in so many.
FEW = 8
#: Columns are picked from the rows for a product if they are fewer than one in so many, and X
#: has more bytes than a cache holds.
NARROW, CACHED = 16, 2**24
#: Share of X that copies of its columns may take, whatever the size of X the bytes of 8 MB; more
#: than scikit-learn's ``working_memory`` they never take.
HELD_SHARE, HELD_BYTES = 0.15, 2**23


class DenseDesign(TableDesign):
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
        sums = mean, self.correlation, self.norms
        # Large X in a compiled pass, small X without loading the compiler for it.
        if X.size <= SMALL:
            scan_small(X, pilot, s, self.y, *sums)
        elif self._by_columns():
            run_over(X, scan_contiguous)(X.T, pilot, s, self.y, *sums)
        else:
            for rows in [EVERY] if X.flags.c_contiguous else self._chunks():
                block = np.ascontiguousarray(X[rows])
                run_over(block, scan_rows)(block, pilot, s[rows], self.y[rows], *sums)
        if self.fit_intercept:
            # Deviations are taken from a row of the data, so a constant column gives exact
            # zeros, and subtracting the squared mean costs at most log10(n) digits.
            np.maximum(self.norms - mean * mean, 0.0, out=self.norms)
            self.x_mean, self.x_origin, self.x_offset = pilot + mean, pilot, mean
        ratio = np.abs(self.x_mean) / np.sqrt(self.norms)
        steepest = ratio.max(initial=0.0, where=self.norms > 0.0)
        contiguous = X.flags.c_contiguous or X.flags.f_contiguous
        self._moderate = contiguous and bool(steepest <= SAFE_MEAN_RATIO)
        self._direct = self._moderate and X.dtype == np.float64
        self._flat = self._direct and bool(steepest <= FLAT_MEAN_RATIO)

    def _pilot(self):
        if not self.fit_intercept:
            return np.zeros(self.n_features)
        return self.X[self.anchor_row()].astype(np.float64)

    def _spread(self, index, rows):
        pilot, high, low = self._pilot()[index], 0.0, 0.0
        for cut in self._chunks(index.size, CHUNK_ROWS):
            block = pick(self.X[cut], index)[rows[cut]] - pilot
            high = np.maximum(high, block.max(axis=0, initial=0.0))
            low = np.minimum(low, block.min(axis=0, initial=0.0))
        if not self.fit_intercept:
            return float(np.maximum(high, -low).max(initial=0.0))
        return beyond_rounding(high - low, self.x_mean[index])

    def _chunks(self, width=None, at_least=1):
        """Slices of rows that make blocks of about CHUNK_ENTRIES."""
        n = self.X.shape[0]
        height = max(at_least, CHUNK_ENTRIES // max(1, width or self.n_features))
        return [slice(start, min(start + height, n)) for start in range(0, n, height)]

    def _by_columns(self):
        """Whether columns are contiguous, and a row therefore lies on all pages of X."""
        return self.X.flags.f_contiguous and not self.X.flags.c_contiguous

    def _panels(self, count=None, at_least=1):
        """Slices of so many columns that make blocks of about CHUNK_ENTRIES."""
        count = self.n_features if count is None else count
        width = max(at_least, CHUNK_ENTRIES // self.X.shape[0])
        return [slice(start, min(start + width, count)) for start in range(0, count, width)]

    def _block(self, rows, index=EVERY):
        """Rows of some columns, in float64, centred."""
        block = self.X[rows]
        if isinstance(index, slice):
            block = block[:, index].astype(np.float64)
        else:
            block = pick(block, index).astype(np.float64, copy=False)
        if self.fit_intercept:
            block -= self.x_mean[index]
        return block

    def weighted(self, columns, dtype=np.float64):
        return self._weighted(EVERY, columns, dtype)

    def _weighted(self, rows, columns, dtype):
        """Rows of some columns, centred and weighted; of a large X in one pass."""
        X = self.X[rows]
        if X.shape[0] * columns.size <= SMALL:
            block = self._block(rows, columns)
            block *= self.root[rows, None]
            return block.astype(dtype, copy=False)
        if self._by_columns():
            out = np.empty((columns.size, X.shape[0]), dtype)
            run_over(out, gather_columns)(X.T, columns, self.x_mean[columns], self.root[rows], out)
            return out.T
        out = np.empty((X.shape[0], columns.size), dtype)
        if X.flags.c_contiguous:
            run_over(out, gather)(X, columns, self.x_mean[columns], self.root[rows], out)
        else:
            for cut in self._panels(columns.size):
                out[:, cut] = self._block(rows, columns[cut]) * self.root[rows, None]
        return out

    def forward(self, w):
        support = np.flatnonzero(w)
        out = np.empty(self.X.shape[0])
        if not self._moderate:
            for rows in self._chunks(max(1, support.size)):
                out[rows] = self._block(rows, support) @ w[support]
            return out
        for rows, X in self._pieces(support.size):
            out[rows] = self._fit(X, w, support)
        return out - self.x_mean @ w

    def forwards(self, W):
        if self._direct:
            return W @ self.X.T - (W @ self.x_mean)[:, None]
        out = np.empty((W.shape[0], self.X.shape[0]))
        for rows in self._chunks():
            out[:, rows] = W @ self._block(rows).T
        return out

    def _pieces(self, in_use):
        """Rows of X as they are, in pieces of which a product makes no large copy."""
        if self.X.dtype == np.float64 and self.n_features <= SPARSE_SHARE * in_use:
            return [(EVERY, self.X)]
        return ((rows, self.X[rows]) for rows in self._chunks(max(1, in_use), CHUNK_ROWS))

    def _fit(self, X, w, support):
        """``X w`` from the columns in use, or from all if those are many."""
        if w.size > SPARSE_SHARE * support.size:
            X, w = X[:, support], w[support]
        return X.astype(np.float64, copy=False) @ w

    def gradient(self, w, among=None):
        if not self._by_rows() or (among is not None and self.narrow(among.size)):
            return super().gradient(w, among)
        z = np.zeros(self.n_features)
        y = self.y + self.x_mean @ w
        few = np.flatnonzero(w)
        part = (w[:0], few) if few.size * SCATTERED < w.size else (w, NONE)
        squares, total = run_over(self.X, residual_rows)(self.X, self.weights, y, w, *part, z)
        z -= self.x_mean * total
        return z, max(squares - total * total, 0.0) if self.fit_intercept else squares

    def _by_rows(self):
        """Whether the compiled pass over rows is exact enough, and worth while."""
        return self._moderate and self.X.flags.c_contiguous and self.X.size > SMALL

    def narrow(self, count):
        return count * NARROW < self.n_features and self.X.nbytes > CACHED

    def adjoint(self, r, among=None):
        v = self.weights * r
        if among is not None and self.narrow(among.size):
            out = np.zeros(self.n_features)
            for rows in self._chunks(among.size):
                out[among] += v[rows] @ self._block(rows, among)
            return out
        if self._by_rows():
            out = np.zeros(self.n_features)
            _, total = run_over(self.X, residual_rows)(
                self.X, self.weights, r, out, out[:0], NONE, out
            )
            return out - self.x_mean * total
        if self._direct:
            return self.X.T @ v - self.x_mean * v.sum()
        out = np.zeros(self.n_features)
        if self._by_columns():
            for cut in self._panels():
                out[cut] = v @ self._block(EVERY, cut)
            return out
        for rows in self._chunks():
            out += v[rows] @ self._block(rows)
        return out

    def transposed(self, V, centre):
        if self._direct:
            return V @ self.X - V.sum(axis=1)[:, None] * centre
        out = np.zeros((V.shape[0], self.n_features))
        if self._by_columns():
            for cut in self._panels(at_least=WIDE):
                out[:, cut] = V @ (self.X[:, cut].astype(np.float64) - centre[cut])
            return out
        for rows in self._chunks():
            out += V[:, rows] @ (self.X[rows].astype(np.float64) - centre)
        return out

    def columns(self, index, rows=None):
        return np.subtract(self.X.T[index], self.x_mean[index, None], out=rows).T

    def holds(self, count, dtype):
        taken = np.dtype(dtype).itemsize * self.y.size * count
        room = max(HELD_SHARE * self.X.nbytes, HELD_BYTES)
        return taken <= min(room, working_memory())

    def gram(self, rows, columns, dtype=np.float64):
        same = rows is columns
        if same and dtype == np.float64 and self._whole(rows):
            with spread(float(self.X.size) * rows.size):
                product = self.X.T @ self.X
            product *= self.common
            # In place: a matrix of products of means would take as much memory again.
            dger(-1.0, self.x_mean, self.x_mean, a=product.T, overwrite_a=True)
            return product
        if self._flat and rows.size * FEW < columns.size and self._every(columns):
            left = self._weighted(EVERY, rows, np.float64)
            left *= self.root[:, None]
            return left.T @ self.X - np.outer(left.sum(axis=0), self.x_mean)
        out = np.zeros((rows.size, columns.size))
        width = rows.size + (0 if same else columns.size)
        for chunk in self._chunks(width, max(CHUNK_ROWS, columns.size)):
            # Roots on both sides: a factor on one would keep BLAS from using the symmetry.
            left = self._weighted(chunk, rows, dtype)
            right = left if same else self._weighted(chunk, columns, dtype)
            out += left.T @ right
        return out

    def _whole(self, columns):
        """Whether these are all columns as they are: X is then not even read into a block."""
        return self._flat and self.common is not None and self._every(columns)

    def _every(self, columns):
        """Whether these are all columns, in order."""
        return columns.size == self.n_features and bool(np.all(columns[1:] > columns[:-1]))

    def row_gram(self, scale):
        n = self.X.shape[0]
        root = self.root
        out = np.zeros((n, n))
        width = max(1, CHUNK_ENTRIES // n)
        for start in range(0, self.n_features, width):
            index = np.arange(start, min(start + width, self.n_features))
            block = self._block(EVERY, index)
            block *= root[:, None] * np.sqrt(scale[index])
            out += block @ block.T
        return out

    def entries(self, features):
        return features.size * self.y.size

    def operator(self):
        if self.X.flags.f_contiguous and not self.X.flags.c_contiguous:
            return DenseColumns(self.X, self.x_mean, self.weights)
        return DenseRows(self.X, self.x_mean, self.weights)


NONE = np.empty(0, dtype=np.intp)


def pick(X, columns):
    """``X[:, columns]``. ``take`` is faster, but copies the whole of an X in Fortran order."""
    if X.flags.c_contiguous:
        return X.take(columns, axis=1, mode="clip")
    return X[:, columns]
