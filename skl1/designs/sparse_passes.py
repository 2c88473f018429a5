"""Compiled passes over compressed columns: their sums, products with vectors, and sweeps."""

from __future__ import annotations

import numpy as np

from skl1.compiled import Record, Vector, kernel


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
        entries = slice(self.indptr[j], self.indptr[j + 1])
        return r[r.size - 1] * self.mean[j] + gathered_dot(
            self.data[entries], self.indices[entries], r
        )

    def subtract(self, j, step, r):
        for k in range(self.indptr[j], self.indptr[j + 1]):
            r[np.uintp(self.indices[k])] -= step * self.weighted[k]
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


@kernel
def scan_equal(data, indices, indptr, s, y, centre, mean, norms, correlation):
    """Mean, variance and correlation with y of every column, where all samples weigh s.

    The variance is summed over deviations from a first value of the mean, whose own error is found
    beside it. The weight comes last: sums of whole numbers are exact. Single precision is widened
    by name: without the compiler, NumPy would otherwise sum in it.
    """
    for j in range(norms.size):
        entries = slice(indptr[j], indptr[j + 1])
        x = data[entries]
        correlation[j] = s * gathered_dot(x, indices[entries], y)
        first = 0.0
        if centre:
            for k in range(x.size):
                first += np.float64(x[k])
            first *= s
        error = second = 0.0
        for k in range(x.size):
            deviation = np.float64(x[k]) - first
            error += deviation
            second += deviation * deviation
        absent = y.size - x.size
        error = s * (error - absent * first)
        second = s * (second + absent * first * first)
        if centre:
            mean[j] = first + error
            second = max(second - error * error, 0.0)
        norms[j] = second


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
                out[np.uintp(indices[k])] += data[k] * w[j]


@kernel(exact=True)  # reassociated sums would gather in vectors, which takes twice as long
def gathered_dot(x, at, r):
    """``sum_k x_k r[at_k]``: four sums, none of which waits for another."""
    a = b = c = d = 0.0
    fours = x.size // 4
    for k in range(fours):
        a += x[4 * k] * r[np.uintp(at[4 * k])]
        b += x[4 * k + 1] * r[np.uintp(at[4 * k + 1])]
        c += x[4 * k + 2] * r[np.uintp(at[4 * k + 2])]
        d += x[4 * k + 3] * r[np.uintp(at[4 * k + 3])]
    for k in range(4 * fours, x.size):
        a += x[k] * r[np.uintp(at[k])]
    return (a + b) + (c + d)


@kernel(exact=True)
def transposed_product(data, indices, indptr, r, columns, out):
    """``out = X' r`` in the entries of some columns."""
    for j in columns:
        entries = slice(indptr[j], indptr[j + 1])
        out[j] = gathered_dot(data[entries], indices[entries], r)


@kernel(exact=True)
def weigh(data, indices, indptr, v, weighted, squares):
    """The entries of columns times the weight of their row, and the weighted sums of squares."""
    for a in range(squares.size):
        total = 0.0
        for q in range(indptr[a], indptr[a + 1]):
            weighted[q] = data[q] * v[np.uintp(indices[q])]
            total += weighted[q] * data[q]
        squares[a] = total


def entries_of(indptr: np.ndarray, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the entries of some columns are, one column after the other, and where each ends.

    SciPy's own indexing takes three times as long for a few short columns.
    """
    first = indptr[index]
    counts = indptr[index + 1] - first
    ends = np.cumsum(counts)
    return np.arange(counts.sum()) + np.repeat(first - (ends - counts), counts), ends
