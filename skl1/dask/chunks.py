"""One chunk of the data, checked as data in memory are; errors name the chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array

from skl1.designs.moments import block_weights
from skl1.designs.responses import is_several
from skl1.estimators.checked import validate_data

#: What X is kept as; anything else becomes the first.
KINDS = [np.float64, np.float32]
#: Kinds of errors that are raised anew, with the chunk in the message.
RAISED = (TypeError, ValueError, OverflowError, RuntimeError)


@dataclass(frozen=True)
class Everywhere:
    """One weight for all rows; a type of its own, as a chunk that is a number is an error."""

    weight: float


@contextmanager
def named(place: Any, name: str = "X") -> Iterator[None]:
    """Name the chunk in an error about it; the kind of the error stays."""
    try:
        yield
    except Exception as error:
        kind = next((kind for kind in RAISED if isinstance(error, kind)), None)
        if kind is None:
            error.add_note(f"This is chunk {place} of {name}.")
            raise
        raise kind(f"Chunk {place} of {name}: {error}") from error


def matrix(block: Any, place: Any, formats: Any = "csc") -> Any:
    """A block of X as in memory, of float64 or float32; its entries are not looked at."""
    with named(place):
        return check_array(
            block,
            accept_sparse=formats,
            accept_large_sparse=True,
            dtype=KINDS,
            ensure_all_finite=False,
            ensure_min_samples=0,
            ensure_min_features=0,
        )


def check_finite(X: Any, place: Any) -> None:
    """A look at all entries, where the sums do not tell."""
    if not np.isfinite(X.data if sparse.issparse(X) else X).all():
        raise ValueError(f"Chunk {place} of X contains NaN or infinity.")


def check_width(X: Any, width: int, place: Any) -> None:
    """The number of columns must be what dask takes it for."""
    if X.shape[1] != width:
        raise ValueError(
            f"Chunk {place} of X has the shape {X.shape}, but {width} columns are expected."
        )


def check_height(found: int, expected: float | None, place: Any) -> None:
    """And that of rows, where dask knows it."""
    if expected is not None and not np.isnan(expected) and found != expected:
        raise ValueError(
            f"Chunk {place} of X has {found} rows, but dask takes it for {expected:g}: where "
            "map_blocks changes the number of rows, it has to be told so by chunks=..."
        )


def check_names(frame: Any, names: list[Any], place: Any) -> None:
    """The columns of a partition must be those of the data frame, in their order."""
    if not hasattr(frame, "columns"):
        raise TypeError(f"Chunk {place} of X must be a data frame, got {type(frame).__name__}.")
    if list(frame.columns) != names:
        raise ValueError(
            f"Chunk {place} of X has the columns {list(frame.columns)[:5]}, but {names[:5]} are "
            "expected, in this order: select them in each partition, as by "
            "X.map_partitions(lambda part: part[names])."
        )


def joined(row: list[Any], width: int, place: Any) -> Any:
    """The blocks of a row of the grid side by side, and checked but for their entries."""
    if len(row) == 1:
        X = matrix(row[0], place)
    else:
        blocks = [matrix(block, (place, k)) for k, block in enumerate(row)]
        heights = [block.shape[0] for block in blocks]
        if min(heights) < max(heights):
            raise ValueError(
                f"The blocks of chunk {place} of X have different numbers of rows: {heights[:5]}."
            )
        some = any(sparse.issparse(block) for block in blocks)
        X = sparse.hstack(blocks, format="csc") if some else np.hstack(blocks)
    check_width(X, width, place)
    return X


def target(values: Any, place: Any = None) -> np.ndarray:
    """A chunk of y, or without a place y in memory: in float64, of any length.

    Of several targets it has a column for each.
    """
    if getattr(values, "ndim", 0) == 2 and values.shape[1] == 1:
        if isinstance(values, np.ndarray):
            values = values[:, 0]
        elif hasattr(values, "iloc"):
            values = values.iloc[:, 0]
    whose = "y" if place is None else f"Chunk {place} of y"
    check_vector(values, whose)
    if place is None:
        y = as_numbers(values)
    else:
        with named(place, "y"):
            y = as_numbers(values)
    check_vector(y, whose)  # objects become NaN only now
    return y


def check_vector(values: Any, whose: str) -> None:
    """Whether the numbers of an array are finite; of other things others tell."""
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
        return
    if not np.isfinite(values).all():
        raise ValueError(f"{whose} contains NaN or infinity.")


def as_numbers(values: Any) -> np.ndarray:
    """Y as the estimators in memory take it."""
    if is_several(values):
        options: Any = {"ensure_min_samples": 0, "ensure_min_features": 0}
        y = check_array(values, dtype=np.float64, input_name="y", **options)
    else:
        y = validate_data(BaseEstimator(), y=values, y_numeric=True)
    return np.asarray(y, dtype=np.float64)


def weights(values: Any, length: int, place: Any) -> np.ndarray | None:
    """A chunk of the weights of so many rows, in float64; they may all be zero."""
    if values is None:
        return None
    if isinstance(values, Everywhere):
        return np.full(length, values.weight)
    with named(place, "sample_weight"):
        shape = np.shape(values)
    check_length(shape, length, "sample_weight", place)
    with named(place, "sample_weight"):
        return block_weights(values, np.broadcast_to(0.0, (length, 1)))


def check_length(shape: tuple[int, ...], length: int, name: str, place: Any) -> None:
    """A vector must have as many entries as the chunk of X has rows."""
    if shape != (length,):
        raise ValueError(
            f"Chunk {place} of X has {length} rows, but chunk {place} of {name} has the shape "
            f"{shape}."
        )


def table(row: list[Any], y: Any, s: Any, width: int, place: Any) -> tuple[Any, Any, Any]:
    """``(X, y, s)`` of a row of the grid, checked but for the entries of X."""
    X = joined(row, width, place)
    place = place[0] if isinstance(place, tuple) else place
    y = target(y, place)
    check_length(y.shape[:1], X.shape[0], "y", place)
    return X, y, weights(s, X.shape[0], place)


def finite(X: Any, place: Any, find: Callable[[], Any], sums: Callable[[Any], Any]) -> Any:
    """What is found in X; an error that names the chunk if X, and so some sum, is not finite."""
    try:
        found = find()
    except ValueError:
        check_finite(X, place)
        with named(place):
            raise
    if not np.isfinite(sums(found)).all():
        raise ValueError(f"Chunk {place} of X contains NaN or infinity.")
    return found
