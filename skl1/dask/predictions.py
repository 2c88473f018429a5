"""Predictions for dask collections, lazily, and what a score needs of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import dask.array as da
import numpy as np
from dask.delayed import delayed
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import check_array

from skl1.dask.chunks import check_finite, check_height, check_names, check_width, matrix, named
from skl1.dask.cluster import compute
from skl1.dask.collection import frame_meta, kind_of
from skl1.dask.tasks import task

#: Sparse formats that stay as they are.
FORMATS = ("csr", "csc", "coo")


def predicted(X: Any, coef: np.ndarray, intercept: Any) -> Any:
    """``X @ coef.T + intercept``: a dask array, or a series with the index of the frame.

    Of several targets an array, or a frame, with a column for each.
    """
    dtype = np.result_type(kind_of(X), coef)
    if hasattr(X, "columns"):
        meta = with_columns(frame_meta(X), np.zeros((0, *coef.shape[:-1]), dtype))
        names = list(X.columns)
        return X.map_partitions(
            of_partition, names, coef, intercept, dtype, meta=meta, enforce_metadata=False
        )
    ends = np.cumsum(X.chunks[1])
    several = len(ends) > 1
    # As columns: where it drops an axis, dask would first look into the blocks itself.
    count = len(coef) if coef.ndim == 2 else 1
    column = {"chunks": (X.chunks[0], (count,)), "dtype": dtype, "meta": np.zeros((0, 0), dtype)}
    parts = [
        X.blocks[:, k].map_blocks(of_block, w, dtype, k if several else None, **column)
        for k, w in enumerate(np.split(coef.T, ends[:-1]))
        if w.size
    ]
    whole: dict[str, Any] = {"dtype": dtype, "meta": np.zeros((0,) * coef.ndim, dtype)}
    # The intercepts of several targets are no array for dask, which would cut it.
    return da.map_blocks(
        prediction, *parts, Fixed(intercept), drop_axis=1 if coef.ndim == 1 else None, **whole
    )


@dataclass(frozen=True)
class Fixed:
    """What goes along with each block as it is."""

    value: Any


def with_columns(frame: Any, found: np.ndarray) -> Any:
    """A series of predictions with the index of a frame, or a frame of a column for each target."""
    if found.ndim == 1:
        return frame.assign(y=found)["y"]
    named = {k: found[:, k] for k in range(found.shape[1])}
    return frame.iloc[:, :0].assign(**{f"y{k}": column for k, column in named.items()})


@task
def products(block: Any, w: np.ndarray, dtype: Any, place: Any) -> np.ndarray:
    """``X w`` for a block, checked as in memory."""
    X = matrix(block, place, FORMATS)
    check_width(X, len(w), place)
    check_finite(X, place)
    return safe_sparse_dot(X, w, dense_output=True).astype(dtype, copy=False)


def of_block(block, w, dtype, column, block_info=None):
    """The same for a block of a dask array, which has the rows that dask takes it for."""
    row = block_info[0]["chunk-location"][0]
    place = row if column is None else (row, column)
    found = products(block, w, dtype, place)
    first, last = block_info[0]["array-location"][0]
    check_height(len(found), last - first, place)
    return found if found.ndim == 2 else found[:, None]


def of_partition(frame, names, w, intercept, dtype, partition_info=None):
    """The predictions for a partition, with its index."""
    place = partition_info["number"]
    check_names(frame, names, place)
    return with_columns(frame, products(frame, w.T, dtype, place) + intercept)


def prediction(*parts, block_id=None):
    """The sum of what some blocks of columns predict for the same rows; the intercept is last."""
    *found, fixed = parts
    if len({len(part) for part in found}) > 1:
        raise ValueError(
            f"The blocks of chunk {block_id[0]} of X have different numbers of rows: "
            f"{[len(part) for part in found][:5]}."
        )
    total = sum(found[1:], found[0])
    return (total if np.ndim(fixed.value) else total[:, 0]) + fixed.value


def in_rows(values: Any) -> Any:
    """A table whose chunks are whole rows."""
    return values.rechunk({1: -1}) if isinstance(values, da.Array) and values.ndim == 2 else values


def gathered(vectors: dict[str, Any], client: Any) -> list[Any]:
    """Vectors on the client, by one computation; what is no dask collection stays what it is.

    Of several targets they are tables.
    """
    chunks = {
        name: list(np.ravel(in_rows(vector).to_delayed()))
        for name, vector in vectors.items()
        if hasattr(vector, "to_delayed")
    }
    wanted = [delayed(chunk) for each in chunks.values() for chunk in each]
    found = iter(compute(wanted, client) if wanted else [])
    results = dict(vectors)
    for name, parts in chunks.items():
        checked = []
        for place in range(len(parts)):
            with named(place, name):
                checked.append(check_array(next(found), ensure_2d=False, ensure_min_samples=0))
        results[name] = np.concatenate(checked)
    return list(results.values())
