"""The floor of a fit: what nobody who looks at the data and solves for the support can avoid.

It is the time of three passes over X (``X'r``), of the Gram matrix of the final support, and of the
Cholesky factor of that. Each is the least of several times, measured where the fits are. The Gram
matrix is made by the faster of BLAS and of a kernel over the rows of a sparse matrix, whatever the
storage of X is. Both find the columns of the support as they like them best: gathered, in an order
of their own, which does not count. Nothing of skl1 is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from time import perf_counter

import numpy as np
from scipy import linalg, sparse

PASSES = 3
#: Numbers of a sparse X beyond which its support is not filled up for BLAS: 400 MB.
FILLED = 5e7
#: A dense support with a larger share of nonzeros than this is for BLAS alone.
SPARSE_ENOUGH = 0.5
#: Each part is timed so often at most, and not again after so many seconds.
TURNS, SECONDS = 20, 0.3


@dataclass(frozen=True)
class Floor:
    """Seconds of a pass, of the Gram matrix of a support, and of its factor."""

    one_pass: float
    gram: float
    factor: float

    @property
    def seconds(self) -> float:
        """The floor itself."""
        return PASSES * self.one_pass + self.gram + self.factor

    @classmethod
    def of(cls, X, support: np.ndarray) -> Floor:
        """Measure the floor of one data set, for the indices of a support."""
        r = np.random.default_rng(0).standard_normal(X.shape[0]).astype(X.dtype)
        one_pass = least(lambda: X.T @ r)
        if not support.size:
            return cls(one_pass, 0.0, 0.0)
        gram = min(least(kernel) for kernel in kernels(X, support))
        return cls(one_pass, gram, _factor(kernels(X, support)[0]()))


def least(run: Callable[[], object]) -> float:
    """The least time of several calls, after one that does not count."""
    run()
    times: list[float] = []
    while len(times) < TURNS and sum(times) < SECONDS:
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return min(times)


def kernels(X, support: np.ndarray) -> list[Callable[[], np.ndarray]]:
    """Functions that return the Gram matrix of some columns, at least its upper half."""
    columns = X[:, support]
    found: list[Callable[[], np.ndarray]] = []
    if not sparse.issparse(X) or columns.shape[0] * columns.shape[1] <= FILLED:
        filled = columns.toarray() if sparse.issparse(X) else columns
        syrk = linalg.get_blas_funcs("syrk", (filled,))
        gathered = np.asfortranarray(filled)
        found.append(lambda: syrk(1.0, gathered, trans=1))
    if sparse.issparse(X) or np.count_nonzero(columns) <= SPARSE_ENOUGH * columns.size:
        rows = sparse.csr_matrix(columns)
        multiply = _by_rows()
        found.append(lambda: multiply(rows.indptr, rows.indices, rows.data, support.size))
    return found


@cache
def _by_rows():
    """The kernel of the sparse Gram matrix; a baseline must come before numba is imported."""
    from numba import njit  # noqa: PLC0415

    @njit
    def multiply(starts, columns, values, count):
        gram = np.zeros((count, count))
        for i in range(starts.size - 1):
            for a in range(starts[i], starts[i + 1]):
                line, value = gram[columns[a]], values[a]
                for b in range(a, starts[i + 1]):
                    line[columns[b]] += value * values[b]
        return gram

    return multiply


def _factor(gram: np.ndarray) -> float:
    """Seconds of the Cholesky factor.

    The diagonal is raised: of dependent columns the factorisation would stop half way.
    """
    raised = gram + np.diag(np.full(len(gram), np.trace(gram)))
    potrf = linalg.get_lapack_funcs("potrf", (raised,))
    raised = np.asfortranarray(raised)
    return least(lambda: potrf(raised))
