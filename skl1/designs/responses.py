"""Designs on the same X with other responses: what all of them correlate with, by one product."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl1.compiled.threads import single_threaded, spread
from skl1.designs.table import TableDesign, adjoints


def is_several(y: Any) -> bool:
    """Whether y has several columns."""
    try:
        shape = np.asarray(y).shape if getattr(y, "shape", None) is None else y.shape
        return len(shape) == 2 and bool(shape[1] > 1)
    except (TypeError, ValueError):  # no table: lists of unequal lengths, what is not yet computed
        return False


def with_responses(design: TableDesign, Y: np.ndarray, *, part: bool = False) -> list[Any]:
    """A design for each column of Y, of which the first is the y of the given design."""
    others: list[Any] = []
    for y in np.ascontiguousarray(Y.T[1:], dtype=np.float64):
        try:
            others.append(design.answering(y, part=part))
        except ValueError as error:
            error.add_note(f"This is target {len(others) + 1}, counted from 0.")
            raise
    if others:
        work = design.work()
        with single_threaded(work), spread(float(design.n_samples) * design.n_features * len(Y.T)):
            found = adjoints(others, [other.y[None] for other in others])
        for other, correlations in zip(others, found, strict=True):
            other.correlation = correlations[0]
    return [design, *others]
