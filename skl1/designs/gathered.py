"""Some columns of X, gathered for many products: of all designs that share X."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from skl1.designs.cross_products import PRODUCT, complete, in_order, multiply_chosen
from skl1.designs.sparse_passes import (
    SparseWalk,
    add_product,
    entries_of,
    transposed_product,
    weigh,
)

#: A sparse matrix with a larger share of numbers is faster, and no larger, as a dense one.
DENSE = 0.1
#: Numbers of a block of rows that are to stay in cache; and its rows at least.
BLOCK, SHORTEST = 2**17, 1024
#: A centred square that is a smaller share of the square has lost most of its digits.
CANCELLED = 1e-8


class Gathered(ABC):
    """Columns in the order in which they came; designs that share X differ in their weights."""

    def __init__(self, first: Any):
        self.first = first
        self.place = np.zeros(first.n_features, dtype=np.intp)
        self.count = 0
        self.features = np.zeros(0, dtype=np.intp)

    def extend(self, new: np.ndarray) -> None:
        """Gather more columns."""
        self.place[new] = self.count + np.arange(new.size)
        self._add(new)
        self.count += new.size
        self.features = np.concatenate([self.features, new])

    @abstractmethod
    def weighted_gram(
        self, old: np.ndarray, new: np.ndarray, v: np.ndarray, shift: np.ndarray
    ) -> np.ndarray:
        """``X' V X`` of the columns at the places new with those at old and new, one a row.

        For other weights than the first design's, and centred by these: ``shift`` are the means of
        the columns as they are held, zeros where there is no intercept. Places are in order.
        """

    @property
    @abstractmethod
    def work(self) -> float:
        """What such a matrix of all columns costs, in multiplications of BLAS."""

    @property
    def walkable(self) -> bool:
        """Whether sweeps may keep a residual for these columns, by `walk`."""
        return False

    @property
    def entries(self) -> int:
        """How many numbers they hold: what one look at each of them costs."""
        return self.first.n_samples * self.count

    def walk(self, places: np.ndarray, v: np.ndarray, shift: np.ndarray) -> tuple[Any, np.ndarray]:
        """A record of the columns at places, as `Design.walk` makes it, and their squared norms.

        For other weights than the first design's, and centred by these, as in `weighted_gram`. The
        scalar behind the residual is in units of the root of the sum of the weights.
        """
        raise NotImplementedError

    @abstractmethod
    def _add(self, new: np.ndarray) -> None:
        """Hold them behind the others."""

    @abstractmethod
    def gram(self, design: Any, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """A block of the Gram matrix of a design."""

    @abstractmethod
    def fits(self, W: np.ndarray) -> np.ndarray:
        """``X w`` for the rows of W, whose columns are those gathered; centred for the first."""

    @abstractmethod
    def sums(self, v: np.ndarray) -> np.ndarray:
        """``X' v`` for the columns gathered; centred for the first."""

    @abstractmethod
    def squares(self, v: np.ndarray) -> np.ndarray:
        """``sum_i v_i x_ij^2`` for the columns gathered; centred for the first."""


class DenseGathered(Gathered):
    """As rows of a matrix that has room for more."""

    def __init__(self, first):
        super().__init__(first)
        self.held = np.empty((0, first.n_samples))

    def _add(self, new):
        end = self.count + new.size
        if end > len(self.held):
            grown = np.empty((max(end, 2 * self.count), self.held.shape[1]))
            grown[: self.count] = self.held[: self.count]
            self.held = grown
        self.first.columns(new, self.held[self.count : end])

    def gram(self, design, rows, columns):
        if rows is columns:  # a product of a matrix with itself takes half the time
            half = self.held[self.place[rows]] * design.root
            block = half @ half.T
            shift = (design.x_mean - self.first.x_mean)[rows]
            block -= shift[:, None] * shift
            return block
        right = self.held[self.place[columns]] * design.weights
        block = self.held[self.place[rows]] @ right.T
        shift = design.x_mean - self.first.x_mean
        block -= shift[rows][:, None] * shift[columns]
        return block

    def weighted_gram(self, old, new, v, shift):
        # By rows of X so few that they stay in cache, in one place of memory.
        root, size, both = np.sqrt(v), v.size, np.concatenate([old, new])
        width = min(size, max(SHORTEST, BLOCK // both.size))
        held: Any = both if both.size < self.count or old.size else slice(self.count)
        gram = np.outer(shift[new], -float(v.sum()) * shift[both])
        beside, square = gram[:, : old.size], gram[:, old.size :]
        buffer = np.empty((both.size, width))
        for start in range(0, size, width):
            end = min(start + width, size)
            half = buffer[:, : end - start]
            np.multiply(self.held[held, start:end], root[start:end], out=half)
            left = half[old.size :]
            square += left @ left.T  # a product of a matrix with itself takes half the time
            if old.size:
                beside += left @ half[: old.size].T
        return gram

    @property
    def work(self):
        return 0.5 * self.first.n_samples * self.count**2

    def fits(self, W):
        return W @ self.held[: self.count]

    def sums(self, v):
        return self.held[: self.count] @ v

    def squares(self, v):
        held = self.held[: self.count]
        return (held * held) @ v


class SparseGathered(Gathered):
    """As they are, with their means beside them."""

    def __init__(self, first):
        super().__init__(first)
        self.data, self.indices = first.X.data[:0], first.X.indices[:0]
        self.indptr = np.zeros(1, dtype=np.int64)
        self.means = np.zeros(0)
        self.in_rows = np.zeros(first.n_samples, dtype=np.int64)  #: entries of each row
        self._rows: Any = None  #: the same by rows, where that has been asked for

    def _add(self, new):
        entries, ends = entries_of(self.first.X.indptr, new)
        rows = self.first.X.indices[entries]
        self.data = np.concatenate([self.data, self.first.X.data[entries]])
        self.indices = np.concatenate([self.indices, rows])
        self.in_rows += np.bincount(rows, minlength=self.in_rows.size)
        self.indptr = np.concatenate([self.indptr, self.indptr[-1] + ends])
        self.means = np.concatenate([self.means, self.first.x_mean[new]])
        self._rows = None

    def gram(self, design, rows, columns):
        return design.gram(rows, columns)

    def weighted_gram(self, old, new, v, shift):
        to = np.full(self.count, -1)
        both = np.concatenate([old, new])
        to[both] = np.arange(both.size)
        out = np.zeros((new.size, both.size))
        multiply_chosen.sized(int(self.work))(v, *self.by_rows, to, old.size, out)
        mean = np.sqrt(v.sum()) * (self.means + shift)
        square = out[:, old.size :]
        complete.sized(square.size)(mean[old[:0]], mean[new], 0, True, square)
        if old.size:
            out[:, : old.size] -= np.outer(mean[new], mean[old])
        return out

    @property
    def walkable(self):
        return self.first.walkable(self.features)

    @property
    def entries(self):
        return self.data.size

    def walk(self, places, v, shift):
        data, indices, indptr = self._arrays
        if places.size < self.count:
            chosen, ends = entries_of(indptr, places)
            data, indices, indptr = data[chosen], indices[chosen], np.append(0, ends)
        mean = np.sqrt(v.sum()) * (self.means + shift)[places]
        weighted, squares = np.empty(data.size), np.empty(places.size)
        weigh.sized(data.size)(data, indices, indptr, v, weighted, squares)
        norms = squares - mean * mean
        # Where the mean is nearly all of it, the difference would be rounding.
        np.copyto(norms, squares, where=norms <= CANCELLED * squares)
        return SparseWalk(data, weighted, indices, indptr, mean), norms

    @property
    def by_rows(self):
        """``(start, place, value)``: the numbers in order of rows, and where each row starts."""
        if self._rows is None:
            start = np.empty(self.in_rows.size + 1, np.int64)
            place, value = np.empty(self.data.size, np.uint32), np.empty_like(self.data)
            in_order.sized(10 * self.data.size)(*self._arrays, start, place, value)
            self._rows = start, place, value
        return self._rows

    @property
    def work(self):
        return PRODUCT * 0.5 * float(self.in_rows @ self.in_rows)

    def fits(self, W):
        out = np.empty((len(W), self.first.n_samples))
        run = add_product.sized(self.data.size)
        for w, row in zip(W, out, strict=True):
            row.fill(-float(self.means @ w))
            run(*self._arrays, w, row)
        return out

    def sums(self, v):
        out = np.empty(self.count)
        transposed_product.sized(self.data.size)(*self._arrays, v, np.arange(self.count), out)
        return out - self.means * v.sum()

    @property
    def _arrays(self):
        return self.data, self.indices, self.indptr

    def squares(self, v):
        return self.first.squares(v, self.features)[self.features]
