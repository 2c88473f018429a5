"""A stream: the moments of rows that come in blocks."""

from __future__ import annotations

import numpy as np

from skl1.designs.moments import Moments, block_weights


class Stream:
    """Moments of all rows that have come by, in parts: row i of the stream belongs to part i mod k.

    That holds however the stream is cut into blocks.

    Parameters
    ----------
    n_parts : int, default=1
        The number k of parts: of folds, where one is to be held out at a time.
    """

    def __init__(self, n_parts: int = 1):
        self.n_rows = 0
        self.parts: list[Moments | None] = [None] * n_parts

    def add(self, X, y, sample_weight=None) -> None:
        """Take in a block that has been checked: its weights may be wrong still, or all zero.

        Parameters
        ----------
        X : {ndarray, CSC matrix} of shape (n_samples, n_features)
            The block.
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            Its target, or targets.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Its weights.
        """
        s = block_weights(sample_weight, X)
        k, first = len(self.parts), self.n_rows
        X = X.tocsr() if k > 1 and not isinstance(X, np.ndarray) else X
        for part in range(k):
            rows = slice((part - first) % k, None, k)
            if y[rows].size:
                new = Moments.of_checked(X[rows], y[rows], None if s is None else s[rows])
                known = self.parts[part]
                # In place: of its own matrix, which nobody else has seen.
                self.parts[part] = new if known is None else known.merged(new)
        self.n_rows += len(y)

    def moments(self) -> list[Moments]:
        """The moments of each part, which the stream no longer changes.

        Raises
        ------
        ValueError
            If a part has had no row.
        """
        parts = [part for part in self.parts if part is not None]
        if len(parts) < len(self.parts):
            raise ValueError(
                f"The blocks held {self.n_rows} rows; at least {len(self.parts)} are needed."
            )
        self.parts = [None] * len(parts)
        return parts
