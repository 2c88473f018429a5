"""Compiled passes over dense X: its column sums, residuals, and products with its Gram matrix."""

from __future__ import annotations

import numpy as np

from skl1.compiled import ColumnMatrix, Record, RowMatrix, Vector, formula, kernel

#: Columns that are summed over at a time, and how far apart their sums lie: sums at distances of a
#: power of two would compete for the same lines of the cache.
TILE, APART = 2048, 2048 + 24
#: Entries of X up to which NumPy may make copies of it, and how many of them NumPy does in the time
#: of an interpreted operation.
COPIED, ENTRIES = 2**20, 30
#: Entries of a part of X that NumPy copies at once: the system may hand out larger arrays page by
#: page, which takes ten times as long as to fill them.
CUT = 2**16


def run_over(X, loop):
    """A kernel that passes over X once, or the same with arrays while it is not worth compiling."""
    return loop.sized(X.size // ENTRIES) if X.size <= COPIED else loop


def scan_few_columns(columns, *sums):
    """``scan_small`` for the columns as rows."""
    scan_small(columns.T, *sums)


def residual_small(X, s, y, w, many, few, z):
    """``residual_rows`` with arrays."""
    r = y - X[:, : many.size] @ many - X[:, few] @ w[few]
    v = s * r
    z += v @ X
    return v @ r, v.sum()


def gather_small(X, columns, mean, root, out):
    """``gather`` with arrays."""
    np.subtract(X.take(columns, axis=1), mean, out=out)
    out *= root[:, None]


def gather_few_columns(X, columns, mean, root, out):
    """``gather_columns`` with arrays."""
    np.subtract(X.take(columns, axis=0), mean[:, None], out=out)
    out *= root


def scan_small(X, pilot, s, y, mean, correlation, norms):
    """Add the weighted sums over the rows of X, of deviations from the pilot row.

    Of the deviations themselves, of their products with y, and of their squares.
    """
    v = s * y
    if X.flags.c_contiguous or X.size <= CUT:
        height = max(1, CUT // X.shape[1])
        for i in range(0, len(X), height):
            rows = slice(i, i + height)
            _add_sums(X[rows], pilot, s[rows], v[rows], mean, correlation, norms)
        return
    width = max(1, CUT // len(X))
    for j in range(0, X.shape[1], width):
        some = slice(j, j + width)
        _add_sums(X[:, some], pilot[some], s, v, mean[some], correlation[some], norms[some])


def _add_sums(X, pilot, s, v, mean, correlation, norms):
    deviation = X - pilot
    mean += s @ deviation
    correlation += v @ deviation
    np.multiply(deviation, deviation, out=deviation)
    norms += s @ deviation


@formula
def quarters(i, n):
    """Row i of each quarter of the rows, the last row where a quarter has no such row.

    Four rows at a time, as a sum that is read and written for each row costs more than X itself;
    far apart, so that each is a stream of its own: of neighbours that share a page of memory, the
    processor fetches none in time.
    """
    q = (n + 3) // 4
    return i, min(i + q, n - 1), min(i + 2 * q, n - 1), min(i + 3 * q, n - 1)


@formula
def weigh(s, i, n):
    """The weights of these rows, 0 for those that do not exist."""
    q = (n + 3) // 4
    a, b, c, d = quarters(i, n)
    return (
        s[a],
        s[b] if i + q < n else 0.0,
        s[c] if i + 2 * q < n else 0.0,
        s[d] if i + 3 * q < n else 0.0,
    )


@kernel(arrays=scan_small)
def scan_rows(X, pilot, s, y, mean, correlation, norms):
    """The same in one pass: ``TILE`` columns at a time, whose sums then stay in cache.

    The sums of a tile lie in one array, a constant distance apart: of arrays that might overlap
    the compiler would not vectorise the loop.
    """
    n, p = X.shape
    q = (n + 3) // 4
    sums = np.empty(4 * APART)
    for start in range(0, p, TILE):
        width = min(TILE, p - start)
        for j in range(width):
            sums[j] = pilot[start + j]
            sums[APART + j] = sums[2 * APART + j] = sums[3 * APART + j] = 0.0
        tile = slice(start, start + width)
        for i in range(q):
            k0, k1, k2, k3 = quarters(i, n)
            xa, xb, xc, xd = X[k0, tile], X[k1, tile], X[k2, tile], X[k3, tile]
            sa, sb, sc, sd = weigh(s, i, n)
            ya, yb, yc, yd = sa * y[k0], sb * y[k1], sc * y[k2], sd * y[k3]
            for j in range(width):
                a, b, c, d = xa[j] - sums[j], xb[j] - sums[j], xc[j] - sums[j], xd[j] - sums[j]
                sums[APART + j] += sa * a + sb * b + sc * c + sd * d
                sums[2 * APART + j] += ya * a + yb * b + yc * c + yd * d
                sums[3 * APART + j] += sa * a * a + sb * b * b + sc * c * c + sd * d * d
        for j in range(width):
            mean[start + j] += sums[APART + j]
            correlation[start + j] += sums[2 * APART + j]
            norms[start + j] += sums[3 * APART + j]


@kernel(arrays=scan_few_columns)
def scan_contiguous(columns, pilot, s, y, mean, correlation, norms):
    """The same for columns that are contiguous: the rows of ``columns``."""
    for j in range(columns.shape[0]):
        x, start = columns[j], pilot[j]
        total = along = square = 0.0
        for i in range(x.size):
            a = x[i] - start
            total += s[i] * a
            along += s[i] * a * y[i]
            square += s[i] * a * a
        mean[j] += total
        correlation[j] += along
        norms[j] += square


@kernel(arrays=residual_small)
def residual_rows(X, s, y, w, many, few, z):
    """Add ``X' S r`` to z, for ``r = y - X w``; returns ``r' S r`` and the sum of ``S r``.

    X is read once: both products use a row while it is in cache. The coefficients in use are
    ``many``, the first ones of w, and those at the places ``few``.
    """
    n, p = X.shape
    squares = total = 0.0
    for i in range((n + 3) // 4):
        k0, k1, k2, k3 = quarters(i, n)
        xa, xb, xc, xd = X[k0], X[k1], X[k2], X[k3]
        a, b, c, d = y[k0], y[k1], y[k2], y[k3]
        for j in range(many.size):
            a -= xa[j] * many[j]
            b -= xb[j] * many[j]
            c -= xc[j] * many[j]
            d -= xd[j] * many[j]
        for j in few:
            a -= xa[j] * w[j]
            b -= xb[j] * w[j]
            c -= xc[j] * w[j]
            d -= xd[j] * w[j]
        sa, sb, sc, sd = weigh(s, i, n)
        squares += sa * a * a + sb * b * b + sc * c * c + sd * d * d
        a, b, c, d = sa * a, sb * b, sc * c, sd * d
        total += a + b + c + d
        for j in range(p):
            z[j] += a * xa[j] + b * xb[j] + c * xc[j] + d * xd[j]
    return squares, total


@kernel(arrays=gather_small)
def gather(X, columns, mean, root, out):
    """``out = diag(root) (X[:, columns] - mean)``, row by row."""
    for i in range(X.shape[0]):
        for k in range(columns.size):
            out[i, k] = root[i] * (X[i, columns[k]] - mean[k])


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


@kernel(arrays=gather_few_columns)
def gather_columns(X, columns, mean, root, out):
    """``gather`` for columns that are contiguous: the rows of X and of out."""
    for k in range(columns.size):
        x, centre = X[columns[k]], mean[k]
        for i in range(x.size):
            out[k, i] = root[i] * (x[i] - centre)
