"""A Cholesky factor that is kept while its rows come and go.

What ends in ``_small`` is a kernel's other form, with NumPy's operations on arrays: each entry is
the same sum, in the same order.
"""

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


# Kernels have their arrays made by these: each form of ``np.empty`` takes a while to compile.
@kernel(exact=True)
def places(count):
    """Room for so many places of features."""
    return np.empty(count, dtype=np.intp)


@kernel(exact=True)
def vector(count):
    """Room for so many numbers."""
    return np.empty(count)


@kernel(exact=True)
def table(rows, columns):
    """Room for a matrix."""
    return np.empty((rows, columns))


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
    inside = vector(w.size)
    for j in range(w.size):
        inside[j] = 0.0
    for i in range(held[0] - 1, -1, -1):
        if w[order[i]] == 0.0:
            remove(order, held, factor, i)
        else:
            inside[order[i]] = 1.0
    return inside


@kernel(exact=True)
def extend(gram, extra, w, order, held, factor, dependent, before):
    """Bring the factor to the support of w. Returns how many features it cannot take.

    These depend on rows before them: they go to ``dependent``, and to ``before`` how many rows
    those are. -1 if there is no room for all.
    """
    inside = withdraw(w, order, held, factor)
    new = places(w.size)
    count = 0
    for j in range(w.size):
        if w[j] != 0.0 and inside[j] == 0.0:
            new[count] = j
            count += 1
    lost = 0
    for start in range(0, count, BLOCK):
        end = min(start + BLOCK, count)
        lost = append(gram, extra, new[start:end], order, held, factor, dependent, before, lost)
        if lost < 0:
            break
    return lost


@kernel(exact=True)
def append(gram, extra, new, order, held, factor, dependent, before, lost):
    """Append rows for some features: ``U_12 = U_11^-T G_12``, and what is left of G_22 as a factor.

    Those that depend on the rows before go to ``dependent``, and to ``before`` how many rows those
    are. Returns how many have gone there; -1 if there is no room for all.
    """
    size = held[0]
    wide = new.size
    A = table(size, wide)
    fetch(gram, order, size, new, A)
    forward(factor, A)
    C = square(A)
    x = vector(wide)
    rows = places(wide)  # which of the new are rows of the factor
    for c in range(wide):
        diagonal = gram[new[c], new[c]] + extra[new[c]]
        rest = diagonal - C[c, c]
        taken = held[0] - size
        pivot(gram, new, rows, taken, c, C, factor, size, x)
        for i in range(taken):
            rest -= x[i] * x[i]
        place = size + taken
        if not rest > SINGULAR * diagonal:
            dependent[lost] = new[c]
            before[lost] = place
            lost += 1
            continue
        if place == order.size:
            return -1
        enter_column(A, x, c, taken, size, factor)
        factor[place, place] = sqrt(rest)
        order[place] = new[c]
        rows[taken] = c
        held[0] = place + 1
    return lost


def fetch_small(gram, features, held, new, A):
    """``fetch`` with arrays."""
    A[:] = gram[features[:held, None], new]


@kernel(exact=True, arrays=fetch_small)
def fetch(gram, features, held, new, A):
    """The Gram matrix of the first so many features with the new ones."""
    for i in range(held):
        for c in range(new.size):
            A[i, c] = gram[features[i], new[c]]


def pivot_small(gram, new, rows, taken, c, C, factor, size, x):
    """``pivot`` with arrays."""
    x[:taken] = gram[new[rows[:taken]], new[c]] - C[rows[:taken], c]
    for k in range(taken):
        row = factor[size + k, size : size + taken]
        x[k] /= row[k]
        x[k + 1 : taken] -= row[k + 1 :] * x[k]


@kernel(exact=True, arrays=pivot_small)
def pivot(gram, new, rows, taken, c, C, factor, size, x):
    """The column of the c-th new feature in the rows that those before it have taken."""
    for i in range(taken):
        x[i] = gram[new[rows[i]], new[c]] - C[rows[i], c]
        for k in range(i):
            x[i] -= factor[size + k, size + i] * x[k]
        x[i] /= factor[size + i, size + i]


def enter_column_small(A, x, c, taken, size, factor):
    """``enter_column`` with arrays."""
    factor[:size, size + taken] = A[:, c]
    factor[size : size + taken, size + taken] = x[:taken]


@kernel(exact=True, arrays=enter_column_small)
def enter_column(A, x, c, taken, size, factor):
    """The column of the c-th new feature becomes one of the factor, above its diagonal."""
    for i in range(size):
        factor[i, size + taken] = A[i, c]
    for i in range(taken):
        factor[size + i, size + taken] = x[i]


def square_small(A):
    """``square`` with arrays."""
    return A.T.copy() @ A


@kernel(exact=True, arrays=square_small)
def square(A):
    """``A' A``."""
    size, wide = A.shape
    turned = table(wide, size)  # by hand: numba takes long to compile a copy of ``A.T``
    for c in range(wide):
        for i in range(size):
            turned[c, i] = A[i, c]
    out = table(wide, wide)
    np.dot(turned, A, out)
    return out


def forward_small(factor, A):
    """``forward`` with arrays."""
    size = A.shape[0]
    for start in range(0, size, BLOCK):
        end = min(start + BLOCK, size)
        if start > 0:
            A[start:end] -= factor[:start, start:end].T.copy() @ A[:start]
        for k in range(start, end):
            A[k] /= factor[k, k]
            A[k + 1 : end] -= factor[k, k + 1 : end, None] * A[k]


@kernel(exact=True, arrays=forward_small)
def forward(factor, A):
    """``A <- U^-T A`` for the first rows of the factor, by matrix products where they are many."""
    size, wide = A.shape
    for start in range(0, size, BLOCK):
        end = min(start + BLOCK, size)
        if start > 0:
            left = table(end - start, start)
            for i in range(start, end):
                for k in range(start):
                    left[i - start, k] = factor[k, i]
            above = table(end - start, wide)
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
    """Take a row out of the Cholesky factor."""
    size = held[0] - 1
    held[0] = size
    for k in range(place, size):
        order[k] = order[k + 1]
    rotate(factor, place, size)


def rotate_small(factor, place, size):
    """``rotate`` with arrays."""
    factor[: place + 1, place:size] = factor[: place + 1, place + 1 : size + 1]
    for i in range(place, size):
        factor[i + 1, i:size] = factor[i + 1, i + 1 : size + 1]
        a, b = factor[i, i], factor[i + 1, i]
        length = sqrt(a * a + b * b)
        a, b = a / length, b / length
        upper, lower = factor[i, i:size].copy(), factor[i + 1, i:size].copy()
        factor[i, i:size] = a * upper + b * lower
        factor[i + 1, i:size] = a * lower - b * upper


@kernel(exact=True, arrays=rotate_small)
def rotate(factor, place, size):
    """The columns behind a row that goes move up, and are rotated; ``size`` of them are left.

    Golub and Van Loan, "Matrix computations", 4th edition, section 6.5.3.
    """
    for i in range(size + 1):
        for k in range(i - 1 if i > place else place, size):
            factor[i, k] = factor[i, k + 1]
    for i in range(place, size):
        a, b = factor[i, i], factor[i + 1, i]
        length = sqrt(a * a + b * b)
        a, b = a / length, b / length
        for k in range(i, size):
            upper, lower = factor[i, k], factor[i + 1, k]
            factor[i, k] = a * upper + b * lower
            factor[i + 1, k] = a * lower - b * upper


def solve_small(factor, d, size):
    """``solve`` with arrays; it alone adds up in another order."""
    for i in range(size):
        d[i] /= factor[i, i]
        d[i + 1 : size] -= d[i] * factor[i, i + 1 : size]
    for i in range(size - 1, -1, -1):
        d[i] = (d[i] - factor[i, i + 1 : size] @ d[i + 1 : size]) / factor[i, i]


@kernel(arrays=solve_small)
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
