"""A dask collection as a table: what is known of it before anything is computed."""

from __future__ import annotations

from typing import Any

import dask.array as da
import numpy as np
from dask.delayed import Delayed
from sklearn.utils.validation import check_array

from skl1.dask import tasks
from skl1.dask.chunks import KINDS
from skl1.sklearn_api import validate_data


def check_like(estimator: Any, X: Any, *, reset: bool) -> None:
    """Names and number of the features, noted or compared by scikit-learn as in memory."""
    validate_data(
        estimator,
        stand_in(X),
        reset=reset,
        dtype=None,
        ensure_all_finite=False,
        ensure_min_samples=0 if hasattr(X, "columns") else 1,
    )


def stand_in(X: Any) -> Any:
    """What scikit-learn's checks of names, numbers and kinds look at in the place of X.

    Of a data frame what dask knows of it, a frame without rows; of an array one of its shape that
    takes no memory, with one row where dask does not know how many there are.
    """
    if hasattr(X, "columns"):
        return frame_meta(X)
    rows = 1 if np.isnan(X.shape[0]) else X.shape[0]
    return np.broadcast_to(np.zeros((), X.dtype), (rows, X.shape[1]))


def frame_meta(X: Any) -> Any:
    """A data frame of the same columns as X, without rows."""
    from dask.dataframe.dispatch import make_meta  # noqa: PLC0415 (arrays do without pandas)

    return make_meta(X)


def kind_of(X: Any) -> np.dtype:
    """float32 if X is, else float64: what the numbers of X become."""
    if hasattr(X, "columns"):
        return check_array(frame_meta(X), dtype=KINDS, ensure_min_samples=0).dtype
    return np.dtype(np.float32 if X.dtype == np.float32 else np.float64)


def check_table(X: Any) -> None:
    """Whether X is a dask table with columns."""
    plain = hasattr(X, "dask") and not isinstance(X, Delayed)  # which has any attribute
    series = plain and getattr(X, "ndim", 0) == 1
    if not (plain and (isinstance(X, da.Array) or series or hasattr(X, "columns"))):
        raise TypeError(
            f"X must be a dask array or data frame, got {type(X).__name__}. For data in memory "
            "there is the estimator of the same name in skl1; dask.array.from_array makes a dask "
            "array."
        )
    if X.ndim != 2:
        raise ValueError(f"X must have two dimensions, got {X.ndim}.")
    count = len(X.columns) if hasattr(X, "columns") else X.shape[1]
    if np.isnan(count):
        raise ValueError("The number of columns of X is unknown: X.compute_chunk_sizes() tells.")
    if not count:
        raise ValueError("X has 0 features; at least 1 is needed.")
    kinds = X.dtypes if hasattr(X, "columns") else [X.dtype]
    if any(getattr(kind, "kind", "") == "c" for kind in kinds):
        raise ValueError("Complex data not supported: X holds complex numbers.")
    strings = [isinstance(name, str) for name in getattr(X, "columns", [])]
    if any(strings) and not all(strings):
        raise TypeError("The names of features must all be strings, or none of them may be.")


def opened(X: Any) -> tuple[list[int] | None, list[int], list[list[Any]], np.dtype]:
    """Heights, widths, blocks and dtype of a dask collection."""
    check_table(X)
    if isinstance(X, da.Array):
        known = not any(np.isnan(height) for height in X.chunks[0])
        heights = [int(height) for height in X.chunks[0]] if known else None
        widths = [int(width) for width in X.chunks[1]]
        wide = [k for k, width in enumerate(widths) if width]
        blocks = [[row[k] for k in wide] for row in X.to_delayed().tolist()]
        return heights, [widths[k] for k in wide], blocks, kind_of(X)
    dtype, names = kind_of(X), list(X.columns)
    parts = X.map_partitions(tasks.partition, names, meta=frame_meta(X), enforce_metadata=False)
    return None, [len(names)], [[part] for part in parts.to_delayed()], dtype
