"""Fits to rows that come in blocks: what is known of them is their moments."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skl1.designs import Moments
from skl1.designs.responses import is_several
from skl1.designs.stream import Stream
from skl1.estimators.checked import validate_data, validate_targets
from skl1.estimators.linear import LinearRegressor
from skl1.estimators.state import all_or_nothing


def vacant(values: Any) -> bool:
    """Whether there is no row."""
    shape = getattr(values, "shape", None) or np.shape(values)
    return bool(shape) and shape[0] == 0


class StreamedRegressor(LinearRegressor):
    """A regressor whose loss is quadratic, and which therefore needs no more than moments."""

    #: Moments of the rows that ``partial_fit`` has seen, in as many parts as there are folds.
    _seen: list[Moments]

    def _n_parts(self) -> int:
        """In how many parts the moments are wanted."""
        return 1

    @abstractmethod
    def _fit_parts(self, parts: list[Moments]) -> Any:
        """Fit to the sum of some moments; names of features stay."""

    @all_or_nothing
    def fit_blocks(self, blocks: Any) -> Self:
        """Fit to all rows of a stream, in one pass over it.

        The same model as ``fit`` on all rows at once, up to rounding, in float64. Memory is
        taken by one block and ``8 n_features^2`` bytes, twice: for up to about 10,000 features.
        A search for alpha deals the rows to its folds in turn, row i to fold ``i mod cv``,
        however the stream is cut into blocks.

        Parameters
        ----------
        blocks : iterable of (X, y) or (X, y, sample_weight)
            Blocks of rows, as ``fit`` takes them; a block may be without rows, or have no weight.
            An iterator is used up.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError
            If a block is not made of two or three parts.
        ValueError
            If a parameter is out of its range; if a block is not finite, is misshaped or has
            another number of features than the first; if there are no rows. The error names the
            block.
        """
        self._validate_params()
        stream = Stream(self._n_parts())
        for number, block in enumerate(blocks):
            if not (isinstance(block, tuple | list) and len(block) in {2, 3}):
                raise TypeError(
                    f"Block {number} must be (X, y) or (X, y, sample_weight), got "
                    f"{type(block).__name__}; for X and y in one piece there is fit."
                )
            if vacant(block[0]) and vacant(block[1]):
                continue
            try:
                X, y = self._block(block[0], block[1], not stream.n_rows)
                stream.add(X, y, *block[2:])
            except (TypeError, ValueError) as error:
                error.add_note(f"This is block {number} of the stream.")
                raise
        return self._fit_parts(stream.moments())

    @all_or_nothing
    def partial_fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Fit to all rows that this method has been given so far, X and y among them.

        Exact, and independent of how the rows are cut into blocks: each call adds the moments of
        its rows to those before and solves the problem of all of them, to ``tol``. It forgets
        nothing, and takes no gradient step that later blocks would wash out. ``fit`` and its
        kin keep no moments: after one of them this method starts anew.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The next rows.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Their target, or targets.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Their weights, not negative; on one scale with those of the other blocks.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter, X, y or a weight is out of its range, not finite or misshaped, or X has
            another number of features than before. The rows before are kept.
        """
        self._validate_params()
        known, count = self._earlier("_seen", []), self._n_parts()
        if known and len(known) != count:
            raise ValueError(
                f"The rows so far were dealt to {len(known)} folds, not to {count}: set cv and "
                "selection back, or fit a clone."
            )
        for name in ("n_features_in_", "feature_names_in_"):
            if known and (value := self._earlier(name)) is not None:
                setattr(self, name, value)
        X, y = self._block(X, y, not known)
        stream = Stream(count)
        stream.n_rows = self._earlier("n_samples_seen_", 0)
        stream.add(X, y, sample_weight)
        new = stream.parts
        if known:
            new = [a if b is None else a + b for a, b in zip(known, new, strict=True)]
        stream.parts = list(new)
        self._seen, self.n_samples_seen_ = stream.moments(), stream.n_rows
        return self._fit_parts(self._seen)

    def _block(self, X, y, first: bool) -> tuple[Any, np.ndarray]:
        """Checked rows; the first ones settle the number and the names of features."""
        options: dict[str, Any] = {
            "reset": first,
            "accept_sparse": "csc",
            "accept_large_sparse": True,
            "dtype": [np.float64, np.float32],
        }
        if is_several(y):
            return validate_targets(self, X, y, **options)
        return validate_data(self, X, y, y_numeric=True, **options)
