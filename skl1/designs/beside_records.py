"""The data beside some columns, as compiled loops see them."""

from __future__ import annotations

import numpy as np

from skl1.compiled import Record, RowMatrix


class BesideOperator(Record):
    """``G v - C C' v``."""

    whole: Record
    across: RowMatrix

    def product(self, v, out):
        part = np.zeros(self.across.shape[1])
        for j in range(v.size):
            if v[j] != 0.0:
                for k in range(part.size):
                    part[k] += self.across[j, k] * v[j]
        self.whole.product(v, out)
        for j in range(v.size):
            for k in range(part.size):
                out[j] -= self.across[j, k] * part[k]


class BesideWalk(Record):
    """Columns beside others, for sweeps that keep a residual, and behind it its part along Q."""

    whole: Record
    across: RowMatrix
    rank: int

    def dot(self, j, r):
        size = r.size - self.rank
        dot = self.whole.dot(j, r[:size])
        for k in range(self.rank):
            dot -= self.across[j, k] * r[size + k]
        return dot

    def subtract(self, j, step, r):
        size = r.size - self.rank
        self.whole.subtract(j, step, r[:size])
        for k in range(self.rank):
            r[size + k] -= step * self.across[j, k]
