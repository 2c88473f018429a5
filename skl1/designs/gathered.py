"""Some columns of X, gathered for many products: of all designs that share X."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from scipy import sparse

from skl1.designs.cross_products import complete, multiply_within

#: A sparse matrix with a larger share of numbers is faster, and no larger, as a dense one.
DENSE = 0.1
#: Numbers of a block of rows that are to stay in cache; and its rows at least.
BLOCK, SHORTEST = 2**15, 256


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

    def weighted_gram(self, v: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray]:
        """``X' V X`` for other weights than those of the first design, whose sum is the mass.

        Centred by these weights where there is an intercept. Returns it with the means, which are
        differences from those of the first.
        """
        shift = np.zeros(self.count)
        if self.first.fit_intercept:
            shift = self.sums(v) / mass
        return self._weighted_gram(v, mass, shift), shift

    @abstractmethod
    def _weighted_gram(self, v: np.ndarray, mass: float, shift: np.ndarray) -> np.ndarray:
        """The same, where the means are known."""

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
        self.held[self.count : end] = self.first.columns(new).T

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

    def _weighted_gram(self, v, mass, shift):
        # By rows of X so few that they stay in cache, in one place of memory.
        root, size = np.sqrt(v), v.size
        width = min(size, max(SHORTEST, BLOCK // max(self.count, 1)))
        buffer, gram = np.empty((self.count, width)), np.outer(shift, -mass * shift)
        for start in range(0, size, width):
            end = min(start + width, size)
            half = buffer[:, : end - start]
            np.multiply(self.held[: self.count, start:end], root[start:end], out=half)
            gram += half @ half.T  # a product of a matrix with itself takes half the time
        return gram

    def fits(self, W):
        return W @ self.held[: self.count]

    def sums(self, v):
        return self.held[: self.count] @ v


class SparseGathered(Gathered):
    """As they are, with their means beside them."""

    def __init__(self, first):
        super().__init__(first)
        self.held: Any = sparse.csc_array((first.n_samples, 0))
        self.rows: Any = None  #: the same by rows, where that has been asked for
        self.means = np.zeros(0)

    def _add(self, new):
        self.rows = None
        self.held = sparse.hstack([self.held, self.first.X[:, new]], format="csc")
        self.means = np.append(self.means, self.first.x_mean[new])

    def gram(self, design, rows, columns):
        return design.gram(rows, columns)

    def _weighted_gram(self, v, mass, shift):
        if self.rows is None:
            rows = self.held.tocsr()
            self.rows = rows.indptr.astype(np.int64), rows.indices.astype(np.uint32), rows.data
            counts = np.diff(rows.indptr)
            self.products = int(0.5 * float(counts @ counts))
        gram = np.zeros((self.count, self.count))
        multiply_within.sized(self.products)(v, *self.rows, gram)
        mean = np.sqrt(mass) * (self.means + shift)
        complete.sized(gram.size)(mean[:0], mean, 0, True, gram)
        return gram

    def fits(self, W):
        product = self.held @ np.ascontiguousarray(W.T)
        return product.T - (W @ self.means)[:, None]

    def sums(self, v):
        return self.held.T @ v - self.means * v.sum()
