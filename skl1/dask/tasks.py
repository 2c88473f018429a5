"""What workers do: each function looks at one block of the data, or adds up what others found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce, wraps
from typing import Any

import numpy as np
from scipy import sparse

from skl1.compiled.threads import confined
from skl1.dask.chunks import check_finite, check_height, check_names, finite, joined, table
from skl1.dask.chunks import target as checked_target
from skl1.dask.chunks import weights as checked_weights
from skl1.dask.scaled import Scaled, scaled, unit_of
from skl1.designs import Moments, make_design
from skl1.designs.dense import CHUNK_ENTRIES

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

    def __rmul__(self, factor: float) -> Sums:
        """The sums of rows whose weights are so many times as large."""
        return Sums(
            factor * self.weight,
            self.x_mean,
            self.y_mean,
            factor * self.xx,
            factor * self.xy,
            factor * self.yy,
        )


@task
def length(block: Any) -> int:
    """The number of rows."""
    return int(block.shape[0]) if hasattr(block, "shape") else len(block)


@task
def target(chunk, place) -> np.ndarray:
    """A chunk of y as an array."""
    return checked_target(chunk, place)


@task
def weights(chunk, place) -> np.ndarray | None:
    """A chunk of the weights as an array."""
    return checked_weights(chunk, length(chunk), place)


def partition(frame, names, partition_info=None):
    """A partition, if its columns are those of the data frame; dask tells its number."""
    if partition_info is not None:
        check_names(frame, names, partition_info["number"])
    return frame


@task
def fold_moments(row, y, s, cuts, width, height, place) -> dict[int, Moments]:
    """The moments of the rows that belong to each fold; ``cuts`` names them by fold."""
    X, y, s = table(row, y, s, width, place)
    check_height(len(y), height, place)
    X = X.tocsr() if sparse.issparse(X) and len(cuts) > 1 else X

    def part(cut):
        own = None if s is None else s[cut]
        if own is not None and not own.all():
            check_finite(X[cut], place)  # rows without weight take no part in the sums
        return Moments.of_checked(X[cut], y[cut], own)

    def found():
        return {fold: part(cut) for fold, cut in cuts.items() if y[cut].size}

    def sums(parts):
        return np.array(
            [part.held_xx.diagonal().sum() + part.held_xy.sum() for part in parts.values()]
        )

    return finite(X, place, found, sums)


@task
def column_sums(row, y, s, width, place, settings, height=None) -> list[Scaled]:
    """The sums of a table, for each of some weightings of its rows."""
    X, y, s = table(row, y, s, width, place)
    check_height(y.size, height, place)
    nothing = Sums(0.0, np.zeros(width), 0.0, np.zeros(width), np.zeros(width), 0.0)

    def one(weights):
        if not y.size or not (weights is None or weights.any()):
            check_finite(X, place)
            return Scaled(0, nothing)
        unit = unit_of(weights)
        weights = scaled(weights, unit)
        design = make_design(X, y, weights, fit_intercept=True, part=True)
        weight = float(y.size if weights is None else weights.sum())
        sums = Sums(
            weight,
            design.x_mean,
            design.y_mean,
            weight * design.norms,
            weight * np.where(design.norms > 0.0, design.correlation, 0.0),
            weight * design.energy,
        )
        return Scaled(unit, sums)

    def found():
        return [one(s)] if settings is None else [one(weights) for weights in settings]

    def sums(parts):
        return np.array([part.sums.x_mean.sum() + part.sums.xx.sum() for part in parts])

    return finite(X, place, found, sums)


@task
def summed(parts: list[list[Scaled]]) -> list[Scaled]:
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


def shares(s, length, share, unit):
    """The weights of a chunk as shares of the sum of all, which is ``2**unit / share``."""
    return np.full(length, share) if s is None else share * scaled(s, unit)


@task
def look(row, y, s, support, values, means, y_mean, share, unit, place) -> tuple[Any, ...]:
    """``(X' S r, r' S r, sum of S r)`` for the residual r of a row of the grid."""
    X, y, s = table(row, y, s, means.size, place)
    r = y - y_mean
    if support.size:
        r -= (picked(X, support) - means[support]) @ values
    v = shares(s, y.size, share, unit) * r
    return across(v[None, :], X, means)[0], float(v @ r), float(v.sum())


@task
def gram(row, y, s, rows, width, means, share, unit, place) -> np.ndarray:
    """The block of the Gram matrix for some columns, and the last ``width`` of these."""
    X, y, s = table(row, y, s, means.size, place)
    out = np.zeros((rows.size, width))
    root = np.sqrt(shares(s, y.size, share, unit))
    X = X.tocsr() if sparse.issparse(X) else X
    for cut in pieces(X, rows.size // 4):
        block = (picked(X[cut], rows) - means[rows]) * root[cut, None]
        out += block.T @ block[:, rows.size - width :]
    return out


@task
def kernel(column, root, scale, means, places) -> np.ndarray:
    """``S^(1/2) X diag(scale) X' S^(1/2)`` for the blocks of a column of the grid."""
    out = np.zeros((root.size, root.size))
    blocks = [joined([block], means.size, at) for block, at in zip(column, places, strict=True)]
    step = max(1, CHUNK_ENTRIES // max(1, root.size))
    for start in range(0, means.size, step):
        cut = np.arange(start, min(start + step, means.size))
        panel = np.vstack([picked(block, cut) for block in blocks]) - means[cut]
        panel *= root[:, None] * np.sqrt(scale[cut])
        out += panel @ panel.T
    return out
