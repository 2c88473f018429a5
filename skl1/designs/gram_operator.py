"""Products with a Gram matrix: one that is in memory, and what other operators have to answer."""

from __future__ import annotations

import numpy as np

from skl1.compiled import Record, RowMatrix, kernel


class GramOperator(Record):
    """``G v`` for a G held in memory."""

    G: RowMatrix

    def product(self, v, out):
        gram_product(self.G, v, out)


def gram_product_of_rows(G, v, out):
    """The same with rows as arrays: the same sums in the same order."""
    out[:] = 0.0
    for j in np.flatnonzero(v):
        out += v[j] * G[j]


@kernel(exact=True, arrays=gram_product_of_rows)
def gram_product(G, v, out):
    """``out = G v`` for a symmetric G, skipping the zeros of v."""
    out[:] = 0.0
    for j in range(v.size):
        if v[j] != 0.0:
            for k in range(v.size):
                out[k] += v[j] * G[j, k]


@kernel
def apply_product(operator, v, out):
    """``operator.product(v, out)`` from Python."""
    operator.product(v, out)
