"""The grid of blocks that X is made of on a cluster, and passes over it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from numbers import Number
from typing import Any

import dask.array as da
import numpy as np
from dask.delayed import Delayed, delayed

from skl1.dask import tasks
from skl1.dask.chunks import Everywhere
from skl1.dask.chunks import target as checked_target
from skl1.dask.cluster import compute
from skl1.dask.collection import opened
from skl1.dask.predictions import in_rows
from skl1.designs.responses import is_several
from skl1.exceptions import warn_user
from skl1.sklearn_api import check_sample_weight, working_memory

#: Bytes of a chunk for the sake of which X should be cut further, and of one not worth a task.
LARGE, TINY = 2**30, 2**20
#: Bytes that may be moved between workers without a word.
MOVED = 2**27
#: More chunks than this, and tiny ones, cost more to schedule than to read.
MANY = 1000


class Grid:
    """X, y and weights in chunks: nothing of it is computed but in passes, which are counted.

    Parameters
    ----------
    X : dask array or dask data frame
        Its chunks are the blocks of the grid; a frame has one for each partition.
    y : dask or NumPy array, or dask series
        In chunks like the rows of X.
    sample_weight : the same, a number, or None
        One number is a weight for each row: n rows then count for n times as much.
    client : distributed.Client or None
        None means what dask is set to.

    Attributes
    ----------
    shape : (int, int)
        The number of rows is counted where dask does not know it: a pass over y.
    dtype : dtype
        float32 if X is, else float64.
    several : bool
    n_passes : int
        How often X has been read, in part or as a whole.
    n_bytes : int
        Sent to the workers and back, and at most that for partial sums among them.
    """

    def __init__(self, X: Any, y: Any, sample_weight: Any, client: Any = None):
        self.client = client
        self.n_passes = self.n_bytes = 0
        self._held: dict[int, np.ndarray] = {}
        heights, widths, blocks, self.dtype = opened(X)
        self.widths = widths
        self.edges = np.concatenate([[0], np.cumsum(widths)]).astype(np.intp)
        self.blocks = blocks
        self.heights: list[int] | None = heights
        self.several = is_several(y)
        self.y = self._cut(y, "y")
        self.s = None if sample_weight is None else self._weights(sample_weight)
        self._advise()

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return int(self.edges[-1])

    @property
    def rows(self) -> list[int]:
        """The heights of the chunks."""
        if self.heights is None:
            # Of y, which is one column, unless y came as an array.
            self.heights = self.run([delayed(tasks.length)(chunk) for chunk in self.y], 0)
        return self.heights

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        n = sum(self.rows)
        if not n:
            raise ValueError("X has no rows.")
        return n, self.n_features

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.shape[0] * self.shape[1]

    @property
    def moves(self) -> bool:
        """Whether X is so large that it should not be moved between workers."""
        return float(self.size) * self.dtype.itemsize > MOVED

    @property
    def starts(self) -> np.ndarray:
        """Where the chunks of rows begin, and where the last ends."""
        return np.concatenate([[0], np.cumsum(self.rows)]).astype(np.intp)

    @property
    def bands(self) -> list[slice]:
        """The rows of each chunk."""
        return [slice(a, b) for a, b in pairwise(self.starts)]

    def _weights(self, given: Any) -> list[Any]:
        if isinstance(given, Number):
            (weight,) = check_sample_weight(given, np.zeros((1, 1)))
            return [Everywhere(float(weight))] * len(self.blocks)
        return self._cut(given, "sample_weight")

    def _cut(self, values: Any, name: str) -> list[Any]:
        """The chunks of a vector, or of a table of targets, beside the rows of X."""
        if not hasattr(values, "dask"):
            values = self._local(values, name)
        elif isinstance(values, Delayed) or not hasattr(values, "to_delayed"):
            raise TypeError(
                f"{name} must be a dask array or series, or an array, got {type(values).__name__}."
            )
        if isinstance(values, np.ndarray | da.Array):
            if name == "y" and values.ndim == 2:
                values = values if is_several(values) else values[:, 0]
            elif values.ndim != 1:
                raise ValueError(f"{name} must have one dimension, got {values.ndim}.")
        if isinstance(values, np.ndarray):
            return self._split(values, name)
        if isinstance(values, da.Array):
            values = in_rows(values)
            values = values if np.isnan(values.shape[0]) else self._aligned(values, name)
        chunks, count = list(np.ravel(values.to_delayed())), len(self.blocks)
        if len(chunks) != count:
            raise ValueError(
                f"X has {count} chunks of rows, but {name} has {len(chunks)}, of unknown lengths."
            )
        return chunks

    def _local(self, values: Any, name: str) -> np.ndarray:
        """A vector in memory, checked as one beside X in memory."""
        if np.ndim(values) != 1:
            values = np.asarray(values)
            if name != "y" or values.ndim > 2:
                raise ValueError(f"{name} must have one dimension, got the shape {values.shape}.")
        if name == "y":
            return checked_target(values)
        return check_sample_weight(values, np.broadcast_to(0.0, (len(values), 1)))

    def _split(self, values: np.ndarray, name: str) -> list[np.ndarray]:
        """The same of an array in memory."""
        if self.heights is None:
            raise ValueError(
                f"The chunks of X have unknown lengths, so {name} cannot be cut like them: "
                "give it as a dask array, or call X.compute_chunk_sizes() before."
            )
        if len(values) != sum(self.heights):
            raise ValueError(
                f"X has {sum(self.heights)} rows, but {name} has the shape {values.shape}."
            )
        return np.split(values, np.cumsum(self.heights)[:-1])

    def _aligned(self, values: da.Array, name: str) -> da.Array:
        """A dask vector of known chunks in the chunks of X, if these are known."""
        if self.heights is None:
            if len(values.chunks[0]) == len(self.blocks):
                self.heights = [int(height) for height in values.chunks[0]]
            return values
        if values.shape[0] != sum(self.heights):
            raise ValueError(f"X has {sum(self.heights)} rows, but {name} has {values.shape[0]}.")
        if list(values.chunks[0]) == self.heights:
            return values
        warn_user(
            f"The chunks of {name} are not those of the rows of X: they are cut anew in each pass. "
            f"Use {name}.rechunk({{0: X.chunks[0]}}).",
            UserWarning,
        )
        return values.rechunk({0: tuple(self.heights)})

    def _advise(self) -> None:
        """Warn of chunks that make bad tasks."""
        size = self.dtype.itemsize
        height = max(self.heights) if self.heights else 0
        largest = float(height) * max(self.widths) * size
        count = len(self.blocks) * len(self.widths)
        remedy = ""
        if largest > LARGE:
            remedy = f"a chunk of X has {largest / 1e9:.1f} GB, of which each worker needs several"
        elif count > MANY and 0 < largest < TINY:
            remedy = f"X has {count} chunks of at most {largest / 1e6:.2f} MB"
        if remedy:
            warn_user(
                f"Bad chunks: {remedy}. Chunks of about 100 MB serve best: X.rechunk(...), and "
                "y like it.",
                UserWarning,
            )

    def place(self, row: int, column: int) -> Any:
        """What a block goes by in errors: a number, or two where columns are cut as well."""
        return row if len(self.widths) == 1 else (row, column)

    def row_lists(self, what: str) -> list[list[Any]]:
        """The blocks of each row of the grid, for tasks that need whole rows."""
        if len(self.widths) > 1 and self.moves:
            warn_user(
                f"X has {len(self.widths)} chunks of columns, and {what} needs whole rows: they "
                "are moved between workers in each pass. Use X.rechunk({1: -1}).",
                UserWarning,
            )
        return self.blocks

    def send(self, function: Callable[..., Any], *args: Any) -> Any:
        """A task; what of its arguments is an array is counted as sent."""
        self.n_bytes += sum(arg.nbytes for arg in args if isinstance(arg, np.ndarray))
        return delayed(function)(*args)

    def share(self, values: np.ndarray) -> Any:
        """An array that several tasks take: it is sent once, and passed on among workers."""
        self.n_bytes += values.nbytes
        return delayed(np.ascontiguousarray(values), pure=False)

    def tree(self, parts: list[Any], add: Callable[..., Any] = tasks.added) -> Any:
        """The sum of partial results, some of them at a time."""
        while len(parts) > 1:
            groups = range(0, len(parts), tasks.SPLIT)
            parts = [delayed(add)(parts[start : start + tasks.SPLIT]) for start in groups]
        return parts[0]

    def run(self, wanted: list[Any], passes: int = 1, parts: int = 1) -> list[Any]:
        """Compute some tasks; each is the sum of so many parts."""
        self.n_passes += passes
        results = compute(wanted, self.client)
        self.n_bytes += parts * sum(map(volume, results))
        return results

    def vector(self, chunks: list[Any], name: str) -> np.ndarray:
        """A vector as an array on the client."""
        if isinstance(chunks[0], Everywhere):
            return np.full(self.shape[0], chunks[0].weight)
        if not all(isinstance(chunk, np.ndarray) for chunk in chunks):
            check = tasks.target if name == "y" else tasks.weights
            chunks = self.run([delayed(check)(chunk, i) for i, chunk in enumerate(chunks)], 0)
        values = np.concatenate(chunks)
        if len(values) != self.shape[0]:
            raise ValueError(
                f"X has {self.shape[0]} rows, but {name} has {len(values)}: where map_blocks "
                "changes the number of rows, it has to be told so by chunks=..."
            )
        return values

    def columns(self, index: np.ndarray) -> np.ndarray:
        """Some columns on the client, in float64; those that came lately are still here."""
        missing = np.array([j for j in index if j not in self._held], dtype=np.intp)
        if missing.size:
            self._fetch(missing)
        found = np.empty((self.shape[0], index.size))
        for place, j in enumerate(index):
            self._held[int(j)] = column = self._held.pop(int(j))  # now the latest
            found[:, place] = column
        room = max(int(working_memory() / max(1, 8 * self.shape[0])), index.size)
        for j in list(self._held)[: max(0, len(self._held) - room)]:
            del self._held[j]
        return found

    def _fetch(self, index: np.ndarray) -> None:
        owner = np.searchsorted(self.edges, index, side="right") - 1
        owners = np.unique(owner)
        wanted = [
            self.send(
                tasks.columns,
                row[k],
                index[owner == k] - self.edges[k],
                self.widths[k],
                self.place(i, int(k)),
            )
            for k in owners
            for i, row in enumerate(self.blocks)
        ]
        results = self.run(wanted)
        height = len(self.blocks)
        for number, k in enumerate(owners):
            whole = np.concatenate(results[number * height : (number + 1) * height])
            for j, column in zip(index[owner == k], np.ascontiguousarray(whole.T), strict=True):
                self._held[int(j)] = column


def volume(result: Any) -> int:
    """Bytes of the arrays in a result."""
    if isinstance(result, np.ndarray):
        return result.nbytes
    if isinstance(result, dict):
        return sum(map(volume, result.values()))
    if isinstance(result, list | tuple):
        return sum(map(volume, result))
    return volume(list(vars(result).values())) if hasattr(result, "__dataclass_fields__") else 8
