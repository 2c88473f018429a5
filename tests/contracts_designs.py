"""Examples of how the X of every design is stored, and the explicit data that it must equal."""

from __future__ import annotations

import tempfile
from collections.abc import Callable

import numpy as np
from scipy import sparse

from contracts import LONG, examples_of
from skl1.designs import DenseDesign, SparseDesign, TableDesign


def _strided(X):
    wide = np.zeros((2 * X.shape[0], 2 * X.shape[1]), dtype=X.dtype)
    wide[::2, ::2] = X
    return wide[::2, ::2]


def _read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def _memmap(X):
    with tempfile.TemporaryFile() as file:  # the mapping outlives the file's name and handle
        mapped = np.memmap(file, dtype=X.dtype, shape=X.shape)
    mapped[:] = X
    return mapped


def _indexed(kind, dtype):
    def store(X):
        S = kind(X)
        S.indices, S.indptr = S.indices.astype(dtype), S.indptr.astype(dtype)
        return S

    return store


def _read_only_csc(X):
    S = sparse.csc_array(X)
    for part in (S.data, S.indices, S.indptr):
        part.flags.writeable = False
    return S


def _single(store):
    return lambda X: store(X.astype(np.float32))


#: How the X of each design with rows may be stored: a function of a C-ordered float64 matrix.
STORAGES: dict[type, dict[str, Callable]] = {
    DenseDesign: {
        "C": np.array,
        "F": np.asfortranarray,
        "strided": _strided,
        "reversed": lambda X: X[::-1].copy()[::-1],
        "read-only": _read_only,
        "memmap": _memmap,
        "float32 C": _single(np.array),
        "float32 F": _single(np.asfortranarray),
    },
    SparseDesign: {
        "csc_array": sparse.csc_array,
        "csc_matrix int32": _indexed(sparse.csc_matrix, np.int32),
        "csc_array int64": _indexed(sparse.csc_array, np.int64),
        "csr_matrix": sparse.csr_matrix,
        "coo_array": sparse.coo_array,
        "read-only csc": _read_only_csc,
        "float32 csc": _single(sparse.csc_matrix),
        "float32 int64": _single(_indexed(sparse.csc_array, np.int64)),
    },
}


def storages():
    """Pairs (name, function that stores a matrix) for every design with rows."""
    return examples_of(TableDesign, {kind: list(ways.items()) for kind, ways in STORAGES.items()})


class Reference:
    """The explicit, centred, weighted data in extended precision: what a Design must equal."""

    def __init__(self, X, y, sample_weight=None, fit_intercept=True):
        X = X.toarray() if sparse.issparse(X) else np.asarray(X)
        X, y = X.astype(LONG), np.asarray(y).astype(LONG)
        s = np.ones(y.size) if sample_weight is None else np.asarray(sample_weight)
        self.s = s.astype(LONG) / s.astype(LONG).sum()
        self.x_mean = self.s @ X if fit_intercept else np.zeros(X.shape[1], LONG)
        self.y_mean = self.s @ y if fit_intercept else LONG(0)
        self.X, self.y = X - self.x_mean, y - self.y_mean
        # A constant column is exactly zero; its mean in extended precision may not be exact.
        varies = [np.unique(column[self.s > 0]).size > 1 for column in X.T]
        if fit_intercept:
            self.X[:, ~np.array(varies, dtype=bool)] = 0

    @property
    def gram(self):
        return self.X.T @ (self.s[:, None] * self.X)

    @property
    def norms(self):
        return self.s @ self.X**2

    @property
    def size(self):
        """What a column's rounding errors are measured by: its norm, or its mean if constant."""
        norms = self.norms
        return np.where(norms > 0, np.sqrt(norms), np.abs(self.x_mean))

    @property
    def energy(self):
        return self.s @ self.y**2

    def residual(self, w):
        return self.y - self.X @ w

    def correlation(self, r):
        """``X' S r``."""
        return self.X.T @ (self.s * r)

    def loss(self, w):
        return self.s @ self.residual(w) ** 2 / 2

    def objective(self, case, weights, w):
        """F(w) by an independent formula; ``weights`` may hold inf where w is zero."""
        w = np.asarray(w).astype(LONG)
        finite = np.isfinite(weights)
        assert not w[~finite].any(), "an excluded feature has a coefficient"
        return float(self.loss(w) + weights[finite] @ case.value(w[finite]))
