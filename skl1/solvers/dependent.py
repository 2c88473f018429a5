"""Columns that depend on each other: some of their coefficients become zero, at no cost."""

from __future__ import annotations

from math import copysign

import numpy as np

from skl1.compiled import kernel
from skl1.solvers.factor import extend, fetch, forward, places, table
from skl1.solvers.vectors import follow


@kernel(exact=True)
def update_factor(gram, pull, extra, w, z, order, held, factor):
    """Bring a Cholesky factor ``U' U = G_SS + diag(extra_S)`` to the support S of w.

    ``order[:m]`` are the features of its m rows, m being ``held[0]``. Of features that depend on
    each other some become zero. Returns whether there is a factor.
    """
    dependent = places(w.size)
    before = places(w.size)
    while True:
        lost = extend(gram, extra, w, order, held, factor, dependent, before)
        if lost < 0:
            return False
        if lost == 0:
            return True
        columns = table(held[0], lost)
        fetch(gram, order, held[0], dependent[:lost], columns)
        forward(factor, columns)
        for c in range(lost):
            for i in range(before[c], held[0]):
                columns[i, c] = 0.0  # rows that came later: it has no part in them
        if not shed(gram, pull, extra, w, z, order, held, factor, dependent[:lost], columns):
            return False


@kernel(exact=True)
def shed(gram, pull, extra, w, z, order, held, factor, dependent, columns):
    """Move along dependences of features on the held ones, each until a coefficient is zero.

    ``v_j = 1, v_S = -U^-1 x`` changes no prediction, and the penalty is linear as long as no sign
    changes, so one of the two directions costs nothing. What has become zero is taken out of the
    dependences that are left. Returns whether there is an end to each.
    """
    size = held[0]
    count = dependent.size
    if charged(extra, dependent):
        return False
    feature = joined(order, size, dependent)
    V = null_vectors(factor, size, columns, count)
    before = w.copy()
    ended = True
    for c in range(count):
        charge = 0.0
        for i in range(size + count):
            k = feature[i]
            if w[k] != 0.0:
                charge += V[i, c] * (pull[k] * copysign(1.0, w[k]) - z[k])
        side = -1.0 if charge > 0.0 else 1.0
        reach = np.inf
        first = -1
        for i in range(size + count):
            v = side * V[i, c]
            if w[feature[i]] * v < 0.0 and -w[feature[i]] / v < reach:
                reach = -w[feature[i]] / v
                first = i
        if first < 0:
            ended = False
            break
        for i in range(size + count):
            if w[feature[i]] != 0.0:
                w[feature[i]] += side * reach * V[i, c]
        w[feature[first]] = 0.0
        for other in range(c + 1, count):
            share = V[first, other] / V[first, c]
            if share != 0.0:
                for i in range(size + count):
                    V[i, other] -= share * V[i, c]
                V[first, other] = 0.0
    follow(gram, before, w, z)
    return ended


@kernel(exact=True)
def charged(extra, dependent):
    """Whether any of the features has an l2 term."""
    count = 0
    for j in dependent:
        count += extra[j] != 0.0
    return count > 0


@kernel(exact=True)
def joined(order, size, dependent):
    """The features of the rows of the factor, and then those that depend on them."""
    out = np.empty(size + dependent.size, dtype=np.intp)
    for i in range(size):
        out[i] = order[i]
    for c in range(dependent.size):
        out[size + c] = dependent[c]
    return out


def null_vectors_small(factor, size, columns, count):
    """``null_vectors`` with arrays."""
    V = np.zeros((size + count, count))
    V[:size] = -columns[:size, :count]
    np.fill_diagonal(V[size:], 1.0)
    for i in range(size - 1, -1, -1):
        V[i] /= factor[i, i]
        V[:i] -= factor[:i, i, None] * V[i]
    return V


@kernel(exact=True, arrays=null_vectors_small)
def null_vectors(factor, size, columns, count):
    """``(-U^-1 x, e_c)`` for each column x."""
    V = np.empty((size + count, count))
    for i in range(size):
        for c in range(count):
            V[i, c] = -columns[i, c]
    for c in range(count):
        for k in range(count):
            V[size + k, c] = 0.0
        V[size + c, c] = 1.0
    for i in range(size - 1, -1, -1):
        for c in range(count):
            V[i, c] /= factor[i, i]
        for k in range(i):
            for c in range(count):
                V[k, c] -= factor[k, i] * V[i, c]
    return V
