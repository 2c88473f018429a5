"""The Gram matrix of a working set, which features enter and leave."""

from __future__ import annotations

import numpy as np

from skl1.compiled.threads import spread
from skl1.designs import Design


class GramStore:
    """The Gram matrix of a changing set of features.

    In single precision it costs half as much to form and to sweep over. A block of it is a model of
    the loss, right to seven digits, around a point whose gradient is exact: each round starts from
    the residual again, and so takes away the error of the round before.

    ``features[k]`` is the feature behind row k; ``known`` marks the features in the set. Their
    columns are kept too, in the pieces in which they came, as long as the design can hold them.
    """

    def __init__(self, n_features: int, dtype: type):
        self.dtype = dtype
        self.features = np.zeros(0, dtype=np.intp)
        self.known = np.zeros(n_features, dtype=bool)
        self.matrix: np.ndarray = np.zeros((0, 0), dtype=dtype)
        self.pieces: list[np.ndarray] | None = []

    def extend(self, design: Design, new: np.ndarray) -> None:
        """Add features: one pass over their columns, and over the ones already here."""
        if not new.size:
            return
        old = self.features.size
        self.features = np.concatenate([self.features, new])
        self.known[new] = True
        if new.size == design.n_features:
            self.pieces = None  # nothing can follow
        if self.pieces is not None and design.holds(self.features.size, self.dtype):
            fresh = design.weighted(new, self.dtype)
            with spread(float(fresh.size) * self.features.size):
                across = [piece.T @ fresh for piece in self.pieces]
                square = fresh.T @ fresh
            self.pieces.append(fresh)
        else:
            self.pieces = None
            beside, square = design.gram_beside(self.features[:old], new, self.dtype)
            across = [beside]
        if not old:
            self.matrix = square.astype(self.dtype, copy=False)
            return
        grown: np.ndarray = np.empty((self.features.size, self.features.size), dtype=self.dtype)
        grown[:old, :old] = self.matrix
        grown[:old, old:] = np.concatenate(across)
        grown[old:, :old] = grown[:old, old:].T
        grown[old:, old:] = square
        self.matrix = grown

    def restrict(self, wanted: np.ndarray) -> None:
        """Forget the features that a mask does not mark."""
        kept = wanted[self.features]
        if self.pieces:
            ends = np.cumsum([piece.shape[1] for piece in self.pieces])[:-1]
            parts = zip(self.pieces, np.split(kept, ends), strict=True)
            self.pieces = [piece[:, part] for piece, part in parts]
        self.features = self.features[kept]
        self.known[:] = False
        self.known[self.features] = True
        self.matrix = self.matrix[np.ix_(kept, kept)]
