"""What workers do: each function looks at one block of the data, or adds up what others found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce, wraps
from typing import Any

import numpy as np
from scipy import sparse

from skl1.designs import Moments, make_design
from skl1.designs.dense import CHUNK_ENTRIES
from skl1.threads import confined

#: How many partial results are added up by one task.
SPLIT = 8


def task(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run with one BLAS thread: the cores are the workers'."""

    @wraps(function)
    def run(*args, **kwargs):
        with confined(), np.errstate(all="ignore"):
            return function(*args, **kwargs)

    return run


@task
def added(parts: list[Any]) -> Any:
    """The sum of some partial results, or of each place in tuples of them."""
    if isinstance(parts[0], tuple):
        return tuple(reduce(_plus, place) for place in zip(*parts, strict=True))
    return reduce(_plus, parts)


def _plus(a, b):
    if isinstance(a, dict):  # moments of folds
        return {key: _plus(a.get(key), b.get(key)) for key in {**a, **b}}
    if a is None or b is None:
        return b if a is None else a
    return a + b


@dataclass(frozen=True)
class Sums:
    """The weight, the means, and the centred sums of a table: moments without those of pairs."""

    weight: float
    x_mean: np.ndarray
    y_mean: float
    xx: np.ndarray  #: of squares of each column
    xy: np.ndarray
    yy: float

    def __add__(self, other: Sums) -> Sums:
        # As for Moments; means that are equal stay what they are, to the last digit.
        if not (self.weight and other.weight):
            return self if self.weight else other
        share = other.weight / (self.weight + other.weight)
        apart, y_apart = other.x_mean - self.x_mean, other.y_mean - self.y_mean
        pull = self.weight * share * apart
        return Sums(
            self.weight + other.weight,
            self.x_mean + share * apart,
            self.y_mean + share * y_apart,
            self.xx + other.xx + pull * apart,
            self.xy + other.xy + pull * y_apart,
            self.yy + other.yy + self.weight * share * y_apart**2,
        )


def plain(block: Any) -> Any:
    """A block as an array or as a CSC matrix, of float64 or float32."""
    if hasattr(block, "tocsc"):
        block = block.tocsc()
    elif not isinstance(block, np.ndarray):
        block = block.to_numpy() if hasattr(block, "to_numpy") else np.asarray(block)
    if block.dtype.kind == "c":
        raise ValueError("Complex data not supported: X holds complex numbers.")
    return block if block.dtype in (np.float64, np.float32) else block.astype(np.float64)


def joined(row: list[Any], width: int, place: int) -> Any:
    """The blocks of a row of the grid side by side, and checked."""
    blocks = [plain(block) for block in row]
    if len(blocks) > 1:
        some = any(sparse.issparse(block) for block in blocks)
        blocks = [sparse.hstack(blocks, format="csc") if some else np.hstack(blocks)]
    X = blocks[0]
    if X.ndim != 2 or X.shape[1] != width:
        raise ValueError(
            f"Chunk {place} of X has the shape {X.shape}, but {width} columns are expected."
        )
    return X


def real(values: Any, name: str) -> np.ndarray:
    """Numbers as float64; complex ones are refused, and not cut to their real parts."""
    array = np.asarray(values)
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} holds complex numbers.")
    return array.astype(np.float64)


def vector(values: Any, length: int, name: str, place: int) -> np.ndarray | None:
    """A chunk of y, or of weights, in float64, and checked."""
    if values is None:
        return None
    v = real(values, name)
    v = v[:, 0] if v.ndim == 2 and v.shape[1] == 1 else v
    if v.shape != (length,):
        raise ValueError(
            f"Chunk {place} of X has {length} rows, but chunk {place} of {name} has the shape "
            f"{v.shape}."
        )
    if not np.isfinite(v).all() or (name == "sample_weight" and (v < 0.0).any()):
        wrong = "NaN or infinity" if not np.isfinite(v).all() else "negative weights"
        raise ValueError(f"Chunk {place} of {name} contains {wrong}.")
    return v


def table(row, y, s, width, place):
    """``(X, y, s)`` of a row of the grid, checked but for the entries of X."""
    X = joined(row, width, place)
    return X, vector(y, X.shape[0], "y", place), vector(s, X.shape[0], "sample_weight", place)


def check_finite(X: Any, place: int) -> None:
    """A look at all entries, where the sums do not tell."""
    if not np.isfinite(X.data if sparse.issparse(X) else X).all():
        raise ValueError(f"Chunk {place} of X contains NaN or infinity.")


def finite(X: Any, place: int, find: Callable[[], Any], sums: Callable[[Any], Any]) -> Any:
    """What is found in X; an error that names the chunk if X, and so some sum, is not finite."""
    try:
        found = find()
    except ValueError as error:
        check_finite(X, place)
        error.add_note(f"This is chunk {place} of X.")
        raise
    if not np.isfinite(sums(found)).all():
        raise ValueError(f"Chunk {place} of X contains NaN or infinity.")
    return found


@task
def length(block: Any) -> int:
    """The number of rows."""
    return int(block.shape[0]) if hasattr(block, "shape") else len(block)


@task
def whole(block: Any) -> np.ndarray:
    """A chunk of a vector as an array."""
    return np.asarray(block)


@task
def fold_moments(row, y, s, cuts, width, height, place) -> dict[int, Moments]:
    """The moments of the rows that belong to each fold; ``cuts`` names them by fold."""
    X, y, s = table(row, y, s, width, place)
    if height is not None and y.size != height:
        raise ValueError(
            f"Chunk {place} of X has {y.size} rows, but dask takes it for {height}: where "
            "map_blocks changes the number of rows, it has to be told so by chunks=..."
        )
    if s is not None and not s.all():
        check_finite(X, place)  # rows without weight take no part in the sums
    X = X.tocsr() if sparse.issparse(X) and len(cuts) > 1 else X

    def found():
        return {
            fold: Moments.of_checked(X[cut], y[cut], None if s is None else s[cut])
            for fold, cut in cuts.items()
            if y[cut].size
        }

    def sums(parts):
        return np.array([part.xx.diagonal().sum() + part.xy.sum() for part in parts.values()])

    return finite(X, place, found, sums)


@task
def column_sums(row, y, s, width, place, settings) -> list[Sums]:
    """The sums of a table, for each of some weightings of its rows."""
    X, y, s = table(row, y, s, width, place)
    nothing = Sums(0.0, np.zeros(width), 0.0, np.zeros(width), np.zeros(width), 0.0)

    def one(weights):
        if not y.size or not (weights is None or weights.any()):
            check_finite(X, place)
            return nothing
        design = make_design(X, y, weights, fit_intercept=True, part=True)
        weight = float(y.size if weights is None else weights.sum())
        return Sums(
            weight,
            design.x_mean,
            design.y_mean,
            weight * design.norms,
            weight * np.where(design.norms > 0.0, design.correlation, 0.0),
            weight * design.energy,
        )

    def found():
        return [one(s)] if settings is None else [one(weights) for weights in settings]

    def sums(parts):
        return np.array([part.x_mean.sum() + part.xx.sum() for part in parts])

    return finite(X, place, found, sums)


@task
def summed(parts: list[list[Sums]]) -> list[Sums]:
    """The sums of several tables."""
    return [reduce(_plus, place) for place in zip(*parts, strict=True)]


def pieces(X, entries):
    """Slices of rows of a dense X."""
    height = max(1, CHUNK_ENTRIES // max(1, entries))
    return [slice(start, start + height) for start in range(0, X.shape[0], height)]


def across(V, X, centre):
    """``V (X - 1 centre')``, as exact as the deviations from the centre are."""
    if sparse.issparse(X):
        return (X.T @ V.T).T - V.sum(axis=1)[:, None] * centre
    out = np.zeros((V.shape[0], X.shape[1]))
    for rows in pieces(X, X.shape[1]):
        out += V[:, rows] @ (X[rows] - centre)
    return out


def picked(X, index):
    """Some columns as a float64 array."""
    block = X[:, index].toarray() if sparse.issparse(X) else X[:, index]
    return block.astype(np.float64, copy=False)


@task
def products(block, V, centre, place) -> np.ndarray:
    """``V (X - 1 centre')`` for a block."""
    return across(V, joined([block], centre.size, place), centre)


@task
def columns(block, index, width, place) -> np.ndarray:
    """Some columns of a block."""
    return picked(joined([block], width, place), index)


@task
def spreads(block, index, counted, width, place) -> tuple[np.ndarray, np.ndarray]:
    """Minima and maxima of some columns of a block, over rows that count."""
    X = picked(joined([block], width, place), index)[counted]
    return X.min(axis=0, initial=np.inf), X.max(axis=0, initial=-np.inf)


@task
def look(row, y, s, support, values, means, y_mean, share, place) -> tuple[Any, ...]:
    """``(X' S r, r' S r, sum of S r)`` for the residual r of a row of the grid."""
    X, y, s = table(row, y, s, means.size, place)
    r = y - y_mean
    if support.size:
        r -= (picked(X, support) - means[support]) @ values
    v = share * r if s is None else share * s * r
    return across(v[None, :], X, means)[0], float(v @ r), float(v.sum())


@task
def gram(row, y, s, rows, width, means, share, place) -> np.ndarray:
    """The block of the Gram matrix for some columns, and the last ``width`` of these."""
    X, y, s = table(row, y, s, means.size, place)
    out = np.zeros((rows.size, width))
    root = np.full(y.size, np.sqrt(share)) if s is None else np.sqrt(share * s)
    X = X.tocsr() if sparse.issparse(X) else X
    for cut in pieces(X, rows.size // 4):
        block = (picked(X[cut], rows) - means[rows]) * root[cut, None]
        out += block.T @ block[:, rows.size - width :]
    return out


@task
def kernel(column, root, scale, means, place) -> np.ndarray:
    """``S^(1/2) X diag(scale) X' S^(1/2)`` for the blocks of a column of the grid."""
    out = np.zeros((root.size, root.size))
    blocks = [joined([block], means.size, place) for block in column]
    step = max(1, CHUNK_ENTRIES // max(1, root.size))
    for start in range(0, means.size, step):
        cut = np.arange(start, min(start + step, means.size))
        panel = np.vstack([picked(block, cut) for block in blocks]) - means[cut]
        panel *= root[:, None] * np.sqrt(scale[cut])
        out += panel @ panel.T
    return out
