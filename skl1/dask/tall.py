"""The moments of a grid: one pass, after which the data are no longer needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skl1.dask import tasks
from skl1.dask.grid import Grid
from skl1.designs import Moments


def moments_of(grid: Grid, folds: Callable[[int], dict[int, Any]], count: int) -> list[Moments]:
    """The moments of each fold, in one pass.

    ``folds`` tells, for the number of a chunk, which of its rows belong to which fold.
    """
    parts = [
        grid.send(
            tasks.fold_moments,
            row,
            grid.y[i],
            None if grid.s is None else grid.s[i],
            folds(i),
            grid.n_features,
            None if grid.heights is None else grid.heights[i],
            i,
        )
        for i, row in enumerate(grid.row_lists("a Gram matrix"))
    ]
    found = grid.run([grid.tree(parts)], parts=len(parts))[0]
    if not found:
        raise ValueError("X has no rows.")
    return [found[fold] for fold in range(count) if fold in found]
