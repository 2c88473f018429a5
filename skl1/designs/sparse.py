"""Sparse X in CSC form, 32- or 64-bit indices, centred implicitly: it stays sparse."""

from __future__ import annotations

import numpy as np

from skl1.compiled import Record, Vector, kernel
from skl1.compiled.lazy import lazy
from skl1.designs.base import SAFE_MEAN_RATIO
from skl1.designs.table import TableDesign, beyond_rounding


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

    @lazy
    def _every(self):
        return np.arange(self.n_features)

    def transposed(self, V, centre):
        product = self.X.T @ np.ascontiguousarray(V.T)
        return product.T - V.sum(axis=1)[:, None] * centre

    def columns(self, index):
        return self.X[:, index].toarray().astype(np.float64) - self.x_mean[index]

    def gram(self, rows, columns, dtype=np.float64):
        left = self.X[:, rows].astype(np.float64)
        right = left if rows is columns else self.X[:, columns].astype(np.float64)
        weighted = right.copy()
        weighted.data *= self.weights[right.indices]
        block = (left.T @ weighted).toarray()
        block -= np.outer(self.x_mean[rows], self.x_mean[columns])
        self._mend(block, rows, right, columns)
        self._mend(block.T, columns, left, rows)
        return block

    def _mend(self, block, rows, X, columns):
        """Recompute the rows of a Gram block whose implicit centring has cancelled."""
        steep = np.flatnonzero(self._steep[rows])
        if steep.size:
            centred = self.columns(rows[steep]) * self.weights[:, None]
            block[steep] = (X.T @ centred).T - np.outer(centred.sum(axis=0), self.x_mean[columns])

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


class SparseWalk(Record):
    """A copy of some columns, side by side, for sweeps that keep a residual.

    With r = y - X w uncentred, the residual is held as ``s_i r_i`` and, behind it, the scalar
    ``c = mean . w`` that centring adds to every r_i. As the centred residual has mean zero,
    ``x_j' S (r + c) = sum_i x_ij s_i r_i + c mean_j``: centring costs one multiplication.
    """

    data: Vector
    weighted: Vector
    indices: Vector
    indptr: Vector
    mean: Vector

    def dot(self, j, r):
        dot = r[r.size - 1] * self.mean[j]
        for k in range(self.indptr[j], self.indptr[j + 1]):
            dot += self.data[k] * r[self.indices[k]]
        return dot

    def subtract(self, j, step, r):
        for k in range(self.indptr[j], self.indptr[j + 1]):
            r[self.indices[k]] -= step * self.weighted[k]
        r[r.size - 1] += step * self.mean[j]


class SparseColumns(Record):
    """``G v = X' S X v`` for compressed columns."""

    data: Vector
    indices: Vector
    indptr: Vector
    mean: Vector
    weights: Vector

    def product(self, v, out):
        fit = np.zeros(self.weights.size)
        add_product(self.data, self.indices, self.indptr, v, fit)
        shift = 0.0
        for j in range(v.size):
            shift += self.mean[j] * v[j]
        total = 0.0
        for i in range(fit.size):
            fit[i] = (fit[i] - shift) * self.weights[i]
            total += fit[i]
        transposed_product(self.data, self.indices, self.indptr, fit, np.arange(v.size), out)
        for j in range(v.size):
            out[j] -= self.mean[j] * total


@kernel(exact=True)
def scan_columns(data, indices, indptr, s, sy, centre, mean, norms, correlation):
    """Weighted mean, variance and correlation with y of every column; ``sy`` is ``s y``.

    The variance is summed over deviations from a first value of the mean, whose own error is found
    beside it.
    """
    counted = np.count_nonzero(s)
    for j in range(norms.size):
        inside = 0.0
        first = 0.0
        cross = 0.0
        present = 0
        for k in range(indptr[j], indptr[j + 1]):
            weight = s[indices[k]]
            inside += weight
            first += weight * data[k]
            cross += sy[indices[k]] * data[k]
            present += weight > 0.0
        correlation[j] = cross
        if not centre:
            first = 0.0
        # 1 - inside is rounding, not weight, where no row that counts is absent.
        absent = 1.0 - inside if present < counted else 0.0
        error = -absent * first
        second = absent * first * first
        for k in range(indptr[j], indptr[j + 1]):
            deviation = data[k] - first
            error += s[indices[k]] * deviation
            second += s[indices[k]] * deviation * deviation
        if centre:
            mean[j] = first + error
            second = max(second - error * error, 0.0)
        norms[j] = second


@kernel
def add_product(data, indices, indptr, w, out):
    """``out += X w``, skipping the zeros of w."""
    for j in range(w.size):
        if w[j] != 0.0:
            for k in range(indptr[j], indptr[j + 1]):
                out[indices[k]] += data[k] * w[j]


@kernel(exact=True)  # reassociated sums would gather in vectors, which takes twice as long
def transposed_product(data, indices, indptr, r, columns, out):
    """``out = X' r`` in the entries of some columns."""
    for j in columns:
        dot = 0.0
        for k in range(indptr[j], indptr[j + 1]):
            dot += data[k] * r[indices[k]]
        out[j] = dot
