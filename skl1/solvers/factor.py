"""A Cholesky factor that is kept while its rows come and go."""

from __future__ import annotations

from math import sqrt

import numpy as np

from skl1.compiled import kernel

#: Pivots below this share of the diagonal mean a support that is numerically singular.
SINGULAR = 1e-13
#: Rows that enter a factor together.
BLOCK = 64
#: Rows that leave a factor one by one at most: more cost as much as to append what is behind them.
ROTATIONS = 20


def blank_factor(room: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The arrays ``order``, ``held`` and ``factor`` of a factor of at most so many rows."""
    return np.zeros(room, dtype=np.intp), np.zeros(1, dtype=np.intp), np.empty((room, room))


@kernel(exact=True)
def withdraw(w, order, held, factor):
    """Take the rows of coefficients that are zero out of the factor. Marks what is left in it.

    One by one if they are few; else all behind the first are given up, to be appended again.
    """
    gone = 0
    first = held[0]
    for i in range(held[0] - 1, -1, -1):
        if w[order[i]] == 0.0:
            gone += 1
            first = i
    if gone > ROTATIONS:
        held[0] = first
    inside = np.zeros(w.size, dtype=np.bool_)
    for i in range(held[0] - 1, -1, -1):
        if w[order[i]] == 0.0:
            remove(order, held, factor, i)
        else:
            inside[order[i]] = True
    return inside


@kernel(exact=True)
def append(gram, extra, new, order, held, factor, dependent, columns, lost):
    """Append rows for some features: ``U_12 = U_11^-T G_12``, and what is left of G_22 as a factor.

    Those that depend on the rows before go to ``dependent``, with ``U^-T g`` in ``columns``.
    Returns how many have gone there; -1 if there is no room for all.
    """
    size = held[0]
    wide = new.size
    A = np.empty((size, wide))
    for i in range(size):
        for c in range(wide):
            A[i, c] = gram[order[i], new[c]]
    forward(factor, A)
    C = square(A)
    x = np.empty(wide)
    rows = np.empty(wide, dtype=np.intp)  # which of the new are rows of the factor
    for c in range(wide):
        diagonal = gram[new[c], new[c]] + extra[new[c]]
        rest = diagonal - C[c, c]
        taken = held[0] - size
        for i in range(taken):
            x[i] = gram[new[rows[i]], new[c]] - C[rows[i], c]
            for k in range(i):
                x[i] -= factor[size + k, size + i] * x[k]
            x[i] /= factor[size + i, size + i]
            rest -= x[i] * x[i]
        if rest > SINGULAR * diagonal:
            place = size + taken
            if place == order.size:
                return -1
            for i in range(size):
                factor[i, place] = A[i, c]
            for i in range(taken):
                factor[size + i, place] = x[i]
            factor[place, place] = sqrt(rest)
            order[place] = new[c]
            rows[taken] = c
            held[0] = place + 1
        else:
            for i in range(size):
                columns[i, lost] = A[i, c]
            for i in range(taken):
                columns[size + i, lost] = x[i]
            dependent[lost] = new[c]
            lost += 1
    return lost


@kernel(exact=True)
def square(A):
    """``A' A``."""
    size, wide = A.shape
    turned = np.empty((wide, size))  # by hand: numba takes long to compile a copy of ``A.T``
    for c in range(wide):
        for i in range(size):
            turned[c, i] = A[i, c]
    out = np.empty((wide, wide))
    np.dot(turned, A, out)
    return out


@kernel(exact=True)
def forward(factor, A):
    """``A <- U^-T A`` for the first rows of the factor, by matrix products where they are many."""
    size, wide = A.shape
    for start in range(0, size, BLOCK):
        end = min(start + BLOCK, size)
        if start > 0:
            left = np.empty((end - start, start))
            for i in range(start, end):
                for k in range(start):
                    left[i - start, k] = factor[k, i]
            above = np.empty((end - start, wide))
            np.dot(left, A[:start], above)
            for i in range(start, end):
                for c in range(wide):
                    A[i, c] -= above[i - start, c]
        for i in range(start, end):
            for k in range(start, i):
                for c in range(wide):
                    A[i, c] -= factor[k, i] * A[k, c]
            for c in range(wide):
                A[i, c] /= factor[i, i]


@kernel(exact=True)
def remove(order, held, factor, place):
    """Take a row out of the Cholesky factor: the columns behind it move up, and are rotated.

    Golub and Van Loan, "Matrix computations", 4th edition, section 6.5.3.
    """
    size = held[0] - 1
    held[0] = size
    for k in range(place, size):
        order[k] = order[k + 1]
    for i in range(size + 1):
        for k in range(max(place, i - 1), size):
            factor[i, k] = factor[i, k + 1]
    for i in range(place, size):
        a, b = factor[i, i], factor[i + 1, i]
        length = sqrt(a * a + b * b)
        a, b = a / length, b / length
        for k in range(i, size):
            upper, lower = factor[i, k], factor[i + 1, k]
            factor[i, k] = a * upper + b * lower
            factor[i + 1, k] = a * lower - b * upper


@kernel
def solve(factor, d, size):
    """Solve ``U' U x = d`` in place, for the first rows."""
    for i in range(size):
        d[i] /= factor[i, i]
        for k in range(i + 1, size):
            d[k] -= d[i] * factor[i, k]
    for i in range(size - 1, -1, -1):
        dot = 0.0
        for k in range(i + 1, size):
            dot += factor[i, k] * d[k]
        d[i] = (d[i] - dot) / factor[i, i]
